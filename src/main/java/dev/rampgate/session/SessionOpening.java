package dev.rampgate.session;

import dev.rampgate.brake.Brakes;
import dev.rampgate.ledger.Observation;
import dev.rampgate.ledger.TransactionDetails;
import dev.rampgate.problem.ProblemException;
import dev.rampgate.proof.ProofClient;
import dev.rampgate.proof.ProofFailure;
import dev.rampgate.proof.ProofSession;
import dev.rampgate.proof.SessionCall;
import dev.rampgate.reconcile.Backlog;
import dev.rampgate.reconcile.ObservationIds;
import dev.rampgate.reconcile.QuarantinedException;
import dev.rampgate.reconcile.ReconcileStream;
import dev.rampgate.telemetry.ThrottledLog;
import dev.rampgate.telemetry.Traces;
import io.micrometer.core.instrument.MeterRegistry;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.time.InstantSource;
import org.jboss.logging.Logger;

/**
 * Opens a session at Proof and stores its transaction: call -> store -> answer. A session that exists at Proof always
 * reaches its user, also when the database is away; then it is kept and stored as soon as possible. One that fails is counted by
 * kind, and logged with our request id and Proof's.
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
    private final ThrottledLog failed;
    private final UnfinishedTransactions unfinished;
    private final Brakes brakes;

    SessionOpening(
            ProofClient proof,
            ReconcileStream stream,
            Backlog backlog,
            ObservationIds ids,
            SessionSettings settings,
            InstantSource clock,
            Traces traces,
            MeterRegistry meters,
            OperatorCases cases,
            UnfinishedTransactions unfinished,
            Brakes brakes) {
        this.proof = proof;
        this.stream = stream;
        this.backlog = backlog;
        this.ids = ids;
        this.settings = settings;
        this.clock = clock;
        this.traces = traces;
        this.meters = meters;
        this.cases = cases;
        this.failed = new ThrottledLog(Logger.getLogger(SessionOpening.class), clock);
        this.unfinished = unfinished;
        this.brakes = brakes;
    }

    /**
     * Opens a session for a user. To be run to its end, whether or not the user's client still waits
     * ({@link dev.rampgate.eventloop.DetachedWork}).
     *
     * @return Proof's answer; fails with a {@link ProofFailure}, or with a {@link ProblemException} if a brake stops such sessions
     *     or the user has too many unfinished transactions
     */
    public Uni<ProofSession> open(RequestedSession asked) {
        SessionRequest request = asked.request();
        return brakes.pass(request.type(), request.currency(), request.network())
                .chain(() -> unfinished.within(asked.caller().userId(), () -> opened(asked)));
    }

    private Uni<ProofSession> opened(RequestedSession asked) {
        return traces.step("open session", proof.openSession(call(asked)))
                .call(session -> store(observation(asked, session)))
                .onItemOrFailure()
                .invoke((session, failure) -> count(asked, failure));
    }

    private static SessionCall call(RequestedSession asked) {
        SessionRequest request = asked.request();
        return new SessionCall(
                asked.caller().userId(),
                asked.caller().email(),
                request.network(),
                request.currency(),
                request.amount(),
                request.type(),
                request.redirectUrl(),
                asked.clientAddress().orElse(null),
                request.address());
    }

    private Observation observation(RequestedSession asked, ProofSession session) {
        Instant now = clock.instant();
        session.droppedFields()
                .forEach(field -> meters.counter("rampgate.dropped.fields", "channel", "session", "field", field)
                        .increment());
        SessionRequest request = asked.request();
        TransactionDetails details = TransactionDetails.ofSession(
                        asked.caller().userId(),
                        session.type().orElse(request.type()),
                        session.currency().orElse(request.currency()),
                        session.network().orElse(request.network()),
                        request.amount(),
                        asked.askedAt())
                .with(asked.own(), session.storableAddress().orElse(null));
        return Observation.ofSession(ids.next(now), session.transactionId(), now, details);
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

    private void count(RequestedSession asked, Throwable failure) {
        String result = "opened";
        if (failure instanceof ProofFailure known) {
            result = known.kind().wireName();
            cases.count(asked.request(), known);
            failed.warn(
                    "Session request %s failed: %s, %s, HTTP status %s, Proof's request %s",
                    asked.requestId(),
                    result,
                    pair(asked),
                    known.status().isPresent() ? known.status().getAsInt() : "none",
                    known.requestId().orElse("(without id)"));
        } else if (failure != null) {
            result = "internal_error";
            // Only the class is logged: a message may quote what a user wrote.
            failed.warn(
                    "Session request %s failed: %s, %s, %s",
                    asked.requestId(), result, pair(asked), failure.getClass().getName());
        }
        meters.counter("rampgate.sessions", "result", result).increment();
    }

    /** Users write it; a request is valid only if each half is 32 letters, digits, dots, hyphens and underscores at most. */
    private static String pair(RequestedSession asked) {
        return asked.request().currency() + "/" + asked.request().network();
    }
}
