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
import static java.time.Duration.ofHours;
import static java.time.Duration.ofSeconds;

import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Rule 3: polls with the recorded status. */
class Rule3SameStatusTest {

    private final Story story = new Story();

    @Test
    void aPollWithTheRecordedStatusConfirmsIt() {
        story.observe(session());

        Decision decision = story.pass(1).observe(poll(PENDING, at(0)));

        assertThat(decision)
                .hasOutcome(Outcome.CONFIRMED)
                .hasNoTransitions()
                .hasWish(FRESH)
                .isArchived();
        assertThat(story).hasState(new LedgerState(PENDING, 1, 1, true, at(0), at(0), at(0), at(0), false, false));
    }

    @Test
    void theFirstConfirmationMarksTheTransition() {
        story.observe(session());

        Decision decision = story.pass(1).observe(poll(PENDING, at(0)));

        assertThat(decision).hasMarks(new TransitionMark(Story.ID, 1, PENDING, null, story.now()));
        assertThat(story.pass(1).observe(poll(PENDING, at(0)))).hasNoMarks();
    }

    @Test
    void itMovesTheTimeUpToWhichPollsWereApplied() {
        story.observe(session());
        story.pass(1).observe(poll(PENDING, at(0)));

        story.pass(5).observe(poll(PENDING, at(4)));

        assertThat(story.state().asOf()).isEqualTo(at(4));
        assertThat(story.state().since()).isEqualTo(at(0));
        assertThat(story.state().changedAt()).isEqualTo(at(0));
    }

    @Test
    void itsAmountsReplaceWhatIsRecorded() {
        story.observe(session());
        story.pass(6).observe(socket(PROCESSING, at(5)).with("42.75", "40.20"));

        story.pass(1).observe(poll(PROCESSING, at(5)).with("42.60", "40.15"));

        assertThat(story.record().details().cryptoAmount()).isEqualTo("42.60");
        assertThat(story.record().details().fiatAmount()).isEqualTo("40.15");
    }

    @Test
    void itsFiatCurrencyReplacesWhatIsRecordedBecauseTheUserMaySwitchIt() {
        story.observe(session());

        story.pass(1).observe(poll(PENDING, at(0)).with(fiat("USD", null)));

        assertThat(story.record().details().fiatCurrency()).isEqualTo("USD");
    }

    @Test
    void anAmountThatItDoesNotReportStays() {
        story.observe(session());
        story.pass(6).observe(poll(PROCESSING, at(5)).with("42.60", "40.15"));

        story.pass(6).observe(poll(PROCESSING, at(5)).with("42.61", null));

        assertThat(story.record().details().cryptoAmount()).isEqualTo("42.61");
        assertThat(story.record().details().fiatAmount()).isEqualTo("40.15");
    }

    @Test
    void itFillsWhatWasUnknown() {
        story.observe(poll(PENDING, at(0)));

        story.pass(6).observe(poll(PENDING, at(0)).with("sell", "USDT", "TRC20"));

        assertThat(story)
                .hasDetails(TransactionDetails.of("sell", "USDT", "TRC20").withCreatedAt(at(0)));
    }

    @Test
    void theRequestedAmountAndTheFirstCreationTimeStay() {
        story.observe(session());

        story.pass(1)
                .observe(poll(PENDING, at(0))
                        .with(TransactionDetails.NONE
                                .withUser("customer-2")
                                .withRequestedAmount("1")
                                .withPaymentMethod("card")
                                .withCreatedAt(at(-3))));

        TransactionDetails details = story.record().details();
        assertThat(details.userId()).isEqualTo("customer-8841");
        assertThat(details.requestedAmount()).isEqualTo("42.75");
        assertThat(details.createdAt()).isEqualTo(at(0));
        assertThat(details.paymentMethod()).isEqualTo("card");
    }

    @ParameterizedTest
    @EnumSource(names = {"FAILED", "CANCELLED"})
    void theSameEndWithALaterTimeStartsTheWatchAgainWithoutATransition(Status end) {
        story.observe(session());
        story.pass(6).observe(poll(end, at(5)));
        story.pass(ofHours(30)).observe(poll(end, at(5)));
        assertThat(story).isSettled();

        Decision decision = story.pass(60).observe(poll(end, at(7)));

        assertThat(decision).hasOutcome(Outcome.CONFIRMED).hasNoTransitions().hasWish(PollWish.after(ofSeconds(15)));
        assertThat(story).isWatchedSince(story.now()).isNotSettled();
        assertThat(story.state().attempt()).isEqualTo(1);
    }

    @Test
    void theSameEndWithTheSameTimeLetsTheWatchRunOn() {
        story.observe(session());
        story.pass(6).observe(poll(FAILED, at(5)));
        Instant watchedSince = story.now();

        Decision decision = story.pass(20).observe(poll(FAILED, at(5)));

        assertThat(decision).hasWish(PollWish.after(ofSeconds(10)));
        assertThat(story).isWatchedSince(watchedSince);
    }

    @Test
    void theWatchOfAnEndThatASocketReportedStartsWithItsConfirmation() {
        story.observe(session());
        story.pass(6).observe(socket(FAILED, at(5)));
        assertThat(story).isNotWatched();

        Decision decision = story.pass(2).observe(poll(FAILED, at(5)));

        assertThat(decision).hasWish(PollWish.after(ofSeconds(15)));
        assertThat(story).isWatchedSince(story.now());
    }

    @Test
    void aConfirmedCompletedIsSettled() {
        story.observe(session());
        story.pass(6).observe(socket(COMPLETED, at(5)));
        assertThat(story).isNotSettled();

        Decision decision = story.pass(1).observe(poll(COMPLETED, at(5)));

        assertThat(story).isSettled();
        assertThat(decision).hasWish(PollWish.NEVER);
    }

    @Test
    void aConfirmationEndsWhatPollsSaidAgainstTheStatus() {
        story.observe(session());
        story.pass(6).observe(socket(FAILED, at(5)));
        story.pass(1).observe(poll(PROCESSING, at(4)));
        assertThat(story.followUp().dissent()).isNotNull();

        story.pass(1).observe(poll(FAILED, at(5)));

        assertThat(story).hasNoDissent();
    }

    private TransactionDetails fiat(String currency, String amount) {
        return TransactionDetails.NONE.withFiat(currency, amount);
    }
}
