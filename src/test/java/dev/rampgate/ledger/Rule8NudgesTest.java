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
import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;

import dev.rampgate.support.TestObservation;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Rule 8: nudges. */
class Rule8NudgesTest {

    private final Story story = new Story();

    @Test
    void aNudgeIsStoredAndMakesTheTransactionDueNow() {
        story.observe(session());

        Decision decision = story.pass(6).observe(webhook(COMPLETED, at(5)));

        assertThat(decision).hasWish(PollWish.AT_ONCE);
        assertThat(story).hasNudge(new FollowUp.Nudge(Channel.WEBHOOK, COMPLETED, at(5), at(6), 0));
    }

    @Test
    void theSameNudgeAgainIsADuplicate() {
        story.observe(session());
        story.pass(6).observe(webhook(COMPLETED, at(5)));
        TransactionRecord nudged = story.record();

        Decision decision = story.pass(1).observe(webhook(COMPLETED, at(5)));

        assertThat(decision).hasOutcome(Outcome.DUPLICATE).hasWish(PollWish.KEEP);
        assertThat(story).hasRecord(nudged);
    }

    @Test
    void anotherClaimReplacesTheNudge() {
        story.observe(session());
        story.pass(6).observe(webhook(COMPLETED, at(5)));

        for (TestObservation other : List.of(
                webhook(COMPLETED, at(6)),
                webhook(FAILED, at(6)),
                socket(FAILED, at(-1)).with("1", "1"))) {
            story.pass(1).observe(poll(PENDING, at(0)));
            Decision decision = story.pass(1).observe(other);
            assertThat(decision).hasOutcome(Outcome.NUDGE).hasWish(PollWish.AT_ONCE);
            assertThat(story).hasNudgeAnsweredBelow(0);
        }
    }

    @Test
    void aPollAskedAfterItClearsIt() {
        story.observe(session());
        story.pass(6).observe(webhook(PROCESSING, at(5)));

        Decision decision = story.pass(1).observe(poll(PROCESSING, at(5)));

        assertThat(story).hasNoNudge();
        assertThat(decision).hasWish(FRESH);
    }

    @Test
    void aHigherAnswerClearsItToo() {
        story.observe(session());
        story.pass(6).observe(webhook(PROCESSING, at(5)));

        story.pass(1).observe(poll(FAILED, at(6)));

        assertThat(story).hasNoNudge();
    }

    @Test
    void aPollAskedBeforeItLeavesItDue() {
        story.observe(session());
        story.pass(6).observe(webhook(PROCESSING, at(5)));

        Decision before = story.pass(1).observe(poll(PENDING, at(0)).asked(at(5)));
        assertThat(before).hasWish(PollWish.AT_ONCE);
        Decision together = story.pass(1).observe(poll(PROCESSING, at(5)).asked(at(6)));
        assertThat(together).hasWish(PollWish.AT_ONCE);
        assertThat(story.followUp().nudge()).isNotNull();
        assertThat(story).hasNudgeAnsweredBelow(0);
    }

    @Test
    void aPollAskedBeforeItThatDisagreesLeavesItDue() {
        story.observe(session());
        story.pass(6).observe(socket(FAILED, at(5)));
        story.pass(1).observe(poll(PROCESSING, at(7)));
        story.pass(2).observe(poll(PROCESSING, at(7)));
        story.pass(2).observe(webhook(COMPLETED, at(11)));

        Decision decision = story.pass(1).observe(poll(PROCESSING, at(7)).asked(at(10)));

        assertThat(decision).hasOutcome(Outcome.STALE).hasWish(PollWish.AT_ONCE);
    }

    @Test
    void aPollThatDisagreesAnswersItAllTheSame() {
        story.observe(session());
        story.pass(6).observe(socket(FAILED, at(5)));
        story.pass(1).observe(webhook(COMPLETED, at(7)));

        story.pass(2).observe(poll(PROCESSING, at(6)));
        assertThat(story).hasNudgeAnsweredBelow(1);

        story.pass(2).observe(poll(COMPLETED, at(7)));
        assertThat(story).hasNoNudge();
        assertThat(story.followUp().dissent()).isNotNull();
    }

    @Test
    void anUnknownStatusFromTheClaimedTimeOnAnswersIt() {
        story.observe(session());
        story.pass(6).observe(webhook(COMPLETED, at(5)));

        Decision before = story.pass(1).observe(poll("on_hold", at(4)).asked(at(5)));
        assertThat(before).hasWish(PollWish.AT_ONCE);
        story.pass(1).observe(poll("on_hold", at(4)));
        assertThat(story).hasNudgeAnsweredBelow(1);
        story.pass(1).observe(poll("on_hold", at(5)));
        assertThat(story).hasNoNudge();
    }

    @Test
    void aStaleAnswerLeavesItAndIsAskedAgainInASecond() {
        story.observe(session());
        story.pass(6).observe(poll(PROCESSING, at(5)));
        story.pass(1).observe(webhook(COMPLETED, at(6)));

        Decision decision = story.pass(1).observe(poll(PENDING, at(0)));

        assertThat(decision).hasWish(IN_A_SECOND);
        assertThat(story.followUp().nudge()).isNotNull();
    }

    @Test
    void answersBelowTheClaimAreAskedAgainAfterOneTwoFiveTenAndThirtySecondsThenTheLadder() {
        story.observe(session());
        story.pass(6).observe(webhook(COMPLETED, at(5)));
        story.pass(ofMinutes(20));
        List<PollWish> wishes = new ArrayList<>();

        for (int i = 0; i < 5; i++) {
            wishes.add(story.pass(1).observe(poll(PROCESSING, at(4))).wish());
            assertThat(story).hasNudgeAnsweredBelow(i + 1);
            story.pass(ofMinutes(20));
        }
        wishes.add(story.pass(1).observe(poll(PROCESSING, at(4))).wish());

        assertThat(wishes)
                .containsExactly(
                        PollWish.after(ofSeconds(1)),
                        PollWish.after(ofSeconds(2)),
                        PollWish.after(ofSeconds(5)),
                        PollWish.after(ofSeconds(10)),
                        PollWish.after(ofSeconds(30)),
                        PollWish.after(ofMinutes(5)));
        assertThat(story).hasNoNudge();
    }

    @Test
    void anAnswerFromBeforeTheClaimedChangeIsBelowIt() {
        story.observe(session());
        story.pass(6).observe(poll(FAILED, at(5)));
        story.pass(2).observe(webhook(PROCESSING, at(7)));

        Decision decision = story.pass(1).observe(poll(FAILED, at(5)));

        assertThat(decision).hasWish(IN_A_SECOND);
        assertThat(story).hasNudgeAnsweredBelow(1);
    }

    @Test
    void anAnswerOfAnotherEndFromTheClaimedTimeOnIsNotBelowIt() {
        story.observe(session());
        story.pass(6).observe(webhook(COMPLETED, at(5)));

        story.pass(1).observe(poll(FAILED, at(5)));

        assertThat(story).hasNoNudge();
    }

    @Test
    void theSameStatusIsNoAnswerBelowWhateverTheTimesSay() {
        story.observe(session());
        story.pass(6).observe(webhook(FAILED, at(6)));

        story.pass(1).observe(poll(FAILED, at(5)));

        assertThat(story).hasNoNudge();
    }

    @Test
    void withoutTimesOnlyTheOrderOfStatusesCounts() {
        story.observe(session());
        story.pass(6).observe(webhook(COMPLETED, null));
        story.pass(1).observe(poll(FAILED, at(5)));
        assertThat(story).hasNoNudge();

        story.pass(1).observe(webhook(COMPLETED, at(7)));
        story.pass(1).observe(poll(FAILED, null));
        assertThat(story).hasNoNudge();
    }

    @Test
    void theLadderWinsWhereItIsFaster() {
        story.observe(session());
        story.pass(6).observe(webhook(COMPLETED, at(5)));
        List<PollWish> wishes = new ArrayList<>();

        for (int i = 0; i < 6; i++) {
            wishes.add(story.pass(1).observe(poll(PENDING, at(0))).wish());
        }

        assertThat(wishes)
                .containsExactly(
                        PollWish.after(ofSeconds(1)),
                        PollWish.after(ofSeconds(2)),
                        PollWish.after(ofSeconds(5)),
                        FRESH,
                        FRESH,
                        FRESH);
    }

    @Test
    void aSettledTransactionIsWokenAndRestsAgain() {
        story.observe(session());
        story.pass(6).observe(poll(COMPLETED, at(5)));

        Decision woken = story.pass(ofDays(2)).observe(webhook(FAILED, at(6)));
        assertThat(woken).hasWish(PollWish.AT_ONCE);
        assertThat(story).isSettled();

        List<PollWish> wishes = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            wishes.add(story.pass(1).observe(poll(COMPLETED, at(5))).wish());
        }
        assertThat(wishes).startsWith(IN_A_SECOND).endsWith(PollWish.after(ofSeconds(30)), PollWish.NEVER);
        assertThat(story).hasNoNudge();
    }

    @Test
    void anAbandonedTransactionIsWokenAndRestsAgain() {
        story.observe(session());
        story.pass(ofDays(7)).observe(poll(PENDING, at(0)));
        assertThat(story).isAbandoned();

        Decision woken = story.pass(ofDays(1)).observe(webhook(PROCESSING, null));
        assertThat(woken).hasOutcome(Outcome.NUDGE).hasWish(PollWish.AT_ONCE);

        List<PollWish> wishes = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            wishes.add(story.pass(1).observe(poll(PENDING, at(0))).wish());
        }
        assertThat(wishes).startsWith(IN_A_SECOND).endsWith(PollWish.NEVER);
    }
}
