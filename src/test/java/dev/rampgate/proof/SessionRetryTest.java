package dev.rampgate.proof;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rampgate.proof.ProofFailure.Kind;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SessionRetryTest {
    private static final Duration PLENTY = Duration.ofHours(1);
    /** Always draws the longest wait there may be. */
    private static final RandomGenerator LONGEST = new RandomGenerator() {
        @Override
        public long nextLong() {
            return 0;
        }

        @Override
        public long nextLong(long bound) {
            return bound - 1;
        }
    };

    private final SessionRetry retry = new SessionRetry(SessionRetry.backoff(LONGEST));

    @ParameterizedTest
    @EnumSource(
            mode = EnumSource.Mode.INCLUDE,
            names = {
                "CURRENCY_NOT_ALLOWED",
                "WALLET_NOT_SUPPORTED",
                "INVALID_REQUEST",
                "UNAUTHORISED",
                "FORBIDDEN",
                "SELL_NOT_ENABLED",
                "NOT_FOUND",
                "VERIFICATION_REQUIRED",
                "INVALID_ANSWER",
                "REFUSED"
            })
    void theseAreNeverTriedAgain(Kind kind) {
        assertThat(retry.after(failure(kind), SessionRetry.Attempts.FIRST, PLENTY, false))
                .isEmpty();
    }

    @ParameterizedTest
    @EnumSource(
            mode = EnumSource.Mode.INCLUDE,
            names = {"UPSTREAM_ERROR", "UPSTREAM_UNAVAILABLE", "RATE_LIMITED", "UNAVAILABLE", "UNREACHABLE", "TIMEOUT"})
    void theseAreTriedFourTimesInAllWithGrowingWaits(Kind kind) {
        SessionRetry.Attempts attempts = SessionRetry.Attempts.FIRST;
        for (long millis : new long[] {500, 1000, 2000}) {
            SessionRetry.Next next =
                    retry.after(failure(kind), attempts, PLENTY, true).orElseThrow();
            assertThat(next.delay()).isEqualTo(Duration.ofMillis(millis));
            attempts = next.attempts();
        }
        assertThat(attempts.made()).isEqualTo(4);
        assertThat(retry.after(failure(kind), attempts, PLENTY, true)).isEmpty();
    }

    @Test
    void anInternalErrorIsTriedOnceMoreWhateverComesBetween() {
        SessionRetry.Attempts second = retry.after(
                        failure(Kind.INTERNAL_ERROR), SessionRetry.Attempts.FIRST, PLENTY, false)
                .orElseThrow()
                .attempts();
        assertThat(retry.after(failure(Kind.INTERNAL_ERROR), second, PLENTY, false))
                .isEmpty();
        SessionRetry.Attempts third = retry.after(failure(Kind.UPSTREAM_ERROR), second, PLENTY, false)
                .orElseThrow()
                .attempts();
        assertThat(retry.after(failure(Kind.INTERNAL_ERROR), third, PLENTY, false))
                .isEmpty();
    }

    @Test
    void aRefusedTokenIsFollowedByTheOtherAtOnceAndOnce() {
        SessionRetry.Next next = retry.after(failure(Kind.UNAUTHORISED), SessionRetry.Attempts.FIRST, PLENTY, true)
                .orElseThrow();
        assertThat(next.delay()).isZero();
        assertThat(retry.after(failure(Kind.UNAUTHORISED), next.attempts(), PLENTY, true))
                .isEmpty();
    }

    @Test
    void retryAfterIsHonouredWhenItIsLongerThanTheOwnWait() {
        assertThat(delay(Duration.ofSeconds(3))).contains(Duration.ofSeconds(3));
        assertThat(delay(Duration.ofMillis(1))).contains(Duration.ofMillis(500));
    }

    @Test
    void aWaitThatDoesNotFitTheDeadlineMeansGivingUpAtOnce() {
        assertThat(delay(PLENTY)).isEmpty();
        assertThat(delay(PLENTY.minusMillis(1))).isPresent();
        assertThat(retry.after(
                        failure(Kind.UPSTREAM_ERROR), SessionRetry.Attempts.FIRST, Duration.ofMillis(500), false))
                .isEmpty();
        assertThat(retry.after(failure(Kind.UNAUTHORISED), SessionRetry.Attempts.FIRST, Duration.ZERO, true))
                .isEmpty();
    }

    @Test
    void noKindIsForgotten() {
        for (Kind kind : EnumSet.allOf(Kind.class)) {
            assertThat(retry.after(failure(kind), SessionRetry.Attempts.FIRST, PLENTY, true))
                    .isNotNull();
        }
    }

    private Optional<Duration> delay(Duration retryAfter) {
        ProofFailure failure = ProofFailure.answered(Kind.RATE_LIMITED, 429, null, null, null, retryAfter);
        return retry.after(failure, SessionRetry.Attempts.FIRST, PLENTY, false).map(SessionRetry.Next::delay);
    }

    private static ProofFailure failure(Kind kind) {
        return ProofFailure.answered(kind, 0, null, null, null, null);
    }
}
