package dev.rampgate.session;

import dev.rampgate.identity.Caller;
import dev.rampgate.ledger.Channel;
import dev.rampgate.ledger.Observation;
import dev.rampgate.ledger.Status;
import dev.rampgate.ledger.TransactionDetails;
import dev.rampgate.proof.ProofClient;
import dev.rampgate.proof.ProofFailure;
import dev.rampgate.proof.ProofSession;
import dev.rampgate.proof.SessionCall;
import dev.rampgate.reconcile.Backlog;
import dev.rampgate.reconcile.ObservationIds;
import dev.rampgate.reconcile.QuarantinedException;
import dev.rampgate.reconcile.ReconcileStream;
import dev.rampgate.reconcile.Traces;
import io.micrometer.core.instrument.MeterRegistry;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;

/**
 * Opens a session at Proof and stores its transaction: call -> store -> answer. A session that exists at Proof always
 * reaches its user, also when the database is away; then it is kept and stored as soon as possible.
 */
@ApplicationScoped
public class SessionOpening {

    private final ProofClient proof;
    private final ReconcileStream stream;
    private final Backlog backlog;
    private final ObservationIds ids;
    private final SessionSettings settings;
    private final InstantSource clock;
    private final Traces traces;
    private final MeterRegistry meters;
    private final OperatorCases cases;

    SessionOpening(
            ProofClient proof,
            ReconcileStream stream,
            Backlog backlog,
            ObservationIds ids,
            SessionSettings settings,
            InstantSource clock,
            Traces traces,
            MeterRegistry meters,
            OperatorCases cases) {
        this.proof = proof;
        this.stream = stream;
        this.backlog = backlog;
        this.ids = ids;
        this.settings = settings;
        this.clock = clock;
        this.traces = traces;
        this.meters = meters;
        this.cases = cases;
    }

    /**
     * Opens a session for a user.
     *
     * @param clientAddress the user's own address, if it is known
     * @return Proof's answer; fails with a {@link ProofFailure}
     */
    public Uni<ProofSession> open(Caller caller, SessionRequest request, Optional<String> clientAddress) {
        return traces.step("open session", proof.openSession(call(caller, request, clientAddress)))
                .call(session -> store(observation(caller, request, session)))
                .onItemOrFailure()
                .invoke((session, failure) -> count(request, failure));
    }

    private static SessionCall call(Caller caller, SessionRequest request, Optional<String> clientAddress) {
        return new SessionCall(
                caller.userId(),
                caller.email(),
                request.network(),
                request.currency(),
                request.amount(),
                request.type(),
                request.redirectUrl(),
                clientAddress.orElse(null),
                request.address());
    }

    private Observation observation(Caller caller, SessionRequest request, ProofSession session) {
        Instant now = clock.instant();
        session.droppedFields()
                .forEach(field -> meters.counter("rampgate.dropped.fields", "channel", "session", "field", field)
                        .increment());
        TransactionDetails details = new TransactionDetails(
                caller.userId(),
                session.type().orElse(request.type()),
                session.currency().orElse(request.currency()),
                session.network().orElse(request.network()),
                request.amount(),
                null,
                null,
                null,
                null,
                null);
        // Without its text: that holds tokens.
        return new Observation(
                ids.next(now),
                Channel.SESSION,
                true,
                session.transactionId(),
                Status.PENDING.wireName(),
                null,
                null,
                now,
                details,
                null);
    }

    private Uni<Void> store(Observation session) {
        traces.broughtByRequest(session);
        return stream.offer(session)
                .replaceWithVoid()
                .ifNoItem()
                .after(settings.storeTimeout())
                .fail()
                .onFailure(failure -> !(failure instanceof QuarantinedException))
                .invoke(() -> backlog.keep(session))
                .onFailure()
                .recoverWithNull();
    }

    private void count(SessionRequest request, Throwable failure) {
        if (failure instanceof ProofFailure known) {
            cases.count(request, known);
        }
        String result = failure == null
                ? "opened"
                : failure instanceof ProofFailure known ? known.kind().wireName() : "internal_error";
        meters.counter("rampgate.sessions", "result", result).increment();
    }
}
