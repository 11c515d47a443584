package dev.rampgate.session;

import dev.rampgate.edge.ClientAddress;
import dev.rampgate.identity.Caller;
import dev.rampgate.identity.CurrentCaller;
import dev.rampgate.proof.ProofSession;
import io.quarkus.security.Authenticated;
import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.Optional;

/** Opens widget sessions for signed-in users. */
@Path("/session")
@Authenticated
@Consumes(MediaType.APPLICATION_JSON)
@Produces(MediaType.APPLICATION_JSON)
public class SessionResource {

    private final SessionOpening opening;
    private final CurrentCaller current;
    private final ClientAddress addresses;
    private final SessionPolicy policy;
    private final SessionLimits limits;

    SessionResource(
            SessionOpening opening,
            CurrentCaller current,
            ClientAddress addresses,
            SessionPolicy policy,
            SessionLimits limits) {
        this.opening = opening;
        this.current = current;
        this.addresses = addresses;
        this.policy = policy;
        this.limits = limits;
    }

    /** Opens a session: 201 with Proof's answer, byte for byte, for the widget. */
    @POST
    public Uni<Response> open(@NotNull @Valid SessionRequest request, RoutingContext routing) {
        Caller caller = current.caller();
        Optional<String> clientAddress = addresses.of(routing);
        policy.check(request);
        limits.pass(caller, clientAddress);
        return opening.open(caller, request, clientAddress).map(SessionResource::created);
    }

    /** Never cached: it holds tokens that are good for one launch of the widget. */
    private static Response created(ProofSession session) {
        return Response.status(Response.Status.CREATED)
                .type(MediaType.APPLICATION_JSON_TYPE)
                .header("Cache-Control", "no-store")
                .entity(session.body())
                .build();
    }
}
