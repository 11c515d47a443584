package dev.rampgate.eventloop;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class SteadyClockTest {

    private Instant now = Instant.parse("2027-01-01T00:00:00Z");

    @Test
    void itGoesOnFromWhereItWasThoughTheClockBelowIsSetBackAgainAndAgain() {
        SteadyClock steady = new SteadyClock(() -> now);
        Instant begun = steady.instant();
        for (int step = 1; step <= 3; step++) {
            now = now.minus(Duration.ofHours(1));
            steady.instant();
            now = now.plusSeconds(10);

            assertThat(steady.instant()).isEqualTo(begun.plusSeconds(10L * step));
        }
    }
}
