package dev.rampgate.proof;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class CircuitBreakerTest {

    private static final ProofFailure DOWN =
            ProofFailure.unanswered(ProofFailure.Kind.UNREACHABLE, new IOException("refused"));
    private static final ProofFailure MISSING =
            ProofFailure.answered(ProofFailure.Kind.NOT_FOUND, 404, null, null, null, null);

    private Instant now = Instant.parse("2026-05-02T08:00:00Z");
    private final CircuitBreaker breaker = new CircuitBreaker(3, Duration.ofSeconds(5), () -> now);

    @Test
    void itOpensAfterSoManyFailuresInARow() {
        assertThat(breaker.ended(DOWN)).isFalse();
        assertThat(breaker.ended(DOWN)).isFalse();
        assertThat(breaker.isClosed()).isTrue();
        assertThat(breaker.refusal()).isEmpty();

        assertThat(breaker.ended(DOWN)).isTrue();
        assertThat(breaker.isClosed()).isFalse();
        assertThat(breaker.refusal()).contains(Duration.ofSeconds(5));
    }

    @Test
    void anyAnswerInBetweenStartsTheCountAgain() {
        breaker.ended(DOWN);
        breaker.ended(DOWN);
        breaker.ended(MISSING);
        breaker.ended(DOWN);
        breaker.ended(DOWN);

        assertThat(breaker.isClosed()).isTrue();
    }

    @Test
    void whileItIsOpenOneCallAPauseIsLetThrough() {
        open();
        now = now.plusSeconds(2);
        assertThat(breaker.refusal()).contains(Duration.ofSeconds(3));
        now = now.plusSeconds(3);
        assertThat(breaker.refusal()).isEmpty();
        assertThat(breaker.refusal()).contains(Duration.ofSeconds(5));
    }

    @Test
    void aClockThatIsSetBackDelaysTheNextCallByThePauseAlone() {
        open();
        now = now.minus(Duration.ofHours(1));
        assertThat(breaker.refusal()).contains(Duration.ofSeconds(5));
        now = now.plusSeconds(5);

        assertThat(breaker.refusal()).isEmpty();
    }

    @Test
    void aCallThatFailsAgainLeavesItOpen() {
        open();
        now = now.plusSeconds(5);
        breaker.refusal();

        assertThat(breaker.ended(DOWN)).isFalse();
        assertThat(breaker.refusal()).contains(Duration.ofSeconds(5));
    }

    @Test
    void aCallThatIsAnsweredClosesIt() {
        open();
        now = now.plusSeconds(5);
        breaker.refusal();

        assertThat(breaker.ended(null)).isTrue();
        assertThat(breaker.refusal()).isEmpty();
        assertThat(breaker.ended(DOWN)).isFalse();
    }

    @Test
    void aPermissionThatIsNeverUsedKeepsNoOtherCallAway() {
        open();
        now = now.plusSeconds(5);
        assertThat(breaker.refusal()).isEmpty();
        now = now.plusSeconds(5);
        assertThat(breaker.refusal()).isEmpty();
    }

    private void open() {
        breaker.ended(DOWN);
        breaker.ended(DOWN);
        breaker.ended(DOWN);
    }
}
