package dev.rampgate.session;

import dev.rampgate.edge.address.ClientAddress;
import dev.rampgate.eventloop.DetachedWork;
import dev.rampgate.identity.Caller;
import dev.rampgate.identity.CurrentCaller;
import dev.rampgate.identity.Tickets;
import dev.rampgate.problem.RequestId;
import dev.rampgate.proof.ProofFailure;
import dev.rampgate.proof.ProofSession;
import dev.rampgate.session.handoff.HandOffs;
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
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Supplier;

/** Opens widget sessions for signed-in users. */
@Path("/session")
@Authenticated
@Consumes(MediaType.APPLICATION_JSON)
@Produces(MediaType.APPLICATION_JSON)
public class SessionResource {

    private final SessionOpening opening;
    private final IdempotentSessionOpening idempotent;
    private final DetachedWork detached;
    private final InstantSource clock;
    private final CurrentCaller current;
    private final ClientAddress addresses;
    private final SessionPolicy policy;
    private final SessionLimits limits;
    private final Tickets tickets;
    private final HandOffs handOffs;

    SessionResource(
            SessionOpening opening,
            IdempotentSessionOpening idempotent,
            DetachedWork detached,
            InstantSource clock,
            CurrentCaller current,
            ClientAddress addresses,
            SessionPolicy policy,
            SessionLimits limits,
            Tickets tickets,
            HandOffs handOffs) {
        this.opening = opening;
        this.idempotent = idempotent;
        this.detached = detached;
        this.clock = clock;
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
     * a hosted page that runs the widget, for apps. A client that hangs up ends nothing: the session is opened, stored,
     * counted, and kept under its key all the same.
     */
    @POST
    public Uni<Response> open(
            @NotNull(message = "must be a JSON object") @Valid SessionRequest body, RoutingContext routing) {
        Caller caller = current.callerWithEmail();
        RequestedSession asked = new RequestedSession(
                caller,
                body,
                addresses.of(routing),
                body.own(caller.reference()),
                RequestId.of(routing),
                clock.instant());
        Optional<IdempotencyKey> key = IdempotencyKey.of(routing, caller);
        boolean handOff = handOffs.isAskedFor(routing);
        policy.check(body);
        if (handOff) {
            policy.checkHandOff(body);
        }
        limits.pass(caller, () -> addresses.source(routing));
        Supplier<Uni<ProofSession>> session = () -> opening.open(asked);
        return detached.toItsEnd(key.map(known -> idempotent.open(known, session))
                        .orElseGet(session)
                        .chain(opened -> handOff
                                ? handedOff(asked, opened)
                                : Uni.createFrom().item(created(opened).build())))
                .onFailure(ProofFailure.class)
                .transform(SessionProblems::of);
    }

    /** Never cached: it holds tokens that work for one launch of the widget. */
    private Response.ResponseBuilder created(ProofSession session) {
        Response.ResponseBuilder answer = Response.status(Response.Status.CREATED)
                .type(MediaType.APPLICATION_JSON_TYPE)
                .header("Cache-Control", "no-store")
                .entity(session.body());
        // Beside the body, which is Proof's; a repeated answer gets a fresh one.
        tickets.issue(session.transactionId()).ifPresent(ticket -> answer.header(Tickets.HEADER, ticket.text()));
        return answer;
    }

    /** A repeated answer gets a code of its own, since the one before may have been lost with its answer. */
    private Uni<Response> handedOff(RequestedSession asked, ProofSession session) {
        Optional<String> returnTo =
                policy.returnAddress(asked.request(), session.redirectUrl().orElse(null));
        return handOffs.offer(asked.caller().userId(), session.body(), returnTo, asked.askedAt())
                .map(page -> {
                    Response.ResponseBuilder answer = created(session);
                    page.ifPresent(address -> answer.header(HandOffs.HEADER, address));
                    return answer.build();
                });
    }
}
