package dev.rampgate.ledger;

import static dev.rampgate.ledger.LedgerAssertions.assertThat;
import static dev.rampgate.ledger.Status.PENDING;
import static dev.rampgate.ledger.Status.PROCESSING;
import static dev.rampgate.ledger.Story.FRESH;
import static dev.rampgate.ledger.Story.at;
import static dev.rampgate.support.TestObservation.poll;
import static dev.rampgate.support.TestObservation.session;

import java.util.Map;
import org.junit.jupiter.api.Test;

/** Rule 1: the answer of the session call. */
class Rule1SessionsTest {

    private final Story story = new Story();

    @Test
    void aSessionOpensPendingInTheFirstAttempt() {
        Decision decision = story.observe(session());

        assertThat(decision).hasOutcome(Outcome.ACCEPTED);
        assertThat(story)
                .hasState(new LedgerState(
                        PENDING, 1, 1, false, null, story.now(), story.now(), story.now(), false, false));
        assertThat(decision)
                .hasTransitions(
                        new Transition(Story.ID, 1, 1, PENDING, Channel.SESSION, null, null, story.now(), null, false))
                .isArchived()
                .raisesNoAlarm()
                .hasNoMarks();
    }

    @Test
    void aSessionNamesOwnerAndWish() {
        story.observe(session());

        assertThat(story.record().id()).isEqualTo(Story.ID);
        assertThat(story)
                .hasDetails(TransactionDetails.of("buy", "USDC", "ERC20")
                        .withUser("customer-8841")
                        .withRequestedAmount("42.75")
                        .withFiat("EUR", null)
                        .withCreatedAt(story.now()))
                .hasFollowUp(FollowUp.NONE);
        assertThat(story.record().socketAttached()).isFalse();
    }

    @Test
    void aSessionIsPolledOnTheLadder() {
        assertThat(story.observe(session())).hasWish(FRESH);
    }

    @Test
    void aSessionOfAnAdoptedTransactionFillsOnlyOwnerAndRequestedAmount() {
        story.observe(poll(PROCESSING, at(5)).with("42.60", "40.15"));
        TransactionRecord adopted = story.record();

        Decision decision = story.observe(session());

        assertThat(decision).hasOutcome(Outcome.ACCEPTED).hasNoTransitions().hasWish(PollWish.KEEP);
        assertThat(story)
                .hasRecord(adopted.with(TransactionDetails.NONE
                        .withUser("customer-8841")
                        .withRequestedAmount("42.75")
                        .withCryptoAmount("42.60")
                        .withFiat("EUR", "40.15")
                        .withCreatedAt(adopted.details().createdAt())));
    }

    @Test
    void anOwnerThatIsKnownStays() {
        story.observe(poll(PROCESSING, at(5)).with(owner("customer-1")));

        story.observe(session());

        assertThat(story.record().details().userId()).isEqualTo("customer-1");
    }

    @Test
    void aSessionOfAnAdoptedTransactionFillsReferenceMetadataAndAddress() {
        story.observe(poll(PROCESSING, at(5)));

        story.observe(session().with(named("customer-8841", "order-1", "0xAA")));
        story.observe(session().with(named("customer-8841", "order-2", "0xBB")));

        assertThat(story.record().details().own()).isEqualTo(own("order-1"));
        assertThat(story.record().details().address()).isEqualTo("0xAA");
    }

    @Test
    void whatASessionCallsItStaysWhateverIsReportedLater() {
        story.observe(session().with(named("customer-8841", "order-1", "0xAA")));

        story.observe(poll(PROCESSING, at(5)).with("42.60", "40.15"));
        story.observe(poll(Status.CANCELLED, at(8)));
        story.observe(poll(PROCESSING, at(11)));

        assertThat(story.record().details().own()).isEqualTo(own("order-1"));
        assertThat(story.record().details().address()).isEqualTo("0xAA");
    }

    @Test
    void aSessionOfAnotherUserGivesTheOwnerNoReferenceAndNoAddress() {
        story.observe(poll(PROCESSING, at(5)).with(owner("customer-1")));

        story.observe(session().with(named("customer-8841", "order-1", "0xAA")));

        assertThat(story.record().details().own()).isNull();
        assertThat(story.record().details().address()).isNull();
    }

    private static TransactionDetails named(String userId, String reference, String address) {
        return TransactionDetails.ofSession(userId, "buy", "USDC", "ERC20", "42.75", null)
                .with(own(reference), address);
    }

    private static OwnReference own(String reference) {
        return new OwnReference(reference, OwnReference.Source.CALLER, Map.of("cart", reference));
    }

    @Test
    void theSameSessionAgainIsADuplicate() {
        story.observe(session());
        TransactionRecord opened = story.record();

        Decision decision = story.observe(session());

        assertThat(decision).hasOutcome(Outcome.DUPLICATE).hasNoTransitions();
        assertThat(story).hasRecord(opened);
    }

    private TransactionDetails owner(String userId) {
        return TransactionDetails.NONE.withUser(userId);
    }
}
