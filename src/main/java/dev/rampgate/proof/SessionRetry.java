package dev.rampgate.proof;

import java.time.Duration;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * Whether the session call is made once more after a failure, and when: the table of the Proof contract, section 7,
 * with our numbers where it gives none. Pure.
 *
 * <p>After a timeout a session may exist that we never saw; another call may then open a second one, and the first is never used.
 */
final class SessionRetry {
    /** Most calls in all, the first included. */
    static final int MAX_ATTEMPTS = 4;

    /**
     * What was tried already.
     *
     * @param made calls made
     * @param internalErrorRetried whether a 500 was followed by its one retry
     * @param otherTokenTried whether a 401 was followed by a call with the other token
     */
    record Attempts(int made, boolean internalErrorRetried, boolean otherTokenTried) {
        static final Attempts FIRST = new Attempts(1, false, false);

        private Attempts oneMore() {
            return new Attempts(made + 1, internalErrorRetried, otherTokenTried);
        }
    }

    /**
     * One call more.
     *
     * @param delay how long to wait before it
     * @param attempts what will have been tried, this call included
     */
    record Next(Duration delay, Attempts attempts) {}

    private final Backoff backoff;

    SessionRetry(Backoff backoff) {
        this.backoff = backoff;
    }

    /** The waits between the attempts: base 0.5 s, factor 2, cap 8 s. */
    static Backoff backoff(RandomGenerator random) {
        return new Backoff(Duration.ofMillis(500), 2, Duration.ofSeconds(8), random);
    }

    /**
     * What to do after a failure.
     *
     * @param soFar the calls made, the failed one included
     * @param left how much of the deadline is left; a delay that does not fit means giving up at once
     * @param otherToken whether there is another client token to try
     */
    Optional<Next> after(ProofFailure failure, Attempts soFar, Duration left, boolean otherToken) {
        if (soFar.made() >= MAX_ATTEMPTS) {
            return Optional.empty();
        }
        Optional<Next> next =
                switch (failure.kind()) {
                    case UNAUTHORISED ->
                        otherToken && !soFar.otherTokenTried() ? withOtherToken(soFar) : Optional.empty();
                    case INTERNAL_ERROR ->
                        soFar.internalErrorRetried() ? Optional.empty() : afterInternalError(failure, soFar);
                    case UPSTREAM_ERROR, UPSTREAM_UNAVAILABLE, RATE_LIMITED, UNAVAILABLE, UNREACHABLE, TIMEOUT ->
                        backedOff(failure, soFar);
                    case CURRENCY_NOT_ALLOWED,
                            WALLET_NOT_SUPPORTED,
                            INVALID_REQUEST,
                            FORBIDDEN,
                            SELL_NOT_ENABLED,
                            NOT_FOUND,
                            VERIFICATION_REQUIRED,
                            INVALID_ANSWER,
                            REFUSED -> Optional.empty();
                };
        return next.filter(retry -> retry.delay().compareTo(left) < 0);
    }

    private static Optional<Next> withOtherToken(Attempts soFar) {
        return Optional.of(new Next(Duration.ZERO, new Attempts(soFar.made() + 1, soFar.internalErrorRetried(), true)));
    }

    private Optional<Next> afterInternalError(ProofFailure failure, Attempts soFar) {
        return Optional.of(
                new Next(delay(failure, soFar), new Attempts(soFar.made() + 1, true, soFar.otherTokenTried())));
    }

    private Optional<Next> backedOff(ProofFailure failure, Attempts soFar) {
        return Optional.of(new Next(delay(failure, soFar), soFar.oneMore()));
    }

    private Duration delay(ProofFailure failure, Attempts soFar) {
        Duration own = backoff.delay(soFar.made());
        return failure.retryAfter().filter(asked -> asked.compareTo(own) > 0).orElse(own);
    }
}
