package dev.rampgate.proof;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long to wait after a failure: exponential with full jitter, so that many waiting callers spread out (Proof
 * contract, section 6). Pure; the session call, the polls and the sockets each have one with their own numbers.
 */
public final class Backoff {
    private final Duration base;
    private final double factor;
    private final Duration cap;
    private final RandomGenerator random;

    /**
     * @param base upper limit of the first delay
     * @param factor by how much the limit grows with each further failure, at least 1
     * @param cap the limit never exceeds it
     * @param random must be safe for use by several threads if this backoff is
     */
    public Backoff(Duration base, double factor, Duration cap, RandomGenerator random) {
        if (base.isNegative() || base.isZero() || factor < 1 || cap.compareTo(base) < 0) {
            throw new IllegalArgumentException(
                    "a backoff needs a positive base, a factor of 1 or more, and a cap of the" + " base or more");
        }
        this.base = base;
        this.factor = factor;
        this.cap = cap;
        this.random = random;
    }

    /** Uniformly between nothing and {@link #limit} of as many failures in a row. */
    public Duration delay(int failures) {
        return Duration.ofNanos(random.nextLong(limit(failures).toNanos() + 1));
    }

    /**
     * The longest delay that may come out.
     *
     * @param failures how many calls in a row have failed, at least 1
     */
    public Duration limit(int failures) {
        if (failures < 1) {
            throw new IllegalArgumentException("nothing has failed yet: " + failures);
        }
        // Infinity for a large exponent, which the cap takes care of.
        double nanos = base.toNanos() * Math.pow(factor, failures - 1);
        return nanos < cap.toNanos() ? Duration.ofNanos((long) nanos) : cap;
    }
}
