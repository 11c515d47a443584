package dev.rampgate.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.rampgate.sandbox.fault.Fault;
import dev.rampgate.sandbox.fault.FaultRule;
import dev.rampgate.sandbox.fault.Place;
import dev.rampgate.sandbox.transaction.Action;
import dev.rampgate.sandbox.transaction.ActionRefused;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How a status change is told by socket and webhook, well and badly: sections 4, 5 and 6 of the contract. */
class StatusMessagesTest {

    private final WebhookReceiver receiver = new WebhookReceiver();
    private final ProofSimulator simulator = ProofSimulator.started(
            SimulatorSettings.builder().webhookUrl(receiver.url()).build());
    private final Partner partner = new Partner(simulator);
    private final String id = partner.openSession();

    @AfterEach
    void stop() {
        simulator.close();
        receiver.close();
    }

    @Test
    void aSocketHearsChangesOnlyAndEachOnce() {
        Partner.Socket socket = partner.listen(id);

        simulator.drive(id, Action.PAY);
        simulator.drive(id, Action.COMPLETE);

        await().untilAsserted(() -> assertThat(socket.statuses()).containsExactly("processing", "completed"));
        JsonNode update = Partner.json(socket.texts().get(1));
        assertThat(update.get("event").textValue()).isEqualTo("tx.update");
        assertThat(update.get("merchant_transaction_id").textValue()).isEqualTo(id);
        assertThat(update.get("payment_method").textValue()).isEqualTo("card");
        assertThat(update.get("crypto_amount").textValue()).isEqualTo("42.60");
        assertThat(update.get("fiat_amount").textValue()).isEqualTo("40.15");
        assertThat(update.get("occurred_at").textValue())
                .isEqualTo(partner.transaction(id).json().get("updated_at").textValue());
        assertThat(update.has("network")).isFalse();
    }

    @Test
    void theSocketOmitsAPaymentMethodThatIsUnknown() {
        Partner.Socket socket = partner.listen(id);

        simulator.drive(id, Action.CANCEL);

        await().untilAsserted(() -> assertThat(socket.texts()).hasSize(1));
        assertThat(Partner.json(socket.texts().get(0)).has("payment_method")).isFalse();
    }

    @Test
    void aSocketHearsOfItsOwnTransactionOnly() {
        String other = partner.openSession();
        Partner.Socket socket = partner.listen(id);
        Partner.Socket otherSocket = partner.listen(other);

        simulator.drive(other, Action.PAY);
        simulator.drive(id, Action.FAIL);

        await().untilAsserted(() -> {
            assertThat(socket.statuses()).containsExactly("failed");
            assertThat(otherSocket.statuses()).containsExactly("processing");
        });
    }

    @Test
    void anUpgradeWithoutTransactionOrForAnUnknownOneIsRefused() {
        assertThat(partner.send("GET", "/ws", null).json().get("code").textValue())
                .isEqualTo("missing_param");
        assertThat(partner.send("GET", "/ws?tx_id=nobody", null).status()).isEqualTo(404);
        assertThatThrownBy(() -> partner.listen("nobody"))
                .hasRootCauseMessage("Unexpected HTTP response status code 404");
    }

    @Test
    void everyChangeIsReportedByWebhookInOrder() {
        simulator.drive(id, Action.FAIL);
        simulator.drive(id, Action.RETRY);
        simulator.drive(id, Action.COMPLETE);

        await().untilAsserted(
                        () -> assertThat(receiver.statuses()).containsExactly("failed", "processing", "completed"));
        JsonNode webhook = Partner.json(receiver.bodies().get(0));
        assertThat(webhook.get("merchant_transaction_id").textValue()).isEqualTo(id);
        assertThat(webhook.get("type").textValue()).isEqualTo("buy");
        assertThat(webhook.get("network").textValue()).isEqualTo("ERC20");
        assertThat(webhook.get("crypto_amount").textValue()).isEmpty();
        assertThat(webhook.has("partner_user_id")).isFalse();
        assertThat(simulator.webhooks().sent().all()).allMatch(sent -> sent.isAcknowledged());
    }

    @Test
    void aSellWaitsForItsDepositAndCannotBePaid() {
        String sell = partner.openSession(Partner.buy().put("type", "sell"))
                .json()
                .get("merchant_transaction_id")
                .textValue();

        assertThatThrownBy(() -> simulator.drive(sell, Action.PAY))
                .isInstanceOf(ActionRefused.class)
                .hasMessage("cannot pay a sell that is pending");
        assertThat(simulator.drive(sell, Action.DEPOSIT).status()).isEqualTo("processing");
        assertThat(simulator.drive(sell, Action.COMPLETE).status()).isEqualTo("completed");
    }

    @Test
    void lostWebhooksDoNotComeAndDoubledOnesComeTwice() {
        simulator.faults().loseWebhooks();
        simulator.drive(id, Action.FAIL);
        simulator.faults().clear();
        simulator.faults().doubleWebhooks();
        simulator.drive(id, Action.RETRY);

        await().untilAsserted(() -> assertThat(receiver.statuses()).containsExactly("processing", "processing"));
        assertThat(receiver.bodies().get(0)).isEqualTo(receiver.bodies().get(1));
    }

    @Test
    void reversedWebhooksComeNewestFirstAtTheEnd() {
        simulator.faults().reverseWebhooks();

        simulator.drive(id, Action.PAY);
        simulator.drive(id, Action.COMPLETE);

        await().untilAsserted(() -> assertThat(receiver.statuses()).containsExactly("completed", "processing"));
    }

    @Test
    void heldWebhooksComeWhenReleased() {
        simulator.faults().holdWebhooks();
        simulator.drive(id, Action.PAY);
        simulator.faults().clear();
        simulator.drive(id, Action.COMPLETE);
        await().untilAsserted(() -> assertThat(receiver.statuses()).containsExactly("completed"));

        simulator.webhooks().release();

        await().untilAsserted(() -> assertThat(receiver.statuses()).containsExactly("completed", "processing"));
    }

    @Test
    void aRefusedUpgradeCarriesItsStatusAndOpenSocketsStay() {
        Partner.Socket socket = partner.listen(id);
        simulator.faults().refuseSockets(503);

        assertThatThrownBy(() -> partner.listen(id)).hasRootCauseMessage("Unexpected HTTP response status code 503");

        simulator.drive(id, Action.PAY);
        await().untilAsserted(() -> assertThat(socket.statuses()).containsExactly("processing"));
    }

    @Test
    void cutSocketsEndAndCanComeBack() {
        Partner.Socket socket = partner.listen(id);
        await().until(() -> simulator.sockets().count(id) == 1);

        simulator.sockets().cutAll();

        await().until(socket::hasEnded);
        await().until(() -> simulator.sockets().count() == 0);
        Partner.Socket next = partner.listen(id);
        simulator.drive(id, Action.PAY);
        await().untilAsserted(() -> assertThat(next.statuses()).containsExactly("processing"));
    }

    @Test
    void aSilentSocketStaysOpenButAnswersNoPing() {
        Partner.Socket socket = partner.listen(id);
        socket.ping();
        await().until(() -> socket.pongs() == 1);
        simulator
                .faults()
                .add(FaultRule.always(Place.SOCKET_FRAME, new Fault.Silence()).times(1));

        simulator.drive(id, Action.PAY);
        Partner.Socket second = partner.listen(id);
        simulator.drive(id, Action.COMPLETE);

        await().untilAsserted(() -> assertThat(second.statuses()).containsExactly("completed"));
        socket.ping();
        second.ping();
        await().until(() -> second.pongs() == 1);
        assertThat(socket.texts()).isEmpty();
        assertThat(socket.pongs()).isEqualTo(1);
        assertThat(socket.hasEnded()).isFalse();
    }

    @Test
    void aFragmentedMessageIsWholeInTheEnd() {
        Partner.Socket socket = partner.listen(id);
        simulator.faults().add(FaultRule.always(Place.SOCKET_FRAME, new Fault.Fragment()));

        simulator.drive(id, Action.PAY);

        await().untilAsserted(() -> assertThat(socket.statuses()).containsExactly("processing"));
        assertThat(socket.fragments()).isGreaterThan(1);
    }

    @Test
    void forcedAnswersEndAfterTheirNumber() {
        simulator.faults().answer(Place.TRANSACTION_CALL, 502, 2);

        assertThat(partner.transaction(id).json().get("error").textValue()).isEqualTo("upstream_error");
        assertThat(partner.transaction(id).status()).isEqualTo(502);
        assertThat(partner.transaction(id).status()).isEqualTo(200);
    }

    @Test
    void tooManyRequestsSayWhenToComeBack() {
        simulator
                .faults()
                .add(FaultRule.always(Place.TRANSACTION_CALL, new Fault.Status(429, null, null, 17, Fault.Form.HTML)));

        Partner.Answer answer = partner.transaction(id);

        assertThat(answer.status()).isEqualTo(429);
        assertThat(answer.response().headers().firstValue("Retry-After")).contains("17");
        assertThat(answer.body()).startsWith("<html>");
    }

    @Test
    void brokenAnswersAreGarbageCutSlowOrNone() {
        FaultRule once =
                FaultRule.always(Place.TRANSACTION_CALL, new Fault.Garbage()).times(1);
        simulator.faults().add(once);
        assertThat(partner.transaction(id).body()).startsWith("<<<");

        simulator
                .faults()
                .add(FaultRule.always(Place.TRANSACTION_CALL, new Fault.Slow(50))
                        .times(1));
        assertThat(partner.transaction(id).json().get("status").textValue()).isEqualTo("pending");

        simulator
                .faults()
                .add(FaultRule.always(Place.TRANSACTION_CALL, new Fault.Cut()).times(1));
        assertThatThrownBy(() -> partner.transaction(id)).hasMessageContaining("bytes received");

        simulator
                .faults()
                .add(FaultRule.always(Place.TRANSACTION_CALL, new Fault.Hang()).times(1));
        assertThatThrownBy(() -> partner.send("GET", "/widget/transactions/" + id, null, Duration.ofMillis(300)))
                .hasMessageContaining("timed out");
    }

    @Test
    void aSkewedClockShowsInTheTimesOfChanges() {
        simulator.clock().skew(Duration.ofMinutes(-10));

        simulator.drive(id, Action.PAY);

        assertThat(simulator.transactions().get(id).updatedAt())
                .isBefore(simulator.transactions().get(id).createdAt());
    }
}
