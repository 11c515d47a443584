package dev.rampgate.proof;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BackoffTest {
    private static final Duration BASE = Duration.ofMillis(500);
    private static final Duration CAP = Duration.ofSeconds(8);

    private final Backoff backoff = new Backoff(BASE, 2, CAP, new SplittableRandom(42));

    @Test
    void theLimitDoublesWithEachFailureUpToTheCap() {
        assertThat(IntStream.rangeClosed(1, 7).mapToObj(backoff::limit).map(Duration::toMillis))
                .containsExactly(500L, 1000L, 2000L, 4000L, 8000L, 8000L, 8000L);
    }

    @Test
    void theLimitStaysAtTheCapHoweverManyFailuresThereWere() {
        assertThat(backoff.limit(Integer.MAX_VALUE)).isEqualTo(CAP);
    }

    @Test
    void delaysFillTheWholeRangeBelowTheLimit() {
        var delays = IntStream.range(0, 10_000)
                .mapToObj(i -> backoff.delay(3))
                .map(Duration::toMillis)
                .toList();
        assertThat(delays).allMatch(millis -> millis >= 0 && millis <= 2000);
        assertThat(delays).anyMatch(millis -> millis < 100).anyMatch(millis -> millis > 1900);
        assertThat(delays.stream().mapToLong(Long::longValue).average().orElseThrow())
                .isBetween(950.0, 1050.0);
    }

    @Test
    void theExtremesOfTheGeneratorStayWithinTheRange() {
        assertThat(new Backoff(BASE, 2, CAP, always(0)).delay(1)).isEqualTo(Duration.ZERO);
        assertThat(new Backoff(BASE, 2, CAP, always(Long.MAX_VALUE)).delay(1)).isLessThanOrEqualTo(BASE);
    }

    @Test
    void senselessNumbersAreRefused() {
        RandomGenerator random = new SplittableRandom(1);
        assertThatIllegalArgumentException().isThrownBy(() -> new Backoff(Duration.ZERO, 2, CAP, random));
        assertThatIllegalArgumentException().isThrownBy(() -> new Backoff(BASE, 0.5, CAP, random));
        assertThatIllegalArgumentException().isThrownBy(() -> new Backoff(CAP, 2, BASE, random));
        assertThatIllegalArgumentException().isThrownBy(() -> backoff.delay(0));
    }

    private static RandomGenerator always(long value) {
        return () -> value;
    }
}
