package dev.rampgate.session;

import dev.rampgate.edge.ClientAddress;
import dev.rampgate.identity.Caller;
import dev.rampgate.identity.CurrentCaller;
import dev.rampgate.identity.Tickets;
import dev.rampgate.proof.ProofFailure;
import dev.rampgate.proof.ProofSession;
import dev.rampgate.session.handoff.HandOffs;
import io.quarkus.security.Authenticated;
import io.smallrye.mutiny.Uni;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
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
    private final RepeatableOpening repeatable;
    private final CurrentCaller current;
    private final ClientAddress addresses;
    private final SessionPolicy policy;
    private final SessionLimits limits;
    private final Tickets tickets;
    private final HandOffs handOffs;

    SessionResource(
            SessionOpening opening,
            RepeatableOpening repeatable,
            CurrentCaller current,
            ClientAddress addresses,
            SessionPolicy policy,
            SessionLimits limits,
            Tickets tickets,
            HandOffs handOffs) {
        this.opening = opening;
        this.repeatable = repeatable;
        this.current = current;
        this.addresses = addresses;
        this.policy = policy;
        this.limits = limits;
        this.tickets = tickets;
        this.handOffs = handOffs;
    }

    /**
     * Opens a session: 201 with Proof's answer, byte for byte, for the widget. Under an {@code Idempotency-Key} the same
     * request gets the same answer. With {@code Rampgate-Hand-Off: true} the answer's header of that name is the address of
     * a hosted page that runs the widget, for apps.
     */
    @POST
    public Uni<Response> open(@NotNull @Valid SessionRequest request, RoutingContext routing) {
        Caller caller = current.callerWithEmail();
        Optional<String> clientAddress = addresses.of(routing);
        Optional<IdempotencyKey> key = IdempotencyKey.of(routing, caller.userId());
        boolean handOff = handOffs.isAskedFor(routing);
        policy.check(request);
        limits.pass(caller, clientAddress);
        Uni<ProofSession> session = opening.open(caller, request, clientAddress);
        return key.map(known -> repeatable.open(known, session))
                .orElseGet(() -> session.map(ProofSession::body))
                .chain(answer -> handOff
                        ? handedOff(caller, request, answer)
                        : Uni.createFrom().item(created(answer).build()))
                .onFailure(ProofFailure.class)
                .transform(SessionProblems::of);
    }

    /** Never cached: it holds tokens that are good for one launch of the widget. */
    private Response.ResponseBuilder created(byte[] session) {
        Response.ResponseBuilder answer = Response.status(Response.Status.CREATED)
                .type(MediaType.APPLICATION_JSON_TYPE)
                .header("Cache-Control", "no-store")
                .entity(session);
        // Beside the body, which is Proof's; a repeated answer gets a fresh one.
        tickets.issue(fields(session).getString("merchant_transaction_id"))
                .ifPresent(ticket -> answer.header(Tickets.HEADER, ticket.text()));
        return answer;
    }

    /** A repeated answer gets a code of its own, since the one before may have been lost with its answer. */
    private Uni<Response> handedOff(Caller caller, SessionRequest request, byte[] session) {
        Optional<String> returnTo =
                policy.returnAddress(request, fields(session).getValue("redirect_url"));
        return handOffs.offer(caller.userId(), session, returnTo).map(page -> {
            Response.ResponseBuilder answer = created(session);
            page.ifPresent(address -> answer.header(HandOffs.HEADER, address));
            return answer.build();
        });
    }

    private static JsonObject fields(byte[] session) {
        return new JsonObject(Buffer.buffer(session));
    }
}
