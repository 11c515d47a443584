package dev.rampgate.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rampgate.ledger.Channel;
import dev.rampgate.ledger.Status;
import dev.rampgate.ledger.Transition;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class TransitionDelayTest {

    private static final Instant CHANGED = Instant.parse("2026-05-02T08:00:00Z");

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final TransitionDelay promptness = new TransitionDelay(() -> CHANGED.plusSeconds(7), meters);

    @Test
    void theDelayCountsFromProofsChangeToOurCommit() {
        commit(transition(Channel.POLL, null, CHANGED));

        assertThat(count("poll")).isEqualTo(1);
        assertThat(meters.get("rampgate.transition.delay")
                        .tag("channel", "poll")
                        .timer()
                        .totalTime(TimeUnit.SECONDS))
                .isEqualTo(7);
    }

    @Test
    void aWebhookThatMadeUsAskCountsAsFirst() {
        commit(transition(Channel.POLL, CHANGED.plusSeconds(1), CHANGED));

        assertThat(count("webhook")).isEqualTo(1);
        assertThat(count("poll")).isZero();
    }

    @Test
    void aWebhookThatCameAfterTheObservationDoesNot() {
        commit(transition(Channel.SOCKET, CHANGED.plusSeconds(6), CHANGED));

        assertThat(count("socket")).isEqualTo(1);
        assertThat(count("webhook")).isZero();
    }

    @Test
    void whatHasNoTimeOfProofsIsNotMeasuredAndAClockAheadIsNoNegativeDelay() {
        commit(transition(Channel.POLL, null, null));
        assertThat(count("poll")).isZero();

        commit(transition(Channel.POLL, null, CHANGED.plusSeconds(60)));
        assertThat(meters.get("rampgate.transition.delay")
                        .tag("channel", "poll")
                        .timer()
                        .totalTime(TimeUnit.SECONDS))
                .isZero();
    }

    private void commit(Transition transition) {
        promptness.committed(OneChange.moved(transition));
    }

    private long count(String channel) {
        return meters.get("rampgate.transition.delay")
                .tag("channel", channel)
                .timer()
                .count();
    }

    private static Transition transition(Channel channel, Instant reportedAt, Instant occurredAt) {
        return new Transition(
                "tx-1", 2, 1, Status.PROCESSING, channel, reportedAt, occurredAt, CHANGED.plusSeconds(5), null, false);
    }
}
