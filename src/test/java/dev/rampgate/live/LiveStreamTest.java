package dev.rampgate.live;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rampgate.live.Transport.Departure;
import dev.rampgate.problem.Problem;
import dev.rampgate.problem.ProblemType;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** One reader, on an event loop with a manual clock. */
class LiveStreamTest {

    private final ManualEventLoop loop = new ManualEventLoop();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final FakeTransport transport = new FakeTransport();
    private int closed;

    @Test
    void onlyTheNewestPendingSnapshotIsProcessedAndNoEventIsMissed() {
        LiveStream stream = stream("1");
        stream.show(Snapshots.of("tx", "pending", "processing"));
        stream.show(Snapshots.of("tx", "pending", "processing+", "failed"));

        loop.run();

        assertThat(transport.log)
                .containsExactly(
                        "open", "transition 2 processing", "confirmed 2.1 processing+", "transition 3 failed", "beat");
    }

    @Test
    void theSameSnapshotAgainSendsNothing() {
        LiveStream stream = stream(null);
        stream.show(Snapshots.of("tx", "pending"));
        loop.run();
        stream.show(Snapshots.of("tx", "pending"));
        loop.run();

        assertThat(transport.log).containsExactly("open", "state 1 pending", "beat");
    }

    @Test
    void aReaderWithAFullConnectionGetsTheRestOnceItIsWritable() {
        LiveStream stream = stream("1");
        stream.show(Snapshots.of("tx", "pending"));
        loop.run();
        transport.writable = false;
        stream.show(Snapshots.of("tx", "pending", "processing"));
        loop.run();
        stream.show(Snapshots.of("tx", "pending", "processing", "failed!"));
        loop.run();
        assertThat(transport.log).containsExactly("open", "beat");

        transport.drain();

        assertThat(transport.log)
                .containsExactly(
                        "open", "beat", "transition 2 processing", "transition 3 failed+", "confirmed 3.1 failed+");
    }

    @Test
    void aReaderThatReadsNothingForTooLongIsDisconnectedAndCounted() {
        LiveStream stream = stream("1");
        stream.show(Snapshots.of("tx", "pending"));
        loop.run();
        transport.writable = false;
        stream.show(Snapshots.of("tx", "pending", "processing"));

        loop.pass(Duration.ofSeconds(11));

        assertThat(transport.log).containsExactly("open", "beat", "leave SLOW");
        assertThat(closed).isEqualTo(1);
        assertThat(meters.get("rampgate.live.departures")
                        .tag("reason", "slow")
                        .counter()
                        .count())
                .isEqualTo(1);
        assertThat(loop.isIdle()).isTrue();
    }

    @Test
    void aReaderThatMissedNothingGetsAHeartbeatAtOnce() {
        stream("1").show(Snapshots.of("tx", "pending"));

        loop.run();

        assertThat(transport.log).containsExactly("open", "beat");
    }

    @Test
    void aStreamWithoutEventsSendsHeartbeats() {
        stream("1").show(Snapshots.of("tx", "pending"));

        loop.pass(Duration.ofMinutes(1));

        assertThat(transport.log).startsWith("open", "beat", "beat", "beat").hasSizeBetween(4, 5);
    }

    @Test
    void aStreamThatReachesItsMaximumAgeEndsWithAReconnectTime() {
        stream("1").show(Snapshots.of("tx", "pending"));

        loop.pass(Duration.ofMinutes(61));

        assertThat(transport.log).endsWith("leave AGE");
        assertThat(transport.retry).isBetween(Duration.ofSeconds(1), Duration.ofSeconds(3));
    }

    @Test
    void aTerminalStatusEndsTheStreamAfterTheGracePeriod() {
        LiveStream stream = stream(null);
        stream.show(Snapshots.of("tx", "pending", "failed!"));
        loop.run();
        assertThat(transport.log).containsExactly("open", "state 2.1 failed+", "beat");

        loop.pass(Duration.ofMinutes(10));
        stream.show(Snapshots.of("tx", "pending", "failed!"));
        loop.run();

        assertThat(transport.log).endsWith("end 2.1 failed+", "close");
        assertThat(closed).isEqualTo(1);
    }

    @Test
    void aReaderThatReconnectsAfterTheEndIsAnsweredThatNothingIsLeft() {
        stream("2.1").show(Snapshots.of("tx", "pending", "completed!"));
        loop.run();

        assertThat(transport.log).containsExactly("nothing left");
        assertThat(closed).isEqualTo(1);
    }

    @Test
    void anEndThatTheReaderMissedIsSentBeforeTheClose() {
        stream("2").show(Snapshots.of("tx", "pending", "completed!"));
        loop.run();

        assertThat(transport.log).containsExactly("open", "confirmed 2.1 completed+", "end 2.1 completed+", "close");
    }

    @Test
    void aStreamEndsOnlyOnce() {
        LiveStream stream = stream("1");
        stream.show(Snapshots.of("tx", "pending"));
        stream.depart(Departure.DRAINING, Duration.ofSeconds(3));
        stream.depart(Departure.DRAINING, Duration.ofSeconds(4));
        stream.refuse(Problem.of(ProblemType.NOT_FOUND));
        loop.pass(Duration.ofMinutes(1));

        assertThat(transport.log).containsExactly("open", "beat", "leave DRAINING");
        assertThat(transport.retry).isEqualTo(Duration.ofSeconds(3));
        assertThat(closed).isEqualTo(1);
    }

    @Test
    void afterTheConnectionIsLostNothingIsSent() {
        LiveStream stream = stream("1");
        stream.show(Snapshots.of("tx", "pending"));
        loop.run();

        stream.lost();
        stream.lost();
        stream.show(Snapshots.of("tx", "pending", "processing"));
        loop.pass(Duration.ofMinutes(5));

        assertThat(transport.log).containsExactly("open", "beat");
        assertThat(closed).isEqualTo(1);
        assertThat(loop.isIdle()).isTrue();
    }

    private LiveStream stream(String seen) {
        LiveStream.Environment environment = new LiveStream.Environment(
                Snapshots.settings(Map.of()), loop::now, new Random(1)::nextLong, new LiveCounters(meters));
        EventId from = seen == null ? null : EventId.parse(seen).orElseThrow();
        return new LiveStream("tx", "cust-1", from, transport, loop, environment, over -> closed++);
    }

    /** Records what it receives. */
    private static final class FakeTransport implements Transport {
        private final List<String> log = new ArrayList<>();
        private boolean writable = true;
        private Duration retry;
        private Runnable again;

        private void drain() {
            writable = true;
            again.run();
        }

        @Override
        public void refuse(Problem problem) {
            log.add("refuse");
        }

        @Override
        public void nothingLeft() {
            log.add("nothing left");
        }

        @Override
        public void open() {
            log.add("open");
        }

        @Override
        public boolean isWritable() {
            return writable;
        }

        @Override
        public void onWritable(Runnable toldAgain) {
            again = toldAgain;
        }

        @Override
        public void send(List<LiveEvent> events) {
            log.addAll(Snapshots.lines(events));
        }

        @Override
        public void beat() {
            log.add("beat");
        }

        @Override
        public void end() {
            log.add("close");
        }

        @Override
        public void leave(Departure why, Duration comeBack) {
            log.add("leave " + why);
            retry = comeBack;
        }
    }
}
