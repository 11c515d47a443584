package dev.rampgate.channel.poll;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rampgate.eventloop.EventLoop;
import dev.rampgate.pollqueue.PollPlan.Priority;
import dev.rampgate.pollqueue.PollQueue.Claim;
import dev.rampgate.pollqueue.PollSettings;
import dev.rampgate.proof.StatusReport;
import dev.rampgate.reconcile.ReconcileSettings;
import dev.rampgate.reconcile.ReconcileStream;
import dev.rampgate.support.TestSettings;
import dev.rampgate.telemetry.Traces;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.Cancellable;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The moment that the budget gives a call, and a process that is too busy to keep it. */
class PollSlotTest {

    private static final PollSettings SETTINGS = TestSettings.of(PollSettings.class, Map.of());

    private static final Duration PAUSE = SETTINGS.interval().multipliedBy(9).dividedBy(10);

    private static final Instant START = Instant.parse("2026-05-02T08:00:00Z");

    /** Short, so that two moments come before the next round. */
    private static final Duration SPACING = Duration.ofMillis(20);

    private final SortedMap<Duration, Runnable> calls = new TreeMap<>();
    private final List<String> asked = new ArrayList<>();
    private final List<String> released = new ArrayList<>();
    private Duration untilMoment = Duration.ofMillis(200);
    private List<Claim> nudged = List.of();
    private Instant now = START;

    @Test
    void aSlotThatWasMissedIsNotMadeUpForAndTheTransactionWaitsForAnother() {
        start();

        now = now.plus(untilMoment).plusMillis(51);
        calls.values().forEach(Runnable::run);

        assertThat(asked).isEmpty();
        assertThat(released).containsExactly("tx-1");
    }

    @Test
    void aSlotThatPassedBeforeTheClaimWasAnsweredIsMissedToo() {
        untilMoment = Duration.ofMillis(-51);

        start();
        calls.values().forEach(Runnable::run);

        assertThat(asked).isEmpty();
        assertThat(released).containsExactly("tx-1");
    }

    @Test
    void aSlotThatComesAfterTheEndHasBegunIsGivenBack() {
        PollChannel channel = start();

        channel.stop();
        assertThat(channel.isStopped()).isFalse();
        now = now.plus(untilMoment);
        calls.values().forEach(Runnable::run);

        assertThat(asked).isEmpty();
        assertThat(released).containsExactly("tx-1");
        assertThat(channel.isStopped()).isTrue();
    }

    @Test
    void theNextSlotBelongsToANudgeThoughAPollWasClaimedForIt() {
        nudged = List.of(of("nudged", Priority.NUDGED, untilMoment.plus(SPACING)));
        start();

        callAt(untilMoment);
        assertThat(asked).containsExactly("nudged");

        callAt(untilMoment.plus(SPACING));
        assertThat(asked).containsExactly("nudged", "tx-1");
        assertThat(released).isEmpty();
    }

    @Test
    void aMissedSlotIsLostToTheLeastUrgent() {
        nudged = List.of(of("nudged", Priority.NUDGED, untilMoment.plus(SPACING)));
        start();

        now = now.plus(untilMoment).plusMillis(51);
        calls.values().forEach(Runnable::run);

        assertThat(asked).containsExactly("nudged");
        assertThat(released).containsExactly("tx-1");
    }

    private void callAt(Duration moment) {
        now = START.plus(moment);
        calls.get(moment).run();
    }

    private static Claim of(String id, Priority priority, Duration untilMoment) {
        return new Claim(id, priority, 0, Duration.ZERO, false, untilMoment);
    }

    private PollChannel start() {
        EventLoop loop = new HandDrivenLoop();
        PollChannel channel = new PollChannel(
                new FewClaims(),
                this::ask,
                null,
                unused(loop),
                SETTINGS,
                loop,
                () -> now,
                new Random(1),
                Traces.off(),
                new SimpleMeterRegistry());
        channel.start();
        return channel;
    }

    /** Proof never answers here, so that nothing is ever offered to it. */
    private ReconcileStream unused(EventLoop loop) {
        ReconcileSettings defaults = TestSettings.of(ReconcileSettings.class, Map.of());
        return new ReconcileStream(
                null, null, defaults, () -> loop, () -> now, new Random(1), null, null, null, Traces.off());
    }

    private Uni<StatusReport> ask(String id) {
        asked.add(id);
        return Uni.createFrom().nothing();
    }

    /** Runs at once what is for now; keeps what is for the calls' moment, and forgets the next round. */
    private final class HandDrivenLoop implements EventLoop {

        @Override
        public Cancellable schedule(Duration delay, Runnable task) {
            if (delay.compareTo(PAUSE) < 0) {
                calls.put(delay, task);
            }
            return () -> {};
        }

        @Override
        public void execute(Runnable task) {
            task.run();
        }
    }

    private final class FewClaims extends StrictPollQueue {

        @Override
        public Uni<List<Claim>> claim(Priority priority, int most) {
            return Uni.createFrom()
                    .item(
                            switch (priority) {
                                case NUDGED -> nudged;
                                case KNOWN -> List.of(of("tx-1", Priority.KNOWN, untilMoment));
                                case UNKNOWN -> List.of();
                            });
        }

        @Override
        public Uni<Void> release(Claim claim) {
            released.add(claim.transactionId());
            return Uni.createFrom().voidItem();
        }
    }
}
