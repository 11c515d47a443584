package dev.rampgate.session;

import static dev.rampgate.support.ProofAndDatabase.proof;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.nullValue;

import dev.rampgate.sandbox.fault.Place;
import dev.rampgate.sandbox.http.ReceivedCall;
import dev.rampgate.sandbox.transaction.ProofTransaction;
import dev.rampgate.support.LogListener;
import dev.rampgate.support.ProofAndDatabase;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

@QuarkusTest
@QuarkusTestResource(ProofAndDatabase.class)
class SessionQuarkusTest {

    @AfterEach
    void heal() {
        proof().faults().clear();
    }

    @Test
    void proofHearsWhoAsksAndFromWhereButNotFromTheBody() {
        String id = post(order().put("partner_user_id", "somebody-else").put("client_ip", "203.0.113.9"))
                .statusCode(201)
                .header("Cache-Control", "no-store")
                .extract()
                .path("merchant_transaction_id");

        ProofTransaction opened = proof().transactions().get(id);
        assertThat(opened.partnerUserId()).isEqualTo("demo-user");
        assertThat(opened.clientIp()).isEqualTo("127.0.0.1");
        assertThat(opened.requestedAmount()).isEqualTo("42.75");
    }

    @Test
    void theTransactionCanBeReadOnceTheSessionIsAnswered() {
        String id =
                post(order().put("amount", "0.10")).statusCode(201).extract().path("merchant_transaction_id");

        given().get("/transactions/" + id)
                .then()
                .statusCode(200)
                .body("status", equalTo("pending"))
                .body("requested_amount", equalTo("0.10"))
                .body("crypto_amount", nullValue())
                .body("timeline[0].channel", equalTo("SESSION"));
    }

    static Stream<Arguments> badOrders() {
        return Stream.of(
                bad("amount", "1e5"),
                bad("amount", "-1"),
                bad("amount", "+1"),
                bad("amount", "NaN"),
                bad("amount", "Infinity"),
                bad("amount", ""),
                bad("amount", "0"),
                bad("amount", "0.00"),
                bad("amount", "1."),
                bad("amount", ".5"),
                bad("amount", "01"),
                bad("amount", " 1"),
                bad("amount", "1,5"),
                bad("amount", "٣"),
                bad("amount", "9".repeat(41)),
                bad("amount", 42.75),
                bad("amount", true),
                bad("amount", null),
                bad("currency", null),
                bad("currency", ""),
                bad("currency", "US\u0000DC"),
                bad("currency", "X".repeat(33)),
                bad("currency", 7),
                bad("network", null),
                bad("network", "ERC 20"),
                bad("type", "swap"),
                bad("type", ""),
                bad("redirect_url", "javascript:alert(1)"),
                bad("redirect_url", "javascript://%0aalert(1)"),
                bad("redirect_url", "https://shop.example.test/\u0000"),
                bad("address", "0x00\u0000"),
                bad("address", "x".repeat(257)));
    }

    private static Arguments bad(String field, Object value) {
        Consumer<JsonObject> change = order -> order.put(field, value);
        return Arguments.of(Named.of(field + " = " + value, change), field);
    }

    @ParameterizedTest
    @MethodSource("badOrders")
    void aBadOrderIsRefusedByNameAndNeverReachesProof(Consumer<JsonObject> change, String field) {
        long before = proof().calls().count(ReceivedCall::isSessionCall);
        JsonObject order = order();
        change.accept(order);

        post(order).statusCode(400).contentType("application/problem+json").body("errors.field", hasItem(field));

        assertThat(proof().calls().count(ReceivedCall::isSessionCall)).isEqualTo(before);
    }

    @ParameterizedTest
    @CsvSource({
        "tpye, type",
        "typ, type",
        "redirectUrl, redirect_url",
        "refrence, reference",
        "meta_data, metadata",
        "Adress, address"
    })
    void aMisspeltFieldIsRefusedSinceItWouldHaveNoEffect(String field, String meant) {
        post(order().put(field, "sell"))
                .statusCode(400)
                .body("type", equalTo("urn:rampgate:problem:invalid-request"))
                .body("errors[0].field", equalTo(field))
                .body("errors[0].detail", equalTo("is not a field; did you mean " + meant + "?"));
    }

    @Test
    void aRefusedBodyIsToldWhatItLacks() {
        post("{\"network\": \"ERC20\",\n \"currency\" \"USDC\"}")
                .statusCode(400)
                .body("detail", containsString("line 2, column "));
        post("{\"type\": \"buy\", \"type\": \"sell\"}")
                .statusCode(400)
                .body("detail", containsString("repeats a name"));
        post(order().put("amount", 5)).body("errors[0].detail", equalTo("has the wrong type: must be a string"));
        post("{}").body("errors.detail", hasItem("must be given"));
        post("").body("errors[0].field", equalTo("body"));
    }

    @Test
    void whatIsNoJsonIsRefused() {
        post("{").statusCode(400).body("type", equalTo("urn:rampgate:problem:malformed-body"));
        post("").statusCode(400).contentType("application/problem+json");
        post("[]").statusCode(400).contentType("application/problem+json");
    }

    @Test
    void anotherMediaTypeIsRefused() {
        given().contentType("text/plain")
                .body(order().encode())
                .post("/session")
                .then()
                .statusCode(415)
                .contentType("application/problem+json");
    }

    @Test
    void aBodyOfMoreThanTheLimitIsRefused() {
        post(order().put("padding", "x".repeat(65 * 1024)))
                .statusCode(413)
                .body("type", equalTo("urn:rampgate:problem:body-too-large"));
    }

    @Test
    void aFailedSessionLeavesOneLineWithBothRequestIds() {
        proof().faults().answer(Place.SESSION_CALL, 403, 1_000);
        List<String> ours = new ArrayList<>();
        try (LogListener log = LogListener.on(SessionOpening.class.getName())) {
            // Other tests may have used up the lines of these ten seconds.
            await().atMost(Duration.ofSeconds(40)).until(() -> {
                ours.add("shop-" + UUID.randomUUID());
                given().contentType("application/json")
                        .header("X-Request-Id", ours.get(ours.size() - 1))
                        .body("{\"network\":\"ERC20\",\"currency\":\"USDC\",\"amount\":\"42.75\"}")
                        .post("/session");
                return !log.logged().isEmpty();
            });

            assertThat(log.logged()).singleElement().satisfies(line -> {
                assertThat(line.getLevel().getName()).isEqualTo("WARN");
                assertThat(line.getFormattedMessage())
                        .matches("Session request " + ours.get(ours.size() - 1)
                                + " failed: forbidden, USDC/ERC20, HTTP status 403, Proof's request req_[0-9a-f]+"
                                + "( \\([0-9]+ more like it were not logged\\))?");
            });
        }
    }

    @ParameterizedTest
    @CsvSource({"DOGE, ERC20, currency-not-allowed", "USDC, SOLANA, wallet-not-supported"})
    void whatProofDoesNotOfferIsNamed(String currency, String network, String type) {
        post(order().put("currency", currency).put("network", network))
                .statusCode(400)
                .body("type", equalTo("urn:rampgate:problem:" + type));
    }

    @ParameterizedTest
    @CsvSource({
        "401, 502, ramp-error, 1",
        "403, 502, ramp-error, 1",
        "404, 502, ramp-error, 1",
        "500, 502, ramp-error, 2",
        "502, 503, ramp-unavailable, 4"
    })
    void aFailureOfProofIsRetriedAndMappedAsTheContractSays(int status, int answer, String type, int calls) {
        proof().faults().answer(Place.SESSION_CALL, status, 10);
        long before = proof().calls().count(ReceivedCall::isSessionCall);

        post(order()).statusCode(answer).body("type", equalTo("urn:rampgate:problem:" + type));

        assertThat(proof().calls().count(ReceivedCall::isSessionCall) - before).isEqualTo(calls);
    }

    @Test
    void afterOneInternalErrorTheSecondCallSucceeds() {
        proof().faults().answer(Place.SESSION_CALL, 500, 1);

        post(order()).statusCode(201);
    }

    private static ValidatableResponse post(JsonObject order) {
        return post(order.encode());
    }

    private static ValidatableResponse post(String body) {
        return given().contentType("application/json")
                .body(body)
                .post("/session")
                .then();
    }

    private static JsonObject order() {
        return new JsonObject()
                .put("network", "ERC20")
                .put("currency", "USDC")
                .put("amount", "42.75")
                .put("type", "buy");
    }
}
