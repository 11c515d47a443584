package dev.rampgate.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.standardwebhooks.Webhook;
import com.standardwebhooks.exceptions.WebhookSigningException;
import dev.rampgate.sandbox.http.EventReceiver;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The receiver of events whose page the sandbox shows. */
class EventReceiverTest {

    private static final String BODY =
            "{\"type\":\"transaction.opened\",\"data\":{\"merchant_transaction_id\":\"t-1\",\"reference\":\"Grüße\",\"version\":1}}";

    private final ReceiverSecret secret = ReceiverSecret.create();
    private final ProofSimulator simulator = ProofSimulator.started(
            SimulatorSettings.builder().receiverSecret(secret.value()).build());
    private final HttpClient client = HttpClient.newHttpClient();

    @AfterEach
    void stop() {
        simulator.close();
        secret.close();
    }

    @Test
    void aSignedEventIsKeptOnceHoweverOftenItComes() throws Exception {
        assertThat(post("evt_1", BODY, BODY)).isEqualTo(204);
        assertThat(post("evt_1", BODY, BODY)).isEqualTo(204);
        assertThat(post("evt_2", "{\"type\":\"endpoint.test\"}", "{\"type\":\"endpoint.test\"}"))
                .isEqualTo(204);

        JsonNode events = control("GET", null).get("events");
        assertThat(events.findValuesAsText("id")).containsExactly("evt_1", "evt_2");
        assertThat(events.findValuesAsText("deliveries")).containsExactly("2", "1");
        assertThat(events.get(0).get("type").textValue()).isEqualTo("transaction.opened");
        assertThat(events.get(0).get("version").intValue()).isEqualTo(1);
        assertThat(events.get(0).get("reference").textValue()).isEqualTo("Grüße");
        assertThat(events.get(1).has("version")).isFalse();
    }

    @Test
    void whatIsNotSignedByTheSecretIsRefused() throws Exception {
        assertThat(post("evt_1", BODY, BODY.replace("t-1", "t-2"))).isEqualTo(401);
        assertThat(send(request("POST", EventReceiver.PATH, BODY)).statusCode()).isEqualTo(401);

        assertThat(simulator.receiver().events()).isEmpty();
        assertThat(control("GET", null).get("forged").intValue()).isEqualTo(2);
    }

    @Test
    void aStoppedReceiverAnswersThatItIsUnavailableUntilItIsStarted() throws Exception {
        assertThat(control("PUT", "{\"stopped\":true}").get("stopped").booleanValue())
                .isTrue();
        assertThat(post("evt_1", BODY, BODY)).isEqualTo(503);
        assertThat(control("GET", null).get("refused").intValue()).isEqualTo(1);

        control("PUT", "{\"stopped\":false}");

        assertThat(post("evt_1", BODY, BODY)).isEqualTo(204);
        assertThat(simulator.receiver().events()).hasSize(1);
        assertThat(send(request("PUT", "/control/receiver", "{}")).statusCode()).isEqualTo(400);
    }

    private int post(String id, String signed, String sent)
            throws IOException, InterruptedException, WebhookSigningException {
        long now = Instant.now().getEpochSecond();
        return send(request("POST", EventReceiver.PATH, sent)
                        .header("webhook-id", id)
                        .header("webhook-timestamp", Long.toString(now))
                        .header("webhook-signature", new Webhook(secret.value()).sign(id, now, signed)))
                .statusCode();
    }

    private JsonNode control(String method, String body) throws IOException, InterruptedException {
        return Partner.json(send(request(method, "/control/receiver", body)).body());
    }

    private HttpRequest.Builder request(String method, String path, String body) {
        return HttpRequest.newBuilder(URI.create(simulator.baseUrl() + path))
                .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return client.send(request.build(), BodyHandlers.ofString());
    }
}
