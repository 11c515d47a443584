package dev.rampgate.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rampgate.sandbox.transaction.Action;
import dev.rampgate.sandbox.transaction.LifeMode;
import java.net.URI;
import java.net.http.HttpRequest;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the widget's frame asks of the simulator: checking the page's parameters, and acting for the user (section 8). */
class WidgetTest {

    private final AtomicReference<Duration> passed = new AtomicReference<>(Duration.ZERO);
    private final Instant start = Clock.systemUTC().instant();
    private final ProofSimulator simulator = ProofSimulator.started(SimulatorSettings.builder()
            .clock(() -> start.plus(passed.get()))
            .life(LifeMode.MANUAL, 1)
            .build());
    private final Partner partner = new Partner(simulator);
    private final Partner browser = partner.withToken(null);

    @AfterEach
    void stop() {
        simulator.close();
    }

    @Test
    void theScriptAndTheFrameAreServedToAnybody() {
        assertThat(browser.send("GET", "/widget.2.0.js", null).body()).contains("proofWidget");
        assertThat(browser.send("GET", "/frame/", null).body()).contains("frame.js");
        assertThat(browser.send("GET", "/frame/frame.js", null).status()).isEqualTo(200);
        assertThat(browser.send("GET", "/frame/frame.css", null).status()).isEqualTo(200);
    }

    @Test
    void theSessionInCamelCaseStartsTheWidgetWithoutAComplaint() {
        JsonNode started = start(parameters(session("buy")));

        assertThat(started.get("complaints")).isEmpty();
        assertThat(started.get("state").get("status").textValue()).isEqualTo("pending");
        assertThat(started.get("state").get("kyc_status").textValue()).isEqualTo("not_started");
    }

    @ParameterizedTest(name = "without {0} the widget does not start and says so")
    @ValueSource(
            strings = {
                "widgetId",
                "address",
                "signature",
                "initToken",
                "initTokenType",
                "merchantTransactionId",
                "currency",
                "network",
                "amount",
                "fixCurrency",
                "fixNetwork",
                "fixAmount",
                "fiatCurrency",
                "type"
            })
    void aMissingPublishedParameterStopsTheWidget(String name) {
        ObjectNode parameters = parameters(session("buy"));
        parameters.remove(name);

        JsonNode started = start(parameters);

        assertThat(started.has("state")).isFalse();
        assertThat(started.get("complaints").findValuesAsText("text")).containsExactly(name + " is missing.");
    }

    @ParameterizedTest(name = "without {0} the widget starts with a warning")
    @ValueSource(
            strings = {
                "currencies",
                "networks",
                "fiatCurrencies",
                "fixFiatCurrency",
                "fixFiatAmount",
                "lang",
                "theme",
                "redirectUrl"
            })
    void aMissingParameterOfTheChecklistIsAWarning(String name) {
        ObjectNode parameters = parameters(session("buy"));
        parameters.remove(name);

        JsonNode started = start(parameters);

        assertThat(started.has("state")).isTrue();
        assertThat(started.get("complaints").findValuesAsText("parameter")).containsExactly(name);
        assertThat(started.get("complaints").findValuesAsText("severity")).containsExactly("warning");
    }

    @ParameterizedTest(name = "{1} instead of {0} stops the widget and names both")
    @CsvSource({
        "merchantTransactionId, merchant_transaction_id",
        "merchantTransactionId, merchantTransactionID",
        "initToken, init_token",
        "fixNetwork, fix_network",
        "redirectUrl, redirect_url",
        "widgetId, widget-id"
    })
    void aRenamedParameterStopsTheWidget(String name, String passedAs) {
        ObjectNode parameters = parameters(session("buy"));
        JsonNode value = parameters.remove(name);
        parameters.set(passedAs, value);

        JsonNode started = start(parameters);

        assertThat(started.has("state")).isFalse();
        assertThat(started.get("complaints").findValuesAsText("text"))
                .containsExactly(passedAs + " must be passed as " + name + ".");
    }

    @ParameterizedTest(name = "{0} passed as {1} instead of the session''s value stops the widget")
    @CsvSource(
            delimiter = '|',
            value = {
                "amount|42.75",
                "amount|\"42.750\"",
                "fixNetwork|true",
                "fixNetwork|\"ERC20\"",
                "fixCurrency|\"true\"",
                "network|\"TRC20\"",
                "signature|\"v2:00\"",
                "redirectUrl|null"
            })
    void aChangedParameterStopsTheWidget(String name, String value) {
        ObjectNode parameters = parameters(session("buy"));
        parameters.set(name, Partner.json(value));

        JsonNode started = start(parameters);

        assertThat(started.has("state")).isFalse();
        assertThat(started.get("complaints").findValuesAsText("text"))
                .singleElement()
                .asString()
                .startsWith(name + " was changed: the session answered ")
                .contains(" and the page passes ");
    }

    @Test
    void aStrangeParameterAndAMissingOrStrangeCallbackAreWarnings() {
        ObjectNode parameters = parameters(session("buy")).put("colour", "blue");

        JsonNode started = start(parameters, List.of("onStatus"));

        assertThat(started.has("state")).isTrue();
        assertThat(started.get("complaints").findValuesAsText("parameter"))
                .containsExactly("colour", "onStatusChange", "onStatus");
    }

    @Test
    void aSessionWithoutAnAnswerAndAnExpiredTokenAreReported() {
        ObjectNode invented = parameters(session("buy")).put("initToken", "a").put("merchantTransactionId", "b");
        assertThat(start(invented).toString()).contains("No session was answered");

        ObjectNode old = parameters(session("buy"));
        passed.set(Duration.ofHours(1));
        assertThat(start(old).toString()).contains("initToken has expired");
        assertThat(step(old, "verify").status()).isEqualTo(401);
    }

    @Test
    void aNewUserIsVerifiedOnceAndPaysThen() {
        ObjectNode first = parameters(session("buy"));
        start(first);
        assertThat(step(first, "pay").status()).isEqualTo(409);
        assertThat(step(first, "reject").json().get("kyc_status").textValue()).isEqualTo("failed");
        assertThat(step(first, "verify").json().get("kyc_status").textValue()).isEqualTo("verified");

        JsonNode paid = step(first, "pay").json();

        assertThat(paid.get("status").textValue()).isEqualTo("processing");
        assertThat(paid.get("payment_method").textValue()).isEqualTo("card");
        JsonNode second = start(parameters(session("buy")));
        assertThat(second.get("state").get("kyc_status").textValue()).isEqualTo("verified");
    }

    @Test
    void aDeclinedCardMayBeTriedAgainWithTheSameTransaction() {
        ObjectNode parameters = parameters(session("buy"));
        start(parameters);
        step(parameters, "verify");

        assertThat(step(parameters, "decline").json().get("status").textValue()).isEqualTo("failed");
        JsonNode again = step(parameters, "retry").json();

        assertThat(again.get("status").textValue()).isEqualTo("processing");
        assertThat(again.get("merchant_transaction_id")).isEqualTo(parameters.get("merchantTransactionId"));
    }

    @Test
    void aSellIsSentAndABuyIsNot() {
        ObjectNode sell = parameters(session("sell"));
        start(sell);
        step(sell, "verify");
        assertThat(step(sell, "pay").status()).isEqualTo(409);
        assertThat(step(sell, "send").json().get("status").textValue()).isEqualTo("processing");

        ObjectNode buy = parameters(session("buy"));
        start(buy);
        assertThat(step(buy, "send").status()).isEqualTo(409);
        assertThat(step(buy, "cancel").json().get("status").textValue()).isEqualTo("cancelled");
        assertThat(step(buy, "explode").status()).isEqualTo(404);
    }

    @Test
    void aFrameWithoutTheSessionsTokenSeesNothing() {
        assertThat(browser.send("GET", "/frame/state", null).status()).isEqualTo(401);
        assertThat(browser.send("POST", "/frame/steps/pay", null).status()).isEqualTo(401);
        assertThat(browser.send("POST", "/frame/start", "[]").status()).isEqualTo(400);
    }

    @Test
    void aForgottenTransactionEndsItsWidget() {
        ObjectNode parameters = parameters(session("buy"));
        simulator.drive(parameters.get("merchantTransactionId").textValue(), Action.PAY);
        simulator.transactions().forget(parameters.get("merchantTransactionId").textValue());

        assertThat(start(parameters).toString()).contains("no longer known");
        assertThat(step(parameters, "cancel").status()).isEqualTo(401);
    }

    private JsonNode session(String type) {
        return partner.openSession(Partner.buy().put("type", type)).json();
    }

    /** The mapping that a page has to do: names from snake_case to camelCase, values as they are. */
    private static ObjectNode parameters(JsonNode session) {
        ObjectNode parameters = new ObjectMapper().createObjectNode();
        session.properties().forEach(field -> {
            StringBuilder name = new StringBuilder();
            for (String word : field.getKey().split("_")) {
                name.append(name.isEmpty() ? word : word.substring(0, 1).toUpperCase(Locale.ROOT) + word.substring(1));
            }
            parameters.set(name.toString(), field.getValue());
        });
        return parameters;
    }

    private JsonNode start(ObjectNode parameters) {
        return start(parameters, List.of("onStatusChange"));
    }

    private JsonNode start(ObjectNode parameters, List<String> callbacks) {
        ObjectNode body = new ObjectMapper().createObjectNode();
        body.set("parameters", parameters);
        callbacks.forEach(body.withArray("callbacks")::add);
        return browser.send("POST", "/frame/start", body.toString()).json();
    }

    private Partner.Answer step(ObjectNode parameters, String step) {
        return browser.send(HttpRequest.newBuilder(URI.create(simulator.baseUrl() + "/frame/steps/" + step))
                .header("X-Init-Token", parameters.get("initToken").textValue())
                .POST(HttpRequest.BodyPublishers.noBody())
                .build());
    }
}
