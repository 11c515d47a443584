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
import static dev.rampgate.support.TestObservation.webhook;
import static java.time.Duration.ofDays;

import dev.rampgate.support.TestObservation;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Rule 10: details that cannot change. */
class Rule10FixedDetailsTest {

    private final Story story = new Story();

    @Test
    void anotherTypeCurrencyOrNetworkAlarmsAndTheFirstValueIsKept() {
        for (TestObservation observation : List.of(
                poll(PROCESSING, at(5)).with("sell", "USDC", "ERC20"),
                poll(COMPLETED, at(6)).with("buy", "USDT", "ERC20"),
                poll(FAILED, at(7)).with("buy", "USDC", "TRC20"))) {
            Story own = new Story();
            own.observe(session());

            Decision decision = own.pass(10).observe(observation);

            assertThat(decision).raises(Alarm.DETAILS_CONTRADICTED);
            assertThat(own.record().details().type()).isEqualTo("buy");
            assertThat(own.record().details().currency()).isEqualTo("USDC");
            assertThat(own.record().details().network()).isEqualTo("ERC20");
        }
    }

    @Test
    void anotherLetterCaseIsNoOtherValue() {
        story.observe(session());

        Decision decision = story.pass(5).observe(poll(PROCESSING, at(4)).with("BUY", "usdc", " erc20"));

        assertThat(decision).raisesNoAlarm();
        assertThat(story.record().details().currency()).isEqualTo("USDC");
    }

    @Test
    void aTypeInCapitalsIsTheType() {
        story.observe(poll(PENDING, at(0)).with("BUY", "USDC", "ERC20"));

        story.pass(ofDays(8)).observe(poll(PENDING, at(0)));

        assertThat(story.record().details().type()).isEqualTo("buy");
        assertThat(story).isAbandoned();
    }

    @Test
    void theStatusCountsAllTheSame() {
        story.observe(session());

        Decision decision = story.pass(6).observe(poll(PROCESSING, at(5)).with("sell", "USDC", "ERC20"));

        assertThat(decision).hasOutcome(Outcome.ACCEPTED);
        assertThat(decision.transitions()).hasSize(1);
        assertThat(decision).hasWish(FRESH);
        assertThat(story).hasStatus(PROCESSING);
    }

    @Test
    void whatIsNotReportedContradictsNothing() {
        story.observe(session());
        assertThat(story.observe(socket(PROCESSING, at(5)))).raisesNoAlarm();
    }

    @Test
    void whatWasNotKnownIsNotContradicted() {
        story.observe(poll(PENDING, at(0)));
        assertThat(story.observe(poll(PROCESSING, at(5)).with("sell", "USDT", "TRC20")))
                .raisesNoAlarm();
    }

    @Test
    void aSocketAlarmsToo() {
        story.observe(session());

        assertThat(story.observe(socket(PROCESSING, at(5)).with(null, "USDT", null)))
                .raises(Alarm.DETAILS_CONTRADICTED);
    }

    @Test
    void aTrustedWebhookAlarmsToo() {
        story.observe(session());

        assertThat(story.observe(
                        webhook(PROCESSING, at(5)).with(null, null, "TRC20").trusted()))
                .raises(Alarm.DETAILS_CONTRADICTED);
    }

    @Test
    void aSessionOfAnAdoptedTransactionAlarmsToo() {
        story.observe(poll(PENDING, at(0)).with("sell", "USDC", "ERC20"));

        assertThat(story.observe(session())).raises(Alarm.DETAILS_CONTRADICTED);
        assertThat(story.record().details().type()).isEqualTo("sell");
    }

    @Test
    void aContradictionThatGoesOnAlarmsOnlyWithAnotherObservation() {
        story.observe(session());
        TestObservation contradiction = poll(PENDING, at(0)).with(null, "USDT", null);

        assertThat(story.pass(1).observe(contradiction)).raises(Alarm.DETAILS_CONTRADICTED);
        assertThat(story.pass(1).observe(contradiction)).raisesNoAlarm();
    }

    @Test
    void itIsRememberedWhateverComesAfterwards() {
        story.observe(session());
        assertThat(story.record().followUp().detailsContradicted()).isFalse();

        story.pass(6).observe(poll(PROCESSING, at(5)).with("sell", "USDC", "ERC20"));
        assertThat(story.record().followUp().detailsContradicted()).isTrue();
        story.pass(6).observe(poll(FAILED, at(9)));
        story.pass(6).observe(poll(PROCESSING, at(16)));
        story.pass(6).observe(poll(COMPLETED, at(22)));

        assertThat(story).hasStatus(COMPLETED);
        assertThat(story.record().followUp().detailsContradicted()).isTrue();
    }

    @Test
    void bothAlarmsSoundTogether() {
        story.observe(session());
        story.pass(6).observe(poll(COMPLETED, at(5)));

        assertThat(story.pass(6)
                        .observe(poll(FAILED, at(9)).with("sell", null, null))
                        .alarms())
                .containsExactlyInAnyOrder(Alarm.COMPLETED_CONTRADICTED, Alarm.DETAILS_CONTRADICTED);
    }
}
