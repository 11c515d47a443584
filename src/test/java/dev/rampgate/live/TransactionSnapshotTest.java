package dev.rampgate.live;

import static dev.rampgate.live.Snapshots.lines;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TransactionSnapshotTest {

    private static final Duration GRACE = Duration.ofMinutes(10);

    @Test
    void whoSawTheBeginningMissesTheRestInOrder() {
        TransactionSnapshot snapshot = Snapshots.of("tx", "pending", "processing+", "completed!");

        assertThat(lines(snapshot.after(new EventId(1, false))))
                .containsExactly(
                        "transition 2 processing",
                        "confirmed 2.1 processing+",
                        "transition 3 completed+",
                        "confirmed 3.1 completed+");
    }

    @Test
    void whoSawATransitionMissesItsConfirmationOnly() {
        TransactionSnapshot snapshot = Snapshots.of("tx", "pending", "processing+");

        assertThat(lines(snapshot.after(new EventId(2, false)))).containsExactly("confirmed 2.1 processing+");
        assertThat(snapshot.after(new EventId(2, true))).isEmpty();
    }

    @Test
    void whateverIsReadInBetweenTheEventsAreTheSame() {
        List<TransactionSnapshot> growing = List.of(
                Snapshots.of("tx", "pending"),
                Snapshots.of("tx", "pending", "processing"),
                Snapshots.of("tx", "pending", "processing+"),
                Snapshots.of("tx", "pending", "processing+", "completed"),
                Snapshots.of("tx", "pending", "processing+", "completed+"));
        List<String> all = lines(growing.get(4).after(new EventId(1, false))).stream()
                .map(line -> line.substring(0, line.lastIndexOf(' ')))
                .toList();

        // Each reader sees any choice of the snapshots, in order, and the last one.
        for (int choice = 0; choice < 16; choice++) {
            EventId seen = new EventId(1, false);
            List<String> told = new ArrayList<>();
            for (int read = 0; read < growing.size(); read++) {
                if (read == growing.size() - 1 || (choice & 1 << read) != 0) {
                    lines(growing.get(read).after(seen)).stream()
                            .map(line -> line.substring(0, line.lastIndexOf(' ')))
                            .forEach(told::add);
                    seen = growing.get(read).last();
                }
            }
            assertThat(told).isEqualTo(all);
        }
    }

    @Test
    void anEarlierStepIsShownAsItStoodThen() {
        TransactionSnapshot snapshot = Snapshots.of("tx", "pending", "processing", "completed!");

        TransactionView then = snapshot.after(new EventId(1, false)).get(0).data();

        assertThat(then.status()).isEqualTo("processing");
        assertThat(then.settled()).isFalse();
        assertThat(then.requestedAmount()).isEqualTo("42.75");
    }

    @Test
    void aStreamEndsWhenSettledOrSomeTimeAfterATerminalStatus() {
        assertThat(Snapshots.of("tx", "pending", "completed!").endsAt(GRACE)).isEqualTo(Instant.MIN);
        assertThat(Snapshots.of("tx", "pending", "failed!").endsAt(GRACE)).isEqualTo(Snapshots.CHANGED_AT.plus(GRACE));
        assertThat(Snapshots.of("tx", "pending", "processing!").endsAt(GRACE)).isEqualTo(Instant.MAX);
    }
}
