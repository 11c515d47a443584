package dev.rampgate.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rampgate.channel.socket.SocketChannel;
import dev.rampgate.channel.socket.SocketClaims;
import dev.rampgate.proof.ProofSocketConnection;
import dev.rampgate.telemetry.Traces;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Which sockets a replica renews, and when. */
class SocketRenewalTest {

    private static final WorldSettings.Socketing SETTINGS = new WorldSettings.Socketing(100);

    /** The longest pause between two rounds. */
    private static final Duration PAUSE = SETTINGS.interval().multipliedBy(11).dividedBy(10);

    private final VirtualTime time = new VirtualTime(Instant.parse("2027-01-01T00:00:00Z"));
    private final List<Map<String, Boolean>> renewals = new ArrayList<>();
    private final Set<String> free = new HashSet<>(Set.of("a", "b"));
    private Duration setBack = Duration.ZERO;

    @BeforeEach
    void start() {
        new SocketChannel(
                        new RecordedClaims(),
                        new MemoryDatabase(
                                        time,
                                        new SplittableRandom(2),
                                        new WorldSettings.Reconciling(10, 1, 100, 100, 100),
                                        new WorldSettings.Polling(20, 10, 2, Duration.ofSeconds(1)),
                                        SETTINGS,
                                        true)
                                .store(),
                        (id, listener) -> Uni.createFrom().item(new Connection(id)),
                        null,
                        null,
                        SETTINGS,
                        new VirtualLoop(time),
                        () -> time.instant().minus(setBack),
                        new SplittableRandom(1),
                        Traces.off(),
                        new SimpleMeterRegistry())
                .start();
        pass(PAUSE.multipliedBy(2));
        renewals.clear();
    }

    @Test
    void allAreRenewedWithinALeaseThoughTheClockIsSetBack() {
        setBack = Duration.ofHours(1);

        pass(PAUSE.multipliedBy(2));

        assertThat(renewals).contains(Map.of("a", true, "b", true));
    }

    @Test
    void aSocketThatIsClaimedAgainAfterItsLeaseIsRenewedAtOnce() {
        free.add("b");
        while (!free.isEmpty()) {
            time.step();
        }
        renewals.clear();

        pass(Duration.ofMillis(100));

        assertThat(renewals).containsExactly(Map.of("b", true));
    }

    private void pass(Duration duration) {
        boolean[] over = new boolean[1];
        time.after(duration, () -> over[0] = true);
        while (!over[0]) {
            time.step();
        }
    }

    private record Connection(String transactionId) implements ProofSocketConnection {

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {
            // No test closes it.
        }
    }

    /** Renews whatever it is asked for, and hands out what is free. */
    private final class RecordedClaims implements SocketClaims {

        @Override
        public Uni<Set<String>> claim(int limit) {
            return Uni.createFrom().item(() -> {
                Set<String> claimed = Set.copyOf(free);
                free.clear();
                return claimed;
            });
        }

        @Override
        public Uni<Optional<Duration>> untilNextLeaseEnds() {
            return Uni.createFrom().item(Optional.empty());
        }

        @Override
        public Uni<Boolean> areRefused() {
            return Uni.createFrom().item(false);
        }

        @Override
        public Uni<Boolean> refuse() {
            return Uni.createFrom().item(false);
        }

        @Override
        public Uni<Void> resume() {
            return Uni.createFrom().voidItem();
        }

        @Override
        public Uni<Set<String>> renew(Map<String, Boolean> held) {
            renewals.add(Map.copyOf(held));
            return Uni.createFrom().item(Set.copyOf(held.keySet()));
        }

        @Override
        public Uni<Void> forgetCold() {
            return Uni.createFrom().voidItem();
        }

        @Override
        public Uni<Void> release(Set<String> held) {
            return Uni.createFrom().voidItem();
        }
    }
}
