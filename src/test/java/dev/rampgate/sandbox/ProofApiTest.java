package dev.rampgate.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rampgate.sandbox.transaction.Action;
import dev.rampgate.sandbox.transaction.IdShape;
import dev.rampgate.sandbox.transaction.SessionOrder;
import java.net.URI;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The partner API as the contract states it: sections 1, 2, 3, 7 and 10. */
class ProofApiTest {

    private final ProofSimulator simulator =
            ProofSimulator.started(SimulatorSettings.builder().seed(7).build());
    private final Partner partner = new Partner(simulator);

    @AfterEach
    void stop() {
        simulator.close();
    }

    @Test
    void aSessionAnswersAllTwentyTwoFieldsInTheirTypes() {
        Partner.Answer answer = partner.openSession(Partner.buy());

        assertThat(answer.status()).isEqualTo(200);
        JsonNode session = answer.json();
        List<String> names = new ArrayList<>();
        session.fieldNames().forEachRemaining(names::add);
        assertThat(names)
                .containsExactlyInAnyOrder(
                        "merchant_transaction_id",
                        "widget_id",
                        "address",
                        "signature",
                        "init_token",
                        "init_token_type",
                        "currency",
                        "currencies",
                        "fix_currency",
                        "network",
                        "networks",
                        "fix_network",
                        "amount",
                        "fix_amount",
                        "fiat_currency",
                        "fiat_currencies",
                        "fix_fiat_currency",
                        "fix_fiat_amount",
                        "type",
                        "lang",
                        "theme",
                        "redirect_url");
        assertThat(session.get("signature").textValue()).matches("v2:[0-9a-f]{128}");
        assertThat(session.get("address").textValue()).matches("0x[0-9a-f]{40}");
        assertThat(session.get("init_token").textValue()).isNotBlank();
        assertThat(session.get("init_token_type").textValue()).isEqualTo("sdk_partner_authorization");
        assertThat(session.get("amount").textValue()).isEqualTo("42.75");
        assertThat(session.get("fix_network").get(0).textValue()).isEqualTo("ERC20");
        assertThat(session.get("fix_currency").booleanValue()).isTrue();
        assertThat(session.get("fix_fiat_currency").booleanValue()).isFalse();
        assertThat(session.get("currencies").isArray()).isTrue();
        assertThat(session.get("networks").isArray()).isTrue();
        assertThat(session.get("redirect_url").textValue()).isEqualTo("https://shop.example.test/ramp/done");
    }

    @Test
    void anAddressInTheRequestIsIgnored() {
        JsonNode usual = partner.openSession(Partner.buy()).json();
        JsonNode asked =
                partner.openSession(Partner.buy().put("address", "0xmine")).json();

        assertThat(asked.get("address")).isEqualTo(usual.get("address"));
    }

    @Test
    void aSessionWithoutTypeIsABuyAndWithoutRedirectUrlHasThePartnersDefault() {
        ObjectNode body = Partner.buy();
        body.remove(List.of("type", "redirect_url", "client_ip"));

        JsonNode session = partner.openSession(body).json();

        assertThat(session.get("type").textValue()).isEqualTo("buy");
        assertThat(session.get("redirect_url").textValue()).isNotBlank();
    }

    @Test
    void idsComeInBothShapes() {
        assertThat(partner.openSession())
                .matches("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}");
        try (ProofSimulator other = ProofSimulator.started(
                SimulatorSettings.builder().idShape(IdShape.SEVENTEEN_HEX).build())) {
            assertThat(new Partner(other).openSession()).matches("[0-9a-f]{17}");
        }
    }

    @Test
    void aSeedRepeatsIds() {
        String id = partner.openSession();
        try (ProofSimulator same =
                ProofSimulator.started(SimulatorSettings.builder().seed(7).build())) {
            assertThat(new Partner(same).openSession()).isEqualTo(id);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"partner_user_id", "user_email", "network", "currency", "amount"})
    void aMissingFieldIsAMissingParam(String field) {
        ObjectNode body = Partner.buy();
        body.remove(field);

        expect(partner.openSession(body), 400, "invalid_request", "missing_param");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "partner_user_id",
                "user_email",
                "network",
                "currency",
                "amount",
                "type",
                "client_ip",
                "redirect_url",
                "address"
            })
    void aNumberWhereAStringBelongsCannotBeDecoded(String field) {
        expect(partner.openSession(Partner.buy().put(field, 42)), 400, "invalid_request", "decode_error");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{", "[]", "\"text\"", "{} trailing"})
    void aBodyThatIsNoJsonObjectCannotBeDecoded(String body) {
        expect(partner.send("POST", "/widget/session", body), 400, "invalid_request", "decode_error");
    }

    @Test
    void anotherContentTypeCannotBeDecoded() {
        HttpRequest request = HttpRequest.newBuilder(URI.create(simulator.baseUrl() + "/widget/session"))
                .header("Authorization", "Bearer " + simulator.clientToken())
                .header("Content-Type", "text/plain")
                .POST(HttpRequest.BodyPublishers.ofString(Partner.buy().toString()))
                .build();

        expect(partner.send(request), 400, "invalid_request", "decode_error");
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1", "0", "0.00", "1e5", "NaN", "1,5", "ten", ".5", " 1"})
    void anAmountThatIsNoPositiveDecimalFailsValidation(String amount) {
        expect(partner.openSession(Partner.buy().put("amount", amount)), 400, "invalid_request", "validation_error");
    }

    @Test
    void anUnknownTypeOrAnEmailWithoutAtFailsValidation() {
        expect(partner.openSession(Partner.buy().put("type", "swap")), 400, "invalid_request", "validation_error");
        expect(partner.openSession(Partner.buy().put("user_email", "jo")), 400, "invalid_request", "validation_error");
    }

    @Test
    void aCurrencyThatIsNotEnabledIsNotAllowed() {
        expect(
                partner.openSession(Partner.buy().put("currency", "DOGE")),
                400,
                "invalid_request",
                "currency_not_allowed");
    }

    @Test
    void aPairWithoutWalletIsNotSupported() {
        expect(
                partner.openSession(Partner.buy().put("network", "BEP20")),
                400,
                "wallet_not_supported",
                "WALLET_NOT_SUPPORTED");
    }

    @Test
    void aSellIsRefusedWhereItIsNotEnabled() {
        assertThat(partner.openSession(Partner.buy().put("type", "sell")).status())
                .isEqualTo(200);
        try (ProofSimulator buyOnly = ProofSimulator.started(
                SimulatorSettings.builder().sellEnabled(false).build())) {
            expect(
                    new Partner(buyOnly).openSession(Partner.buy().put("type", "sell")),
                    403,
                    "offramp_disabled",
                    "offramp_disabled");
        }
    }

    @Test
    void aMissingTokenAndAnUnknownOneAreUnauthorised() {
        expect(partner.withToken(null).openSession(Partner.buy()), 401, "unauthorised", "missing_token");
        expect(partner.withToken("tok_wrong").openSession(Partner.buy()), 401, "unauthorised", "invalid_token");
        expect(partner.withToken(null).transaction("any"), 401, "unauthorised", "invalid_token");
        expect(partner.withToken("tok_wrong").transaction("any"), 401, "unauthorised", "invalid_token");
        expect(
                partner.withToken("tok_wrong").send("GET", "/widget/users/cust-8841/kyc-status", null),
                401,
                "unauthorised",
                "invalid_token");
        expect(partner.withToken(null).send("GET", "/ws?tx_id=any", null), 401, "unauthorised", "missing_token");
    }

    @Test
    void aRotatedTokenStaysGoodForItsGracePeriodOnly() {
        simulator.tokens().rotate("tok_next", Duration.ofHours(1));
        assertThat(partner.openSession(Partner.buy()).status()).isEqualTo(200);
        assertThat(partner.withToken("tok_next").openSession(Partner.buy()).status())
                .isEqualTo(200);

        simulator.tokens().rotate("tok_last", Duration.ZERO);
        expect(partner.withToken("tok_next").openSession(Partner.buy()), 401, "unauthorised", "invalid_token");
        assertThat(partner.withToken("tok_last").openSession(Partner.buy()).status())
                .isEqualTo(200);
    }

    @Test
    void aTransactionStartsPendingWithEmptyAmounts() {
        String id = partner.openSession();

        JsonNode transaction = partner.transaction(id).json();

        assertThat(transaction.get("merchant_transaction_id").textValue()).isEqualTo(id);
        assertThat(transaction.get("partner_user_id").textValue()).isEqualTo("cust-8841");
        assertThat(transaction.get("type").textValue()).isEqualTo("buy");
        assertThat(transaction.get("status").textValue()).isEqualTo("pending");
        assertThat(transaction.get("currency").textValue()).isEqualTo("USDC");
        assertThat(transaction.get("network").textValue()).isEqualTo("ERC20");
        assertThat(transaction.get("crypto_amount").textValue()).isEmpty();
        assertThat(transaction.get("fiat_currency").textValue()).isEqualTo("EUR");
        assertThat(transaction.get("fiat_amount").textValue()).isEmpty();
        assertThat(Instant.parse(transaction.get("created_at").textValue()))
                .isEqualTo(Instant.parse(transaction.get("updated_at").textValue()));
    }

    @Test
    void finalAmountsDifferFromTheAskedOneAndComeWithProcessing() {
        String id = partner.openSession();

        simulator.drive(id, Action.PAY);

        JsonNode transaction = partner.transaction(id).json();
        assertThat(transaction.get("status").textValue()).isEqualTo("processing");
        assertThat(transaction.get("crypto_amount").textValue()).isEqualTo("42.60");
        assertThat(transaction.get("fiat_amount").textValue()).isEqualTo("40.15");
        assertThat(Instant.parse(transaction.get("updated_at").textValue()))
                .isAfter(Instant.parse(transaction.get("created_at").textValue()));
    }

    @Test
    void anUnknownTransactionIsNotFoundWhateverItsIdLooksLike() {
        expect(partner.transaction("nobody"), 404, "not_found", "not_found");
        expect(partner.transaction("a%2Fb%26c"), 404, "not_found", "not_found");
        expect(partner.send("GET", "/widget/nothing", null), 404, "not_found", "not_found");
    }

    @Test
    void anIdWithSlashAndAmpersandIsFoundWhenEncoded() {
        simulator.open("a/b&c", SessionOrder.buy("cust-1", "USDC", "ERC20", "1"));

        assertThat(partner.transaction("a%2Fb%26c")
                        .json()
                        .get("merchant_transaction_id")
                        .textValue())
                .isEqualTo("a/b&c");
    }

    @Test
    void kycIsUnknownBeforeTheFirstSessionAndNotStartedAfterIt() {
        String path = "/widget/users/cust-8841/kyc-status";
        expect(partner.send("GET", path, null), 404, "not_found", "not_found");

        partner.openSession();

        assertThat(partner.send("GET", path, null).body())
                .isEqualTo("{\"partner_user_id\":\"cust-8841\",\"status\":\"not_started\"}");
    }

    @Test
    void theJournalKeepsWhatArrivedAndNeverTheToken() {
        partner.openSession();

        assertThat(simulator.calls().all()).singleElement().satisfies(call -> {
            assertThat(call.isSessionCall()).isTrue();
            assertThat(call.headers()).containsEntry("content-type", "application/json");
            assertThat(Partner.json(call.body()).get("client_ip").textValue()).isEqualTo("198.51.100.23");
            assertThat(call.toString()).doesNotContain("jo@example.test").doesNotContain(simulator.clientToken());
        });
    }

    private static void expect(Partner.Answer answer, int status, String error, String code) {
        assertThat(answer.status()).isEqualTo(status);
        JsonNode envelope = answer.json();
        assertThat(envelope.get("error").textValue()).isEqualTo(error);
        assertThat(envelope.get("code").textValue()).isEqualTo(code);
        assertThat(envelope.get("message").textValue()).isNotBlank();
        assertThat(answer.response().headers().firstValue("X-Request-Id")).isPresent();
    }
}
