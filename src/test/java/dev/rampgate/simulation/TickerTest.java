package dev.rampgate.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rampgate.eventloop.Ticker;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** When the rounds of a ticker begin, in virtual time; each takes 10 ms. */
class TickerTest {

    private static final Instant START = Instant.parse("2026-05-02T08:00:00Z");
    private static final Duration PAUSE = Duration.ofMillis(1_000);
    private static final Duration REST = Duration.ofMillis(50);
    private static final Duration TAKES = Duration.ofMillis(10);

    private final VirtualTime time = new VirtualTime(START);
    private final VirtualLoop loop = new VirtualLoop(time);
    private final List<Long> rounds = new ArrayList<>();
    private boolean failing;

    @Test
    void oneRoundFollowsAnotherAfterThePauseGiveOrTakeATenth() {
        started(REST);
        until(1_111);

        assertThat(rounds).hasSize(2).first().isEqualTo(0L);
        assertThat(rounds.get(1)).isBetween(910L, 1_110L);
    }

    @Test
    void aWakeEndsThePause() {
        Ticker ticker = started(REST);
        until(300);
        ticker.wake();
        until(301);

        assertThat(rounds).containsExactly(0L, 300L);
    }

    @Test
    void howeverOftenItIsWokenOneRoundFollowsAfterTheRest() {
        Ticker ticker = started(REST);
        for (int millis = 0; millis <= 100; millis += 5) {
            until(millis);
            ticker.wake();
        }
        until(300);

        assertThat(rounds).containsExactly(0L, 60L, 120L);
    }

    @Test
    void withoutARestOneRoundFollowsTheOtherAtOnce() {
        Ticker ticker = started(Duration.ZERO);
        until(5);
        ticker.wake();
        until(300);

        assertThat(rounds).containsExactly(0L, 10L);
    }

    @Test
    void aRoundThatFailedIsNotFollowedByTheNextBeforeThePauseHasEnded() {
        failing = true;
        Ticker ticker = started(REST);
        until(5);
        ticker.wake();
        until(900);

        assertThat(rounds).containsExactly(0L);
    }

    @Test
    void afterItsStopNothingWakesIt() {
        Ticker ticker = started(REST);
        until(20);
        ticker.wake();
        ticker.stop();
        until(3_000);

        assertThat(rounds).containsExactly(0L);
        assertThat(ticker.isStopped()).isTrue();
    }

    private Ticker started(Duration rest) {
        Ticker ticker = new Ticker("test", loop, PAUSE, rest, this::round, new SplittableRandom(1));
        ticker.start();
        return ticker;
    }

    private Uni<Void> round() {
        rounds.add(now());
        return Uni.createFrom()
                .emitter(emitter -> loop.schedule(TAKES, () -> {
                    if (failing) {
                        emitter.fail(new IllegalStateException("made up"));
                    } else {
                        emitter.complete(null);
                    }
                }));
    }

    /** Lets happen what happens until a moment. */
    private void until(long millis) {
        boolean[] reached = new boolean[1];
        time.at(START.plusMillis(millis), () -> reached[0] = true);
        while (!reached[0]) {
            time.step();
        }
    }

    private long now() {
        return Duration.between(START, time.instant()).toMillis();
    }
}
