package dev.rampgate.ledger;

import static dev.rampgate.ledger.LedgerAssertions.assertThat;
import static dev.rampgate.ledger.Status.CANCELLED;
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
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** Rule 5: polls with any other status. */
class Rule5OtherStatusTest {

    private final Story story = new Story();

    @ParameterizedTest
    @EnumSource(
            mode = Mode.EXCLUDE,
            names = {"COMPLETED"})
    void anotherStatusAfterAConfirmedCompletedIsAConflictIfItIsLater(Status other) {
        story.observe(session());
        story.pass(6).observe(poll(COMPLETED, at(5)));
        TransactionRecord before = story.record();

        Decision decision = story.pass(60).observe(poll(other, at(6)));

        assertThat(decision)
                .hasOutcome(Outcome.CONFLICT)
                .raises(Alarm.COMPLETED_CONTRADICTED)
                .hasNoTransitions()
                .hasNoMarks()
                .hasWish(PollWish.NEVER)
                .isArchived();
        FollowUp remembered = before.followUp().withContradiction(new FollowUp.Contradiction(other, at(6)));
        assertThat(story).hasRecord(before.with(remembered));
    }

    @Test
    void anotherStatusAfterAConfirmedCompletedIsStaleIfItIsNotLater() {
        story.observe(session());
        story.pass(6).observe(poll(COMPLETED, at(5)));
        TransactionRecord before = story.record();

        Decision tie = story.pass(60).observe(poll(FAILED, at(5)));
        Decision timeless = story.pass(60).observe(poll(FAILED, null));

        assertThat(tie).hasOutcome(Outcome.STALE).raisesNoAlarm().hasWish(PollWish.NEVER);
        assertThat(timeless).hasOutcome(Outcome.STALE);
        assertThat(story).hasRecord(before);
    }

    @Test
    void aConfirmedCompletedStaysHoweverLongPollsSayOtherwise() {
        story.observe(session());
        story.pass(6).observe(poll(COMPLETED, at(5)));

        for (int i = 0; i < 20; i++) {
            story.pass(10).observe(poll(FAILED, at(5)));
            story.pass(10).observe(poll(PROCESSING, at(8)));
        }

        assertThat(story).hasStatus(COMPLETED);
        assertThat(story.timeline()).hasSize(2);
    }

    @ParameterizedTest
    @EnumSource(names = {"PENDING", "PROCESSING", "CANCELLED", "COMPLETED"})
    void aLaterOtherStatusOfAConfirmedOneOpensTheNextAttemptAtOnce(Status other) {
        story.observe(session());
        story.pass(6).observe(poll(FAILED, at(5)));

        Decision decision = story.pass(2).observe(poll(other, at(7)));

        assertThat(decision)
                .hasOutcome(Outcome.CORRECTION)
                .hasTransitions(new Transition(Story.ID, 3, 2, other, Channel.POLL, null, at(7), at(8), at(8), true))
                .hasNoMarks()
                .raisesNoAlarm()
                .isArchived();
        assertThat(story)
                .hasState(new LedgerState(other, 2, 3, true, at(7), at(7), at(7), at(8), other == COMPLETED, false));
    }

    @Test
    void theNextAttemptHasNoAmountsButThoseThatThePollReports() {
        story.observe(session());
        story.pass(4).observe(poll(PROCESSING, at(3)).with("42.60", "40.15"));
        story.pass(2).observe(poll(FAILED, at(5)).with(null, null));
        assertThat(story.record().details().cryptoAmount()).isEqualTo("42.60");

        story.pass(2).observe(poll(PROCESSING, at(7)).with(null, "40.20"));

        assertThat(story.record().details().cryptoAmount()).isNull();
        assertThat(story.record().details().fiatAmount()).isEqualTo("40.20");
        assertThat(story.record().details().fiatCurrency()).isEqualTo("EUR");
        assertThat(story.record().details().requestedAmount()).isEqualTo("42.75");
    }

    @Test
    void aCorrectionEndsTheWatch() {
        story.observe(session());
        story.pass(6).observe(poll(FAILED, at(5)));

        Decision decision = story.pass(2).observe(poll(PROCESSING, at(7)));

        assertThat(decision).hasWish(FRESH);
        assertThat(story).isNotWatched();
    }

    @Test
    void aCorrectionToAProvisionalEndStartsAWatchOfItsOwn() {
        story.observe(session());
        story.pass(6).observe(poll(FAILED, at(5)));

        Decision decision = story.pass(20).observe(poll(CANCELLED, at(20)));

        assertThat(decision).hasWish(PollWish.after(ofSeconds(15)));
        assertThat(story).isWatchedSince(story.now());
    }

    @Test
    void aStatusThatNoPollConfirmedIsNotCorrectedAtOnce() {
        story.observe(session());
        story.pass(6).observe(socket(FAILED, at(5)));

        Decision decision = story.pass(2).observe(poll(PROCESSING, at(7)).with("1", "1"));

        assertThat(decision).hasOutcome(Outcome.STALE).hasNoTransitions().hasWish(IN_A_SECOND);
        assertThat(story).hasStatus(FAILED);
        assertThat(story.state().asOf()).isNull();
        assertThat(story.record().details().cryptoAmount()).isNull();
        assertThat(story).hasDissent(new FollowUp.Dissent(PROCESSING, story.now(), 1));
    }

    @Test
    void aTieIsNotCorrectedAtOnce() {
        story.observe(session());
        story.pass(6).observe(poll(FAILED, at(5)));

        Decision decision = story.pass(2).observe(poll(PROCESSING, at(5)));

        assertThat(decision).hasOutcome(Outcome.STALE).hasWish(IN_A_SECOND);
    }

    @Test
    void aTieAmongEndsIsNotCorrectedAtOnceEither() {
        story.observe(session());
        story.pass(6).observe(poll(FAILED, at(5)));

        assertThat(story.pass(2).observe(poll(COMPLETED, at(5)))).hasOutcome(Outcome.STALE);
    }

    @Test
    void pollsThatDisagreeAreAskedAgainAfterOneTwoFiveTenAndTenSeconds() {
        story.observe(session());
        story.pass(6).observe(socket(FAILED, at(5)));
        List<PollWish> wishes = new ArrayList<>();

        for (int i = 0; i < 6; i++) {
            wishes.add(story.pass(4).observe(poll(PROCESSING, at(7))).wish());
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
        story.observe(session());
        story.pass(6).observe(socket(FAILED, at(5)));
        story.pass(2).observe(poll(PROCESSING, at(7)));
        story.pass(ofMillis(29_999)).observe(poll(PROCESSING, at(7)));
        assertThat(story).hasStatus(FAILED);

        Decision decision =
                story.pass(ofMillis(1)).observe(poll(PROCESSING, at(7)).with("42.60", null));

        assertThat(decision)
                .hasOutcome(Outcome.CORRECTION)
                .hasTransitions(
                        new Transition(Story.ID, 3, 2, PROCESSING, Channel.POLL, null, at(7), at(38), at(38), true));
        assertThat(story)
                .hasState(new LedgerState(PROCESSING, 2, 3, true, at(7), at(7), at(7), at(38), false, false))
                .hasFollowUp(FollowUp.NONE);
        assertThat(story.record().details().cryptoAmount()).isEqualTo("42.60");
        assertThat(decision).hasWish(FRESH);
    }

    @Test
    void aConfirmedStatusIsCorrectedByATieThatLasts() {
        story.observe(session());
        story.pass(6).observe(poll(FAILED, at(5)));
        story.pass(2).observe(poll(COMPLETED, at(5)));

        assertThat(story.pass(30).observe(poll(COMPLETED, at(5)))).hasOutcome(Outcome.CORRECTION);
        assertThat(story).isSettled();
    }

    @Test
    void whatCountsIsWhenTheLastOfThemWasAsked() {
        story.observe(session());
        story.pass(6).observe(socket(FAILED, at(5)));
        story.pass(2).observe(poll(PROCESSING, at(7)));

        Decision inFlightForLong =
                story.pass(60).observe(poll(PROCESSING, at(7)).asked(at(37)));
        Decision askedLater = story.observe(poll(PROCESSING, at(7)).asked(at(38)));

        assertThat(inFlightForLong).hasOutcome(Outcome.STALE);
        assertThat(askedLater).hasOutcome(Outcome.CORRECTION);
    }

    @Test
    void aChangeSinceTheySpokeUpIsNotAtIssue() {
        story.observe(session());
        story.pass(6).observe(socket(PROCESSING, at(5)));
        story.pass(2).observe(poll(PENDING, at(0)));
        story.pass(20).observe(socket(FAILED, at(27)));

        assertThat(story.pass(20).observe(poll(PENDING, at(0)))).hasOutcome(Outcome.STALE);
    }

    @Test
    void aConfirmedStatusIsNotCorrectedAtOnceByWhatIsOlderThanItsSocketSaid() {
        story.observe(session());
        story.pass(10).observe(socket(FAILED, at(9)));
        story.pass(1).observe(poll(FAILED, at(5)));

        assertThat(story.pass(1).observe(poll(PROCESSING, at(7)))).hasOutcome(Outcome.STALE);
        assertThat(story.pass(1).observe(poll(PROCESSING, at(10)))).hasOutcome(Outcome.CORRECTION);
    }

    @Test
    void pollsThatDisagreeMustAllSayTheSame() {
        story.observe(session());
        story.pass(6).observe(socket(FAILED, at(5)));
        story.pass(2).observe(poll(PENDING, at(0)));

        Decision decision = story.pass(30).observe(poll(PROCESSING, at(7)));

        assertThat(decision).hasOutcome(Outcome.STALE).hasWish(IN_A_SECOND);
        assertThat(story).hasDissent(new FollowUp.Dissent(PROCESSING, story.now(), 1));
    }

    @Test
    void aConfirmationBetweenThemStartsTheirTimeAnew() {
        story.observe(session());
        story.pass(6).observe(poll(FAILED, at(5)));
        story.pass(2).observe(poll(PROCESSING, at(5)));
        story.pass(2).observe(poll(FAILED, at(5)));

        assertThat(story.pass(40).observe(poll(PROCESSING, at(5)))).hasOutcome(Outcome.STALE);
    }

    @Test
    void aPollThatWasAskedBeforeTheLastChangeSaysNothingAgainstIt() {
        story.observe(session());
        story.pass(6).observe(socket(FAILED, at(5)));

        Decision crossed = story.pass(1).observe(poll(PENDING, at(0)).asked(at(6)));

        assertThat(crossed).hasOutcome(Outcome.STALE).hasWish(IN_A_SECOND);
        assertThat(story).hasNoDissent();
    }

    @Test
    void theLagToleranceIsAsConfigured() {
        LedgerRules rules = new LedgerRules(ofSeconds(3));
        Observation first = poll(PROCESSING, at(5)).received(Story.ID, at(8));
        Observation second = poll(PROCESSING, at(5)).received(Story.ID, at(11));
        story.observe(session());
        story.pass(6).observe(poll(FAILED, at(5)));

        Decision dissent = rules.decide(Optional.of(story.record()), first, at(8));
        Decision correction = rules.decide(dissent.record(), second, at(11));

        assertThat(dissent).hasOutcome(Outcome.STALE);
        assertThat(correction).hasOutcome(Outcome.CORRECTION);
    }
}
