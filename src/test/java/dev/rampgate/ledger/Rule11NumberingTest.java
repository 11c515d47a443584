package dev.rampgate.ledger;

import static dev.rampgate.ledger.LedgerAssertions.assertThat;
import static dev.rampgate.ledger.Status.COMPLETED;
import static dev.rampgate.ledger.Status.FAILED;
import static dev.rampgate.ledger.Status.PENDING;
import static dev.rampgate.ledger.Status.PROCESSING;
import static dev.rampgate.ledger.Story.at;
import static dev.rampgate.support.TestObservation.poll;
import static dev.rampgate.support.TestObservation.session;
import static dev.rampgate.support.TestObservation.socket;

import dev.rampgate.support.TestObservation;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Rule 11: the numbers of transitions, and what the archive keeps. */
class Rule11NumberingTest {

    private final Story story = new Story();

    @Test
    void everyAcceptedTransitionCarriesTheNextNumber() {
        story.observe(session());
        story.pass(2).observe(poll(PROCESSING, at(1)));
        story.pass(2).observe(socket(FAILED, at(3)));
        story.pass(2).observe(poll(FAILED, at(3)));
        story.pass(2).observe(poll(PROCESSING, at(7)));
        story.pass(2).observe(socket(COMPLETED, at(9)));
        story.pass(2).observe(poll(COMPLETED, at(9)));

        assertThat(story.timeline()).extracting(Transition::sequence).containsExactly(1, 2, 3, 4, 5);
        assertThat(story.timeline()).extracting(Transition::attempt).containsExactly(1, 1, 1, 2, 2);
        assertThat(story.timeline())
                .extracting(Transition::status)
                .containsExactly(PENDING, PROCESSING, FAILED, PROCESSING, COMPLETED);
        assertThat(story.timeline())
                .extracting(Transition::correction)
                .containsExactly(false, false, false, true, false);
        assertThat(story.timeline())
                .extracting(Transition::confirmedAt)
                .containsExactly(null, at(2), at(6), at(8), at(12));
    }

    @Test
    void aRefusedObservationLeavesOnlyItsArchiveRow() {
        story.observe(session());
        story.pass(6).observe(poll(FAILED, at(5)));
        TransactionRecord before = story.record();

        for (TestObservation refused : List.of(poll(PROCESSING, at(4)), socket(FAILED, at(5)), session())) {
            Decision decision = story.pass(1).observe(refused);
            assertThat(decision).isArchived().hasNoTransitions().raisesNoAlarm();
            assertThat(story).hasRecord(before);
        }
    }

    @Test
    void aPollThatRepeatsLeavesNotEvenThat() {
        story.observe(session());
        story.pass(1).observe(poll(PENDING, at(0)));
        TransactionRecord before = story.record();

        Decision decision = story.pass(6).observe(poll(PENDING, at(0)));

        assertThat(decision).hasOutcome(Outcome.CONFIRMED).isNotArchived();
        assertThat(story).hasRecord(before);
    }

    @Test
    void aPollWithOtherAmountsOrALaterTimeIsArchived() {
        story.observe(session());
        story.pass(6).observe(poll(PROCESSING, at(5)).with("42.60", "40.15"));

        assertThat(story.pass(6).observe(poll(PROCESSING, at(5)).with("42.60", "40.16")))
                .isArchived();
        assertThat(story.pass(6).observe(poll(PROCESSING, at(6)).with("42.60", "40.16")))
                .isArchived();
    }
}
