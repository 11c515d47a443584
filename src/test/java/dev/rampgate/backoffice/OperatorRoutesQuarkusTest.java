package dev.rampgate.backoffice;

import static dev.rampgate.support.ProofAndDatabase.proof;
import static dev.rampgate.support.TestSession.open;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.greaterThanOrEqualTo;
import static org.hamcrest.Matchers.notNullValue;

import dev.rampgate.ledger.Channel;
import dev.rampgate.ledger.Observation;
import dev.rampgate.ledger.TransactionDetails;
import dev.rampgate.reconcile.ReconcileStream;
import dev.rampgate.sandbox.transaction.Action;
import dev.rampgate.support.ProofAndDatabase;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import io.restassured.specification.RequestSpecification;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Inject;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@QuarkusTestResource(ProofAndDatabase.class)
class OperatorRoutesQuarkusTest {

    private static final Duration LIMIT = Duration.ofSeconds(40);

    @TestHTTPResource(value = "/", management = true)
    URI management;

    @Inject
    Pool pool;

    @Inject
    ReconcileStream stream;

    private final String userId = "user-" + UUID.randomUUID();

    @AfterEach
    void heal() {
        proof().faults().clear();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"Bearer operate-token-canary-9999", "operate-token-canary-0001", "Basic b3A6b3A=", "Bearer "})
    void aCallWithoutAnActorsTokenIsRefused(String authorization) {
        given().header("Authorization", authorization)
                .post(at("/operate/transactions/any/poll"))
                .then()
                .statusCode(401)
                .header("WWW-Authenticate", "Bearer realm=\"operate\"")
                .contentType("application/problem+json")
                .body("type", equalTo("urn:rampgate:problem:unauthenticated"))
                .body("request_id", notNullValue());
    }

    @Test
    void eachOfTheTokensIsTakenWhileOneIsReplaced() {
        call("operate-token-canary-0001", "/operate/users/erase", user(userId)).statusCode(200);
        call("operate-token-canary-0002", "/operate/users/erase", user(userId)).statusCode(200);
    }

    @Test
    void thePublicDoorDoesNotKnowTheseRoutes() {
        given().header("Authorization", "Bearer operate-token-canary-0001")
                .post("/operate/transactions/any/poll")
                .then()
                .statusCode(404);
    }

    @Test
    void anErasedUserLeavesAmountsAndStatusesAndNothingElse() {
        String id = UUID.randomUUID().toString();
        String other = UUID.randomUUID().toString();
        offer(id, userId, Channel.SESSION, "pending");
        offer(id, userId, Channel.POLL, "completed");
        offer(other, "somebody-else", Channel.SESSION, "pending");

        call("/operate/users/erase", user(userId))
                .statusCode(200)
                .body("transactions", equalTo(1))
                .body("observations", equalTo(2))
                .body("events", equalTo(3));

        Row row = row("SELECT * FROM transaction WHERE id = $1", id);
        assertThat(row.getString("user_id"))
                .startsWith(TransactionDetails.ERASED)
                .doesNotContain(userId);
        assertThat(row.getString("status")).isEqualTo("completed");
        assertThat(row.getString("crypto_amount")).isEqualTo("42.60");
        assertThat(raws(id)).isZero();
        assertThat(row("SELECT * FROM transaction WHERE id = $1", other).getString("user_id"))
                .isEqualTo("somebody-else");
        assertThat(raws(other)).isEqualTo(1);
        call("/operate/users/erase", user(userId))
                .statusCode(200)
                .body("transactions", equalTo(0))
                .body("events", equalTo(0));
    }

    @Test
    void anErasedUsersSessionIsNotHandedOver() {
        String page = given().contentType("application/json")
                .header("X-User-Id", userId)
                .header("Rampgate-Hand-Off", "true")
                .body("{\"network\":\"ERC20\",\"currency\":\"USDC\",\"amount\":\"42.75\"}")
                .post("/session")
                .header("Rampgate-Hand-Off");

        call("/operate/users/erase", user(userId)).statusCode(200);

        given().contentType("application/json")
                .body(new JsonObject()
                        .put("code", page.substring(page.indexOf('#') + 1))
                        .encode())
                .post("/hand-off")
                .then()
                .statusCode(404);
        assertThat(row("SELECT count(*) AS rows FROM hand_off WHERE user_id = $1", userId)
                        .getLong("rows"))
                .isZero();
    }

    @Test
    void whatComesAfterTheErasureBringsTheUserNotBack() {
        String id = UUID.randomUUID().toString();
        offer(id, userId, Channel.SESSION, "pending");
        call("/operate/users/erase", user(userId)).statusCode(200);

        offer(id, userId, Channel.POLL, "processing");

        assertThat(row("SELECT * FROM transaction WHERE id = $1", id).getString("user_id"))
                .startsWith(TransactionDetails.ERASED);
        assertThat(raws(id)).isZero();
    }

    @Test
    void oneTransactionIsPolledAgainThoughItIsSettled() {
        String id = settled();
        long before = asked(id);

        call("/operate/transactions/" + id + "/poll", null).statusCode(200).body("due", equalTo(1));

        await().atMost(LIMIT).until(() -> asked(id) > before);
    }

    @Test
    void aByteOrderMarkBeforeABodyIsIgnored() {
        operator("operate-token-canary-0001")
                .contentType("application/json")
                .body(("\uFEFF" + user(userId).encode()).getBytes(StandardCharsets.UTF_8))
                .post(at("/operate/users/erase"))
                .then()
                .statusCode(200);
    }

    @Test
    void aWindowOfTimeIsPolledAgain() {
        Instant from = Instant.now();
        List<String> ids = List.of(settled(), settled());
        List<Long> before = ids.stream().map(OperatorRoutesQuarkusTest::asked).toList();

        call(
                        "/operate/transactions/poll",
                        new JsonObject()
                                .put("from", from.toString())
                                .put("to", Instant.now().plusSeconds(1).toString()))
                .statusCode(200)
                .body("due", greaterThanOrEqualTo(2));

        await().atMost(LIMIT).until(() -> asked(ids.get(0)) > before.get(0) && asked(ids.get(1)) > before.get(1));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"from\": \"yesterday\", \"to\": \"2026-05-02T08:00:00Z\"}",
                "{\"from\": \"2026-05-02T08:00:00Z\", \"to\": \"2026-05-02T08:00:00Z\"}",
                "{\"from\": \"2026-05-02T08:00:00Z\"}",
                "[]",
                "null",
                "",
                "{"
            })
    void aWindowThatIsNoneIsRefused(String body) {
        operator("operate-token-canary-0001")
                .contentType("application/json")
                .body(body)
                .post(at("/operate/transactions/poll"))
                .then()
                .statusCode(400)
                .contentType("application/problem+json");
    }

    @Test
    void aBodyThatIsTooLargeIsRefused() {
        call("/operate/users/erase", user("x".repeat(5_000))).statusCode(413).contentType("application/problem+json");
    }

    private String settled() {
        String id = open();
        proof().drive(id, Action.COMPLETE);
        await().atMost(LIMIT)
                .until(() -> row("SELECT * FROM transaction WHERE id = $1", id).getBoolean("settled"));
        return id;
    }

    private void offer(String id, String user, Channel channel, String status) {
        Instant now = Instant.now().truncatedTo(ChronoUnit.MICROS);
        boolean poll = channel == Channel.POLL;
        TransactionDetails details = TransactionDetails.of("buy", "USDC", "ERC20")
                .withUser(user)
                .withRequestedAmount("42.75")
                .withCryptoAmount(poll ? "42.60" : null)
                .withFiat("EUR", null);
        stream.offer(new Observation(
                        UUID.randomUUID(),
                        channel,
                        true,
                        id,
                        status,
                        poll ? now : null,
                        poll ? now : null,
                        now,
                        details,
                        false,
                        "{\"partner_user_id\": \"" + user + "\"}"))
                .await()
                .atMost(LIMIT);
    }

    private static JsonObject user(String id) {
        return new JsonObject().put("user_id", id);
    }

    private ValidatableResponse call(String path, JsonObject body) {
        return call("operate-token-canary-0001", path, body);
    }

    private ValidatableResponse call(String token, String path, JsonObject body) {
        RequestSpecification request = operator(token);
        return (body == null ? request : request.contentType("application/json").body(body.encode()))
                .post(at(path))
                .then();
    }

    private static RequestSpecification operator(String token) {
        return given().header("Authorization", "Bearer " + token);
    }

    private URI at(String path) {
        return management.resolve(path);
    }

    private static long asked(String id) {
        return proof().calls().count(call -> call.path().endsWith(id));
    }

    private long raws(String id) {
        return row("SELECT count(*) AS raws FROM observation WHERE transaction_id = $1 AND raw IS NOT NULL", id)
                .getLong("raws");
    }

    private Row row(String query, String id) {
        return pool.preparedQuery(query)
                .execute(Tuple.of(id))
                .await()
                .atMost(LIMIT)
                .iterator()
                .next();
    }
}
