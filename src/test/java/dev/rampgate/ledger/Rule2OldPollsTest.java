package dev.rampgate.ledger;

import static dev.rampgate.ledger.LedgerAssertions.assertThat;
import static dev.rampgate.ledger.Status.PROCESSING;
import static dev.rampgate.ledger.Story.IN_A_SECOND;
import static dev.rampgate.ledger.Story.at;
import static dev.rampgate.support.TestObservation.poll;
import static dev.rampgate.support.TestObservation.session;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Rule 2: polls that are older than the last one applied. */
class Rule2OldPollsTest {

    private final Story story = new Story();

    @ParameterizedTest
    @EnumSource(Status.class)
    void aPollFromBeforeTheLastAppliedOneIsStaleWhateverItsStatus(Status status) {
        story.observe(session());
        story.pass(6).observe(poll(PROCESSING, at(5)));
        TransactionRecord before = story.record();

        Decision decision = story.pass(1).observe(poll(status, at(4)).with("1", "1"));

        assertThat(decision)
                .hasOutcome(Outcome.STALE)
                .hasNoTransitions()
                .hasNoMarks()
                .hasWish(IN_A_SECOND);
        assertThat(story).hasRecord(before);
    }

    @Test
    void aPollWithoutATimeIsNotStale() {
        story.observe(session());
        story.pass(6).observe(poll(PROCESSING, at(5)));

        assertThat(story.pass(1).observe(poll(PROCESSING, null))).hasOutcome(Outcome.CONFIRMED);
        assertThat(story.state().asOf()).isEqualTo(at(5));
    }
}
