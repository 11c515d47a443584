package dev.rampgate.ledger;

import static dev.rampgate.ledger.LedgerAssertions.assertThat;
import static dev.rampgate.ledger.Status.COMPLETED;
import static dev.rampgate.ledger.Status.FAILED;
import static dev.rampgate.ledger.Status.PENDING;
import static dev.rampgate.ledger.Status.PROCESSING;
import static dev.rampgate.ledger.Story.FRESH;
import static dev.rampgate.ledger.Story.at;
import static dev.rampgate.support.TestObservation.poll;
import static dev.rampgate.support.TestObservation.session;
import static dev.rampgate.support.TestObservation.socket;
import static dev.rampgate.support.TestObservation.webhook;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Rule 6: sockets and trusted webhooks. */
class Rule6SocketsAndTrustedWebhooksTest {

    private final Story story = new Story();

    @Test
    void aHigherStatusIsAcceptedAndNotYetConfirmed() {
        story.observe(session());

        Decision decision = story.pass(6).observe(socket(PROCESSING, at(5)).with("42.60", "40.15"));

        assertThat(decision)
                .hasOutcome(Outcome.ACCEPTED)
                .hasTransitions(
                        new Transition(Story.ID, 2, 1, PROCESSING, Channel.SOCKET, null, at(5), at(6), null, false));
        assertThat(story).hasState(new LedgerState(PROCESSING, 1, 2, false, null, at(5), at(0), at(6), false, false));
        assertThat(story.record().details().cryptoAmount()).isEqualTo("42.60");
        assertThat(decision).hasWish(FRESH).isArchived().hasNoMarks();
    }

    @Test
    void aHigherStatusIsAcceptedInTheSecondOfTheLastPollToo() {
        story.observe(session());
        story.pass(1).observe(poll(PENDING, at(0)));

        assertThat(story.observe(socket(PROCESSING, at(0)))).hasOutcome(Outcome.ACCEPTED);
    }

    @Test
    void aHigherStatusFromBeforeTheLastPollIsANudge() {
        story.observe(session());
        story.pass(6).observe(poll(PROCESSING, at(5)));

        Decision decision = story.pass(1).observe(socket(FAILED, at(4)));

        assertThat(decision).hasOutcome(Outcome.NUDGE).hasWish(PollWish.AT_ONCE);
        assertThat(story).hasStatus(PROCESSING);
    }

    @Test
    void inDoubtWhetherItCameAfterWhatIsRecordedItIsANudge() {
        story.observe(session());
        story.pass(8).observe(socket(PROCESSING, at(7)));

        assertThat(story.observe(socket(FAILED, at(5)))).hasOutcome(Outcome.NUDGE);
        assertThat(story.observe(socket(FAILED, at(7)))).hasOutcome(Outcome.NUDGE);
        assertThat(story.observe(socket(FAILED, null))).hasOutcome(Outcome.NUDGE);
        assertThat(story).hasStatus(PROCESSING);
        assertThat(story.observe(socket(FAILED, at(8)))).hasOutcome(Outcome.ACCEPTED);
    }

    @Test
    void completedIsNeverInDoubt() {
        story.observe(session());
        story.pass(8).observe(poll(PROCESSING, at(7)));

        assertThat(story.observe(socket(COMPLETED, at(7)))).hasOutcome(Outcome.ACCEPTED);
    }

    @Test
    void completedIsAcceptedWithoutATimeToo() {
        story.observe(session());
        story.pass(8).observe(poll(PROCESSING, at(7)));

        assertThat(story.observe(socket(COMPLETED, null))).hasOutcome(Outcome.ACCEPTED);
        assertThat(story.state().since()).isEqualTo(story.now());
    }

    @Test
    void completedFromBeforeTheLastPollIsANudge() {
        story.observe(session());
        story.pass(8).observe(poll(PROCESSING, at(7)));

        assertThat(story.observe(socket(COMPLETED, at(6)))).hasOutcome(Outcome.NUDGE);
    }

    @ParameterizedTest
    @EnumSource(names = {"COMPLETED", "FAILED", "CANCELLED"})
    void anEndIsPolledAtOnce(Status end) {
        story.observe(session());

        Decision decision = story.pass(6).observe(socket(end, at(5)));

        assertThat(decision).hasOutcome(Outcome.ACCEPTED).hasWish(PollWish.AT_ONCE);
        assertThat(story.state().confirmed()).isFalse();
        assertThat(story).isNotSettled();
    }

    @Test
    void aConfirmationMarksWhatTheSocketReported() {
        story.observe(session());
        story.pass(6).observe(socket(COMPLETED, at(5)));

        story.pass(1).observe(poll(COMPLETED, at(5)));

        assertThat(story.last().channel()).isEqualTo(Channel.SOCKET);
        assertThat(story.last().observedAt()).isEqualTo(at(6));
        assertThat(story.last().confirmedAt()).isEqualTo(at(7));
    }

    @Test
    void theSameStatusFillsOnlyWhatIsEmpty() {
        story.observe(session());
        story.pass(6).observe(poll(PROCESSING, at(5)).with("42.60", null));
        LedgerState before = story.state();

        Decision decision = story.pass(1)
                .observe(socket(PROCESSING, at(5))
                        .with(TransactionDetails.NONE
                                .withCryptoAmount("99")
                                .withFiat(null, "40.15")
                                .withPaymentMethod("card")));

        assertThat(decision).hasOutcome(Outcome.DUPLICATE).hasWish(PollWish.KEEP);
        assertThat(story).hasState(before);
        assertThat(story.record().details().cryptoAmount()).isEqualTo("42.60");
        assertThat(story.record().details().fiatAmount()).isEqualTo("40.15");
        assertThat(story.record().details().paymentMethod()).isEqualTo("card");
    }

    @Test
    void theSameStatusOfAnEarlierAttemptFillsNothing() {
        story.observe(session());
        story.pass(6).observe(poll(FAILED, at(5)));
        story.pass(2).observe(poll(PROCESSING, at(7)));

        story.observe(socket(PROCESSING, at(3)).with("42.60", "40.15"));
        story.observe(socket(PROCESSING, null).with("42.60", "40.15"));
        assertThat(story.record().details().cryptoAmount()).isNull();

        story.observe(socket(PROCESSING, at(7)).with("42.60", "40.15"));
        assertThat(story.record().details().cryptoAmount()).isEqualTo("42.60");
    }

    @Test
    void theSameEndAgainAndLaterIsANudge() {
        story.observe(session());
        story.pass(6).observe(poll(FAILED, at(5)));

        Decision decision = story.pass(2).observe(socket(FAILED, at(7)));

        assertThat(decision).hasOutcome(Outcome.NUDGE).hasWish(PollWish.AT_ONCE);
    }

    @Test
    void aLowerStatusIsANudge() {
        story.observe(session());
        story.pass(6).observe(poll(PROCESSING, at(5)));
        TransactionRecord before = story.record();

        Decision decision = story.pass(2).observe(socket(PENDING, at(7)).with("1", "1"));

        assertThat(decision).hasOutcome(Outcome.NUDGE).hasWish(PollWish.AT_ONCE).hasNoTransitions();
        assertThat(story)
                .hasRecord(before.with(
                        before.followUp().withNudge(new FollowUp.Nudge(Channel.SOCKET, PENDING, at(7), at(8), 0))));
    }

    @Test
    void anotherEndIsANudge() {
        story.observe(session());
        story.pass(6).observe(poll(FAILED, at(5)));

        Decision decision = story.pass(2).observe(socket(COMPLETED, at(7)));

        assertThat(decision).hasOutcome(Outcome.NUDGE);
        assertThat(story).hasStatus(FAILED);
    }

    @Test
    void inALaterAttemptAHigherStatusIsAccepted() {
        story.observe(session());
        story.pass(6).observe(poll(FAILED, at(5)));
        story.pass(2).observe(poll(PROCESSING, at(7)));

        Decision decision = story.pass(2).observe(socket(FAILED, at(9)));

        assertThat(decision).hasOutcome(Outcome.ACCEPTED);
        assertThat(story.last().attempt()).isEqualTo(2);
        assertThat(story.last().sequence()).isEqualTo(4);
    }

    @Test
    void aTrustedWebhookCountsAsASocket() {
        story.observe(session());

        Decision decision = story.pass(6).observe(webhook(COMPLETED, at(5)).trusted());

        assertThat(decision).hasOutcome(Outcome.ACCEPTED).hasWish(PollWish.AT_ONCE);
        assertThat(story).hasStatus(COMPLETED);
        assertThat(story.state().confirmed()).isFalse();
        assertThat(story.last().channel()).isEqualTo(Channel.WEBHOOK);
    }

    @Test
    void whatATrustedWebhookSaysIsReportedByItAsWell() {
        story.observe(session());

        Decision decision = story.pass(6).observe(webhook(COMPLETED, at(5)).trusted());

        assertThat(decision).hasMarks(new TransitionMark(Story.ID, 1, COMPLETED, at(6), null));
        assertThat(story.last().reportedAt()).isEqualTo(at(6));
    }

    @Test
    void whatATrustedWebhookSaysOfTheNextAttemptIsNotReportedInThisOne() {
        story.observe(session());
        story.pass(4).observe(poll(PROCESSING, at(3)));
        story.pass(2).observe(poll(FAILED, at(5)));

        Decision decision = story.pass(2).observe(webhook(PROCESSING, at(7)).trusted());

        assertThat(decision).hasOutcome(Outcome.NUDGE).hasNoMarks();
        assertThat(story.followUp().reports()).isEmpty();
    }

    @Test
    void whatATrustedWebhookRepeatsIsMarkedOnce() {
        story.observe(session());
        story.pass(6).observe(poll(PROCESSING, at(5)));

        Decision first = story.pass(1).observe(webhook(PROCESSING, at(5)).trusted());
        Decision second = story.pass(1).observe(webhook(PROCESSING, at(5)).trusted());

        assertThat(first).hasOutcome(Outcome.DUPLICATE);
        assertThat(first.marks()).hasSize(1);
        assertThat(second).hasNoMarks();
        assertThat(story.last().reportedAt()).isEqualTo(at(7));
    }
}
