package dev.rampgate.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rampgate.sandbox.fault.Fault;
import dev.rampgate.sandbox.fault.FaultRule;
import dev.rampgate.sandbox.fault.Place;
import dev.rampgate.sandbox.transaction.Action;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** One test for each row of the contract's field tables (sections 2 to 5 and 10) and of its error matrix (section 7). */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ContractRowsTest {

    private static final String FOREIGN_TOKEN = "tok_other_partner";

    private final WebhookReceiver receiver = new WebhookReceiver();
    private final ProofSimulator simulator = ProofSimulator.started(SimulatorSettings.builder()
            .webhookUrl(receiver.url())
            .otherClientToken(FOREIGN_TOKEN)
            .build());
    private final Partner partner = new Partner(simulator);

    private JsonNode session;
    private JsonNode polled;
    private JsonNode frame;
    private JsonNode webhook;

    /** One transaction that is processing, as all channels tell it. */
    @BeforeAll
    void tellOneTransaction() {
        session = partner.openSession(Partner.buy()).json();
        String id = session.get("merchant_transaction_id").textValue();
        Partner.Socket socket = partner.listen(id);
        simulator.drive(id, Action.PAY);
        await().until(() -> !socket.texts().isEmpty() && !receiver.bodies().isEmpty());
        frame = Partner.json(socket.texts().get(0));
        webhook = Partner.json(receiver.bodies().get(0));
        polled = partner.transaction(id).json();
    }

    @AfterEach
    void everythingWorksAgain() {
        simulator.faults().clear();
        simulator.allowlist().addresses(null);
        simulator.allowlist().origins(null);
    }

    @AfterAll
    void stop() {
        simulator.close();
        receiver.close();
    }

    @ParameterizedTest(name = "the session answers {0} as {1}: {2}")
    @CsvSource(
            delimiter = '|',
            value = {
                "merchant_transaction_id | string | \"[0-9a-f-]{36}\"",
                "widget_id | string | \"77777777-aaaa-4bbb-8ccc-000000000001\"",
                "address | string | \"0x[0-9a-f]{40}\"",
                "signature | string | \"v2:[0-9a-f]{128}\"",
                "init_token | string | \"[0-9a-f]{48}\"",
                "init_token_type | string | \"sdk_partner_authorization\"",
                "currency | string | \"USDC\"",
                "currencies | array | \\[\"USDC\",\"USDT\"\\]",
                "fix_currency | boolean | true",
                "network | string | \"ERC20\"",
                "networks | array | \\[\"ERC20\",\"TRC20\"\\]",
                "fix_network | array | \\[\"ERC20\"\\]",
                "amount | string | \"42.75\"",
                "fix_amount | boolean | true",
                "fiat_currency | string | \"EUR\"",
                "fiat_currencies | array | \\[\"EUR\",\"USD\"\\]",
                "fix_fiat_currency | boolean | false",
                "fix_fiat_amount | boolean | true",
                "type | string | \"buy\"",
                "lang | string | \"en\"",
                "theme | string | \"light\"",
                "redirect_url | string | \"https://shop.example.test/ramp/done\""
            })
    void aFieldOfTheSession(String field, String type, String value) {
        expectField(session, field, type, value);
    }

    @ParameterizedTest(name = "a session request without {0} is a missing_param")
    @ValueSource(strings = {"partner_user_id", "user_email", "network", "currency", "amount"})
    void aRequiredFieldOfTheRequest(String field) {
        ObjectNode body = Partner.buy();
        body.remove(field);

        expectError(partner.openSession(body), 400, "invalid_request", "missing_param");
    }

    @ParameterizedTest(name = "a session request may leave {0} out or set it to null")
    @ValueSource(strings = {"type", "redirect_url", "client_ip", "address"})
    void anOptionalFieldOfTheRequest(String field) {
        ObjectNode without = Partner.buy();
        without.remove(field);

        assertThat(partner.openSession(without).status()).isEqualTo(200);
        assertThat(partner.openSession(Partner.buy().putNull(field)).status()).isEqualTo(200);
    }

    @ParameterizedTest(name = "a session request with a {0} that is no string is a decode_error")
    @ValueSource(
            strings = {
                "partner_user_id",
                "user_email",
                "network",
                "currency",
                "amount",
                "type",
                "redirect_url",
                "client_ip",
                "address"
            })
    void theTypeOfAFieldOfTheRequest(String field) {
        expectError(partner.openSession(Partner.buy().put(field, 42)), 400, "invalid_request", "decode_error");
    }

    @ParameterizedTest(name = "what the request says as {0} comes back as {1}")
    @CsvSource({
        "currency, currency, USDT",
        "network, network, TRC20",
        "amount, amount, 0.000001",
        "type, type, sell",
        "redirect_url, redirect_url, https://shop.example.test/other"
    })
    void aFieldOfTheRequestIsEchoed(String asked, String answered, String value) {
        ObjectNode body =
                Partner.buy().put("currency", "USDT").put("network", "TRC20").put(asked, value);

        assertThat(partner.openSession(body).json().get(answered).textValue()).isEqualTo(value);
    }

    @Test
    void theClientIpGoesIntoTheSignature() {
        String signature = signatureOf(Partner.buy());

        assertThat(signatureOf(Partner.buy())).isEqualTo(signature);
        assertThat(signatureOf(Partner.buy().put("client_ip", "203.0.113.9"))).isNotEqualTo(signature);
    }

    @ParameterizedTest(name = "a poll answers {0} as {1}: {2}")
    @CsvSource(
            delimiter = '|',
            value = {
                "merchant_transaction_id | string | \".{36}\"",
                "partner_user_id | string | \"cust-8841\"",
                "type | string | \"buy\"",
                "status | string | \"processing\"",
                "currency | string | \"USDC\"",
                "network | string | \"ERC20\"",
                "crypto_amount | string | \"42.60\"",
                "fiat_currency | string | \"EUR\"",
                "fiat_amount | string | \"40.15\"",
                "created_at | string | \".*Z\"",
                "updated_at | string | \".*Z\""
            })
    void aFieldOfAPoll(String field, String type, String value) {
        expectField(polled, field, type, value);
        assertThat(polled).hasSize(11);
    }

    @ParameterizedTest(name = "a frame carries {0} as {1}: {2}")
    @CsvSource(
            delimiter = '|',
            value = {
                "event | string | \"tx\\.update\"",
                "merchant_transaction_id | string | \".{36}\"",
                "type | string | \"buy\"",
                "status | string | \"processing\"",
                "payment_method | string | \"card\"",
                "currency | string | \"USDC\"",
                "fiat_currency | string | \"EUR\"",
                "fiat_amount | string | \"40.15\"",
                "crypto_amount | string | \"42.60\"",
                "occurred_at | string | \".*Z\""
            })
    void aFieldOfAFrame(String field, String type, String value) {
        expectField(frame, field, type, value);
        assertThat(frame).hasSize(10);
    }

    @ParameterizedTest(name = "a webhook carries {0} as {1}: {2}")
    @CsvSource(
            delimiter = '|',
            value = {
                "merchant_transaction_id | string | \".{36}\"",
                "type | string | \"buy\"",
                "status | string | \"processing\"",
                "currency | string | \"USDC\"",
                "network | string | \"ERC20\"",
                "crypto_amount | string | \"42.60\"",
                "fiat_currency | string | \"EUR\"",
                "fiat_amount | string | \"40.15\"",
                "created_at | string | \".*Z\"",
                "updated_at | string | \".*Z\""
            })
    void aFieldOfAWebhook(String field, String type, String value) {
        expectField(webhook, field, type, value);
        assertThat(webhook).hasSize(10);
    }

    @ParameterizedTest(name = "{0} is a time in UTC that can be read")
    @ValueSource(strings = {"created_at", "updated_at"})
    void aTime(String field) {
        assertThat(Instant.parse(polled.get(field).textValue()))
                .isEqualTo(Instant.parse(webhook.get(field).textValue()));
    }

    @ParameterizedTest(name = "a transaction can become {1} by {0}, and a poll says so")
    @CsvSource({"PAY, processing", "COMPLETE, completed", "FAIL, failed", "CANCEL, cancelled"})
    void aStatus(Action action, String status) {
        String id = partner.openSession();
        assertThat(partner.transaction(id).json().get("status").textValue()).isEqualTo("pending");

        simulator.drive(id, action);

        assertThat(partner.transaction(id).json().get("status").textValue()).isEqualTo(status);
    }

    @ParameterizedTest(name = "the identity check of a user can be {0}")
    @ValueSource(strings = {"not_started", "pending", "verified", "failed"})
    void aKycStatus(String status) {
        simulator.kyc().set("cust-kyc", status);

        assertThat(partner.send("GET", "/widget/users/cust-kyc/kyc-status", null)
                        .body())
                .isEqualTo("{\"partner_user_id\":\"cust-kyc\",\"status\":\"" + status + "\"}");
    }

    @ParameterizedTest(name = "a body with {0} {1} is refused with {2} {3}")
    @CsvSource({
        "amount, -1, invalid_request, validation_error",
        "amount, 1e5, invalid_request, validation_error",
        "type, swap, invalid_request, validation_error",
        "user_email, jo, invalid_request, validation_error",
        "partner_user_id, ' ', invalid_request, validation_error",
        "currency, DOGE, invalid_request, currency_not_allowed",
        "network, BEP20, wallet_not_supported, WALLET_NOT_SUPPORTED"
    })
    void aRefusedBody(String field, String value, String error, String code) {
        expectError(partner.openSession(Partner.buy().put(field, value)), 400, error, code);
    }

    @ParameterizedTest(name = "{0} {1} without a token is refused with {2}")
    @CsvSource({
        "POST, /widget/session, missing_token",
        "GET, /widget/transactions/any, invalid_token",
        "GET, /widget/users/any/kyc-status, invalid_token",
        "GET, /ws?tx_id=any, missing_token"
    })
    void aMissingToken(String method, String path, String code) {
        String body = method.equals("POST") ? Partner.buy().toString() : null;
        expectError(partner.withToken(null).send(method, path, body), 401, "unauthorised", code);
        expectError(partner.withToken("tok_wrong").send(method, path, body), 401, "unauthorised", "invalid_token");
    }

    @ParameterizedTest(name = "{0} {1} from an address that is not registered is forbidden")
    @CsvSource({
        "POST, /widget/session",
        "GET, /widget/transactions/any",
        "GET, /widget/users/any/kyc-status",
        "GET, /ws?tx_id=any"
    })
    void anAddressThatIsNotRegistered(String method, String path) {
        simulator.allowlist().addresses(List.of("203.0.113.0/24", "2001:db8::/32"));

        String body = method.equals("POST") ? Partner.buy().toString() : null;
        expectError(partner.send(method, path, body), 403, "forbidden", "forbidden_origin");
    }

    @ParameterizedTest(name = "what does not exist or is another partner''s is not found: {0}")
    @ValueSource(strings = {"/widget/transactions/nobody", "/widget/users/nobody/kyc-status", "/widget/nothing"})
    void whatIsNotThere(String path) {
        expectError(partner.send("GET", path, null), 404, "not_found", "not_found");
    }

    @ParameterizedTest(name = "a fault of {0} {2} answers the error {1}")
    @CsvSource({
        "400, invalid_request, validation_error",
        "400, invalid_request, decode_error",
        "400, invalid_request, missing_param",
        "400, invalid_request, currency_not_allowed",
        "400, wallet_not_supported, WALLET_NOT_SUPPORTED",
        "401, unauthorised, missing_token",
        "401, unauthorised, invalid_token",
        "403, forbidden, forbidden_origin",
        "404, not_found, not_found",
        "500, internal_error, db_error",
        "500, internal_error, token_error",
        "500, publish_failed, kafka_unavailable",
        "502, upstream_error, provider_error",
        "502, upstream_unavailable, upstream_unavailable",
        "502, upstream_unavailable, upstream_invalid_response"
    })
    void aRowOfTheErrorMatrix(int status, String error, String code) {
        String id = partner.openSession();
        for (Place place : List.of(Place.SESSION_CALL, Place.TRANSACTION_CALL, Place.KYC_CALL, Place.SOCKET_UPGRADE)) {
            simulator.faults().add(FaultRule.always(place, new Fault.Status(status, null, code, null, null)));
        }

        expectError(partner.openSession(Partner.buy()), status, error, code);
        expectError(partner.transaction(id), status, error, code);
        expectError(partner.send("GET", "/widget/users/cust-8841/kyc-status", null), status, error, code);
        assertThatThrownBy(() -> partner.listen(id))
                .hasRootCauseMessage("Unexpected HTTP response status code " + status);
    }

    @ParameterizedTest(name = "the page of the simulated API shows the fields of {0} as they come")
    @ValueSource(strings = {"session", "transaction", "kyc-status", "tx.update", "webhook", "error"})
    void anExampleOfThePage(String name) throws IOException {
        JsonNode shown = Partner.json(example(name));
        JsonNode real =
                switch (name) {
                    case "session" -> session;
                    case "transaction" -> polled;
                    case "kyc-status" ->
                        partner.send("GET", "/widget/users/cust-8841/kyc-status", null)
                                .json();
                    case "tx.update" -> frame;
                    case "webhook" -> webhook;
                    default ->
                        partner.openSession(Partner.buy().put("currency", "DOGE"))
                                .json();
                };

        assertThat(form(shown)).isEqualTo(form(real));
    }

    /** The block of code that is marked so in docs/proof-api.md. */
    private static String example(String name) throws IOException {
        String page = Files.readString(Path.of("docs/proof-api.md"));
        String mark = "```json " + name + "\n";
        assertThat(page).contains(mark);
        int start = page.indexOf(mark) + mark.length();
        return page.substring(start, page.indexOf("```", start));
    }

    /** Names of the fields in their order, each with the kind of its value. */
    private static List<String> form(JsonNode fields) {
        List<String> form = new ArrayList<>();
        fields.properties()
                .forEach(field ->
                        form.add(field.getKey() + " " + field.getValue().getNodeType()));
        return form;
    }

    /** Of the first session of a simulator that begins with the same seed each time. */
    private static String signatureOf(ObjectNode body) {
        try (ProofSimulator seeded =
                ProofSimulator.started(SimulatorSettings.builder().seed(7).build())) {
            return new Partner(seeded).openSession(body).json().get("signature").textValue();
        }
    }

    private static void expectField(JsonNode fields, String name, String type, String pattern) {
        JsonNode value = fields.get(name);
        assertThat(value).as(name).isNotNull();
        assertThat(value.getNodeType().name().toLowerCase(Locale.ROOT)).isEqualTo(type);
        assertThat(value.toString()).matches(pattern);
    }

    private static void expectError(Partner.Answer answer, int status, String error, String code) {
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.json().get("error").textValue()).isEqualTo(error);
        assertThat(answer.json().get("code").textValue()).isEqualTo(code);
        assertThat(answer.json().get("message").textValue()).isNotBlank();
        assertThat(answer.response().headers().firstValue("X-Request-Id")).isPresent();
    }
}
