package dev.rampgate.ledger;

import static dev.rampgate.ledger.LedgerAssertions.assertThat;
import static dev.rampgate.ledger.Status.COMPLETED;
import static dev.rampgate.ledger.Status.FAILED;
import static dev.rampgate.ledger.Status.PENDING;
import static dev.rampgate.ledger.Status.PROCESSING;
import static dev.rampgate.ledger.Story.FRESH;
import static dev.rampgate.ledger.Story.IN_A_SECOND;
import static dev.rampgate.ledger.Story.at;
import static dev.rampgate.support.TestObservation.poll;
import static dev.rampgate.support.TestObservation.session;
import static dev.rampgate.support.TestObservation.socket;
import static dev.rampgate.support.TestObservation.webhook;
import static java.time.Duration.ofDays;
import static java.time.Duration.ofHours;
import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;

import dev.rampgate.support.TestObservation;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Rule 9: unknown statuses and unknown transactions. */
class Rule9UnknownTest {

    private final Story story = new Story();

    @Test
    void anUnknownStatusInAPollIsArchivedAndAlarmsOnce() {
        story.observe(session());
        story.pass(1).observe(poll(PENDING, at(0)));
        TransactionRecord before = story.record();

        Decision first = story.pass(6).observe(poll("on_hold", at(5)).with("1", "1"));

        assertThat(first)
                .hasOutcome(Outcome.UNKNOWN_STATUS)
                .raises(Alarm.UNKNOWN_STATUS)
                .isArchived()
                .hasNoTransitions()
                .hasNoMarks()
                .hasWish(FRESH);
        assertThat(story).hasRecord(before.with(before.followUp().withUnknownStatus("on_hold")));

        Decision second = story.pass(6).observe(poll("on_hold", at(5)));
        assertThat(second)
                .hasOutcome(Outcome.UNKNOWN_STATUS)
                .raisesNoAlarm()
                .isNotArchived()
                .hasWish(FRESH);

        assertThat(story.pass(6).observe(poll("frozen", at(5)))).raises(Alarm.UNKNOWN_STATUS);
    }

    @Test
    void anUnknownStatusAfterAKnownOneAlarmsAgain() {
        story.observe(session());
        story.pass(6).observe(poll("on_hold", at(5)));
        story.pass(6).observe(poll(PROCESSING, at(8)));
        assertThat(story.followUp().unknownStatus()).isNull();

        assertThat(story.pass(6).observe(poll("on_hold", at(9)))).raises(Alarm.UNKNOWN_STATUS);
    }

    @Test
    void aConfirmationForgetsTheUnknownStatus() {
        story.observe(session());
        story.pass(6).observe(poll("on_hold", at(5)));
        story.pass(6).observe(poll(PENDING, at(8)));

        assertThat(story.followUp().unknownStatus()).isNull();
    }

    @Test
    void anUnknownStatusInAPollFromBeforeTheLastAppliedOneIsStale() {
        story.observe(session());
        story.pass(6).observe(poll(PROCESSING, at(5)));
        TransactionRecord before = story.record();

        Decision decision = story.pass(1).observe(poll("on_hold", at(4)));

        assertThat(decision).hasOutcome(Outcome.STALE).hasWish(IN_A_SECOND).raisesNoAlarm();
        assertThat(story).hasRecord(before);
    }

    @Test
    void anUnknownStatusByASocketAlarmsAndIsPolledAtOnce() {
        story.observe(session());
        LedgerState before = story.state();

        for (TestObservation observation :
                List.of(socket("on_hold", at(5)), webhook("frozen", at(5)).trusted())) {
            Decision decision = story.pass(6).observe(observation);

            assertThat(decision)
                    .hasOutcome(Outcome.UNKNOWN_STATUS)
                    .raises(Alarm.UNKNOWN_STATUS)
                    .hasWish(PollWish.AT_ONCE)
                    .isArchived();
            assertThat(story)
                    .hasState(before)
                    .hasNudge(new FollowUp.Nudge(observation.channel(), null, at(5), story.now(), 0));
        }
    }

    @Test
    void theSameUnknownStatusByASocketAlarmsOnce() {
        story.observe(session());
        story.pass(6).observe(socket("on_hold", at(5)));

        Decision decision = story.pass(1).observe(socket("on_hold", at(5)));

        assertThat(decision).hasOutcome(Outcome.UNKNOWN_STATUS).raisesNoAlarm().hasWish(PollWish.KEEP);
    }

    @Test
    void anUnknownStatusByASocketFromBeforeTheLastPollIsNotPolled() {
        story.observe(session());
        story.pass(6).observe(poll(PROCESSING, at(5)));

        assertThat(story.pass(1).observe(socket("on_hold", at(4)))).hasWish(PollWish.KEEP);
        assertThat(story.pass(1).observe(socket("on_hold", null))).hasWish(PollWish.AT_ONCE);
    }

    @Test
    void anUnknownStatusEndsNoWatchAndSettlesNothing() {
        story.observe(session());
        story.pass(6).observe(poll(FAILED, at(5)));

        Decision decision = story.pass(ofHours(30)).observe(poll("refunding", at(90_000)));

        assertThat(story).isNotSettled();
        assertThat(decision).hasWish(PollWish.after(ofHours(1)));
    }

    @Test
    void anUnknownStatusUnsettlesWhatIsNotFinal() {
        story.observe(session());
        story.pass(6).observe(poll(FAILED, at(5)));
        story.pass(ofHours(25)).observe(poll(FAILED, at(5)));
        assertThat(story).isSettled();

        Decision decision = story.pass(60).observe(poll("refunding", at(90_000)));

        assertThat(story).isNotSettled();
        assertThat(decision).hasWish(PollWish.after(ofHours(1)));

        story.pass(ofHours(1)).observe(poll(FAILED, at(5)));
        assertThat(story).isSettled();
    }

    @Test
    void anUnknownStatusAfterAConfirmedCompletedAlarmsAndChangesNothing() {
        story.observe(session());
        story.pass(6).observe(poll(COMPLETED, at(5)));
        story.pass(1).observe(webhook("refunded", at(7)));

        Decision decision = story.pass(1).observe(poll("refunded", at(7)));

        assertThat(decision).raises(Alarm.UNKNOWN_STATUS).hasWish(PollWish.NEVER);
        assertThat(story).isSettled().hasNoNudge();
    }

    @Test
    void aBuyWithAnUnknownStatusIsAbandonedInTheEndLikeAnyOther() {
        story.observe(session());

        Decision decision = story.pass(ofDays(7)).observe(poll("on_hold", at(5)));

        assertThat(story).isAbandoned();
        assertThat(decision).hasWish(PollWish.NEVER);
    }

    @Test
    void aLaterUnknownStatusByAnAdvisoryWebhookIsANudge() {
        story.observe(session());
        story.pass(6).observe(poll(PROCESSING, at(5)));

        Decision later = story.pass(2).observe(webhook("on_hold", at(7)));

        assertThat(later)
                .hasOutcome(Outcome.UNKNOWN_STATUS)
                .hasWish(PollWish.AT_ONCE)
                .isArchived();
        assertThat(story).hasNudge(new FollowUp.Nudge(Channel.WEBHOOK, null, at(7), at(8), 0));
        assertThat(story.followUp().unknownStatus()).isNull();
    }

    @Test
    void anUnknownStatusByAnAdvisoryWebhookThatIsNotLaterIsOnlyCounted() {
        story.observe(session());
        story.pass(6).observe(poll(PROCESSING, at(5)));
        TransactionRecord before = story.record();

        Decision old = story.pass(1).observe(webhook("on_hold", at(5)));

        assertThat(old)
                .hasOutcome(Outcome.UNKNOWN_STATUS)
                .hasWish(PollWish.KEEP)
                .isArchived();
        assertThat(story).hasRecord(before);
    }

    @Test
    void aKnownStatusFromTheClaimedTimeOnAnswersAnUnknownOne() {
        story.observe(session());
        story.pass(6).observe(webhook("on_hold", at(5)));

        story.pass(1).observe(poll(PENDING, at(0)));
        assertThat(story).hasNudgeAnsweredBelow(1);

        story.pass(1).observe(poll(PROCESSING, at(5)));
        assertThat(story).hasNoNudge();
    }

    @Test
    void anUnknownTransactionInAWebhookIsCountedAndPolled() {
        for (TestObservation observation : List.of(webhook(COMPLETED, at(5)), webhook("on_hold", at(5)))) {
            Decision decision = story.observe(observation);

            assertThat(decision)
                    .hasOutcome(Outcome.UNKNOWN_TRANSACTION)
                    .hasWish(PollWish.AT_ONCE)
                    .isNotArchived()
                    .raisesNoAlarm()
                    .hasNoTransitions()
                    .hasNoMarks();
            assertThat(story).isUnknown();
        }
    }

    @Test
    void aTrustedWebhookDoesNotOpenATransactionEither() {
        Decision decision = story.observe(webhook(COMPLETED, at(5)).trusted());

        assertThat(decision).hasOutcome(Outcome.UNKNOWN_TRANSACTION);
        assertThat(story).isUnknown();
    }

    @Test
    void aSocketDoesNotOpenATransaction() {
        Decision decision = story.observe(socket(COMPLETED, at(5)));

        assertThat(decision)
                .hasOutcome(Outcome.UNKNOWN_TRANSACTION)
                .hasWish(PollWish.KEEP)
                .isNotArchived();
        assertThat(story).isUnknown();
    }

    @Test
    void aPollThatFindsItAdoptsIt() {
        Decision decision = story.pass(6).observe(poll(PROCESSING, at(5)).with("buy", "USDC", "ERC20"));

        assertThat(decision)
                .hasOutcome(Outcome.ACCEPTED)
                .hasTransitions(
                        new Transition(Story.ID, 1, 1, PROCESSING, Channel.POLL, null, at(5), at(6), at(6), false));
        assertThat(story)
                .hasState(new LedgerState(PROCESSING, 1, 1, true, at(5), at(5), at(5), at(6), false, false))
                .hasDetails(TransactionDetails.of("buy", "USDC", "ERC20").withCreatedAt(at(5)));
        assertThat(decision).hasWish(FRESH);
    }

    @Test
    void anAdoptedTransactionWasCreatedWhenProofSaysSo() {
        story.pass(6).observe(poll(PROCESSING, at(5)).with(TransactionDetails.NONE.withCreatedAt(at(-9))));

        assertThat(story.record().details().createdAt()).isEqualTo(at(-9));
    }

    @Test
    void anAdoptedCompletedIsSettled() {
        assertThat(story.observe(poll(COMPLETED, at(5)))).hasWish(PollWish.NEVER);
        assertThat(story).isSettled();
    }

    @Test
    void anAdoptedFailedIsWatched() {
        assertThat(story.observe(poll(FAILED, at(5)))).hasWish(PollWish.after(ofSeconds(15)));
        assertThat(story).isWatchedSince(story.now());
    }

    @Test
    void anAdoptedTransactionThatIsOpenIsNotWatched() {
        story.observe(poll(PROCESSING, at(5)));
        assertThat(story).hasFollowUp(FollowUp.NONE);
    }

    @Test
    void aPollThatFindsItWithAnUnknownStatusAlarmsAndAsksAgain() {
        Decision decision = story.observe(poll("on_hold", at(5)));

        assertThat(decision)
                .hasOutcome(Outcome.UNKNOWN_STATUS)
                .raises(Alarm.UNKNOWN_STATUS)
                .hasWish(PollWish.after(ofMinutes(1)))
                .isNotArchived();
        assertThat(story).isUnknown();
    }
}
