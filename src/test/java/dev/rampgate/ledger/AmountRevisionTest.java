package dev.rampgate.ledger;

import static dev.rampgate.ledger.Story.at;
import static dev.rampgate.support.TestObservation.poll;
import static dev.rampgate.support.TestObservation.session;
import static dev.rampgate.support.TestObservation.socket;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rampgate.support.TestObservation;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Which decisions change what a transaction is worth in the books. */
class AmountRevisionTest {

    private final LedgerRules rules = new LedgerRules(Story.LAG_TOLERANCE);
    private final List<AmountRevision> revisions = new ArrayList<>();
    private TransactionRecord record;
    private Instant now = Story.START;

    @Test
    void whatIsOpenIsWorthNothing() {
        observe(session());
        observe(poll(Status.PROCESSING, at(4)).with("42.60", "40.15"));

        assertThat(revisions).isEmpty();
    }

    @Test
    void anEndCountsOnceAPollHasConfirmedIt() {
        observe(session());
        observe(socket(Status.COMPLETED, at(4)).with("42.60", "40.15"));
        assertThat(revisions).isEmpty();

        observe(poll(Status.COMPLETED, at(4)));

        assertThat(revisions).containsExactly(new AmountRevision(record, 2, true));
    }

    @Test
    void aRepeatedPollMakesNoRevisionAndOtherAmountsMakeOne() {
        observe(session());
        observe(poll(Status.FAILED, at(4)));
        observe(poll(Status.FAILED, at(4)));
        assertThat(revisions).hasSize(1);

        observe(poll(Status.FAILED, at(5)).with("1", "2"));

        assertThat(revisions).hasSize(2);
        assertThat(revisions.get(1).record().details().cryptoAmount()).isEqualTo("1");
        assertThat(revisions.get(1).counts()).isTrue();
        assertThat(revisions.get(1).eventVersion()).isEqualTo(record.published().version());
    }

    @Test
    void aCorrectionToAnOpenStatusTakesTheEndAwayAndTheNextEndCountsAgain() {
        observe(session());
        observe(poll(Status.FAILED, at(4)));
        observe(poll(Status.PROCESSING, at(40)));
        assertThat(revisions).extracting(AmountRevision::counts).containsExactly(true, false);

        observe(poll(Status.COMPLETED, at(50)));

        assertThat(revisions).extracting(AmountRevision::counts).containsExactly(true, false, true);
        assertThat(revisions.get(2).record().state().attempt()).isEqualTo(2);
    }

    @Test
    void aCorrectionToAnotherEndIsOneRevision() {
        observe(session());
        observe(poll(Status.FAILED, at(4)));
        observe(poll(Status.CANCELLED, at(40)));

        assertThat(revisions).extracting(AmountRevision::counts).containsExactly(true, true);
    }

    @Test
    void whoOwnsATransactionIsNothingToTheBooks() {
        observe(poll(Status.COMPLETED, at(4)));
        observe(session());

        assertThat(record.details().userId()).isNotNull();
        assertThat(revisions).hasSize(1);
    }

    @Test
    void otherAmountsOfATransactionFromBeforeThereWereEventsAreARevisionWithoutAnEvent() {
        observe(session());
        observe(poll(Status.FAILED, at(4)));
        record = record.with(Published.NOTHING);
        revisions.clear();

        observe(poll(Status.FAILED, at(5)).with("1", "2"));

        assertThat(revisions).containsExactly(new AmountRevision(record, null, true));
    }

    private void observe(TestObservation one) {
        now = now.plusSeconds(60);
        Observation observation = one.received(Story.ID, now);
        Optional<TransactionRecord> before = Optional.ofNullable(record);
        EventRules.Step step = EventRules.of(before, observation, rules.decide(before, observation, now), now);
        record = step.record();
        AmountRevision.of(before, step.record(), step.events()).ifPresent(revisions::add);
    }
}
