package dev.rampgate.ledger;

import static dev.rampgate.ledger.LedgerAssertions.assertThat;
import static dev.rampgate.ledger.Status.FAILED;
import static dev.rampgate.ledger.Status.PROCESSING;
import static dev.rampgate.ledger.Story.FRESH;
import static dev.rampgate.ledger.Story.at;
import static dev.rampgate.support.TestObservation.poll;
import static dev.rampgate.support.TestObservation.session;
import static dev.rampgate.support.TestObservation.socket;
import static java.time.Duration.ofHours;
import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** When Proof is asked about a confirmed {@code failed} or {@code cancelled} ({@code docs/rules.md}). */
class WatchTest {

    private final Story story = new Story();

    @ParameterizedTest
    @EnumSource(names = {"FAILED", "CANCELLED"})
    void aConfirmedProvisionalEndIsLookedAtTwelveTimesInADay(Status end) {
        story.observe(session());
        story.pass(6).observe(poll(end, at(5)));
        List<Duration> looks = new ArrayList<>();
        Duration elapsed = Duration.ZERO;
        PollWish wish = PollWish.after(ofSeconds(15));

        while (wish instanceof PollWish.After next) {
            elapsed = elapsed.plus(next.atLeast());
            looks.add(elapsed);
            wish = story.pass(next.atLeast()).observe(poll(end, at(5))).wish();
        }

        assertThat(looks)
                .containsExactly(
                        ofSeconds(15),
                        ofSeconds(30),
                        ofMinutes(1),
                        ofMinutes(2),
                        ofMinutes(3),
                        ofMinutes(5),
                        ofMinutes(10),
                        ofMinutes(15),
                        ofMinutes(30),
                        ofMinutes(60),
                        ofMinutes(120),
                        ofHours(24));
        assertThat(wish).isEqualTo(PollWish.NEVER);
        assertThat(story).isSettled().isNotAbandoned();
    }

    @Test
    void itIsNotSettledBeforeTheEndOfTheWatch() {
        story.observe(session());
        story.pass(6).observe(poll(FAILED, at(5)));

        story.pass(ofHours(24).minusMillis(1)).observe(poll(FAILED, at(5)));

        assertThat(story).isNotSettled();
    }

    @Test
    void aRetrySeenDuringTheWatchUnsettles() {
        story.observe(session());
        story.pass(6).observe(poll(FAILED, at(5)));
        story.pass(ofHours(24)).observe(poll(FAILED, at(5)));
        assertThat(story).isSettled();

        Decision decision = story.pass(60).observe(poll(PROCESSING, at(90_000)));

        assertThat(story).isNotSettled();
        assertThat(decision).hasWish(FRESH);
    }

    @Test
    void anUnconfirmedEndIsNotWatchedButAskedForOnTheLadder() {
        story.observe(session());
        story.pass(6).observe(socket(FAILED, at(5)));

        assertThat(story.pass(ofMinutes(20)).observe(poll("on_hold", at(5)))).hasWish(PollWish.after(ofSeconds(30)));
    }
}
