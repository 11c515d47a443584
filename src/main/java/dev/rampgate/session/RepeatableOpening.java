package dev.rampgate.session;

import dev.rampgate.edge.Problem;
import dev.rampgate.edge.ProblemException;
import dev.rampgate.edge.ProblemType;
import dev.rampgate.proof.ProofFailure;
import dev.rampgate.proof.ProofSession;
import dev.rampgate.session.IdempotencyStore.Claim.Answered;
import dev.rampgate.session.IdempotencyStore.Claim.Granted;
import dev.rampgate.session.IdempotencyStore.Claim.Mismatch;
import io.micrometer.core.instrument.MeterRegistry;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import org.jboss.logging.Logger;

/**
 * Opens a session under an idempotency key, however often it is asked to: claim -> open -> keep the answer. What is kept
 * of which outcome says {@code docs/decisions/0010-idempotency.md}. Counted: {@code rampgate.session.idempotency}, by
 * result.
 */
@ApplicationScoped
class RepeatableOpening {

    private static final Logger LOG = Logger.getLogger(RepeatableOpening.class);
    /** Opening a session mostly takes less. */
    private static final Duration WHEN_UNDER_WAY = Duration.ofSeconds(1);

    private static final Duration WHEN_AWAY = Duration.ofSeconds(2);

    private final IdempotencyStore store;
    private final SessionSettings settings;
    private final MeterRegistry meters;

    RepeatableOpening(IdempotencyStore store, SessionSettings settings, MeterRegistry meters) {
        this.store = store;
        this.settings = settings;
        this.meters = meters;
    }

    /**
     * The answer under a key: what was answered before, or that of a session opened now.
     *
     * @param opening opens the session when it is subscribed to
     * @return Proof's answer, byte for byte; fails as the opening does, or with a {@link ProblemException}: 409 while
     *     another opening is under way, 422 for another body, 503 if the database does not answer
     */
    Uni<byte[]> open(IdempotencyKey key, Uni<ProofSession> opening) {
        return inTime(store.claim(key)).onFailure().transform(this::away).chain(claim -> {
            // Not a switch over the sealed type: that is not in the Java of this build.
            if (claim instanceof Granted granted) {
                return open(key, granted, opening);
            }
            if (claim instanceof Answered answered) {
                count("repeated");
                return Uni.createFrom().item(answered.answer());
            }
            boolean mismatch = claim instanceof Mismatch;
            count(mismatch ? "mismatch" : "under_way");
            return Uni.createFrom()
                    .failure(new ProblemException(
                            mismatch
                                    ? Problem.of(ProblemType.IDEMPOTENCY_MISMATCH)
                                    : Problem.of(ProblemType.IDEMPOTENCY_IN_PROGRESS)
                                            .withRetryAfter(WHEN_UNDER_WAY)));
        });
    }

    private Uni<byte[]> open(IdempotencyKey key, Granted claim, Uni<ProofSession> opening) {
        count(claim.again() ? "again" : "first");
        if (claim.again()) {
            LOG.info(
                    "A request for a session is repeated that ended without a known outcome; another session is opened,"
                            + " and Proof may hold one that nobody uses");
        }
        return opening.map(ProofSession::body)
                .call(answer -> settled(store.keep(key, claim.id(), answer)))
                .onFailure()
                .call(failure -> settled(
                        openedNothing(failure) ? store.forget(key, claim.id()) : store.release(key, claim.id())));
    }

    private static boolean openedNothing(Throwable failure) {
        return failure instanceof ProofFailure known && known.kind().didNothing();
    }

    /** The caller's answer does not depend on it: without it, the key is free again when the claim's lease ends. */
    private Uni<Void> settled(Uni<Void> storing) {
        return inTime(storing)
                .onFailure()
                .invoke(away -> count("not_kept"))
                .onFailure()
                .recoverWithNull();
    }

    private <T> Uni<T> inTime(Uni<T> asked) {
        return asked.ifNoItem().after(settings.storeTimeout()).fail();
    }

    private ProblemException away(Throwable failure) {
        count("away");
        LOG.warnf("Idempotency keys cannot be looked up: %s", failure.getClass().getSimpleName());
        return new ProblemException(Problem.of(ProblemType.UNAVAILABLE).withRetryAfter(WHEN_AWAY));
    }

    private void count(String result) {
        meters.counter("rampgate.session.idempotency", "result", result).increment();
    }
}
