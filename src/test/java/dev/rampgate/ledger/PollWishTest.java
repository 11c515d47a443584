package dev.rampgate.ledger;

import static dev.rampgate.ledger.PollWish.AT_ONCE;
import static dev.rampgate.ledger.PollWish.KEEP;
import static dev.rampgate.ledger.PollWish.NEVER;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PollWishTest {

    private static final PollWish SOON = PollWish.after(ofSeconds(1));
    private static final PollWish LATER = PollWish.after(ofSeconds(30));

    static PollWish[] all() {
        return new PollWish[] {AT_ONCE, SOON, LATER, KEEP, NEVER};
    }

    @Test
    void aWhileMayTakeUpToATenthLonger() {
        assertThat(PollWish.after(ofSeconds(10))).isEqualTo(new PollWish.After(ofSeconds(10), ofSeconds(11)));
        assertThat(PollWish.after(ofMillis(15)))
                .isEqualTo(new PollWish.After(ofMillis(15), ofMillis(15).plusNanos(1_500_000)));
    }

    @Test
    void ofTwoWhilesTheOneThatEndsFirstIsEarlier() {
        assertThat(PollWish.earlier(SOON, LATER)).isEqualTo(SOON);
        assertThat(PollWish.earlier(LATER, SOON)).isEqualTo(SOON);
    }

    @Test
    void ofTwoWhilesThatEndTogetherTheFirstNamedCounts() {
        PollWish wide = new PollWish.After(ofSeconds(5), ofSeconds(10));
        PollWish narrow = new PollWish.After(ofSeconds(9), ofSeconds(10));

        assertThat(PollWish.earlier(wide, narrow)).isEqualTo(wide);
        assertThat(PollWish.earlier(narrow, wide)).isEqualTo(narrow);
    }

    @ParameterizedTest
    @MethodSource("all")
    void nothingIsEarlierThanAtOnce(PollWish other) {
        assertThat(PollWish.earlier(AT_ONCE, other)).isEqualTo(AT_ONCE);
        assertThat(PollWish.earlier(other, AT_ONCE)).isEqualTo(AT_ONCE);
    }

    @Test
    void anyWhileIsEarlierThanNeverOrWhateverIsPlanned() {
        assertThat(PollWish.earlier(LATER, NEVER)).isEqualTo(LATER);
        assertThat(PollWish.earlier(NEVER, LATER)).isEqualTo(LATER);
        assertThat(PollWish.earlier(LATER, KEEP)).isEqualTo(LATER);
        assertThat(PollWish.earlier(KEEP, LATER)).isEqualTo(LATER);
    }
}
