package dev.rampgate.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quarkus.runtime.configuration.ConfigurationException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IdempotencyTimesTest {

    private static final Duration LONGEST_OPENING = Duration.ofSeconds(16);

    @ParameterizedTest
    @ValueSource(strings = {"PT0S", "PT16S", "PT1H", "PT24H", "PT-1S"})
    void answersAreKeptLongerThanAnOpeningTakesAndShorterThanATokenLives(String keep) {
        assertThatThrownBy(() -> new IdempotencyTimes(Duration.parse(keep), LONGEST_OPENING))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("rampgate.session.idempotency.keep");
    }

    @Test
    void theDefaultIsFine() {
        assertThat(new IdempotencyTimes(Duration.ofMinutes(15), LONGEST_OPENING).keep())
                .isEqualTo(Duration.ofMinutes(15));
    }
}
