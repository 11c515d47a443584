package dev.rampgate.ledger;

import static dev.rampgate.ledger.LedgerAssertions.assertThat;
import static dev.rampgate.ledger.Status.PENDING;
import static dev.rampgate.ledger.Status.PROCESSING;
import static dev.rampgate.ledger.Story.FRESH;
import static dev.rampgate.ledger.Story.at;
import static dev.rampgate.support.TestObservation.poll;
import static dev.rampgate.support.TestObservation.session;
import static dev.rampgate.support.TestObservation.socket;
import static dev.rampgate.support.TestObservation.webhook;
import static java.time.Duration.ofDays;
import static java.time.Duration.ofHours;
import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** When Proof is asked about a transaction that is not settled ({@code docs/rules.md}). */
class PollScheduleTest {

    private final Story story = new Story();

    @Test
    void anUnsettledTransactionIsAskedForTheLessOftenTheOlderItsLastChangeIs() {
        story.observe(session());
        story.pass(2).observe(poll(PROCESSING, at(1)));

        assertThat(wishAtAge(ofMinutes(15).minusMillis(1))).isEqualTo(FRESH);
        assertThat(wishAtAge(ofMinutes(15))).isEqualTo(PollWish.after(ofSeconds(30)));
        assertThat(wishAtAge(ofHours(1).minusMillis(1))).isEqualTo(PollWish.after(ofSeconds(30)));
        assertThat(wishAtAge(ofHours(1))).isEqualTo(PollWish.after(ofMinutes(5)));
        assertThat(wishAtAge(ofHours(24).minusMillis(1))).isEqualTo(PollWish.after(ofMinutes(5)));
        assertThat(wishAtAge(ofHours(24))).isEqualTo(PollWish.after(ofHours(1)));
        assertThat(wishAtAge(ofDays(7).minusMillis(1))).isEqualTo(PollWish.after(ofHours(1)));
    }

    @Test
    void aFreshOneWithAHealthySocketIsAskedForEveryMinute() {
        story.observe(session());
        story.attachSocket();

        assertThat(story.pass(1).observe(poll(PENDING, at(0)))).hasWish(PollWish.after(ofSeconds(60)));
        assertThat(story.pass(1).observe(socket(PROCESSING, at(1)))).hasWish(PollWish.after(ofSeconds(60)));
    }

    @Test
    void aBuyIsAbandonedAfterSevenDays() {
        story.observe(session());

        Decision decision = story.pass(ofDays(7)).observe(poll(PENDING, at(0)));

        assertThat(story).isAbandoned().isNotSettled();
        assertThat(decision).hasWish(PollWish.NEVER).hasNoTransitions();
    }

    @Test
    void aBuyIsNotAbandonedBefore() {
        story.observe(session());

        story.pass(ofDays(7).minusMillis(1)).observe(poll(PENDING, at(0)));

        assertThat(story).isNotAbandoned();
    }

    @Test
    void aSellGoesOnEverySixHours() {
        story.observe(session().with("sell", "USDC", "ERC20"));

        Decision decision = story.pass(ofDays(700)).observe(poll(PENDING, at(0)));

        assertThat(story).isNotAbandoned();
        assertThat(decision).hasWish(PollWish.after(ofHours(6)));
    }

    @Test
    void aTransactionOfUnknownTypeGoesOnToo() {
        story.observe(poll(PENDING, at(0)));

        assertThat(story.pass(ofDays(8)).observe(poll(PENDING, at(0)))).hasWish(PollWish.after(ofHours(6)));
    }

    @Test
    void anAbandonedOneStaysSoAsLongAsPollsSayTheSame() {
        story.observe(session());
        story.pass(ofDays(7)).observe(poll(PENDING, at(0)));

        assertThat(story.pass(ofDays(1)).observe(poll(PENDING, at(0)))).hasWish(PollWish.NEVER);
        assertThat(story).isAbandoned();
    }

    @Test
    void aLaterPollRevivesAnAbandonedOne() {
        story.observe(session());
        story.pass(ofDays(7)).observe(poll(PENDING, at(0)));

        Decision decision = story.pass(ofDays(1)).observe(poll(PROCESSING, at(900_000)));

        assertThat(story).isNotAbandoned();
        assertThat(decision).hasWish(FRESH);
    }

    @Test
    void aSocketRevivesAnAbandonedOne() {
        story.observe(session());
        story.pass(ofDays(7)).observe(poll(PENDING, at(0)));

        Decision decision = story.pass(ofDays(1)).observe(socket(PROCESSING, at(900_000)));

        assertThat(story).isNotAbandoned();
        assertThat(decision).hasWish(FRESH);
    }

    @Test
    void aWebhookMakesAnAbandonedOneDueAndThePollRevivesIt() {
        story.observe(session());
        story.pass(ofDays(7)).observe(poll(PENDING, at(0)));

        assertThat(story.pass(ofDays(1)).observe(webhook(PROCESSING, at(900_000))))
                .hasWish(PollWish.AT_ONCE);
        assertThat(story).isAbandoned();
        story.pass(1).observe(poll(PROCESSING, at(900_000)));
        assertThat(story).isNotAbandoned();
    }

    private PollWish wishAtAge(Duration age) {
        Story own = new Story();
        own.observe(session());
        own.pass(2).observe(poll(PROCESSING, at(1)));
        return own.pass(age).observe(poll(PROCESSING, at(1))).wish();
    }
}
