package dev.rampgate.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rampgate.ledger.Channel;
import dev.rampgate.ledger.Status;
import dev.rampgate.ledger.Transition;
import dev.rampgate.support.LogListener;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CommitListenersTest {

    private static final Instant TIME = Instant.parse("2026-05-02T08:00:00Z");

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();

    @Test
    void aListenerThatThrowsIsCountedAndTheOthersAreNotified() {
        List<BatchChanges> seen = new ArrayList<>();
        CommitListeners listeners =
                new CommitListeners(List.of(seen::add, new Broken(), seen::add), () -> TIME, meters);
        BatchChanges changes = OneChange.moved(
                new Transition("t-1", 1, 1, Status.PROCESSING, Channel.SOCKET, null, TIME, TIME, null, false));

        try (LogListener log = LogListener.on(CommitListeners.class.getName())) {
            listeners.committed(changes);

            assertThat(seen).containsExactly(changes, changes);
            assertThat(log.logged()).singleElement().satisfies(line -> {
                assertThat(line.getFormattedMessage())
                        .contains("Broken", "IllegalStateException")
                        .doesNotContain("customer-8841");
                assertThat(line.getThrown()).isNull();
            });
        }
        assertThat(meters.get("rampgate.commit.listener.failures")
                        .tag("listener", "Broken")
                        .counter()
                        .count())
                .isOne();
    }

    private static final class Broken implements CommitListener {
        @Override
        public void committed(BatchChanges changes) {
            throw new IllegalStateException("of customer-8841");
        }
    }
}
