package dev.rampgate.ledger;

import static dev.rampgate.ledger.LedgerAssertions.assertThat;
import static dev.rampgate.ledger.Status.COMPLETED;
import static dev.rampgate.ledger.Status.FAILED;
import static dev.rampgate.ledger.Status.PROCESSING;
import static dev.rampgate.ledger.Story.at;
import static dev.rampgate.support.TestObservation.poll;
import static dev.rampgate.support.TestObservation.session;
import static dev.rampgate.support.TestObservation.socket;
import static dev.rampgate.support.TestObservation.webhook;
import static java.time.Duration.ofHours;
import static org.assertj.core.api.Assertions.entry;

import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Rule 7: webhooks that the operator does not trust. */
class Rule7AdvisoryWebhooksTest {

    private final Story story = new Story();

    @Test
    void aHigherStatusIsANudgeThatShowsAsReported() {
        story.observe(session());
        TransactionRecord before = story.record();

        Decision decision = story.pass(6).observe(webhook(PROCESSING, at(5)).with("1", "1"));

        assertThat(decision).hasOutcome(Outcome.NUDGE).hasWish(PollWish.AT_ONCE).hasNoTransitions();
        assertThat(story)
                .hasRecord(before.with(FollowUp.NONE
                        .withNudge(new FollowUp.Nudge(Channel.WEBHOOK, PROCESSING, at(5), at(6), 0))
                        .withReport(PROCESSING, at(6))));
    }

    @Test
    void aHigherStatusIsANudgeWithoutATimeToo() {
        story.observe(session());

        assertThat(story.observe(webhook(PROCESSING, null))).hasOutcome(Outcome.NUDGE);
    }

    @Test
    void aDifferentAndLaterStatusIsANudge() {
        story.observe(session());
        story.pass(6).observe(poll(FAILED, at(5)));

        Decision decision = story.pass(2).observe(webhook(PROCESSING, at(7)));

        assertThat(decision).hasOutcome(Outcome.NUDGE).hasWish(PollWish.AT_ONCE);
    }

    @Test
    void aDifferentStatusThatIsNotLaterIsStale() {
        story.observe(session());
        story.pass(6).observe(poll(FAILED, at(5)));

        for (Instant time : new Instant[] {at(4), at(5), null}) {
            Decision decision = story.pass(2).observe(webhook(PROCESSING, time));
            assertThat(decision).hasOutcome(Outcome.STALE).hasWish(PollWish.KEEP);
            assertThat(story).hasNoNudge();
        }
    }

    @Test
    void theSameStatusIsADuplicate() {
        story.observe(session());
        story.pass(6).observe(poll(PROCESSING, at(5)));

        Decision decision = story.pass(1).observe(webhook(PROCESSING, at(9)).with("1", "1"));

        assertThat(decision).hasOutcome(Outcome.DUPLICATE).hasWish(PollWish.KEEP);
        assertThat(story).hasNoNudge();
        assertThat(story.record().details().cryptoAmount()).isNull();
    }

    @ParameterizedTest
    @EnumSource(names = {"FAILED", "CANCELLED"})
    void theSameEndAgainAndLaterIsANudge(Status end) {
        story.observe(session());
        story.pass(6).observe(poll(end, at(5)));
        story.pass(ofHours(25)).observe(poll(end, at(5)));
        assertThat(story).isSettled();

        Decision same = story.pass(1).observe(webhook(end, at(5)));
        Decision later = story.pass(1).observe(webhook(end, at(90_000)));

        assertThat(same).hasOutcome(Outcome.DUPLICATE).hasWish(PollWish.KEEP);
        assertThat(later).hasOutcome(Outcome.NUDGE).hasWish(PollWish.AT_ONCE);
    }

    @Test
    void theSameEndIsADuplicateAsLongAsThePollThatConfirmsItIsOnItsWay() {
        story.observe(session());
        story.pass(6).observe(socket(FAILED, at(5)));

        assertThat(story.pass(1).observe(webhook(FAILED, at(5)))).hasOutcome(Outcome.DUPLICATE);
    }

    @Test
    void itNeverMakesAConflictOrAnAlarm() {
        story.observe(session());
        story.pass(6).observe(poll(COMPLETED, at(5)));

        Decision other = story.pass(6).observe(webhook(FAILED, at(9)).with("sell", "USDT", "TRC20"));
        Decision unknown = story.observe(webhook("refunded", at(9)));

        assertThat(other).hasOutcome(Outcome.NUDGE).raisesNoAlarm();
        assertThat(unknown).hasOutcome(Outcome.UNKNOWN_STATUS).raisesNoAlarm();
    }

    @Test
    void whenItFirstSaidWhatIsRecordedIsMarked() {
        story.observe(session());
        story.pass(6).observe(poll(PROCESSING, at(5)));

        Decision first = story.pass(1).observe(webhook(PROCESSING, at(5)));
        Decision second = story.pass(1).observe(webhook(PROCESSING, at(5)));

        assertThat(first).hasMarks(new TransitionMark(Story.ID, 1, PROCESSING, at(7), null));
        assertThat(second).hasNoMarks();
    }

    @Test
    void whenItFirstSaidWhatIsAcceptedLaterIsKeptUntilThen() {
        story.observe(session());
        story.pass(6).observe(webhook(PROCESSING, at(5)));
        story.pass(1).observe(webhook(PROCESSING, at(5)));
        story.pass(1).observe(poll(PROCESSING, at(5)));

        assertThat(story.last().reportedAt()).isEqualTo(at(6));
        assertThat(story.last().observedAt()).isEqualTo(at(8));

        story.pass(4).observe(webhook(COMPLETED, at(11)));
        story.pass(1).observe(socket(COMPLETED, at(11)));

        assertThat(story.last().reportedAt()).isEqualTo(at(12));
    }

    @Test
    void whenItFirstSaidWhatIsAcceptedInTheEndOutlivesTheStepsBetween() {
        story.observe(session());
        story.pass(6).observe(webhook(COMPLETED, at(5)));
        story.pass(1).observe(poll(PROCESSING, at(5)));
        story.pass(1).observe(poll(COMPLETED, at(8)));

        assertThat(story.last().reportedAt()).isEqualTo(at(6));
    }

    @Test
    void allThatItSaidOfThisAttemptIsKept() {
        story.observe(session());
        story.pass(6).observe(webhook(PROCESSING, at(5)));
        story.pass(1).observe(webhook(FAILED, at(6)));

        assertThat(story.followUp().reports()).containsOnly(entry(PROCESSING, at(6)), entry(FAILED, at(7)));
    }

    @Test
    void whenItFirstSaidWhatACorrectionThenShowedIsKeptToo() {
        story.observe(session());
        story.pass(6).observe(poll(FAILED, at(5)));
        story.pass(2).observe(webhook(PROCESSING, at(7)));

        story.pass(1).observe(poll(PROCESSING, at(7)));

        assertThat(story.last().correction()).isTrue();
        assertThat(story.last().reportedAt()).isEqualTo(at(8));
    }

    @Test
    void aCorrectionToWhatNoWebhookSaidWasNotReported() {
        story.observe(session());
        story.pass(6).observe(poll(FAILED, at(5)));
        story.pass(2).observe(webhook(PROCESSING, at(7)));
        story.pass(1).observe(poll(COMPLETED, at(8)));
        assertThat(story.last().reportedAt()).isNull();
    }

    @Test
    void aCorrectionThatASocketHintedAtWasNotReported() {
        story.observe(session());
        story.pass(6).observe(poll(FAILED, at(5)));
        story.pass(2).observe(socket(PROCESSING, at(7)));
        story.pass(1).observe(poll(PROCESSING, at(7)));
        assertThat(story.last().reportedAt()).isNull();
    }

    @Test
    void whatItSaysOfTheNextAttemptIsNotReportedInThisOne() {
        story.observe(session());
        story.pass(4).observe(poll(PROCESSING, at(3)));
        story.pass(2).observe(poll(FAILED, at(5)));

        Decision decision = story.pass(2).observe(webhook(PROCESSING, at(7)));

        assertThat(decision).hasNoMarks();
        assertThat(story.followUp().reports()).isEmpty();
    }

    @Test
    void whatItSaysOfAnEarlierAttemptIsNotReportedInThisOne() {
        story.observe(session());
        story.pass(4).observe(poll(PROCESSING, at(3)));
        story.pass(2).observe(poll(FAILED, at(5)));
        story.pass(2).observe(poll(PROCESSING, at(7)));

        assertThat(story.observe(webhook(PROCESSING, at(3)))).hasNoMarks();
        assertThat(story.observe(webhook(PROCESSING, null))).hasNoMarks();
        assertThat(story.observe(webhook(PROCESSING, at(7))).marks()).hasSize(1);
    }

    @Test
    void reportsOfAnEarlierAttemptAreForgottenByACorrection() {
        story.observe(session());
        story.pass(2).observe(webhook(COMPLETED, at(1)));
        story.pass(4).observe(socket(FAILED, at(5)));
        story.pass(1).observe(poll(FAILED, at(5)));
        story.pass(2).observe(poll(PROCESSING, at(7)));

        story.pass(4).observe(poll(COMPLETED, at(11)));

        assertThat(story.last().reportedAt()).isNull();
    }
}
