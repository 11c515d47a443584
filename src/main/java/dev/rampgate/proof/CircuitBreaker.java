package dev.rampgate.proof;

import dev.rampgate.eventloop.SteadyClock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;

/**
 * Keeps calls away from Proof while it is down: opens after a number of calls in a row that found it down, and then permits
 * one call at a time, until one is answered. Safe for use by several threads. Sessions and polls each have one of
 * their own; see {@code docs/decisions/0015-circuit-breaker.md}.
 */
public final class CircuitBreaker {

    private static final int FAILURES = 20;
    private static final Duration PAUSE = Duration.ofSeconds(5);

    private final int threshold;
    private final Duration pause;
    private final InstantSource clock;
    private int failures;
    private Instant nextTry = Instant.MIN;

    /** One that opens after 20 failures in a row and tries every 5 s. */
    public CircuitBreaker(InstantSource clock) {
        this(FAILURES, PAUSE, clock);
    }

    /**
     * @param threshold failures in a row that open it, at least 1
     * @param pause between two tries while it is open
     */
    CircuitBreaker(int threshold, Duration pause, InstantSource clock) {
        this.threshold = threshold;
        this.pause = pause;
        this.clock = new SteadyClock(clock);
    }

    /** Whether the number of calls is not limited. */
    public synchronized boolean isClosed() {
        return failures < threshold;
    }

    /**
     * Asks for permission to make one call. An open breaker permits one call per pause. The permission counts as used, however
     * that call ends, so that nothing has to be given back.
     *
     * @return nothing if the call may be made; else how long until the next try
     */
    public synchronized Optional<Duration> refusal() {
        if (isClosed()) {
            return Optional.empty();
        }
        Instant now = clock.instant();
        if (nextTry.isAfter(now)) {
            return Optional.of(Duration.between(now, nextTry));
        }
        nextTry = now.plus(pause);
        return Optional.empty();
    }

    /**
     * Records how a call ended.
     *
     * @param failure null if it was answered; a failure that only concerns the call itself counts as an answer, too
     * @return whether this opened or closed the breaker
     */
    public synchronized boolean ended(Throwable failure) {
        boolean before = isClosed();
        if (failure instanceof ProofFailure known && known.kind().isOutage()) {
            failures = Math.min(failures + 1, threshold);
            if (before && !isClosed()) {
                nextTry = clock.instant().plus(pause);
            }
        } else {
            failures = 0;
        }
        return before != isClosed();
    }
}
