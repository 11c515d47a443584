package dev.rampgate.ledger;

import static dev.rampgate.ledger.Status.CANCELLED;
import static dev.rampgate.ledger.Status.COMPLETED;
import static dev.rampgate.ledger.Status.FAILED;
import static dev.rampgate.ledger.Status.PENDING;
import static dev.rampgate.ledger.Status.PROCESSING;
import static dev.rampgate.ledger.Story.at;
import static dev.rampgate.ledger.TestObservations.poll;
import static dev.rampgate.ledger.TestObservations.session;
import static dev.rampgate.ledger.TestObservations.socket;
import static dev.rampgate.ledger.TestObservations.webhook;
import static java.time.Duration.ofDays;
import static java.time.Duration.ofHours;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** The rules of {@code docs/rules.md}, sentence by sentence. */
class LedgerRulesTest {

    private static final PollWish FRESH = new PollWish.After(ofSeconds(5), ofSeconds(10));
    private static final PollWish IN_A_SECOND = PollWish.after(ofSeconds(1));

    private final Story story = new Story();

    @Nested
    class Rule1Sessions {

        @Test
        void aSessionOpensPendingInTheFirstAttempt() {
            Decision decision = story.hear(session());

            assertThat(decision.outcome()).isEqualTo(Outcome.ACCEPTED);
            assertThat(story.state())
                    .isEqualTo(new LedgerState(
                            PENDING, 1, 1, false, null, story.now(), story.now(), story.now(), false, false));
            assertThat(decision.transitions())
                    .containsExactly(new Transition(
                            Story.ID, 1, 1, PENDING, Channel.SESSION, null, null, story.now(), null, false));
            assertThat(decision.archived()).isTrue();
            assertThat(decision.alarms()).isEmpty();
            assertThat(decision.marks()).isEmpty();
        }

        @Test
        void aSessionTellsOwnerAndWish() {
            story.hear(session());

            assertThat(story.record().id()).isEqualTo(Story.ID);
            assertThat(story.record().details())
                    .isEqualTo(new TransactionDetails(
                            "customer-8841", "buy", "USDC", "ERC20", "42.75", null, "EUR", null, null, story.now()));
            assertThat(story.followUp()).isEqualTo(FollowUp.NONE);
            assertThat(story.record().socketAttached()).isFalse();
        }

        @Test
        void aSessionIsPolledOnTheLadder() {
            assertThat(story.hear(session()).wish()).isEqualTo(FRESH);
        }

        @Test
        void aSessionOfAnAdoptedTransactionFillsOnlyOwnerAndRequestedAmount() {
            story.hear(poll(PROCESSING, at(5)).telling("42.60", "40.15"));
            TransactionRecord adopted = story.record();

            Decision decision = story.hear(session());

            assertThat(decision.outcome()).isEqualTo(Outcome.ACCEPTED);
            assertThat(decision.transitions()).isEmpty();
            assertThat(decision.wish()).isEqualTo(PollWish.KEEP);
            assertThat(story.record())
                    .isEqualTo(adopted.with(new TransactionDetails(
                            "customer-8841",
                            null,
                            null,
                            null,
                            "42.75",
                            "42.60",
                            "EUR",
                            "40.15",
                            null,
                            adopted.details().createdAt())));
        }

        @Test
        void anOwnerThatIsKnownStays() {
            story.hear(poll(PROCESSING, at(5)).telling(owner("customer-1")));

            story.hear(session());

            assertThat(story.record().details().userId()).isEqualTo("customer-1");
        }

        @Test
        void theSameSessionAgainIsADuplicate() {
            story.hear(session());
            TransactionRecord opened = story.record();

            Decision decision = story.hear(session());

            assertThat(decision.outcome()).isEqualTo(Outcome.DUPLICATE);
            assertThat(decision.transitions()).isEmpty();
            assertThat(story.record()).isEqualTo(opened);
        }

        private TransactionDetails owner(String userId) {
            return new TransactionDetails(userId, null, null, null, null, null, null, null, null, null);
        }
    }

    @Nested
    class Rule2OldPolls {

        @ParameterizedTest
        @EnumSource(Status.class)
        void aPollFromBeforeTheLastAppliedOneIsStaleWhateverItsStatus(Status status) {
            story.hear(session());
            story.pass(6).hear(poll(PROCESSING, at(5)));
            TransactionRecord before = story.record();

            Decision decision = story.pass(1).hear(poll(status, at(4)).telling("1", "1"));

            assertThat(decision.outcome()).isEqualTo(Outcome.STALE);
            assertThat(decision.transitions()).isEmpty();
            assertThat(decision.marks()).isEmpty();
            assertThat(decision.wish()).isEqualTo(IN_A_SECOND);
            assertThat(story.record()).isEqualTo(before);
        }

        @Test
        void aPollWithoutATimeIsNotStale() {
            story.hear(session());
            story.pass(6).hear(poll(PROCESSING, at(5)));

            assertThat(story.pass(1).hear(poll(PROCESSING, null)).outcome()).isEqualTo(Outcome.CONFIRMED);
            assertThat(story.state().asOf()).isEqualTo(at(5));
        }
    }

    @Nested
    class Rule3SameStatus {

        @Test
        void aPollWithTheRecordedStatusConfirmsIt() {
            story.hear(session());

            Decision decision = story.pass(1).hear(poll(PENDING, at(0)));

            assertThat(decision.outcome()).isEqualTo(Outcome.CONFIRMED);
            assertThat(decision.transitions()).isEmpty();
            assertThat(decision.wish()).isEqualTo(FRESH);
            assertThat(decision.archived()).isTrue();
            assertThat(story.state())
                    .isEqualTo(new LedgerState(PENDING, 1, 1, true, at(0), at(0), at(0), at(0), false, false));
        }

        @Test
        void theFirstConfirmationMarksTheTransition() {
            story.hear(session());

            Decision decision = story.pass(1).hear(poll(PENDING, at(0)));

            assertThat(decision.marks()).containsExactly(new TransitionMark(Story.ID, 1, PENDING, null, story.now()));
            assertThat(story.pass(1).hear(poll(PENDING, at(0))).marks()).isEmpty();
        }

        @Test
        void itMovesTheTimeUpToWhichPollsWereApplied() {
            story.hear(session());
            story.pass(1).hear(poll(PENDING, at(0)));

            story.pass(5).hear(poll(PENDING, at(4)));

            assertThat(story.state().asOf()).isEqualTo(at(4));
            assertThat(story.state().since()).isEqualTo(at(0));
            assertThat(story.state().changedAt()).isEqualTo(at(0));
        }

        @Test
        void itsAmountsReplaceWhatIsRecorded() {
            story.hear(session());
            story.pass(6).hear(socket(PROCESSING, at(5)).telling("42.75", "40.20"));

            story.pass(1).hear(poll(PROCESSING, at(5)).telling("42.60", "40.15"));

            assertThat(story.record().details().cryptoAmount()).isEqualTo("42.60");
            assertThat(story.record().details().fiatAmount()).isEqualTo("40.15");
        }

        @Test
        void itsFiatCurrencyReplacesWhatIsRecordedBecauseTheUserMaySwitchIt() {
            story.hear(session());

            story.pass(1).hear(poll(PENDING, at(0)).telling(fiat("USD", null)));

            assertThat(story.record().details().fiatCurrency()).isEqualTo("USD");
        }

        @Test
        void anAmountThatItDoesNotTellStays() {
            story.hear(session());
            story.pass(6).hear(poll(PROCESSING, at(5)).telling("42.60", "40.15"));

            story.pass(6).hear(poll(PROCESSING, at(5)).telling("42.61", null));

            assertThat(story.record().details().cryptoAmount()).isEqualTo("42.61");
            assertThat(story.record().details().fiatAmount()).isEqualTo("40.15");
        }

        @Test
        void itFillsWhatWasUnknown() {
            story.hear(poll(PENDING, at(0)));

            story.pass(6).hear(poll(PENDING, at(0)).telling("sell", "USDT", "TRC20"));

            assertThat(story.record().details())
                    .isEqualTo(
                            new TransactionDetails(null, "sell", "USDT", "TRC20", null, null, null, null, null, at(0)));
        }

        @Test
        void theRequestedAmountAndTheFirstCreationTimeStay() {
            story.hear(session());

            story.pass(1)
                    .hear(poll(PENDING, at(0))
                            .telling(new TransactionDetails(
                                    "customer-2", null, null, null, "1", null, null, null, "card", at(-3))));

            TransactionDetails details = story.record().details();
            assertThat(details.userId()).isEqualTo("customer-8841");
            assertThat(details.requestedAmount()).isEqualTo("42.75");
            assertThat(details.createdAt()).isEqualTo(at(0));
            assertThat(details.paymentMethod()).isEqualTo("card");
        }

        @ParameterizedTest
        @EnumSource(names = {"FAILED", "CANCELLED"})
        void theSameEndWithALaterTimeStartsTheWatchAgainWithoutATransition(Status end) {
            story.hear(session());
            story.pass(6).hear(poll(end, at(5)));
            story.pass(ofHours(30)).hear(poll(end, at(5)));
            assertThat(story.state().settled()).isTrue();

            Decision decision = story.pass(60).hear(poll(end, at(7)));

            assertThat(decision.outcome()).isEqualTo(Outcome.CONFIRMED);
            assertThat(decision.transitions()).isEmpty();
            assertThat(decision.wish()).isEqualTo(PollWish.after(ofSeconds(15)));
            assertThat(story.followUp().watchedSince()).isEqualTo(story.now());
            assertThat(story.state().settled()).isFalse();
            assertThat(story.state().attempt()).isEqualTo(1);
        }

        @Test
        void theSameEndWithTheSameTimeLetsTheWatchRunOn() {
            story.hear(session());
            story.pass(6).hear(poll(FAILED, at(5)));
            Instant watchedSince = story.now();

            Decision decision = story.pass(20).hear(poll(FAILED, at(5)));

            assertThat(decision.wish()).isEqualTo(PollWish.after(ofSeconds(10)));
            assertThat(story.followUp().watchedSince()).isEqualTo(watchedSince);
        }

        @Test
        void theWatchOfAnEndThatASocketToldStartsWithItsConfirmation() {
            story.hear(session());
            story.pass(6).hear(socket(FAILED, at(5)));
            assertThat(story.followUp().watchedSince()).isNull();

            Decision decision = story.pass(2).hear(poll(FAILED, at(5)));

            assertThat(decision.wish()).isEqualTo(PollWish.after(ofSeconds(15)));
            assertThat(story.followUp().watchedSince()).isEqualTo(story.now());
        }

        @Test
        void aConfirmedCompletedIsSettled() {
            story.hear(session());
            story.pass(6).hear(socket(COMPLETED, at(5)));
            assertThat(story.state().settled()).isFalse();

            Decision decision = story.pass(1).hear(poll(COMPLETED, at(5)));

            assertThat(story.state().settled()).isTrue();
            assertThat(decision.wish()).isEqualTo(PollWish.NEVER);
        }

        @Test
        void aConfirmationEndsWhatPollsSaidAgainstTheStatus() {
            story.hear(session());
            story.pass(6).hear(socket(FAILED, at(5)));
            story.pass(1).hear(poll(PROCESSING, at(4)));
            assertThat(story.followUp().dissent()).isNotNull();

            story.pass(1).hear(poll(FAILED, at(5)));

            assertThat(story.followUp().dissent()).isNull();
        }

        private TransactionDetails fiat(String currency, String amount) {
            return new TransactionDetails(null, null, null, null, null, null, currency, amount, null, null);
        }
    }

    @Nested
    class Rule4HigherStatus {

        @Test
        void aPollWithAHigherStatusIsAcceptedAndConfirmed() {
            story.hear(session());

            Decision decision = story.pass(6).hear(poll(PROCESSING, at(5)).telling("42.60", "40.15"));

            assertThat(decision.outcome()).isEqualTo(Outcome.ACCEPTED);
            assertThat(story.state())
                    .isEqualTo(new LedgerState(PROCESSING, 1, 2, true, at(5), at(5), at(0), at(6), false, false));
            assertThat(decision.transitions())
                    .containsExactly(
                            new Transition(Story.ID, 2, 1, PROCESSING, Channel.POLL, null, at(5), at(6), at(6), false));
            assertThat(decision.marks()).isEmpty();
            assertThat(decision.wish()).isEqualTo(FRESH);
            assertThat(decision.archived()).isTrue();
            assertThat(story.record().details().cryptoAmount()).isEqualTo("42.60");
        }

        @Test
        void stepsMayBeSkipped() {
            story.hear(session());

            Decision decision = story.pass(6).hear(poll(COMPLETED, at(5)));

            assertThat(decision.outcome()).isEqualTo(Outcome.ACCEPTED);
            assertThat(decision.wish()).isEqualTo(PollWish.NEVER);
            assertThat(story.state().settled()).isTrue();
            assertThat(story.state().sequence()).isEqualTo(2);
        }

        @ParameterizedTest
        @EnumSource(names = {"FAILED", "CANCELLED"})
        void aProvisionalEndIsWatched(Status end) {
            story.hear(session());

            Decision decision = story.pass(6).hear(poll(end, at(5)));

            assertThat(decision.wish()).isEqualTo(PollWish.after(ofSeconds(15)));
            assertThat(story.followUp().watchedSince()).isEqualTo(story.now());
            assertThat(story.state().settled()).isFalse();
        }

        @Test
        void aPollWithoutATimeCountsFromItsReceipt() {
            story.hear(session());

            story.pass(6).hear(poll(PROCESSING, null));

            assertThat(story.state())
                    .isEqualTo(new LedgerState(PROCESSING, 1, 2, true, null, at(6), at(0), at(6), false, false));
            assertThat(story.last().occurredAt()).isNull();
        }

        @Test
        void inDoubtWhetherItCameAfterWhatIsRecordedItMustLast() {
            story.hear(session());
            story.pass(6).hear(poll(PROCESSING, at(5)));

            Decision tie = story.pass(2).hear(poll(FAILED, at(5)));

            assertThat(tie.outcome()).isEqualTo(Outcome.STALE);
            assertThat(tie.wish()).isEqualTo(IN_A_SECOND);
            assertThat(story.state().status()).isEqualTo(PROCESSING);
            assertThat(story.followUp().dissent()).isEqualTo(new FollowUp.Dissent(FAILED, story.now(), 1));

            Decision lasting = story.pass(30).hear(poll(FAILED, at(5)));

            assertThat(lasting.outcome()).isEqualTo(Outcome.ACCEPTED);
            assertThat(lasting.transitions())
                    .containsExactly(
                            new Transition(Story.ID, 3, 1, FAILED, Channel.POLL, null, at(5), at(38), at(38), false));
            assertThat(story.followUp().dissent()).isNull();
        }

        @Test
        void aPollFromBeforeWhatASocketToldIsInDoubt() {
            story.hear(session());
            story.pass(8).hear(socket(PROCESSING, at(7)));

            assertThat(story.pass(1).hear(poll(FAILED, at(5))).outcome()).isEqualTo(Outcome.STALE);
            assertThat(story.pass(1).hear(poll(FAILED, at(7))).outcome()).isEqualTo(Outcome.STALE);
            assertThat(story.pass(1).hear(poll(FAILED, at(8))).outcome()).isEqualTo(Outcome.ACCEPTED);
        }

        @Test
        void aPollWithoutATimeIsInDoubt() {
            story.hear(session());
            story.pass(6).hear(poll(PROCESSING, at(5)));

            assertThat(story.pass(2).hear(poll(FAILED, null)).outcome()).isEqualTo(Outcome.STALE);
        }

        @Test
        void completedIsNeverInDoubt() {
            story.hear(session());
            story.pass(6).hear(poll(PROCESSING, at(5)));

            assertThat(story.pass(2).hear(poll(COMPLETED, at(5))).outcome()).isEqualTo(Outcome.ACCEPTED);
        }

        @Test
        void nothingAfterTheFirstPendingIsInDoubt() {
            story.hear(session());
            story.pass(6).hear(poll(PENDING, at(5)));

            assertThat(story.pass(2).hear(poll(FAILED, at(5))).outcome()).isEqualTo(Outcome.ACCEPTED);
        }

        @Test
        void aLaterPendingLeavesTheSameDoubtAsAnyStatus() {
            story.hear(session());
            story.pass(6).hear(poll(FAILED, at(5)));
            story.pass(2).hear(poll(PENDING, at(7)));

            assertThat(story.pass(2).hear(poll(PROCESSING, at(7))).outcome()).isEqualTo(Outcome.STALE);
        }

        @Test
        void itEndsWhatPollsSaidAgainstTheStatusBefore() {
            story.hear(session());
            story.pass(6).hear(socket(PROCESSING, at(5)));
            story.pass(1).hear(poll(PENDING, at(0)));

            story.pass(4).hear(poll(COMPLETED, at(10)));

            assertThat(story.followUp().dissent()).isNull();
        }
    }

    @Nested
    class Rule5OtherStatus {

        @ParameterizedTest
        @EnumSource(
                mode = Mode.EXCLUDE,
                names = {"COMPLETED"})
        void anotherStatusAfterAConfirmedCompletedIsAConflictIfItIsLater(Status other) {
            story.hear(session());
            story.pass(6).hear(poll(COMPLETED, at(5)));
            TransactionRecord before = story.record();

            Decision decision = story.pass(60).hear(poll(other, at(6)));

            assertThat(decision.outcome()).isEqualTo(Outcome.CONFLICT);
            assertThat(decision.alarms()).containsExactly(Alarm.COMPLETED_CONTRADICTED);
            assertThat(decision.transitions()).isEmpty();
            assertThat(decision.marks()).isEmpty();
            assertThat(decision.wish()).isEqualTo(PollWish.NEVER);
            assertThat(decision.archived()).isTrue();
            assertThat(story.record()).isEqualTo(before);
        }

        @Test
        void anotherStatusAfterAConfirmedCompletedIsStaleIfItIsNotLater() {
            story.hear(session());
            story.pass(6).hear(poll(COMPLETED, at(5)));
            TransactionRecord before = story.record();

            Decision tie = story.pass(60).hear(poll(FAILED, at(5)));
            Decision timeless = story.pass(60).hear(poll(FAILED, null));

            assertThat(tie.outcome()).isEqualTo(Outcome.STALE);
            assertThat(tie.alarms()).isEmpty();
            assertThat(tie.wish()).isEqualTo(PollWish.NEVER);
            assertThat(timeless.outcome()).isEqualTo(Outcome.STALE);
            assertThat(story.record()).isEqualTo(before);
        }

        @Test
        void aConfirmedCompletedStaysHoweverLongPollsSayOtherwise() {
            story.hear(session());
            story.pass(6).hear(poll(COMPLETED, at(5)));

            for (int i = 0; i < 20; i++) {
                story.pass(10).hear(poll(FAILED, at(5)));
                story.pass(10).hear(poll(PROCESSING, at(8)));
            }

            assertThat(story.state().status()).isEqualTo(COMPLETED);
            assertThat(story.timeline()).hasSize(2);
        }

        @ParameterizedTest
        @EnumSource(names = {"PENDING", "PROCESSING", "CANCELLED", "COMPLETED"})
        void aLaterOtherStatusOfAConfirmedOneOpensTheNextAttemptAtOnce(Status other) {
            story.hear(session());
            story.pass(6).hear(poll(FAILED, at(5)));

            Decision decision = story.pass(2).hear(poll(other, at(7)));

            assertThat(decision.outcome()).isEqualTo(Outcome.CORRECTION);
            assertThat(decision.transitions())
                    .containsExactly(
                            new Transition(Story.ID, 3, 2, other, Channel.POLL, null, at(7), at(8), at(8), true));
            assertThat(decision.marks()).isEmpty();
            assertThat(decision.alarms()).isEmpty();
            assertThat(decision.archived()).isTrue();
            assertThat(story.state())
                    .isEqualTo(
                            new LedgerState(other, 2, 3, true, at(7), at(7), at(7), at(8), other == COMPLETED, false));
        }

        @Test
        void theNextAttemptHasNoAmountsButThoseThatThePollTells() {
            story.hear(session());
            story.pass(4).hear(poll(PROCESSING, at(3)).telling("42.60", "40.15"));
            story.pass(2).hear(poll(FAILED, at(5)).telling(null, null));
            assertThat(story.record().details().cryptoAmount()).isEqualTo("42.60");

            story.pass(2).hear(poll(PROCESSING, at(7)).telling(null, "40.20"));

            assertThat(story.record().details().cryptoAmount()).isNull();
            assertThat(story.record().details().fiatAmount()).isEqualTo("40.20");
            assertThat(story.record().details().fiatCurrency()).isEqualTo("EUR");
            assertThat(story.record().details().requestedAmount()).isEqualTo("42.75");
        }

        @Test
        void aCorrectionEndsTheWatch() {
            story.hear(session());
            story.pass(6).hear(poll(FAILED, at(5)));

            Decision decision = story.pass(2).hear(poll(PROCESSING, at(7)));

            assertThat(decision.wish()).isEqualTo(FRESH);
            assertThat(story.followUp().watchedSince()).isNull();
        }

        @Test
        void aCorrectionToAProvisionalEndStartsAWatchOfItsOwn() {
            story.hear(session());
            story.pass(6).hear(poll(FAILED, at(5)));

            Decision decision = story.pass(20).hear(poll(CANCELLED, at(20)));

            assertThat(decision.wish()).isEqualTo(PollWish.after(ofSeconds(15)));
            assertThat(story.followUp().watchedSince()).isEqualTo(story.now());
        }

        @Test
        void aStatusThatNoPollConfirmedIsNotCorrectedAtOnce() {
            story.hear(session());
            story.pass(6).hear(socket(FAILED, at(5)));

            Decision decision = story.pass(2).hear(poll(PROCESSING, at(7)).telling("1", "1"));

            assertThat(decision.outcome()).isEqualTo(Outcome.STALE);
            assertThat(decision.transitions()).isEmpty();
            assertThat(decision.wish()).isEqualTo(IN_A_SECOND);
            assertThat(story.state().status()).isEqualTo(FAILED);
            assertThat(story.state().asOf()).isNull();
            assertThat(story.record().details().cryptoAmount()).isNull();
            assertThat(story.followUp().dissent()).isEqualTo(new FollowUp.Dissent(PROCESSING, story.now(), 1));
        }

        @Test
        void aTieIsNotCorrectedAtOnce() {
            story.hear(session());
            story.pass(6).hear(poll(FAILED, at(5)));

            Decision decision = story.pass(2).hear(poll(PROCESSING, at(5)));

            assertThat(decision.outcome()).isEqualTo(Outcome.STALE);
            assertThat(decision.wish()).isEqualTo(IN_A_SECOND);
        }

        @Test
        void aTieAmongEndsIsNotCorrectedAtOnceEither() {
            story.hear(session());
            story.pass(6).hear(poll(FAILED, at(5)));

            assertThat(story.pass(2).hear(poll(COMPLETED, at(5))).outcome()).isEqualTo(Outcome.STALE);
        }

        @Test
        void pollsThatDisagreeAreAskedAgainAfterOneTwoFiveTenAndTenSeconds() {
            story.hear(session());
            story.pass(6).hear(socket(FAILED, at(5)));
            List<PollWish> wishes = new ArrayList<>();

            for (int i = 0; i < 6; i++) {
                wishes.add(story.pass(4).hear(poll(PROCESSING, at(7))).wish());
            }

            assertThat(wishes)
                    .containsExactly(
                            PollWish.after(ofSeconds(1)),
                            PollWish.after(ofSeconds(2)),
                            PollWish.after(ofSeconds(5)),
                            PollWish.after(ofSeconds(10)),
                            PollWish.after(ofSeconds(10)),
                            PollWish.after(ofSeconds(10)));
        }

        @Test
        void pollsThatDisagreeForTheLagToleranceAreRight() {
            story.hear(session());
            story.pass(6).hear(socket(FAILED, at(5)));
            story.pass(2).hear(poll(PROCESSING, at(7)));
            story.pass(ofMillis(29_999)).hear(poll(PROCESSING, at(7)));
            assertThat(story.state().status()).isEqualTo(FAILED);

            Decision decision =
                    story.pass(ofMillis(1)).hear(poll(PROCESSING, at(7)).telling("42.60", null));

            assertThat(decision.outcome()).isEqualTo(Outcome.CORRECTION);
            assertThat(decision.transitions())
                    .containsExactly(new Transition(
                            Story.ID, 3, 2, PROCESSING, Channel.POLL, null, at(7), at(38), at(38), true));
            assertThat(story.state())
                    .isEqualTo(new LedgerState(PROCESSING, 2, 3, true, at(7), at(7), at(7), at(38), false, false));
            assertThat(story.followUp()).isEqualTo(FollowUp.NONE);
            assertThat(story.record().details().cryptoAmount()).isEqualTo("42.60");
            assertThat(decision.wish()).isEqualTo(FRESH);
        }

        @Test
        void aConfirmedStatusIsCorrectedByATieThatLasts() {
            story.hear(session());
            story.pass(6).hear(poll(FAILED, at(5)));
            story.pass(2).hear(poll(COMPLETED, at(5)));

            assertThat(story.pass(30).hear(poll(COMPLETED, at(5))).outcome()).isEqualTo(Outcome.CORRECTION);
            assertThat(story.state().settled()).isTrue();
        }

        @Test
        void whatCountsIsWhenTheLastOfThemWasAsked() {
            story.hear(session());
            story.pass(6).hear(socket(FAILED, at(5)));
            story.pass(2).hear(poll(PROCESSING, at(7)));

            Decision inFlightForLong =
                    story.pass(60).hear(poll(PROCESSING, at(7)).asked(at(37)));
            Decision askedLater = story.hear(poll(PROCESSING, at(7)).asked(at(38)));

            assertThat(inFlightForLong.outcome()).isEqualTo(Outcome.STALE);
            assertThat(askedLater.outcome()).isEqualTo(Outcome.CORRECTION);
        }

        @Test
        void aChangeSinceTheySpokeUpIsNotAtIssue() {
            story.hear(session());
            story.pass(6).hear(socket(PROCESSING, at(5)));
            story.pass(2).hear(poll(PENDING, at(0)));
            story.pass(20).hear(socket(FAILED, at(27)));

            assertThat(story.pass(20).hear(poll(PENDING, at(0))).outcome()).isEqualTo(Outcome.STALE);
        }

        @Test
        void aConfirmedStatusIsNotCorrectedAtOnceByWhatIsOlderThanItsSocketSaid() {
            story.hear(session());
            story.pass(10).hear(socket(FAILED, at(9)));
            story.pass(1).hear(poll(FAILED, at(5)));

            assertThat(story.pass(1).hear(poll(PROCESSING, at(7))).outcome()).isEqualTo(Outcome.STALE);
            assertThat(story.pass(1).hear(poll(PROCESSING, at(10))).outcome()).isEqualTo(Outcome.CORRECTION);
        }

        @Test
        void pollsThatDisagreeMustAllSayTheSame() {
            story.hear(session());
            story.pass(6).hear(socket(FAILED, at(5)));
            story.pass(2).hear(poll(PENDING, at(0)));

            Decision decision = story.pass(30).hear(poll(PROCESSING, at(7)));

            assertThat(decision.outcome()).isEqualTo(Outcome.STALE);
            assertThat(decision.wish()).isEqualTo(IN_A_SECOND);
            assertThat(story.followUp().dissent()).isEqualTo(new FollowUp.Dissent(PROCESSING, story.now(), 1));
        }

        @Test
        void aConfirmationBetweenThemStartsTheirTimeAnew() {
            story.hear(session());
            story.pass(6).hear(poll(FAILED, at(5)));
            story.pass(2).hear(poll(PROCESSING, at(5)));
            story.pass(2).hear(poll(FAILED, at(5)));

            assertThat(story.pass(40).hear(poll(PROCESSING, at(5))).outcome()).isEqualTo(Outcome.STALE);
        }

        @Test
        void aPollThatWasAskedBeforeTheLastChangeSaysNothingAgainstIt() {
            story.hear(session());
            story.pass(6).hear(socket(FAILED, at(5)));

            Decision crossed = story.pass(1).hear(poll(PENDING, at(0)).asked(at(6)));

            assertThat(crossed.outcome()).isEqualTo(Outcome.STALE);
            assertThat(crossed.wish()).isEqualTo(IN_A_SECOND);
            assertThat(story.followUp().dissent()).isNull();
        }

        @Test
        void theLagToleranceIsAsConfigured() {
            LedgerRules rules = new LedgerRules(ofSeconds(3));
            Observation first = poll(PROCESSING, at(5)).received(Story.ID, at(8));
            Observation second = poll(PROCESSING, at(5)).received(Story.ID, at(11));
            story.hear(session());
            story.pass(6).hear(poll(FAILED, at(5)));

            Decision dissent = rules.decide(Optional.of(story.record()), first, at(8));
            Decision correction = rules.decide(dissent.record(), second, at(11));

            assertThat(dissent.outcome()).isEqualTo(Outcome.STALE);
            assertThat(correction.outcome()).isEqualTo(Outcome.CORRECTION);
        }
    }

    @Nested
    class Rule6SocketsAndTrustedWebhooks {

        @Test
        void aHigherStatusIsAcceptedAndNotYetConfirmed() {
            story.hear(session());

            Decision decision = story.pass(6).hear(socket(PROCESSING, at(5)).telling("42.60", "40.15"));

            assertThat(decision.outcome()).isEqualTo(Outcome.ACCEPTED);
            assertThat(decision.transitions())
                    .containsExactly(new Transition(
                            Story.ID, 2, 1, PROCESSING, Channel.SOCKET, null, at(5), at(6), null, false));
            assertThat(story.state())
                    .isEqualTo(new LedgerState(PROCESSING, 1, 2, false, null, at(5), at(0), at(6), false, false));
            assertThat(story.record().details().cryptoAmount()).isEqualTo("42.60");
            assertThat(decision.wish()).isEqualTo(FRESH);
            assertThat(decision.archived()).isTrue();
            assertThat(decision.marks()).isEmpty();
        }

        @Test
        void aHigherStatusIsAcceptedInTheSecondOfTheLastPollToo() {
            story.hear(session());
            story.pass(1).hear(poll(PENDING, at(0)));

            assertThat(story.hear(socket(PROCESSING, at(0))).outcome()).isEqualTo(Outcome.ACCEPTED);
        }

        @Test
        void aHigherStatusFromBeforeTheLastPollIsANudge() {
            story.hear(session());
            story.pass(6).hear(poll(PROCESSING, at(5)));

            Decision decision = story.pass(1).hear(socket(FAILED, at(4)));

            assertThat(decision.outcome()).isEqualTo(Outcome.NUDGE);
            assertThat(decision.wish()).isEqualTo(PollWish.AT_ONCE);
            assertThat(story.state().status()).isEqualTo(PROCESSING);
        }

        @Test
        void inDoubtWhetherItCameAfterWhatIsRecordedItIsANudge() {
            story.hear(session());
            story.pass(8).hear(socket(PROCESSING, at(7)));

            assertThat(story.hear(socket(FAILED, at(5))).outcome()).isEqualTo(Outcome.NUDGE);
            assertThat(story.hear(socket(FAILED, at(7))).outcome()).isEqualTo(Outcome.NUDGE);
            assertThat(story.hear(socket(FAILED, null)).outcome()).isEqualTo(Outcome.NUDGE);
            assertThat(story.state().status()).isEqualTo(PROCESSING);
            assertThat(story.hear(socket(FAILED, at(8))).outcome()).isEqualTo(Outcome.ACCEPTED);
        }

        @Test
        void completedIsNeverInDoubt() {
            story.hear(session());
            story.pass(8).hear(poll(PROCESSING, at(7)));

            assertThat(story.hear(socket(COMPLETED, at(7))).outcome()).isEqualTo(Outcome.ACCEPTED);
        }

        @Test
        void completedIsAcceptedWithoutATimeToo() {
            story.hear(session());
            story.pass(8).hear(poll(PROCESSING, at(7)));

            assertThat(story.hear(socket(COMPLETED, null)).outcome()).isEqualTo(Outcome.ACCEPTED);
            assertThat(story.state().since()).isEqualTo(story.now());
        }

        @Test
        void completedFromBeforeTheLastPollIsANudge() {
            story.hear(session());
            story.pass(8).hear(poll(PROCESSING, at(7)));

            assertThat(story.hear(socket(COMPLETED, at(6))).outcome()).isEqualTo(Outcome.NUDGE);
        }

        @ParameterizedTest
        @EnumSource(names = {"COMPLETED", "FAILED", "CANCELLED"})
        void anEndIsPolledAtOnce(Status end) {
            story.hear(session());

            Decision decision = story.pass(6).hear(socket(end, at(5)));

            assertThat(decision.outcome()).isEqualTo(Outcome.ACCEPTED);
            assertThat(decision.wish()).isEqualTo(PollWish.AT_ONCE);
            assertThat(story.state().confirmed()).isFalse();
            assertThat(story.state().settled()).isFalse();
        }

        @Test
        void aConfirmationMarksWhatTheSocketTold() {
            story.hear(session());
            story.pass(6).hear(socket(COMPLETED, at(5)));

            story.pass(1).hear(poll(COMPLETED, at(5)));

            assertThat(story.last().channel()).isEqualTo(Channel.SOCKET);
            assertThat(story.last().observedAt()).isEqualTo(at(6));
            assertThat(story.last().confirmedAt()).isEqualTo(at(7));
        }

        @Test
        void theSameStatusFillsOnlyWhatIsEmpty() {
            story.hear(session());
            story.pass(6).hear(poll(PROCESSING, at(5)).telling("42.60", null));
            LedgerState before = story.state();

            Decision decision = story.pass(1)
                    .hear(socket(PROCESSING, at(5))
                            .telling(new TransactionDetails(
                                    null, null, null, null, null, "99", null, "40.15", "card", null)));

            assertThat(decision.outcome()).isEqualTo(Outcome.DUPLICATE);
            assertThat(decision.wish()).isEqualTo(PollWish.KEEP);
            assertThat(story.state()).isEqualTo(before);
            assertThat(story.record().details().cryptoAmount()).isEqualTo("42.60");
            assertThat(story.record().details().fiatAmount()).isEqualTo("40.15");
            assertThat(story.record().details().paymentMethod()).isEqualTo("card");
        }

        @Test
        void theSameStatusOfAnEarlierAttemptFillsNothing() {
            story.hear(session());
            story.pass(6).hear(poll(FAILED, at(5)));
            story.pass(2).hear(poll(PROCESSING, at(7)));

            story.hear(socket(PROCESSING, at(3)).telling("42.60", "40.15"));
            story.hear(socket(PROCESSING, null).telling("42.60", "40.15"));
            assertThat(story.record().details().cryptoAmount()).isNull();

            story.hear(socket(PROCESSING, at(7)).telling("42.60", "40.15"));
            assertThat(story.record().details().cryptoAmount()).isEqualTo("42.60");
        }

        @Test
        void theSameEndAgainAndLaterIsANudge() {
            story.hear(session());
            story.pass(6).hear(poll(FAILED, at(5)));

            Decision decision = story.pass(2).hear(socket(FAILED, at(7)));

            assertThat(decision.outcome()).isEqualTo(Outcome.NUDGE);
            assertThat(decision.wish()).isEqualTo(PollWish.AT_ONCE);
        }

        @Test
        void aLowerStatusIsANudge() {
            story.hear(session());
            story.pass(6).hear(poll(PROCESSING, at(5)));
            TransactionRecord before = story.record();

            Decision decision = story.pass(2).hear(socket(PENDING, at(7)).telling("1", "1"));

            assertThat(decision.outcome()).isEqualTo(Outcome.NUDGE);
            assertThat(decision.wish()).isEqualTo(PollWish.AT_ONCE);
            assertThat(decision.transitions()).isEmpty();
            assertThat(story.record())
                    .isEqualTo(before.with(
                            before.followUp().withNudge(new FollowUp.Nudge(Channel.SOCKET, PENDING, at(7), at(8), 0))));
        }

        @Test
        void anotherEndIsANudge() {
            story.hear(session());
            story.pass(6).hear(poll(FAILED, at(5)));

            Decision decision = story.pass(2).hear(socket(COMPLETED, at(7)));

            assertThat(decision.outcome()).isEqualTo(Outcome.NUDGE);
            assertThat(story.state().status()).isEqualTo(FAILED);
        }

        @Test
        void inALaterAttemptAHigherStatusIsAccepted() {
            story.hear(session());
            story.pass(6).hear(poll(FAILED, at(5)));
            story.pass(2).hear(poll(PROCESSING, at(7)));

            Decision decision = story.pass(2).hear(socket(FAILED, at(9)));

            assertThat(decision.outcome()).isEqualTo(Outcome.ACCEPTED);
            assertThat(story.last().attempt()).isEqualTo(2);
            assertThat(story.last().sequence()).isEqualTo(4);
        }

        @Test
        void aTrustedWebhookCountsAsASocket() {
            story.hear(session());

            Decision decision = story.pass(6).hear(webhook(COMPLETED, at(5)).trusted());

            assertThat(decision.outcome()).isEqualTo(Outcome.ACCEPTED);
            assertThat(decision.wish()).isEqualTo(PollWish.AT_ONCE);
            assertThat(story.state().status()).isEqualTo(COMPLETED);
            assertThat(story.state().confirmed()).isFalse();
            assertThat(story.last().channel()).isEqualTo(Channel.WEBHOOK);
        }

        @Test
        void whatATrustedWebhookSaysIsReportedByItAsWell() {
            story.hear(session());

            Decision decision = story.pass(6).hear(webhook(COMPLETED, at(5)).trusted());

            assertThat(decision.marks()).containsExactly(new TransitionMark(Story.ID, 1, COMPLETED, at(6), null));
            assertThat(story.last().reportedAt()).isEqualTo(at(6));
        }

        @Test
        void whatATrustedWebhookSaysOfTheNextAttemptIsNotReportedInThisOne() {
            story.hear(session());
            story.pass(4).hear(poll(PROCESSING, at(3)));
            story.pass(2).hear(poll(FAILED, at(5)));

            Decision decision = story.pass(2).hear(webhook(PROCESSING, at(7)).trusted());

            assertThat(decision.outcome()).isEqualTo(Outcome.NUDGE);
            assertThat(decision.marks()).isEmpty();
            assertThat(story.followUp().reports()).isEmpty();
        }

        @Test
        void whatATrustedWebhookRepeatsIsMarkedOnce() {
            story.hear(session());
            story.pass(6).hear(poll(PROCESSING, at(5)));

            Decision first = story.pass(1).hear(webhook(PROCESSING, at(5)).trusted());
            Decision second = story.pass(1).hear(webhook(PROCESSING, at(5)).trusted());

            assertThat(first.outcome()).isEqualTo(Outcome.DUPLICATE);
            assertThat(first.marks()).hasSize(1);
            assertThat(second.marks()).isEmpty();
            assertThat(story.last().reportedAt()).isEqualTo(at(7));
        }
    }

    @Nested
    class Rule7AdvisoryWebhooks {

        @Test
        void aHigherStatusIsANudgeThatShowsAsReported() {
            story.hear(session());
            TransactionRecord before = story.record();

            Decision decision = story.pass(6).hear(webhook(PROCESSING, at(5)).telling("1", "1"));

            assertThat(decision.outcome()).isEqualTo(Outcome.NUDGE);
            assertThat(decision.wish()).isEqualTo(PollWish.AT_ONCE);
            assertThat(decision.transitions()).isEmpty();
            assertThat(story.record())
                    .isEqualTo(before.with(FollowUp.NONE
                            .withNudge(new FollowUp.Nudge(Channel.WEBHOOK, PROCESSING, at(5), at(6), 0))
                            .withReport(PROCESSING, at(6))));
        }

        @Test
        void aHigherStatusIsANudgeWithoutATimeToo() {
            story.hear(session());

            assertThat(story.hear(webhook(PROCESSING, null)).outcome()).isEqualTo(Outcome.NUDGE);
        }

        @Test
        void aDifferentAndLaterStatusIsANudge() {
            story.hear(session());
            story.pass(6).hear(poll(FAILED, at(5)));

            Decision decision = story.pass(2).hear(webhook(PROCESSING, at(7)));

            assertThat(decision.outcome()).isEqualTo(Outcome.NUDGE);
            assertThat(decision.wish()).isEqualTo(PollWish.AT_ONCE);
        }

        @Test
        void aDifferentStatusThatIsNotLaterIsStale() {
            story.hear(session());
            story.pass(6).hear(poll(FAILED, at(5)));

            for (Instant time : new Instant[] {at(4), at(5), null}) {
                Decision decision = story.pass(2).hear(webhook(PROCESSING, time));
                assertThat(decision.outcome()).isEqualTo(Outcome.STALE);
                assertThat(decision.wish()).isEqualTo(PollWish.KEEP);
                assertThat(story.followUp().nudge()).isNull();
            }
        }

        @Test
        void theSameStatusIsADuplicate() {
            story.hear(session());
            story.pass(6).hear(poll(PROCESSING, at(5)));

            Decision decision = story.pass(1).hear(webhook(PROCESSING, at(9)).telling("1", "1"));

            assertThat(decision.outcome()).isEqualTo(Outcome.DUPLICATE);
            assertThat(decision.wish()).isEqualTo(PollWish.KEEP);
            assertThat(story.followUp().nudge()).isNull();
            assertThat(story.record().details().cryptoAmount()).isNull();
        }

        @ParameterizedTest
        @EnumSource(names = {"FAILED", "CANCELLED"})
        void theSameEndAgainAndLaterIsANudge(Status end) {
            story.hear(session());
            story.pass(6).hear(poll(end, at(5)));
            story.pass(ofHours(25)).hear(poll(end, at(5)));
            assertThat(story.state().settled()).isTrue();

            Decision same = story.pass(1).hear(webhook(end, at(5)));
            Decision later = story.pass(1).hear(webhook(end, at(90_000)));

            assertThat(same.outcome()).isEqualTo(Outcome.DUPLICATE);
            assertThat(same.wish()).isEqualTo(PollWish.KEEP);
            assertThat(later.outcome()).isEqualTo(Outcome.NUDGE);
            assertThat(later.wish()).isEqualTo(PollWish.AT_ONCE);
        }

        @Test
        void theSameEndIsADuplicateAsLongAsThePollThatConfirmsItIsOnItsWay() {
            story.hear(session());
            story.pass(6).hear(socket(FAILED, at(5)));

            assertThat(story.pass(1).hear(webhook(FAILED, at(5))).outcome()).isEqualTo(Outcome.DUPLICATE);
        }

        @Test
        void itNeverMakesAConflictOrAnAlarm() {
            story.hear(session());
            story.pass(6).hear(poll(COMPLETED, at(5)));

            Decision other = story.pass(6).hear(webhook(FAILED, at(9)).telling("sell", "USDT", "TRC20"));
            Decision unknown = story.hear(webhook("refunded", at(9)));

            assertThat(other.outcome()).isEqualTo(Outcome.NUDGE);
            assertThat(other.alarms()).isEmpty();
            assertThat(unknown.outcome()).isEqualTo(Outcome.UNKNOWN_STATUS);
            assertThat(unknown.alarms()).isEmpty();
        }

        @Test
        void whenItFirstSaidWhatIsRecordedIsMarked() {
            story.hear(session());
            story.pass(6).hear(poll(PROCESSING, at(5)));

            Decision first = story.pass(1).hear(webhook(PROCESSING, at(5)));
            Decision second = story.pass(1).hear(webhook(PROCESSING, at(5)));

            assertThat(first.marks()).containsExactly(new TransitionMark(Story.ID, 1, PROCESSING, at(7), null));
            assertThat(second.marks()).isEmpty();
        }

        @Test
        void whenItFirstSaidWhatIsAcceptedLaterIsKeptUntilThen() {
            story.hear(session());
            story.pass(6).hear(webhook(PROCESSING, at(5)));
            story.pass(1).hear(webhook(PROCESSING, at(5)));
            story.pass(1).hear(poll(PROCESSING, at(5)));

            assertThat(story.last().reportedAt()).isEqualTo(at(6));
            assertThat(story.last().observedAt()).isEqualTo(at(8));

            story.pass(4).hear(webhook(COMPLETED, at(11)));
            story.pass(1).hear(socket(COMPLETED, at(11)));

            assertThat(story.last().reportedAt()).isEqualTo(at(12));
        }

        @Test
        void whenItFirstSaidWhatIsAcceptedInTheEndOutlivesTheStepsBetween() {
            story.hear(session());
            story.pass(6).hear(webhook(COMPLETED, at(5)));
            story.pass(1).hear(poll(PROCESSING, at(5)));
            story.pass(1).hear(poll(COMPLETED, at(8)));

            assertThat(story.last().reportedAt()).isEqualTo(at(6));
        }

        @Test
        void allThatItSaidOfThisAttemptIsKept() {
            story.hear(session());
            story.pass(6).hear(webhook(PROCESSING, at(5)));
            story.pass(1).hear(webhook(FAILED, at(6)));

            assertThat(story.followUp().reports()).containsOnly(entry(PROCESSING, at(6)), entry(FAILED, at(7)));
        }

        @Test
        void whenItFirstSaidWhatACorrectionThenShowedIsKeptToo() {
            story.hear(session());
            story.pass(6).hear(poll(FAILED, at(5)));
            story.pass(2).hear(webhook(PROCESSING, at(7)));

            story.pass(1).hear(poll(PROCESSING, at(7)));

            assertThat(story.last().correction()).isTrue();
            assertThat(story.last().reportedAt()).isEqualTo(at(8));
        }

        @Test
        void aCorrectionToWhatNoWebhookSaidWasNotReported() {
            story.hear(session());
            story.pass(6).hear(poll(FAILED, at(5)));
            story.pass(2).hear(webhook(PROCESSING, at(7)));
            story.pass(1).hear(poll(COMPLETED, at(8)));
            assertThat(story.last().reportedAt()).isNull();
        }

        @Test
        void aCorrectionThatASocketHintedAtWasNotReported() {
            story.hear(session());
            story.pass(6).hear(poll(FAILED, at(5)));
            story.pass(2).hear(socket(PROCESSING, at(7)));
            story.pass(1).hear(poll(PROCESSING, at(7)));
            assertThat(story.last().reportedAt()).isNull();
        }

        @Test
        void whatItSaysOfTheNextAttemptIsNotReportedInThisOne() {
            story.hear(session());
            story.pass(4).hear(poll(PROCESSING, at(3)));
            story.pass(2).hear(poll(FAILED, at(5)));

            Decision decision = story.pass(2).hear(webhook(PROCESSING, at(7)));

            assertThat(decision.marks()).isEmpty();
            assertThat(story.followUp().reports()).isEmpty();
        }

        @Test
        void whatItSaysOfAnEarlierAttemptIsNotReportedInThisOne() {
            story.hear(session());
            story.pass(4).hear(poll(PROCESSING, at(3)));
            story.pass(2).hear(poll(FAILED, at(5)));
            story.pass(2).hear(poll(PROCESSING, at(7)));

            assertThat(story.hear(webhook(PROCESSING, at(3))).marks()).isEmpty();
            assertThat(story.hear(webhook(PROCESSING, null)).marks()).isEmpty();
            assertThat(story.hear(webhook(PROCESSING, at(7))).marks()).hasSize(1);
        }

        @Test
        void reportsOfAnEarlierAttemptAreForgottenByACorrection() {
            story.hear(session());
            story.pass(2).hear(webhook(COMPLETED, at(1)));
            story.pass(4).hear(socket(FAILED, at(5)));
            story.pass(1).hear(poll(FAILED, at(5)));
            story.pass(2).hear(poll(PROCESSING, at(7)));

            story.pass(4).hear(poll(COMPLETED, at(11)));

            assertThat(story.last().reportedAt()).isNull();
        }
    }

    @Nested
    class Rule8Nudges {

        @Test
        void aNudgeIsStoredAndMakesTheTransactionDueNow() {
            story.hear(session());

            Decision decision = story.pass(6).hear(webhook(COMPLETED, at(5)));

            assertThat(decision.wish()).isEqualTo(PollWish.AT_ONCE);
            assertThat(story.followUp().nudge())
                    .isEqualTo(new FollowUp.Nudge(Channel.WEBHOOK, COMPLETED, at(5), at(6), 0));
        }

        @Test
        void theSameNudgeAgainIsADuplicate() {
            story.hear(session());
            story.pass(6).hear(webhook(COMPLETED, at(5)));
            TransactionRecord nudged = story.record();

            Decision decision = story.pass(1).hear(webhook(COMPLETED, at(5)));

            assertThat(decision.outcome()).isEqualTo(Outcome.DUPLICATE);
            assertThat(decision.wish()).isEqualTo(PollWish.KEEP);
            assertThat(story.record()).isEqualTo(nudged);
        }

        @Test
        void anotherClaimReplacesTheNudge() {
            story.hear(session());
            story.pass(6).hear(webhook(COMPLETED, at(5)));

            for (TestObservations other : List.of(
                    webhook(COMPLETED, at(6)),
                    webhook(FAILED, at(6)),
                    socket(FAILED, at(-1)).telling("1", "1"))) {
                story.pass(1).hear(poll(PENDING, at(0)));
                Decision decision = story.pass(1).hear(other);
                assertThat(decision.outcome()).isIn(Outcome.NUDGE);
                assertThat(decision.wish()).isEqualTo(PollWish.AT_ONCE);
                assertThat(story.followUp().nudge().answers()).isZero();
            }
        }

        @Test
        void aPollAskedAfterItClearsIt() {
            story.hear(session());
            story.pass(6).hear(webhook(PROCESSING, at(5)));

            Decision decision = story.pass(1).hear(poll(PROCESSING, at(5)));

            assertThat(story.followUp().nudge()).isNull();
            assertThat(decision.wish()).isEqualTo(FRESH);
        }

        @Test
        void aHigherAnswerClearsItToo() {
            story.hear(session());
            story.pass(6).hear(webhook(PROCESSING, at(5)));

            story.pass(1).hear(poll(FAILED, at(6)));

            assertThat(story.followUp().nudge()).isNull();
        }

        @Test
        void aPollAskedBeforeItLeavesItDue() {
            story.hear(session());
            story.pass(6).hear(webhook(PROCESSING, at(5)));

            Decision before = story.pass(1).hear(poll(PENDING, at(0)).asked(at(5)));
            assertThat(before.wish()).isEqualTo(PollWish.AT_ONCE);
            Decision together = story.pass(1).hear(poll(PROCESSING, at(5)).asked(at(6)));
            assertThat(together.wish()).isEqualTo(PollWish.AT_ONCE);
            assertThat(story.followUp().nudge()).isNotNull();
            assertThat(story.followUp().nudge().answers()).isZero();
        }

        @Test
        void aPollAskedBeforeItThatDisagreesLeavesItDue() {
            story.hear(session());
            story.pass(6).hear(socket(FAILED, at(5)));
            story.pass(1).hear(poll(PROCESSING, at(7)));
            story.pass(2).hear(poll(PROCESSING, at(7)));
            story.pass(2).hear(webhook(COMPLETED, at(11)));

            Decision decision = story.pass(1).hear(poll(PROCESSING, at(7)).asked(at(10)));

            assertThat(decision.outcome()).isEqualTo(Outcome.STALE);
            assertThat(decision.wish()).isEqualTo(PollWish.AT_ONCE);
        }

        @Test
        void aPollThatDisagreesAnswersItAllTheSame() {
            story.hear(session());
            story.pass(6).hear(socket(FAILED, at(5)));
            story.pass(1).hear(webhook(COMPLETED, at(7)));

            story.pass(2).hear(poll(PROCESSING, at(6)));
            assertThat(story.followUp().nudge().answers()).isEqualTo(1);

            story.pass(2).hear(poll(COMPLETED, at(7)));
            assertThat(story.followUp().nudge()).isNull();
            assertThat(story.followUp().dissent()).isNotNull();
        }

        @Test
        void anUnknownStatusFromTheClaimedTimeOnAnswersIt() {
            story.hear(session());
            story.pass(6).hear(webhook(COMPLETED, at(5)));

            Decision before = story.pass(1).hear(poll("on_hold", at(4)).asked(at(5)));
            assertThat(before.wish()).isEqualTo(PollWish.AT_ONCE);
            story.pass(1).hear(poll("on_hold", at(4)));
            assertThat(story.followUp().nudge().answers()).isEqualTo(1);
            story.pass(1).hear(poll("on_hold", at(5)));
            assertThat(story.followUp().nudge()).isNull();
        }

        @Test
        void aStaleAnswerLeavesItAndIsAskedAgainInASecond() {
            story.hear(session());
            story.pass(6).hear(poll(PROCESSING, at(5)));
            story.pass(1).hear(webhook(COMPLETED, at(6)));

            Decision decision = story.pass(1).hear(poll(PENDING, at(0)));

            assertThat(decision.wish()).isEqualTo(IN_A_SECOND);
            assertThat(story.followUp().nudge()).isNotNull();
        }

        @Test
        void answersBelowTheClaimAreAskedAgainAfterOneTwoFiveTenAndThirtySecondsThenTheLadder() {
            story.hear(session());
            story.pass(6).hear(webhook(COMPLETED, at(5)));
            story.pass(ofMinutes(20));
            List<PollWish> wishes = new ArrayList<>();

            for (int i = 0; i < 5; i++) {
                wishes.add(story.pass(1).hear(poll(PROCESSING, at(4))).wish());
                assertThat(story.followUp().nudge().answers()).isEqualTo(i + 1);
                story.pass(ofMinutes(20));
            }
            wishes.add(story.pass(1).hear(poll(PROCESSING, at(4))).wish());

            assertThat(wishes)
                    .containsExactly(
                            PollWish.after(ofSeconds(1)),
                            PollWish.after(ofSeconds(2)),
                            PollWish.after(ofSeconds(5)),
                            PollWish.after(ofSeconds(10)),
                            PollWish.after(ofSeconds(30)),
                            PollWish.after(ofMinutes(5)));
            assertThat(story.followUp().nudge()).isNull();
        }

        @Test
        void anAnswerFromBeforeTheClaimedChangeIsBelowIt() {
            story.hear(session());
            story.pass(6).hear(poll(FAILED, at(5)));
            story.pass(2).hear(webhook(PROCESSING, at(7)));

            Decision decision = story.pass(1).hear(poll(FAILED, at(5)));

            assertThat(decision.wish()).isEqualTo(IN_A_SECOND);
            assertThat(story.followUp().nudge().answers()).isEqualTo(1);
        }

        @Test
        void anAnswerOfAnotherEndFromTheClaimedTimeOnIsNotBelowIt() {
            story.hear(session());
            story.pass(6).hear(webhook(COMPLETED, at(5)));

            story.pass(1).hear(poll(FAILED, at(5)));

            assertThat(story.followUp().nudge()).isNull();
        }

        @Test
        void theSameStatusIsNoAnswerBelowWhateverTheTimesSay() {
            story.hear(session());
            story.pass(6).hear(webhook(FAILED, at(6)));

            story.pass(1).hear(poll(FAILED, at(5)));

            assertThat(story.followUp().nudge()).isNull();
        }

        @Test
        void withoutTimesOnlyTheOrderOfStatusesCounts() {
            story.hear(session());
            story.pass(6).hear(webhook(COMPLETED, null));
            story.pass(1).hear(poll(FAILED, at(5)));
            assertThat(story.followUp().nudge()).isNull();

            story.pass(1).hear(webhook(COMPLETED, at(7)));
            story.pass(1).hear(poll(FAILED, null));
            assertThat(story.followUp().nudge()).isNull();
        }

        @Test
        void theLadderWinsWhereItIsFaster() {
            story.hear(session());
            story.pass(6).hear(webhook(COMPLETED, at(5)));
            List<PollWish> wishes = new ArrayList<>();

            for (int i = 0; i < 6; i++) {
                wishes.add(story.pass(1).hear(poll(PENDING, at(0))).wish());
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
            story.hear(session());
            story.pass(6).hear(poll(COMPLETED, at(5)));

            Decision woken = story.pass(ofDays(2)).hear(webhook(FAILED, at(6)));
            assertThat(woken.wish()).isEqualTo(PollWish.AT_ONCE);
            assertThat(story.state().settled()).isTrue();

            List<PollWish> wishes = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                wishes.add(story.pass(1).hear(poll(COMPLETED, at(5))).wish());
            }
            assertThat(wishes).startsWith(IN_A_SECOND).endsWith(PollWish.after(ofSeconds(30)), PollWish.NEVER);
            assertThat(story.followUp().nudge()).isNull();
        }

        @Test
        void anAbandonedTransactionIsWokenAndRestsAgain() {
            story.hear(session());
            story.pass(ofDays(7)).hear(poll(PENDING, at(0)));
            assertThat(story.state().abandoned()).isTrue();

            Decision woken = story.pass(ofDays(1)).hear(webhook(PROCESSING, null));
            assertThat(woken.outcome()).isEqualTo(Outcome.NUDGE);
            assertThat(woken.wish()).isEqualTo(PollWish.AT_ONCE);

            List<PollWish> wishes = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                wishes.add(story.pass(1).hear(poll(PENDING, at(0))).wish());
            }
            assertThat(wishes).startsWith(IN_A_SECOND).endsWith(PollWish.NEVER);
        }
    }

    @Nested
    class Rule9WhatNobodyKnows {

        @Test
        void anUnknownStatusInAPollIsArchivedAndAlarmsOnce() {
            story.hear(session());
            story.pass(1).hear(poll(PENDING, at(0)));
            TransactionRecord before = story.record();

            Decision first = story.pass(6).hear(poll("on_hold", at(5)).telling("1", "1"));

            assertThat(first.outcome()).isEqualTo(Outcome.UNKNOWN_STATUS);
            assertThat(first.alarms()).containsExactly(Alarm.UNKNOWN_STATUS);
            assertThat(first.archived()).isTrue();
            assertThat(first.transitions()).isEmpty();
            assertThat(first.marks()).isEmpty();
            assertThat(first.wish()).isEqualTo(FRESH);
            assertThat(story.record()).isEqualTo(before.with(before.followUp().withUnknownStatus("on_hold")));

            Decision second = story.pass(6).hear(poll("on_hold", at(5)));
            assertThat(second.outcome()).isEqualTo(Outcome.UNKNOWN_STATUS);
            assertThat(second.alarms()).isEmpty();
            assertThat(second.archived()).isFalse();
            assertThat(second.wish()).isEqualTo(FRESH);

            assertThat(story.pass(6).hear(poll("frozen", at(5))).alarms()).containsExactly(Alarm.UNKNOWN_STATUS);
        }

        @Test
        void anUnknownStatusAfterAKnownOneAlarmsAgain() {
            story.hear(session());
            story.pass(6).hear(poll("on_hold", at(5)));
            story.pass(6).hear(poll(PROCESSING, at(8)));
            assertThat(story.followUp().unknownStatus()).isNull();

            assertThat(story.pass(6).hear(poll("on_hold", at(9))).alarms()).containsExactly(Alarm.UNKNOWN_STATUS);
        }

        @Test
        void aConfirmationForgetsTheUnknownStatus() {
            story.hear(session());
            story.pass(6).hear(poll("on_hold", at(5)));
            story.pass(6).hear(poll(PENDING, at(8)));

            assertThat(story.followUp().unknownStatus()).isNull();
        }

        @Test
        void anUnknownStatusInAPollFromBeforeTheLastAppliedOneIsStale() {
            story.hear(session());
            story.pass(6).hear(poll(PROCESSING, at(5)));
            TransactionRecord before = story.record();

            Decision decision = story.pass(1).hear(poll("on_hold", at(4)));

            assertThat(decision.outcome()).isEqualTo(Outcome.STALE);
            assertThat(decision.wish()).isEqualTo(IN_A_SECOND);
            assertThat(decision.alarms()).isEmpty();
            assertThat(story.record()).isEqualTo(before);
        }

        @Test
        void anUnknownStatusByASocketAlarmsAndIsPolledAtOnce() {
            story.hear(session());
            LedgerState before = story.state();

            for (TestObservations observation :
                    List.of(socket("on_hold", at(5)), webhook("frozen", at(5)).trusted())) {
                Decision decision = story.pass(6).hear(observation);

                assertThat(decision.outcome()).isEqualTo(Outcome.UNKNOWN_STATUS);
                assertThat(decision.alarms()).containsExactly(Alarm.UNKNOWN_STATUS);
                assertThat(decision.wish()).isEqualTo(PollWish.AT_ONCE);
                assertThat(decision.archived()).isTrue();
                assertThat(story.state()).isEqualTo(before);
                assertThat(story.followUp().nudge())
                        .isEqualTo(new FollowUp.Nudge(observation.channel(), null, at(5), story.now(), 0));
            }
        }

        @Test
        void theSameUnknownStatusByASocketAlarmsOnce() {
            story.hear(session());
            story.pass(6).hear(socket("on_hold", at(5)));

            Decision decision = story.pass(1).hear(socket("on_hold", at(5)));

            assertThat(decision.outcome()).isEqualTo(Outcome.UNKNOWN_STATUS);
            assertThat(decision.alarms()).isEmpty();
            assertThat(decision.wish()).isEqualTo(PollWish.KEEP);
        }

        @Test
        void anUnknownStatusByASocketFromBeforeTheLastPollIsNotPolled() {
            story.hear(session());
            story.pass(6).hear(poll(PROCESSING, at(5)));

            assertThat(story.pass(1).hear(socket("on_hold", at(4))).wish()).isEqualTo(PollWish.KEEP);
            assertThat(story.pass(1).hear(socket("on_hold", null)).wish()).isEqualTo(PollWish.AT_ONCE);
        }

        @Test
        void anUnknownStatusEndsNoWatchAndSettlesNothing() {
            story.hear(session());
            story.pass(6).hear(poll(FAILED, at(5)));

            Decision decision = story.pass(ofHours(30)).hear(poll("refunding", at(90_000)));

            assertThat(story.state().settled()).isFalse();
            assertThat(decision.wish()).isEqualTo(PollWish.after(ofHours(1)));
        }

        @Test
        void anUnknownStatusUnsettlesWhatIsNotFinal() {
            story.hear(session());
            story.pass(6).hear(poll(FAILED, at(5)));
            story.pass(ofHours(25)).hear(poll(FAILED, at(5)));
            assertThat(story.state().settled()).isTrue();

            Decision decision = story.pass(60).hear(poll("refunding", at(90_000)));

            assertThat(story.state().settled()).isFalse();
            assertThat(decision.wish()).isEqualTo(PollWish.after(ofHours(1)));

            story.pass(ofHours(1)).hear(poll(FAILED, at(5)));
            assertThat(story.state().settled()).isTrue();
        }

        @Test
        void anUnknownStatusAfterAConfirmedCompletedAlarmsAndChangesNothing() {
            story.hear(session());
            story.pass(6).hear(poll(COMPLETED, at(5)));
            story.pass(1).hear(webhook("refunded", at(7)));

            Decision decision = story.pass(1).hear(poll("refunded", at(7)));

            assertThat(decision.alarms()).containsExactly(Alarm.UNKNOWN_STATUS);
            assertThat(decision.wish()).isEqualTo(PollWish.NEVER);
            assertThat(story.state().settled()).isTrue();
            assertThat(story.followUp().nudge()).isNull();
        }

        @Test
        void aBuyWithAnUnknownStatusIsAbandonedInTheEndLikeAnyOther() {
            story.hear(session());

            Decision decision = story.pass(ofDays(7)).hear(poll("on_hold", at(5)));

            assertThat(story.state().abandoned()).isTrue();
            assertThat(decision.wish()).isEqualTo(PollWish.NEVER);
        }

        @Test
        void aLaterUnknownStatusByAnAdvisoryWebhookIsANudge() {
            story.hear(session());
            story.pass(6).hear(poll(PROCESSING, at(5)));

            Decision later = story.pass(2).hear(webhook("on_hold", at(7)));

            assertThat(later.outcome()).isEqualTo(Outcome.UNKNOWN_STATUS);
            assertThat(later.wish()).isEqualTo(PollWish.AT_ONCE);
            assertThat(later.archived()).isTrue();
            assertThat(story.followUp().nudge()).isEqualTo(new FollowUp.Nudge(Channel.WEBHOOK, null, at(7), at(8), 0));
            assertThat(story.followUp().unknownStatus()).isNull();
        }

        @Test
        void anUnknownStatusByAnAdvisoryWebhookThatIsNotLaterIsOnlyCounted() {
            story.hear(session());
            story.pass(6).hear(poll(PROCESSING, at(5)));
            TransactionRecord before = story.record();

            Decision old = story.pass(1).hear(webhook("on_hold", at(5)));

            assertThat(old.outcome()).isEqualTo(Outcome.UNKNOWN_STATUS);
            assertThat(old.wish()).isEqualTo(PollWish.KEEP);
            assertThat(old.archived()).isTrue();
            assertThat(story.record()).isEqualTo(before);
        }

        @Test
        void aKnownStatusFromTheClaimedTimeOnAnswersAnUnknownOne() {
            story.hear(session());
            story.pass(6).hear(webhook("on_hold", at(5)));

            story.pass(1).hear(poll(PENDING, at(0)));
            assertThat(story.followUp().nudge().answers()).isEqualTo(1);

            story.pass(1).hear(poll(PROCESSING, at(5)));
            assertThat(story.followUp().nudge()).isNull();
        }

        @Test
        void anUnknownTransactionInAWebhookIsCountedAndPolled() {
            for (TestObservations observation : List.of(webhook(COMPLETED, at(5)), webhook("on_hold", at(5)))) {
                Decision decision = story.hear(observation);

                assertThat(decision.outcome()).isEqualTo(Outcome.UNKNOWN_TRANSACTION);
                assertThat(decision.wish()).isEqualTo(PollWish.AT_ONCE);
                assertThat(decision.archived()).isFalse();
                assertThat(decision.alarms()).isEmpty();
                assertThat(decision.transitions()).isEmpty();
                assertThat(decision.marks()).isEmpty();
                assertThat(story.isKnown()).isFalse();
            }
        }

        @Test
        void aTrustedWebhookDoesNotOpenATransactionEither() {
            Decision decision = story.hear(webhook(COMPLETED, at(5)).trusted());

            assertThat(decision.outcome()).isEqualTo(Outcome.UNKNOWN_TRANSACTION);
            assertThat(story.isKnown()).isFalse();
        }

        @Test
        void aSocketDoesNotOpenATransaction() {
            Decision decision = story.hear(socket(COMPLETED, at(5)));

            assertThat(decision.outcome()).isEqualTo(Outcome.UNKNOWN_TRANSACTION);
            assertThat(decision.wish()).isEqualTo(PollWish.KEEP);
            assertThat(decision.archived()).isFalse();
            assertThat(story.isKnown()).isFalse();
        }

        @Test
        void aPollThatFindsItAdoptsIt() {
            Decision decision = story.pass(6).hear(poll(PROCESSING, at(5)).telling("buy", "USDC", "ERC20"));

            assertThat(decision.outcome()).isEqualTo(Outcome.ACCEPTED);
            assertThat(decision.transitions())
                    .containsExactly(
                            new Transition(Story.ID, 1, 1, PROCESSING, Channel.POLL, null, at(5), at(6), at(6), false));
            assertThat(story.state())
                    .isEqualTo(new LedgerState(PROCESSING, 1, 1, true, at(5), at(5), at(5), at(6), false, false));
            assertThat(story.record().details())
                    .isEqualTo(
                            new TransactionDetails(null, "buy", "USDC", "ERC20", null, null, null, null, null, at(5)));
            assertThat(decision.wish()).isEqualTo(FRESH);
        }

        @Test
        void anAdoptedTransactionWasCreatedWhenProofSaysSo() {
            story.pass(6)
                    .hear(poll(PROCESSING, at(5))
                            .telling(new TransactionDetails(
                                    null, null, null, null, null, null, null, null, null, at(-9))));

            assertThat(story.record().details().createdAt()).isEqualTo(at(-9));
        }

        @Test
        void anAdoptedCompletedIsSettled() {
            assertThat(story.hear(poll(COMPLETED, at(5))).wish()).isEqualTo(PollWish.NEVER);
            assertThat(story.state().settled()).isTrue();
        }

        @Test
        void anAdoptedFailedIsWatched() {
            assertThat(story.hear(poll(FAILED, at(5))).wish()).isEqualTo(PollWish.after(ofSeconds(15)));
            assertThat(story.followUp().watchedSince()).isEqualTo(story.now());
        }

        @Test
        void anAdoptedTransactionThatIsOpenIsNotWatched() {
            story.hear(poll(PROCESSING, at(5)));
            assertThat(story.followUp()).isEqualTo(FollowUp.NONE);
        }

        @Test
        void aPollThatFindsItWithAnUnknownStatusAlarmsAndAsksAgain() {
            Decision decision = story.hear(poll("on_hold", at(5)));

            assertThat(decision.outcome()).isEqualTo(Outcome.UNKNOWN_STATUS);
            assertThat(decision.alarms()).containsExactly(Alarm.UNKNOWN_STATUS);
            assertThat(decision.wish()).isEqualTo(PollWish.after(ofMinutes(1)));
            assertThat(decision.archived()).isFalse();
            assertThat(story.isKnown()).isFalse();
        }
    }

    @Nested
    class Rule10WhatCannotChange {

        @Test
        void anotherTypeCurrencyOrNetworkAlarmsAndTheFirstValueIsKept() {
            for (TestObservations observation : List.of(
                    poll(PROCESSING, at(5)).telling("sell", "USDC", "ERC20"),
                    poll(COMPLETED, at(6)).telling("buy", "USDT", "ERC20"),
                    poll(FAILED, at(7)).telling("buy", "USDC", "TRC20"))) {
                Story own = new Story();
                own.hear(session());

                Decision decision = own.pass(10).hear(observation);

                assertThat(decision.alarms()).containsExactly(Alarm.DETAILS_CONTRADICTED);
                assertThat(own.record().details().type()).isEqualTo("buy");
                assertThat(own.record().details().currency()).isEqualTo("USDC");
                assertThat(own.record().details().network()).isEqualTo("ERC20");
            }
        }

        @Test
        void anotherLetterCaseIsNoOtherValue() {
            story.hear(session());

            Decision decision = story.pass(5).hear(poll(PROCESSING, at(4)).telling("BUY", "usdc", " erc20"));

            assertThat(decision.alarms()).isEmpty();
            assertThat(story.record().details().currency()).isEqualTo("USDC");
        }

        @Test
        void aTypeInCapitalsIsTheType() {
            story.hear(poll(PENDING, at(0)).telling("BUY", "USDC", "ERC20"));

            story.pass(ofDays(8)).hear(poll(PENDING, at(0)));

            assertThat(story.record().details().type()).isEqualTo("buy");
            assertThat(story.state().abandoned()).isTrue();
        }

        @Test
        void theStatusCountsAllTheSame() {
            story.hear(session());

            Decision decision = story.pass(6).hear(poll(PROCESSING, at(5)).telling("sell", "USDC", "ERC20"));

            assertThat(decision.outcome()).isEqualTo(Outcome.ACCEPTED);
            assertThat(decision.transitions()).hasSize(1);
            assertThat(decision.wish()).isEqualTo(FRESH);
            assertThat(story.state().status()).isEqualTo(PROCESSING);
        }

        @Test
        void whatIsNotToldContradictsNothing() {
            story.hear(session());
            assertThat(story.hear(socket(PROCESSING, at(5))).alarms()).isEmpty();
        }

        @Test
        void whatWasNotKnownIsNotContradicted() {
            story.hear(poll(PENDING, at(0)));
            assertThat(story.hear(poll(PROCESSING, at(5)).telling("sell", "USDT", "TRC20"))
                            .alarms())
                    .isEmpty();
        }

        @Test
        void aSocketAlarmsToo() {
            story.hear(session());

            assertThat(story.hear(socket(PROCESSING, at(5)).telling(null, "USDT", null))
                            .alarms())
                    .containsExactly(Alarm.DETAILS_CONTRADICTED);
        }

        @Test
        void aTrustedWebhookAlarmsToo() {
            story.hear(session());

            assertThat(story.hear(webhook(PROCESSING, at(5))
                                    .telling(null, null, "TRC20")
                                    .trusted())
                            .alarms())
                    .containsExactly(Alarm.DETAILS_CONTRADICTED);
        }

        @Test
        void aSessionOfAnAdoptedTransactionAlarmsToo() {
            story.hear(poll(PENDING, at(0)).telling("sell", "USDC", "ERC20"));

            assertThat(story.hear(session()).alarms()).containsExactly(Alarm.DETAILS_CONTRADICTED);
            assertThat(story.record().details().type()).isEqualTo("sell");
        }

        @Test
        void aContradictionThatGoesOnAlarmsOnlyWithOtherNews() {
            story.hear(session());
            TestObservations contradiction = poll(PENDING, at(0)).telling(null, "USDT", null);

            assertThat(story.pass(1).hear(contradiction).alarms()).containsExactly(Alarm.DETAILS_CONTRADICTED);
            assertThat(story.pass(1).hear(contradiction).alarms()).isEmpty();
        }

        @Test
        void bothAlarmsSoundTogether() {
            story.hear(session());
            story.pass(6).hear(poll(COMPLETED, at(5)));

            assertThat(story.pass(6)
                            .hear(poll(FAILED, at(9)).telling("sell", null, null))
                            .alarms())
                    .containsExactlyInAnyOrder(Alarm.COMPLETED_CONTRADICTED, Alarm.DETAILS_CONTRADICTED);
        }
    }

    @Nested
    class Rule12Amounts {

        @Test
        void aCompletedWithAnUnreadableAmountAlarmsAndIsNotSettled() {
            story.hear(session());

            Decision decision = story.pass(5).hear(poll("completed", at(4)).withUnreadableAmount());

            assertThat(decision.outcome()).isEqualTo(Outcome.ACCEPTED);
            assertThat(decision.alarms()).containsExactly(Alarm.AMOUNT_UNREADABLE);
            assertThat(decision.archived()).isTrue();
            assertThat(decision.wish()).isEqualTo(PollWish.after(ofSeconds(15)));
            assertThat(story.state().confirmed()).isTrue();
            assertThat(story.state().settled()).isFalse();
        }

        @Test
        void aCompletedWithoutAnyCryptoAmountIsNoBetter() {
            story.hear(session());

            Decision decision = story.pass(5).hear(poll("completed", at(4)));

            assertThat(decision.alarms()).containsExactly(Alarm.AMOUNT_UNREADABLE);
            assertThat(story.state().settled()).isFalse();
        }

        @Test
        void anAmountThatWasToldBeforeIsEnough() {
            story.hear(session());
            story.pass(5).hear(poll(PROCESSING, at(4)).telling("42.60", "40.15"));

            Decision decision = story.pass(5).hear(poll("completed", at(9)));

            assertThat(decision.alarms()).isEmpty();
            assertThat(story.state().settled()).isTrue();
        }

        @Test
        void anUnreadableAmountIsNotMendedByOneThatWasToldBefore() {
            story.hear(session());
            story.pass(5).hear(poll(PROCESSING, at(4)).telling("42.60", "40.15"));

            Decision decision = story.pass(5).hear(poll("completed", at(9)).withUnreadableAmount());

            assertThat(decision.alarms()).containsExactly(Alarm.AMOUNT_UNREADABLE);
            assertThat(story.record().details().cryptoAmount()).isEqualTo("42.60");
            assertThat(story.state().settled()).isFalse();
        }

        @Test
        void theNextReadableAmountSettles() {
            story.hear(session());
            story.pass(5).hear(poll("completed", at(4)).withUnreadableAmount());

            Decision decision = story.pass(15).hear(poll(COMPLETED, at(4)).telling("42.60", "40.15"));

            assertThat(decision.alarms()).isEmpty();
            assertThat(decision.archived()).isTrue();
            assertThat(decision.wish()).isEqualTo(PollWish.NEVER);
            assertThat(story.state().settled()).isTrue();
            assertThat(story.record().details().cryptoAmount()).isEqualTo("42.60");
            assertThat(story.followUp()).isEqualTo(FollowUp.NONE);
        }

        @Test
        void itIsAskedAgainForADayAndAlarmsOnce() {
            story.hear(session());
            story.pass(5).hear(poll("completed", at(4)).withUnreadableAmount());
            Instant since = story.now();
            int polls = 0;
            while (!story.state().settled() && polls < 100) {
                PollWish wish = PollLadder.watch(since, story.now()).orElseThrow();
                Decision decision = story.pass(((PollWish.After) wish).atLeast())
                        .hear(poll("completed", at(4)).withUnreadableAmount());
                assertThat(decision.alarms()).isEmpty();
                assertThat(decision.archived()).isFalse();
                polls++;
            }

            assertThat(polls).isEqualTo(12);
            assertThat(story.now()).isEqualTo(since.plus(ofDays(1)));
        }

        @ParameterizedTest
        @EnumSource(names = {"FAILED", "CANCELLED"})
        void anotherEndNeedsNoAmountButAlarmsIfItsOwnIsUnreadable(Status end) {
            story.hear(session());

            assertThat(story.pass(5).hear(poll(end, at(4))).alarms()).isEmpty();
            assertThat(story.pass(5)
                            .hear(poll(end, at(9)).withUnreadableAmount())
                            .alarms())
                    .containsExactly(Alarm.AMOUNT_UNREADABLE);
        }

        @Test
        void beforeTheEndAnUnreadableAmountIsArchivedOnceWithoutAnAlarm() {
            story.hear(session());
            story.pass(5).hear(poll(PROCESSING, at(4)));

            Decision first = story.pass(5).hear(poll(PROCESSING, at(4)).withUnreadableAmount());
            Decision second = story.pass(5).hear(poll(PROCESSING, at(4)).withUnreadableAmount());

            assertThat(first.archived()).isTrue();
            assertThat(second.archived()).isFalse();
            assertThat(first.alarms()).isEmpty();
        }

        @Test
        void anUnreadableAmountBeforeTheEndDoesNotKeepTheEndFromAlarming() {
            story.hear(session());
            story.pass(5).hear(poll(PROCESSING, at(4)).withUnreadableAmount());

            Decision decision = story.pass(5).hear(poll("completed", at(9)).withUnreadableAmount());

            assertThat(decision.alarms()).containsExactly(Alarm.AMOUNT_UNREADABLE);
        }

        @Test
        void whatASocketCouldNotTellAlarmsOnceAndThePollMayMendIt() {
            story.hear(session());

            Decision pushed = story.pass(5).hear(socket(COMPLETED, at(4)).withUnreadableAmount());
            Decision polled = story.pass(1).hear(poll("completed", at(4)).withUnreadableAmount());
            Decision mended = story.pass(15).hear(poll(COMPLETED, at(4)));

            assertThat(pushed.alarms()).containsExactly(Alarm.AMOUNT_UNREADABLE);
            assertThat(pushed.wish()).isEqualTo(PollWish.AT_ONCE);
            assertThat(polled.alarms()).isEmpty();
            assertThat(polled.wish()).isEqualTo(PollWish.after(ofSeconds(14)));
            assertThat(mended.wish()).isEqualTo(PollWish.NEVER);
            assertThat(story.state().settled()).isTrue();
        }

        @Test
        void aSocketMayLeaveTheAmountOutSinceAPollFollows() {
            story.hear(session());

            assertThat(story.pass(5).hear(socket(COMPLETED, at(4))).alarms()).isEmpty();
        }

        @Test
        void aTrustedWebhookAlarmsAsASocketDoesAndAnAdvisoryOneNever() {
            story.hear(session());

            assertThat(story.pass(5)
                            .hear(webhook(COMPLETED, at(4)).withUnreadableAmount())
                            .alarms())
                    .isEmpty();
            assertThat(story.pass(5)
                            .hear(webhook(COMPLETED, at(4)).trusted().withUnreadableAmount())
                            .alarms())
                    .containsExactly(Alarm.AMOUNT_UNREADABLE);
        }

        @Test
        void anAdoptedCompletedAlarmsToo() {
            Decision decision = story.hear(poll("completed", at(4)).withUnreadableAmount());

            assertThat(decision.alarms()).containsExactly(Alarm.AMOUNT_UNREADABLE);
            assertThat(story.state().settled()).isFalse();
        }
    }

    @Nested
    class Rule11Announcements {

        @Test
        void everyAcceptedTransitionCarriesTheNextNumber() {
            story.hear(session());
            story.pass(2).hear(poll(PROCESSING, at(1)));
            story.pass(2).hear(socket(FAILED, at(3)));
            story.pass(2).hear(poll(FAILED, at(3)));
            story.pass(2).hear(poll(PROCESSING, at(7)));
            story.pass(2).hear(socket(COMPLETED, at(9)));
            story.pass(2).hear(poll(COMPLETED, at(9)));

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
            story.hear(session());
            story.pass(6).hear(poll(FAILED, at(5)));
            TransactionRecord before = story.record();

            for (TestObservations refused : List.of(poll(PROCESSING, at(4)), socket(FAILED, at(5)), session())) {
                Decision decision = story.pass(1).hear(refused);
                assertThat(decision.archived()).isTrue();
                assertThat(decision.transitions()).isEmpty();
                assertThat(decision.alarms()).isEmpty();
                assertThat(story.record()).isEqualTo(before);
            }
        }

        @Test
        void aPollWithoutNewsLeavesNotEvenThat() {
            story.hear(session());
            story.pass(1).hear(poll(PENDING, at(0)));
            TransactionRecord before = story.record();

            Decision decision = story.pass(6).hear(poll(PENDING, at(0)));

            assertThat(decision.outcome()).isEqualTo(Outcome.CONFIRMED);
            assertThat(decision.archived()).isFalse();
            assertThat(story.record()).isEqualTo(before);
        }

        @Test
        void aPollWithOtherAmountsOrALaterTimeIsNews() {
            story.hear(session());
            story.pass(6).hear(poll(PROCESSING, at(5)).telling("42.60", "40.15"));

            assertThat(story.pass(6)
                            .hear(poll(PROCESSING, at(5)).telling("42.60", "40.16"))
                            .archived())
                    .isTrue();
            assertThat(story.pass(6)
                            .hear(poll(PROCESSING, at(6)).telling("42.60", "40.16"))
                            .archived())
                    .isTrue();
        }
    }

    @Nested
    class Ladder {

        @Test
        void anUnsettledTransactionIsAskedForTheLessOftenTheOlderItsLastChangeIs() {
            story.hear(session());
            story.pass(2).hear(poll(PROCESSING, at(1)));

            assertThat(wishAtAge(ofMinutes(15).minusMillis(1))).isEqualTo(FRESH);
            assertThat(wishAtAge(ofMinutes(15))).isEqualTo(PollWish.after(ofSeconds(30)));
            assertThat(wishAtAge(ofHours(1).minusMillis(1))).isEqualTo(PollWish.after(ofSeconds(30)));
            assertThat(wishAtAge(ofHours(1))).isEqualTo(PollWish.after(ofMinutes(5)));
            assertThat(wishAtAge(ofHours(24).minusMillis(1))).isEqualTo(PollWish.after(ofMinutes(5)));
            assertThat(wishAtAge(ofHours(24))).isEqualTo(PollWish.after(ofHours(1)));
            assertThat(wishAtAge(ofDays(7).minusMillis(1))).isEqualTo(PollWish.after(ofHours(1)));
        }

        @Test
        void aFreshOneWithAHealthySocketIsAskedForEveryMinute() {
            story.hear(session());
            story.attachSocket();

            assertThat(story.pass(1).hear(poll(PENDING, at(0))).wish()).isEqualTo(PollWish.after(ofSeconds(60)));
            assertThat(story.pass(1).hear(socket(PROCESSING, at(1))).wish()).isEqualTo(PollWish.after(ofSeconds(60)));
        }

        @Test
        void aBuyIsAbandonedAfterSevenDays() {
            story.hear(session());

            Decision decision = story.pass(ofDays(7)).hear(poll(PENDING, at(0)));

            assertThat(story.state().abandoned()).isTrue();
            assertThat(story.state().settled()).isFalse();
            assertThat(decision.wish()).isEqualTo(PollWish.NEVER);
            assertThat(decision.transitions()).isEmpty();
        }

        @Test
        void aBuyIsNotAbandonedBefore() {
            story.hear(session());

            story.pass(ofDays(7).minusMillis(1)).hear(poll(PENDING, at(0)));

            assertThat(story.state().abandoned()).isFalse();
        }

        @Test
        void aSellGoesOnEverySixHours() {
            story.hear(session().telling("sell", "USDC", "ERC20"));

            Decision decision = story.pass(ofDays(700)).hear(poll(PENDING, at(0)));

            assertThat(story.state().abandoned()).isFalse();
            assertThat(decision.wish()).isEqualTo(PollWish.after(ofHours(6)));
        }

        @Test
        void aTransactionOfUnknownTypeGoesOnToo() {
            story.hear(poll(PENDING, at(0)));

            assertThat(story.pass(ofDays(8)).hear(poll(PENDING, at(0))).wish()).isEqualTo(PollWish.after(ofHours(6)));
        }

        @Test
        void anAbandonedOneStaysSoAsLongAsPollsSayTheSame() {
            story.hear(session());
            story.pass(ofDays(7)).hear(poll(PENDING, at(0)));

            assertThat(story.pass(ofDays(1)).hear(poll(PENDING, at(0))).wish()).isEqualTo(PollWish.NEVER);
            assertThat(story.state().abandoned()).isTrue();
        }

        @Test
        void aLaterPollRevivesAnAbandonedOne() {
            story.hear(session());
            story.pass(ofDays(7)).hear(poll(PENDING, at(0)));

            Decision decision = story.pass(ofDays(1)).hear(poll(PROCESSING, at(900_000)));

            assertThat(story.state().abandoned()).isFalse();
            assertThat(decision.wish()).isEqualTo(FRESH);
        }

        @Test
        void aSocketRevivesAnAbandonedOne() {
            story.hear(session());
            story.pass(ofDays(7)).hear(poll(PENDING, at(0)));

            Decision decision = story.pass(ofDays(1)).hear(socket(PROCESSING, at(900_000)));

            assertThat(story.state().abandoned()).isFalse();
            assertThat(decision.wish()).isEqualTo(FRESH);
        }

        @Test
        void aWebhookMakesAnAbandonedOneDueAndThePollRevivesIt() {
            story.hear(session());
            story.pass(ofDays(7)).hear(poll(PENDING, at(0)));

            assertThat(story.pass(ofDays(1))
                            .hear(webhook(PROCESSING, at(900_000)))
                            .wish())
                    .isEqualTo(PollWish.AT_ONCE);
            assertThat(story.state().abandoned()).isTrue();
            story.pass(1).hear(poll(PROCESSING, at(900_000)));
            assertThat(story.state().abandoned()).isFalse();
        }

        private PollWish wishAtAge(Duration age) {
            Story own = new Story();
            own.hear(session());
            own.pass(2).hear(poll(PROCESSING, at(1)));
            return own.pass(age).hear(poll(PROCESSING, at(1))).wish();
        }
    }

    @Nested
    class Watch {

        @ParameterizedTest
        @EnumSource(names = {"FAILED", "CANCELLED"})
        void aConfirmedProvisionalEndIsLookedAtTwelveTimesInADay(Status end) {
            story.hear(session());
            story.pass(6).hear(poll(end, at(5)));
            List<Duration> looks = new ArrayList<>();
            Duration elapsed = Duration.ZERO;
            PollWish wish = PollWish.after(ofSeconds(15));

            while (wish instanceof PollWish.After next) {
                elapsed = elapsed.plus(next.atLeast());
                looks.add(elapsed);
                wish = story.pass(next.atLeast()).hear(poll(end, at(5))).wish();
            }

            assertThat(looks)
                    .containsExactly(
                            ofSeconds(15),
                            ofSeconds(30),
                            ofMinutes(1),
                            ofMinutes(2),
                            ofMinutes(3),
                            ofMinutes(5),
                            ofMinutes(10),
                            ofMinutes(15),
                            ofMinutes(30),
                            ofMinutes(60),
                            ofMinutes(120),
                            ofHours(24));
            assertThat(wish).isEqualTo(PollWish.NEVER);
            assertThat(story.state().settled()).isTrue();
            assertThat(story.state().abandoned()).isFalse();
        }

        @Test
        void itIsNotSettledBeforeTheEndOfTheWatch() {
            story.hear(session());
            story.pass(6).hear(poll(FAILED, at(5)));

            story.pass(ofHours(24).minusMillis(1)).hear(poll(FAILED, at(5)));

            assertThat(story.state().settled()).isFalse();
        }

        @Test
        void aRetrySeenDuringTheWatchUnsettles() {
            story.hear(session());
            story.pass(6).hear(poll(FAILED, at(5)));
            story.pass(ofHours(24)).hear(poll(FAILED, at(5)));
            assertThat(story.state().settled()).isTrue();

            Decision decision = story.pass(60).hear(poll(PROCESSING, at(90_000)));

            assertThat(story.state().settled()).isFalse();
            assertThat(decision.wish()).isEqualTo(FRESH);
        }

        @Test
        void anUnconfirmedEndIsNotWatchedButAskedForOnTheLadder() {
            story.hear(session());
            story.pass(6).hear(socket(FAILED, at(5)));

            assertThat(story.pass(ofMinutes(20)).hear(poll("on_hold", at(5))).wish())
                    .isEqualTo(PollWish.after(ofSeconds(30)));
        }
    }
}
