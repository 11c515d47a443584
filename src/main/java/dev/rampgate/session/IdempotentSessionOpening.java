package dev.rampgate.session;

import dev.rampgate.database.ConnectionShare;
import dev.rampgate.database.ConnectionShares;
import dev.rampgate.database.DatabaseFailure;
import dev.rampgate.eventloop.DetachedWork;
import dev.rampgate.problem.Problem;
import dev.rampgate.problem.ProblemException;
import dev.rampgate.problem.ProblemType;
import dev.rampgate.proof.ProofFailure;
import dev.rampgate.proof.ProofSession;
import dev.rampgate.session.IdempotencyStore.Claim;
import dev.rampgate.session.IdempotencyStore.Claim.Answered;
import dev.rampgate.session.IdempotencyStore.Claim.Granted;
import dev.rampgate.session.IdempotencyStore.Claim.Mismatch;
import dev.rampgate.telemetry.ThrottledLog;
import io.micrometer.core.instrument.MeterRegistry;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/**
 * Opens one session for an idempotency key, however often it is requested: claim -> open -> keep the answer. Decision 10
 * ({@code docs/decisions/0010-idempotency.md}) says what is kept of each outcome. Counted: {@code rampgate.session.idempotency}, by
 * result.
 */
@ApplicationScoped
class IdempotentSessionOpening {

    private static final Logger LOG = Logger.getLogger(IdempotentSessionOpening.class);

    /** Opening a session mostly takes less. */
    private static final Duration WHEN_IN_FLIGHT = Duration.ofSeconds(1);

    private static final Duration WHEN_AWAY = Duration.ofSeconds(2);

    private final IdempotencyStore store;
    private final DetachedWork detached;
    private final ConnectionShare share;
    private final SessionSettings settings;
    private final MeterRegistry meters;
    private final ThrottledLog lookups;
    private final ThrottledLog repetitions;

    IdempotentSessionOpening(
            IdempotencyStore store,
            DetachedWork detached,
            ConnectionShares shares,
            SessionSettings settings,
            InstantSource clock,
            MeterRegistry meters) {
        this.lookups = new ThrottledLog(LOG, clock);
        this.repetitions = new ThrottledLog(LOG, clock);
        this.store = store;
        this.detached = detached;
        this.share = shares.sessions();
        this.settings = settings;
        this.meters = meters;
    }

    /**
     * The session under a key: what was answered before, or one opened now.
     *
     * @param opening opens the session; called only with the claim
     * @return fails as the opening does, or with a {@link ProblemException}: 409 while another opening is in flight, 422 for
     *     another body, 503 if the database does not answer
     */
    Uni<ProofSession> open(IdempotencyKey key, Supplier<Uni<ProofSession>> opening) {
        return claim(key).chain(claim -> {
            // Not a switch over the sealed type: that is not in the Java of this build.
            if (claim instanceof Granted granted) {
                return open(key, granted, opening);
            }
            if (claim instanceof Answered answered) {
                count("repeated");
                return Uni.createFrom().item(ProofSession.kept(answered.answer()));
            }
            boolean mismatch = claim instanceof Mismatch;
            count(mismatch ? "mismatch" : "in_flight");
            return Uni.createFrom()
                    .failure(new ProblemException(
                            mismatch
                                    ? Problem.of(ProblemType.IDEMPOTENCY_MISMATCH)
                                    : Problem.of(ProblemType.IDEMPOTENCY_IN_PROGRESS)
                                            .withRetryAfter(WHEN_IN_FLIGHT)));
        });
    }

    private Uni<ProofSession> open(IdempotencyKey key, Granted claim, Supplier<Uni<ProofSession>> opening) {
        count(claim.again() ? "again" : "first");
        if (claim.again()) {
            repetitions.info("A request for a session whose outcome is unknown is repeated; another session is opened,"
                    + " and Proof may keep one that is never used");
        }
        return Uni.createFrom()
                .deferred(() -> opening.get())
                .call(session -> settled(store.keep(key, claim.id(), session.body())))
                .onFailure()
                .call(failure -> settled(
                        openedNothing(failure) ? store.forget(key, claim.id()) : store.release(key, claim.id())));
    }

    /** A claim that is granted after its request was answered with 503 is given back, so that the key is free for the next. */
    private Uni<Claim> claim(IdempotencyKey key) {
        AtomicBoolean tooLate = new AtomicBoolean();
        Uni<Claim> claim = store.claim(key)
                .call(late -> tooLate.get() && late instanceof Granted granted
                        ? giveBack(key, granted)
                        : Uni.createFrom().voidItem());
        return inTime(claim)
                .onFailure()
                .invoke(() -> tooLate.set(true))
                .onFailure()
                .transform(this::away);
    }

    private Uni<Void> giveBack(IdempotencyKey key, Granted claim) {
        return claim.again() ? store.release(key, claim.id()) : store.forget(key, claim.id());
    }

    private static boolean openedNothing(Throwable failure) {
        // A problem of ours comes before Proof is asked.
        return failure instanceof ProblemException
                || failure instanceof ProofFailure known && known.kind().didNothing();
    }

    /** The caller's answer does not depend on it: without it, the key is free again when the claim's lease ends. */
    private Uni<Void> settled(Uni<Void> storing) {
        return inTime(storing)
                .onFailure()
                .invoke(away -> count("not_kept"))
                .onFailure()
                .recoverWithNull();
    }

    /** The statement continues, but the request does not wait for it any longer. */
    private <T> Uni<T> inTime(Uni<T> asked) {
        return detached.toItsEnd(share.within(() -> asked))
                .ifNoItem()
                .after(settings.storeTimeout())
                .fail();
    }

    private ProblemException away(Throwable failure) {
        boolean outage = DatabaseFailure.isOutage(failure);
        count(outage ? "away" : "busy");
        lookups.warn(
                outage
                        ? "Idempotency keys cannot be looked up: %s"
                        : "An idempotency key was not looked up though the database is there: %s",
                DatabaseFailure.detail(failure));
        return new ProblemException(Problem.of(ProblemType.UNAVAILABLE).withRetryAfter(WHEN_AWAY));
    }

    private void count(String result) {
        meters.counter("rampgate.session.idempotency", "result", result).increment();
    }
}
