package dev.rampgate.ledger;

import static java.time.Duration.ofDays;
import static java.time.Duration.ofHours;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class PollLadderTest {

    private static final PollWish FRESH = new PollWish.After(ofSeconds(5), ofSeconds(10));
    private static final Duration INSTANT_BEFORE = ofMillis(1);

    /** The first age of a rung, the period before it, and its own. */
    static Stream<Arguments> rungs() {
        return Stream.of(
                Arguments.of(ofMinutes(15), FRESH, ofSeconds(30)),
                Arguments.of(ofHours(1), PollWish.after(ofSeconds(30)), ofMinutes(5)),
                Arguments.of(ofHours(24), PollWish.after(ofMinutes(5)), ofHours(1)),
                Arguments.of(ofDays(7), PollWish.after(ofHours(1)), ofHours(6)));
    }

    @ParameterizedTest
    @MethodSource("rungs")
    void theOlderTheRarer(Duration age, PollWish before, Duration period) {
        assertThat(PollLadder.unsettled(age.minus(INSTANT_BEFORE), false)).isEqualTo(before);
        assertThat(PollLadder.unsettled(age, false)).isEqualTo(PollWish.after(period));
    }

    @Test
    void aFreshOneIsAskedForEveryFiveToTenSeconds() {
        assertThat(PollLadder.unsettled(Duration.ZERO, false)).isEqualTo(FRESH);
    }

    @Test
    void aClockThatRunsBehindMakesItFresh() {
        assertThat(PollLadder.unsettled(ofSeconds(-5), false)).isEqualTo(FRESH);
    }

    @Test
    void veryOldOnesAreAskedForEverySixHours() {
        assertThat(PollLadder.unsettled(ofDays(10_000), false)).isEqualTo(PollWish.after(ofHours(6)));
    }

    @Test
    void aSocketMakesAMinuteEnoughWhileItIsFresh() {
        assertThat(PollLadder.unsettled(Duration.ZERO, true)).isEqualTo(PollWish.after(ofMinutes(1)));
        assertThat(PollLadder.unsettled(ofMinutes(15).minus(INSTANT_BEFORE), true))
                .isEqualTo(PollWish.after(ofMinutes(1)));
        assertThat(PollLadder.unsettled(ofMinutes(15), true)).isEqualTo(PollWish.after(ofSeconds(30)));
    }

    @Test
    void theHorizonIsSevenDays() {
        assertThat(PollLadder.HORIZON).isEqualTo(ofDays(7));
    }

    @Test
    void aWatchLooksWhenItsNextOffsetIsReached() {
        assertThat(watchAfter(Duration.ZERO)).contains(PollWish.after(ofSeconds(15)));
        assertThat(watchAfter(ofSeconds(14))).contains(PollWish.after(ofSeconds(1)));
        assertThat(watchAfter(ofSeconds(15))).contains(PollWish.after(ofSeconds(15)));
        assertThat(watchAfter(ofSeconds(31))).contains(PollWish.after(ofSeconds(29)));
        assertThat(watchAfter(ofMinutes(120))).contains(PollWish.after(ofHours(22)));
    }

    @Test
    void aWatchEndsAfterADay() {
        assertThat(watchAfter(ofHours(24).minus(INSTANT_BEFORE))).contains(PollWish.after(INSTANT_BEFORE));
        assertThat(watchAfter(ofHours(24))).isEmpty();
        assertThat(watchAfter(ofDays(30))).isEmpty();
    }

    @Test
    void aNudgeIsAnsweredFiveTimesThenNoMore() {
        assertThat(IntStream.rangeClosed(1, 7).mapToObj(PollLadder::afterNudge))
                .containsExactly(
                        Optional.of(PollWish.after(ofSeconds(1))),
                        Optional.of(PollWish.after(ofSeconds(2))),
                        Optional.of(PollWish.after(ofSeconds(5))),
                        Optional.of(PollWish.after(ofSeconds(10))),
                        Optional.of(PollWish.after(ofSeconds(30))),
                        Optional.empty(),
                        Optional.empty());
    }

    @Test
    void pollsThatDisagreeAreAskedAgainEveryTenSecondsInTheEnd() {
        assertThat(IntStream.of(1, 2, 3, 4, 5, 1_000_000).mapToObj(PollLadder::afterDissent))
                .containsExactly(
                        PollWish.after(ofSeconds(1)),
                        PollWish.after(ofSeconds(2)),
                        PollWish.after(ofSeconds(5)),
                        PollWish.after(ofSeconds(10)),
                        PollWish.after(ofSeconds(10)),
                        PollWish.after(ofSeconds(10)));
    }

    private static Optional<PollWish> watchAfter(Duration elapsed) {
        Instant since = Instant.parse("2026-05-02T08:00:00Z");
        return PollLadder.watch(since, since.plus(elapsed));
    }
}
