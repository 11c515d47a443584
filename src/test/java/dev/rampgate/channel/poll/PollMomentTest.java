package dev.rampgate.channel.poll;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rampgate.proof.StatusReport;
import dev.rampgate.reconcile.EventLoop;
import dev.rampgate.reconcile.PollPlan.Priority;
import dev.rampgate.reconcile.Traces;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.Cancellable;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The moment that the budget gives a call, and a process that is too busy to keep it. */
class PollMomentTest {

    private static final Duration PAUSE =
            new Settings().interval().multipliedBy(9).dividedBy(10);

    private final List<Runnable> calls = new ArrayList<>();
    private final List<String> asked = new ArrayList<>();
    private final List<String> released = new ArrayList<>();
    private Duration untilMoment = Duration.ofMillis(200);
    private Instant now = Instant.parse("2026-05-02T08:00:00Z");

    @Test
    void aMomentThatWasMissedIsNotMadeUpForAndTheTransactionWaitsForAnother() {
        start();

        now = now.plus(untilMoment).plusMillis(51);
        calls.forEach(Runnable::run);

        assertThat(asked).isEmpty();
        assertThat(released).containsExactly("tx-1");
    }

    @Test
    void aMomentThatWasOverBeforeTheClaimWasAnsweredIsMissedToo() {
        untilMoment = Duration.ofMillis(-51);

        start();
        calls.forEach(Runnable::run);

        assertThat(asked).isEmpty();
        assertThat(released).containsExactly("tx-1");
    }

    @Test
    void aMomentThatComesAfterTheEndHasBegunIsGivenBack() {
        PollChannel channel = start();

        channel.stop();
        assertThat(channel.isStopped()).isFalse();
        now = now.plus(untilMoment);
        calls.forEach(Runnable::run);

        assertThat(asked).isEmpty();
        assertThat(released).containsExactly("tx-1");
        assertThat(channel.isStopped()).isTrue();
    }

    private PollChannel start() {
        PollChannel channel = new PollChannel(
                new OneClaim(),
                this::ask,
                null,
                null,
                new Settings(),
                new HandDrivenLoop(),
                () -> now,
                new Random(1),
                Traces.off(),
                new SimpleMeterRegistry());
        channel.start();
        return channel;
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
                calls.add(task);
            }
            return () -> {};
        }

        @Override
        public void execute(Runnable task) {
            task.run();
        }
    }

    private final class OneClaim implements PollQueue {

        @Override
        public Uni<List<Claim>> claim(Priority priority, int most) {
            Claim claim = new Claim("tx-1", Priority.KNOWN, 0, Duration.ZERO, false, untilMoment);
            return Uni.createFrom().item(priority == Priority.KNOWN ? List.of(claim) : List.of());
        }

        @Override
        public Uni<Void> release(Claim claim) {
            released.add(claim.transactionId());
            return Uni.createFrom().voidItem();
        }

        @Override
        public Uni<Void> postpone(Claim claim, Duration delay, boolean missing) {
            throw new AssertionError("nothing failed");
        }

        @Override
        public Uni<Void> forget(Claim claim) {
            throw new AssertionError("nothing is unknown");
        }

        @Override
        public Uni<Void> pause(Duration duration) {
            throw new AssertionError("nobody asked for a pause");
        }

        @Override
        public Uni<Boolean> refuse() {
            throw new AssertionError("nobody refused us");
        }

        @Override
        public Uni<Void> resume() {
            throw new AssertionError("nothing was stopped");
        }
    }

    private record Settings() implements PollSettings {

        @Override
        public double maxRate() {
            return 20;
        }

        @Override
        public double nudgedMaxRate() {
            return 10;
        }

        @Override
        public double unknownMaxRate() {
            return 2;
        }

        @Override
        public Duration lagTolerance() {
            return Duration.ofSeconds(30);
        }

        @Override
        public Duration interval() {
            return Duration.ofMillis(250);
        }

        @Override
        public Duration lease() {
            return Duration.ofSeconds(15);
        }

        @Override
        public Duration refusedPause() {
            return Duration.ofMinutes(1);
        }
    }
}
