package dev.rampgate.edge;

import dev.rampgate.edge.address.ClientAddress;
import dev.rampgate.identity.Caller;
import dev.rampgate.identity.CurrentCaller;
import dev.rampgate.problem.Problem;
import dev.rampgate.problem.ProblemException;
import dev.rampgate.problem.ProblemType;
import io.quarkus.security.Authenticated;
import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.Operation;

/** A resource for tests, which shows what the edge lets through. */
@Path("/test-edge")
public class EdgeTestResource {

    private final CurrentCaller currentCaller;
    private final ClientAddress clientAddress;

    EdgeTestResource(CurrentCaller currentCaller, ClientAddress clientAddress) {
        this.currentCaller = currentCaller;
        this.clientAddress = clientAddress;
    }

    record Order(
            @NotNull @Size(max = 8) String currency,
            @Pattern(regexp = "\\d+") String cryptoAmount,
            List<@Valid Item> items) {}

    record Item(@NotNull String name) {}

    @POST
    @Path("/order")
    @Consumes(MediaType.APPLICATION_JSON)
    @Produces(MediaType.APPLICATION_JSON)
    @Operation(hidden = true)
    public Uni<Map<String, Object>> order(@Valid @NotNull Order order) {
        return Uni.createFrom()
                .item(Map.of(
                        "currency", order.currency(),
                        "event_loop", io.vertx.core.Context.isOnEventLoopThread()));
    }

    @POST
    @Path("/length")
    @Operation(hidden = true)
    public Uni<Integer> length(String body) {
        return Uni.createFrom().item(body.length());
    }

    @GET
    @Path("/page")
    @Operation(hidden = true)
    public Uni<String> page(@QueryParam("limit") @NotNull @Pattern(regexp = "\\d{1,3}") String pageLimit) {
        return Uni.createFrom().item(pageLimit);
    }

    @GET
    @Path("/broken/{key}")
    @Operation(hidden = true)
    public Uni<String> broken(@PathParam("key") String key) {
        return Uni.createFrom().failure(new IllegalStateException("a fault of ours about canary-" + key));
    }

    @GET
    @Path("/busy")
    @Operation(hidden = true)
    public Uni<String> busy() {
        return Uni.createFrom()
                .failure(new ProblemException(Problem.of(ProblemType.TOO_MANY_REQUESTS, "One at a time")
                        .withRetryAfter(Duration.ofMillis(1200))));
    }

    @GET
    @Path("/me")
    @Authenticated
    @Operation(hidden = true)
    public Uni<Map<String, String>> me() {
        Caller caller = currentCaller.caller();
        return Uni.createFrom().item(Map.of("user_id", caller.userId(), "email", String.valueOf(caller.email())));
    }

    @GET
    @Path("/address")
    @Operation(hidden = true)
    public Uni<String> address(RoutingContext routing) {
        return Uni.createFrom().item(clientAddress.of(routing).orElse("none"));
    }
}
