package dev.rampgate.channel.webhook;

import static dev.rampgate.support.ProofAndDatabase.WEBHOOK_KEY;
import static dev.rampgate.support.ProofAndDatabase.proof;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;

import dev.rampgate.sandbox.transaction.Action;
import dev.rampgate.sandbox.transaction.SessionOrder;
import dev.rampgate.support.ProofAndDatabase;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@QuarkusTestResource(ProofAndDatabase.class)
class WebhookQuarkusTest {

    private static final Duration LIMIT = Duration.ofSeconds(40);

    @Inject
    Pool pool;

    @Inject
    MeterRegistry meters;

    @Test
    void theExampleOfTheContractIsTaken() {
        post("""
                        {"merchant_transaction_id":"1b0e7c52-7d7f-4c0f-9a57-3d0b7a5f9e11","type":"sell","status":"failed",
                         "currency":"USDT","network":"TRC20","crypto_amount":"","fiat_currency":"EUR","fiat_amount":"",
                         "created_at":"2026-05-02T08:00:00Z","updated_at":"2026-05-02T14:00:02Z"}
                        """).statusCode(204);
    }

    @Test
    void aSlashBehindTheKeyChangesNothing() {
        given().contentType("application/json")
                .body(webhook("some-id", "pending").encode())
                .post("/proof-webhook/" + WEBHOOK_KEY + "/")
                .then()
                .statusCode(204);
        given().get("/proof-webhook/" + WEBHOOK_KEY + "/").then().statusCode(405);
        given().post("/proof-webhook/" + WEBHOOK_KEY + "/more").then().statusCode(404);
    }

    @Test
    void anIdOfSeventeenHexCharactersIsTaken() {
        post(webhook("0a1b2c3d4e5f60718", "pending")).statusCode(204);
    }

    @ParameterizedTest
    @ValueSource(strings = {"application/json", "text/plain", "application/x-www-form-urlencoded", "application/xml"})
    void theMediaTypeDoesNotMatter(String mediaType) {
        given().contentType(mediaType)
                .body(webhook("some-id", "pending").encode())
                .post("/proof-webhook/" + WEBHOOK_KEY)
                .then()
                .statusCode(204);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "null",
                "[]",
                "\"text\"",
                "{}",
                "{\"merchant_transaction_id\":\"x\"}",
                "{\"status\":\"failed\"}",
                "{\"merchant_transaction_id\":7,\"status\":\"failed\"}",
                "{\"merchant_transaction_id\":\"x\",\"status\":true}",
                "{\"merchant_transaction_id\":\"\",\"status\":\"failed\"}",
                "{\"merchant_transaction_id\":\"a\\u0000b\",\"status\":\"failed\"}",
                "{\"merchant_transaction_id\":\"a\\ud800b\",\"status\":\"failed\"}"
            })
    void whatNamesNoTransactionAndStatusIsRefusedWithAProblem(String body) {
        double before = count("malformed");

        post(body).statusCode(400).contentType("application/problem+json");

        assertThat(count("malformed")).isEqualTo(before + 1);
    }

    @Test
    void anIdOfTwoHundredCharactersIsRefused() {
        post(webhook("x".repeat(200), "pending"))
                .statusCode(400)
                .body("errors[0].field", equalTo("merchant_transaction_id"));
    }

    @Test
    void aBodyOfMoreThanTheLimitIsRefused() {
        post(webhook("x", "pending").put("padding", "x".repeat(65 * 1024)))
                .statusCode(413)
                .contentType("application/problem+json");
    }

    @Test
    void aWrongKeyLooksLikeAPathThatDoesNotExist() {
        double before = count("refused");
        String wrong = given().body(webhook("x", "pending").encode())
                .post("/proof-webhook/" + WEBHOOK_KEY + "x")
                .then()
                .statusCode(404)
                .extract()
                .jsonPath()
                .getString("type");
        String nowhere = given().body(webhook("x", "pending").encode())
                .post("/nowhere/at-all")
                .then()
                .statusCode(404)
                .extract()
                .jsonPath()
                .getString("type");

        assertThat(wrong).isEqualTo(nowhere);
        assertThat(count("refused")).isEqualTo(before + 1);
    }

    @Test
    void withoutAKeyNothingIsTakenUnlessTheDoorIsOpen() {
        given().body(webhook("x", "pending").encode())
                .post("/proof-webhook")
                .then()
                .statusCode(404);
    }

    @Test
    void aForgedWebhookMovesNothingAndOnlyMakesUsAsk() {
        String id = proof().open(SessionOrder.buy("demo-user", "USDC", "ERC20", "42.75"))
                .id();
        post(webhook(id, "completed")).statusCode(204);

        await().atMost(LIMIT)
                .untilAsserted(() -> given().get("/transactions/" + id).then().statusCode(200));
        given().get("/transactions/" + id)
                .then()
                .body("status", equalTo("pending"))
                .body("confirmed", equalTo(true));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a&b=c", "a/b", "a/../b", "a?b#c", "a b%2Fc", "häßlich-✓"})
    void anIdThatNeedsEncodingIsFollowed(String id) {
        proof().open(id, SessionOrder.buy("demo-user", "USDC", "ERC20", "42.75"));
        proof().drive(id, Action.PAY);

        await().atMost(LIMIT).untilAsserted(() -> assertThat(status(id)).isEqualTo("processing"));
    }

    @Test
    void anUnknownStatusIsTakenAndChangesNothing() {
        String id = proof().open(SessionOrder.buy("demo-user", "USDC", "ERC20", "42.75"))
                .id();
        post(webhook(id, "pending")).statusCode(204);
        await().atMost(LIMIT).untilAsserted(() -> assertThat(status(id)).isEqualTo("pending"));

        post(webhook(id, "on_hold").put("updated_at", "2027-01-01T00:00:00Z")).statusCode(204);

        assertThat(status(id)).isEqualTo("pending");
    }

    @Test
    void malformedFieldsAreDroppedAndCountedAndUnknownOnesStayInTheArchive() {
        String id = proof().open(SessionOrder.buy("demo-user", "USDC", "ERC20", "42.75"))
                .id();
        post(webhook(id, "pending")).statusCode(204);
        await().atMost(LIMIT).untilAsserted(() -> assertThat(status(id)).isEqualTo("pending"));
        double before = dropped("crypto_amount") + dropped("updated_at");

        post(webhook(id, "processing")
                        .put("crypto_amount", "42,60")
                        .put("updated_at", "yesterday")
                        .put("loyalty_points", 7))
                .statusCode(204);

        assertThat(dropped("crypto_amount") + dropped("updated_at")).isEqualTo(before + 2);
        // A busy database may store it a little after the acknowledgement.
        await().atMost(LIMIT)
                .untilAsserted(() -> assertThat(archived(id)).singleElement().satisfies(raw -> assertThat(raw)
                        .contains("loyalty_points", "42,60")));
    }

    private List<String> archived(String id) {
        return pool
                .preparedQuery("SELECT raw FROM observation WHERE transaction_id = $1 AND status = 'processing'")
                .execute(Tuple.of(id))
                .await()
                .atMost(LIMIT)
                .stream()
                .map(row -> row.getString("raw"))
                .toList();
    }

    @Test
    void aByteOrderMarkBeforeAWebhookIsIgnored() {
        String id = proof().open(SessionOrder.buy("demo-user", "USDC", "ERC20", "42.75"))
                .id();

        post("\uFEFF" + webhook(id, "pending").encode()).statusCode(204);

        await().atMost(LIMIT).untilAsserted(() -> assertThat(status(id)).isEqualTo("pending"));
    }

    @ParameterizedTest
    @ValueSource(strings = {".", ".."})
    void anIdThatNoTransactionCanHaveIsRefusedAndNeverAskedFor(String id) {
        post(webhook(id, "completed")).statusCode(400);

        assertThat(pool.preparedQuery("SELECT FROM poll WHERE transaction_id = $1")
                        .execute(Tuple.of(id))
                        .await()
                        .atMost(LIMIT)
                        .size())
                .isZero();
    }

    private double dropped(String field) {
        return meters.counter("rampgate.dropped.fields", "channel", "webhook", "field", field)
                .count();
    }

    private String status(String id) {
        var rows = pool.preparedQuery("SELECT status FROM transaction WHERE id = $1")
                .execute(Tuple.of(id))
                .await()
                .atMost(LIMIT);
        return rows.size() == 0 ? "none" : rows.iterator().next().getString("status");
    }

    private double count(String result) {
        return meters.find("rampgate.webhooks").tag("result", result).counters().stream()
                .mapToDouble(counter -> counter.count())
                .sum();
    }

    private static ValidatableResponse post(JsonObject webhook) {
        return post(webhook.encode());
    }

    private static ValidatableResponse post(String body) {
        return given().contentType("application/json")
                .body(body)
                .post("/proof-webhook/" + WEBHOOK_KEY)
                .then();
    }

    private static JsonObject webhook(String id, String status) {
        return new JsonObject().put("merchant_transaction_id", id).put("status", status);
    }
}
