package dev.rampgate.session.handoff;

import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import dev.rampgate.edge.RateLimits;
import dev.rampgate.edge.address.ClientAddress;
import dev.rampgate.identity.Tickets;
import dev.rampgate.problem.ProblemException;
import dev.rampgate.problem.ProblemType;
import io.quarkus.runtime.Startup;
import io.smallrye.mutiny.Uni;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Duration;
import java.util.Optional;

/**
 * The hosted page and what it calls. Users are not signed in here: a code alone gets its session. The page itself is the
 * same for all and does nothing with a code until its script runs, so that a preview of the link uses nothing up.
 */
@Path("/hand-off")
@Startup
public class HandOffResource {

    /** The header that carries what fetches further tickets. */
    static final String PASS_HEADER = "Rampgate-Pass";

    private final HandOffs handOffs;
    private final HandOffPage page;
    private final HandOffAddresses pages;
    private final Tickets tickets;
    private final ClientAddress addresses;
    private final RateLimits.Gate limit;
    private final Duration followFor;

    HandOffResource(
            HandOffs handOffs,
            HandOffPage page,
            HandOffAddresses pages,
            Tickets tickets,
            ClientAddress addresses,
            HandOffSettings settings,
            RateLimits limits) {
        this.handOffs = handOffs;
        this.page = page;
        this.pages = pages;
        this.tickets = tickets;
        this.addresses = addresses;
        this.limit = limits.limit(
                "hand_off_address",
                "rampgate.hand-off.limits.address",
                settings.limits().address());
        this.followFor = settings.followFor();
    }

    /**
     * What the page sends to get its session.
     *
     * @param code what stood behind the {@code #} of its address
     * @param page optional: random characters by which this page names itself, the same each time it tries; with it, the page
     *     may ask again for half a minute after an answer that got lost
     */
    public record Redemption(
            @NotNull @Size(max = 128) String code,

            @Pattern(
                    regexp = "[A-Za-z0-9_-]{22,128}",
                    message = "must have 22 to 128 letters, digits, hyphens or underscores")
            String page) {

        /** Never the code itself. */
        @Override
        public String toString() {
            return "Redemption";
        }
    }

    /**
     * What the page sends when its ticket has expired.
     *
     * @param merchantTransactionId which transaction it follows
     * @param pass as it was answered with the session
     */
    @JsonNaming(SnakeCaseStrategy.class)
    public record Renewal(
            @NotNull @Size(max = 128) String merchantTransactionId,
            @NotNull @Size(max = 128) String pass) {

        /** Never the pass itself. */
        @Override
        public String toString() {
            return "Renewal";
        }
    }

    /** The page. */
    @GET
    @Produces(MediaType.TEXT_HTML)
    public Response page(@Context RoutingContext routing) {
        mustBeOffered();
        HandOffPage.Answer fresh = page.fresh();
        // Instead of those that every answer has: a resource's own would stand beside them, and of two policies both
        // count.
        fresh.headers().forEach(routing.response()::putHeader);
        return Response.ok(fresh.html()).type("text/html;charset=UTF-8").build();
    }

    /**
     * Hands the session over, with a ticket to follow its transaction; for each code once. A page that names itself may ask
     * again for a while, and a code whose client hung up before the answer began works again; an answer that was sent and got
     * lost uses up a code that came without a page.
     */
    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    @Produces(MediaType.APPLICATION_JSON)
    public Uni<Response> redeem(@NotNull @Valid Redemption redemption, RoutingContext routing) {
        mustBeOffered();
        pass(routing);
        return handOffs.redeem(redemption.code(), Optional.ofNullable(redemption.page()))
                .map(this::handedOver);
    }

    /** Another ticket, for a page that has followed longer than its own lasts, or whose connection broke. */
    @POST
    @Path("/ticket")
    @Consumes(MediaType.APPLICATION_JSON)
    @Produces(MediaType.APPLICATION_JSON)
    public Response ticket(@NotNull @Valid Renewal renewal, RoutingContext routing) {
        mustBeOffered();
        pass(routing);
        if (!tickets.isValidPass(renewal.pass(), renewal.merchantTransactionId())) {
            throw new ProblemException(ProblemType.NOT_FOUND);
        }
        Response.ResponseBuilder answer = Response.noContent().header("Cache-Control", "no-store");
        tickets.issue(renewal.merchantTransactionId())
                .ifPresent(ticket -> answer.header(Tickets.HEADER, ticket.text()));
        return answer.build();
    }

    private Response handedOver(Buffer content) {
        String id = new JsonObject(content).getJsonObject("session").getString("merchant_transaction_id");
        Response.ResponseBuilder answer = Response.ok(content.getBytes())
                .type(MediaType.APPLICATION_JSON_TYPE)
                .header("Cache-Control", "no-store");
        tickets.issue(id).ifPresent(ticket -> answer.header(Tickets.HEADER, ticket.text()));
        tickets.issuePass(id, followFor).ifPresent(pass -> answer.header(PASS_HEADER, pass.text()));
        return answer.build();
    }

    private void mustBeOffered() {
        if (!pages.areSet()) {
            throw new ProblemException(ProblemType.NOT_FOUND);
        }
    }

    private void pass(RoutingContext routing) {
        limit.pass(() -> addresses.source(routing));
    }
}
