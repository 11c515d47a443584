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
import static java.time.Duration.ofSeconds;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Rule 4: polls with a higher status. */
class Rule4HigherStatusTest {

    private final Story story = new Story();

    @Test
    void aPollWithAHigherStatusIsAcceptedAndConfirmed() {
        story.observe(session());

        Decision decision = story.pass(6).observe(poll(PROCESSING, at(5)).with("42.60", "40.15"));

        assertThat(decision).hasOutcome(Outcome.ACCEPTED);
        assertThat(story).hasState(new LedgerState(PROCESSING, 1, 2, true, at(5), at(5), at(0), at(6), false, false));
        assertThat(decision)
                .hasTransitions(
                        new Transition(Story.ID, 2, 1, PROCESSING, Channel.POLL, null, at(5), at(6), at(6), false))
                .hasNoMarks()
                .hasWish(FRESH)
                .isArchived();
        assertThat(story.record().details().cryptoAmount()).isEqualTo("42.60");
    }

    @Test
    void stepsMayBeSkipped() {
        story.observe(session());

        Decision decision = story.pass(6).observe(poll(COMPLETED, at(5)));

        assertThat(decision).hasOutcome(Outcome.ACCEPTED).hasWish(PollWish.NEVER);
        assertThat(story).isSettled();
        assertThat(story.state().sequence()).isEqualTo(2);
    }

    @ParameterizedTest
    @EnumSource(names = {"FAILED", "CANCELLED"})
    void aProvisionalEndIsWatched(Status end) {
        story.observe(session());

        Decision decision = story.pass(6).observe(poll(end, at(5)));

        assertThat(decision).hasWish(PollWish.after(ofSeconds(15)));
        assertThat(story).isWatchedSince(story.now()).isNotSettled();
    }

    @Test
    void aPollWithoutATimeCountsFromItsReceipt() {
        story.observe(session());

        story.pass(6).observe(poll(PROCESSING, null));

        assertThat(story).hasState(new LedgerState(PROCESSING, 1, 2, true, null, at(6), at(0), at(6), false, false));
        assertThat(story.last().occurredAt()).isNull();
    }

    @Test
    void inDoubtWhetherItCameAfterWhatIsRecordedItMustLast() {
        story.observe(session());
        story.pass(6).observe(poll(PROCESSING, at(5)));

        Decision tie = story.pass(2).observe(poll(FAILED, at(5)));

        assertThat(tie).hasOutcome(Outcome.STALE).hasWish(IN_A_SECOND);
        assertThat(story).hasStatus(PROCESSING).hasDissent(new FollowUp.Dissent(FAILED, story.now(), 1));

        Decision lasting = story.pass(30).observe(poll(FAILED, at(5)));

        assertThat(lasting)
                .hasOutcome(Outcome.ACCEPTED)
                .hasTransitions(
                        new Transition(Story.ID, 3, 1, FAILED, Channel.POLL, null, at(5), at(38), at(38), false));
        assertThat(story).hasNoDissent();
    }

    @Test
    void aPollFromBeforeWhatASocketReportedIsInDoubt() {
        story.observe(session());
        story.pass(8).observe(socket(PROCESSING, at(7)));

        assertThat(story.pass(1).observe(poll(FAILED, at(5)))).hasOutcome(Outcome.STALE);
        assertThat(story.pass(1).observe(poll(FAILED, at(7)))).hasOutcome(Outcome.STALE);
        assertThat(story.pass(1).observe(poll(FAILED, at(8)))).hasOutcome(Outcome.ACCEPTED);
    }

    @Test
    void aPollWithoutATimeIsInDoubt() {
        story.observe(session());
        story.pass(6).observe(poll(PROCESSING, at(5)));

        assertThat(story.pass(2).observe(poll(FAILED, null))).hasOutcome(Outcome.STALE);
    }

    @Test
    void completedIsNeverInDoubt() {
        story.observe(session());
        story.pass(6).observe(poll(PROCESSING, at(5)));

        assertThat(story.pass(2).observe(poll(COMPLETED, at(5)))).hasOutcome(Outcome.ACCEPTED);
    }

    @Test
    void nothingAfterTheFirstPendingIsInDoubt() {
        story.observe(session());
        story.pass(6).observe(poll(PENDING, at(5)));

        assertThat(story.pass(2).observe(poll(FAILED, at(5)))).hasOutcome(Outcome.ACCEPTED);
    }

    @Test
    void aLaterPendingLeavesTheSameDoubtAsAnyStatus() {
        story.observe(session());
        story.pass(6).observe(poll(FAILED, at(5)));
        story.pass(2).observe(poll(PENDING, at(7)));

        assertThat(story.pass(2).observe(poll(PROCESSING, at(7)))).hasOutcome(Outcome.STALE);
    }

    @Test
    void itEndsWhatPollsSaidAgainstTheStatusBefore() {
        story.observe(session());
        story.pass(6).observe(socket(PROCESSING, at(5)));
        story.pass(1).observe(poll(PENDING, at(0)));

        story.pass(4).observe(poll(COMPLETED, at(10)));

        assertThat(story).hasNoDissent();
    }
}
