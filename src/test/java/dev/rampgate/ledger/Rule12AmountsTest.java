package dev.rampgate.ledger;

import static dev.rampgate.ledger.LedgerAssertions.assertThat;
import static dev.rampgate.ledger.Status.COMPLETED;
import static dev.rampgate.ledger.Status.PROCESSING;
import static dev.rampgate.ledger.Story.at;
import static dev.rampgate.support.TestObservation.poll;
import static dev.rampgate.support.TestObservation.session;
import static dev.rampgate.support.TestObservation.socket;
import static dev.rampgate.support.TestObservation.webhook;
import static java.time.Duration.ofDays;
import static java.time.Duration.ofSeconds;

import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Rule 12: amounts that cannot be read, or are missing at the end. */
class Rule12AmountsTest {

    private final Story story = new Story();

    @Test
    void aCompletedWithAnUnreadableAmountAlarmsAndIsNotSettled() {
        story.observe(session());

        Decision decision = story.pass(5).observe(poll("completed", at(4)).withUnreadableAmount());

        assertThat(decision)
                .hasOutcome(Outcome.ACCEPTED)
                .raises(Alarm.AMOUNT_UNREADABLE)
                .isArchived()
                .hasWish(PollWish.after(ofSeconds(15)));
        assertThat(story.state().confirmed()).isTrue();
        assertThat(story).isNotSettled();
    }

    @Test
    void aCompletedWithoutAnyCryptoAmountIsNoBetter() {
        story.observe(session());

        Decision decision = story.pass(5).observe(poll("completed", at(4)));

        assertThat(decision).raises(Alarm.AMOUNT_UNREADABLE);
        assertThat(story).isNotSettled();
    }

    @Test
    void anAmountThatWasReportedBeforeIsEnough() {
        story.observe(session());
        story.pass(5).observe(poll(PROCESSING, at(4)).with("42.60", "40.15"));

        Decision decision = story.pass(5).observe(poll("completed", at(9)));

        assertThat(decision).raisesNoAlarm();
        assertThat(story).isSettled();
    }

    @Test
    void anUnreadableAmountIsNotMendedByOneThatWasReportedBefore() {
        story.observe(session());
        story.pass(5).observe(poll(PROCESSING, at(4)).with("42.60", "40.15"));

        Decision decision = story.pass(5).observe(poll("completed", at(9)).withUnreadableAmount());

        assertThat(decision).raises(Alarm.AMOUNT_UNREADABLE);
        assertThat(story.record().details().cryptoAmount()).isEqualTo("42.60");
        assertThat(story).isNotSettled();
    }

    @Test
    void theNextReadableAmountSettles() {
        story.observe(session());
        story.pass(5).observe(poll("completed", at(4)).withUnreadableAmount());

        Decision decision = story.pass(15).observe(poll(COMPLETED, at(4)).with("42.60", "40.15"));

        assertThat(decision).raisesNoAlarm().isArchived().hasWish(PollWish.NEVER);
        assertThat(story).isSettled();
        assertThat(story.record().details().cryptoAmount()).isEqualTo("42.60");
        assertThat(story).hasFollowUp(FollowUp.NONE);
    }

    @Test
    void itIsAskedAgainForADayAndAlarmsOnce() {
        story.observe(session());
        story.pass(5).observe(poll("completed", at(4)).withUnreadableAmount());
        Instant since = story.now();
        int polls = 0;
        while (!story.state().settled() && polls < 100) {
            PollWish wish = PollLadder.watch(since, story.now()).orElseThrow();
            Decision decision = story.pass(((PollWish.After) wish).atLeast())
                    .observe(poll("completed", at(4)).withUnreadableAmount());
            assertThat(decision).raisesNoAlarm().isNotArchived();
            polls++;
        }

        assertThat(polls).isEqualTo(12);
        assertThat(story.now()).isEqualTo(since.plus(ofDays(1)));
    }

    @ParameterizedTest
    @EnumSource(names = {"FAILED", "CANCELLED"})
    void anotherEndNeedsNoAmountButAlarmsIfItsOwnIsUnreadable(Status end) {
        story.observe(session());

        assertThat(story.pass(5).observe(poll(end, at(4)))).raisesNoAlarm();
        assertThat(story.pass(5).observe(poll(end, at(9)).withUnreadableAmount()))
                .raises(Alarm.AMOUNT_UNREADABLE);
    }

    @Test
    void beforeTheEndAnUnreadableAmountIsArchivedOnceWithoutAnAlarm() {
        story.observe(session());
        story.pass(5).observe(poll(PROCESSING, at(4)));

        Decision first = story.pass(5).observe(poll(PROCESSING, at(4)).withUnreadableAmount());
        Decision second = story.pass(5).observe(poll(PROCESSING, at(4)).withUnreadableAmount());

        assertThat(first).isArchived();
        assertThat(second).isNotArchived();
        assertThat(first).raisesNoAlarm();
    }

    @Test
    void anUnreadableAmountBeforeTheEndDoesNotKeepTheEndFromAlarming() {
        story.observe(session());
        story.pass(5).observe(poll(PROCESSING, at(4)).withUnreadableAmount());

        Decision decision = story.pass(5).observe(poll("completed", at(9)).withUnreadableAmount());

        assertThat(decision).raises(Alarm.AMOUNT_UNREADABLE);
    }

    @Test
    void whatASocketCouldNotReportAlarmsOnceAndThePollMayMendIt() {
        story.observe(session());

        Decision pushed = story.pass(5).observe(socket(COMPLETED, at(4)).withUnreadableAmount());
        Decision polled = story.pass(1).observe(poll("completed", at(4)).withUnreadableAmount());
        Decision mended = story.pass(15).observe(poll(COMPLETED, at(4)));

        assertThat(pushed).raises(Alarm.AMOUNT_UNREADABLE).hasWish(PollWish.AT_ONCE);
        assertThat(polled).raisesNoAlarm().hasWish(PollWish.after(ofSeconds(14)));
        assertThat(mended).hasWish(PollWish.NEVER);
        assertThat(story).isSettled();
    }

    @Test
    void aSocketMayLeaveTheAmountOutSinceAPollFollows() {
        story.observe(session());

        assertThat(story.pass(5).observe(socket(COMPLETED, at(4)))).raisesNoAlarm();
    }

    @Test
    void aTrustedWebhookAlarmsAsASocketDoesAndAnAdvisoryOneNever() {
        story.observe(session());

        assertThat(story.pass(5).observe(webhook(COMPLETED, at(4)).withUnreadableAmount()))
                .raisesNoAlarm();
        assertThat(story.pass(5).observe(webhook(COMPLETED, at(4)).trusted().withUnreadableAmount()))
                .raises(Alarm.AMOUNT_UNREADABLE);
    }

    @Test
    void anAdoptedCompletedAlarmsToo() {
        Decision decision = story.observe(poll("completed", at(4)).withUnreadableAmount());

        assertThat(decision).raises(Alarm.AMOUNT_UNREADABLE);
        assertThat(story).isNotSettled();
    }
}
