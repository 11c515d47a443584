package dev.rampgate.session;

import static dev.rampgate.support.ProofAndDatabase.proof;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;

import dev.rampgate.eventloop.DetachedWork;
import dev.rampgate.sandbox.fault.Fault;
import dev.rampgate.sandbox.fault.FaultRule;
import dev.rampgate.sandbox.fault.Place;
import dev.rampgate.support.HangingUp;
import dev.rampgate.support.ProofAndDatabase;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.SqlConnection;
import jakarta.inject.Inject;
import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a client has begun that hangs up before its answer: it has an effect at Proof or here, and goes on. */
@QuarkusTest
@QuarkusTestResource(ProofAndDatabase.class)
class HungUpClientQuarkusTest {

    private static final Duration LIMIT = Duration.ofSeconds(40);
    /** How long Proof takes; much longer than a client here waits. */
    private static final long SLOW_MILLIS = 1_500;

    @Inject
    Pool pool;

    @Inject
    MeterRegistry meters;

    @Inject
    DetachedWork detached;

    @TestHTTPResource("/")
    URI door;

    private final String userId = "user-" + UUID.randomUUID();

    @AfterEach
    void heal() {
        proof().faults().clear();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aSessionIsOpenedStoredAndCounted(boolean withKey) {
        double opened = sessions("opened");

        hangUpOnSlowProof(withKey ? "a-key" : null, order("3.01"));

        List<Object> stored = await("the ledger has it").atMost(LIMIT).until(this::transactions, ids -> !ids.isEmpty());
        assertThat(stored).hasSize(1);
        await().atMost(LIMIT).until(() -> sessions("opened") == opened + 1);
        await().atMost(LIMIT).until(() -> detached.pending() == 0);
        assertThat(callsOfProof()).isEqualTo(1);
    }

    @Test
    void theRetryWithTheSameKeyWaitsWhileTheFirstIsInFlightAndThenGetsItsSession() {
        String key = UUID.randomUUID().toString();
        hangUpOnSlowProof(key, order("3.02"));

        post(key, order("3.02"))
                .then()
                .statusCode(409)
                .header("Retry-After", "1")
                .body("type", equalTo("urn:rampgate:problem:idempotency-in-progress"));
        Response retry = await("the answer")
                .atMost(LIMIT)
                .until(() -> post(key, order("3.02")), answer -> answer.statusCode() != 409);

        retry.then().statusCode(201);
        assertThat(post(key, order("3.02")).asByteArray()).isEqualTo(retry.asByteArray());
        assertThat(callsOfProof()).isEqualTo(1);
        assertThat(transactions()).containsExactly(retry.<Object>path("merchant_transaction_id"));
    }

    @Test
    void theKeyIsFreeAgainWhenProofRefusesWhatNoClientWaitsFor() {
        String key = UUID.randomUUID().toString();
        String doge = order("3.03").replace("USDC", "DOGE");
        double refused = sessions("currency_not_allowed");
        proof().faults().add(FaultRule.always(Place.SESSION_CALL, new Fault.Slow(SLOW_MILLIS)));
        hangUp(key, doge);
        await().atMost(LIMIT).until(() -> sessions("currency_not_allowed") == refused + 1);
        await().atMost(LIMIT).until(() -> detached.pending() == 0);
        proof().faults().clear();

        post(key, order("3.04")).then().statusCode(201);
    }

    @Test
    void aCodeWhosePageNeverCameIsGoodAgain() {
        String code = handedOff("3.05");
        try (Lock lock = new Lock()) {
            HangingUp client = HangingUp.post(
                    door.getPort(),
                    "/hand-off",
                    Map.of(),
                    redemption(code, null).encode());
            await("the code is looked up").atMost(LIMIT).until(() -> detached.pending() > 0);
            client.close();
            await("it was noticed").atMost(LIMIT).until(client::isNoticed);
        }

        await("the next one with the code")
                .atMost(LIMIT)
                .until(() -> redeem(code, null), answer -> answer.statusCode() == 200);
        redeem(code, null).then().statusCode(404);
    }

    @Test
    void aPageWhoseAnswerGotLostAsksAgainAndNoOtherPageDoes() {
        String code = handedOff("3.06");
        String page = "page-of-its-own-0123456789";

        Response first = redeem(code, page);
        Response second = redeem(code, page);

        first.then().statusCode(200);
        assertThat(second.asString()).isEqualTo(first.asString()).contains("init_token");
        redeem(code, "page-of-a-stranger-0123456789").then().statusCode(404);
        redeem(code, null).then().statusCode(404);
        redeem(code, "short").then().statusCode(400);
    }

    /** Keeps everybody else from the rows of the hand-offs. */
    private final class Lock implements AutoCloseable {

        private final SqlConnection connection = pool.getConnection().await().atMost(LIMIT);

        Lock() {
            execute("BEGIN");
            execute("SELECT FROM hand_off FOR UPDATE");
        }

        private void execute(String statement) {
            connection.query(statement).execute().await().atMost(LIMIT);
        }

        @Override
        public void close() {
            execute("ROLLBACK");
            connection.close().await().atMost(LIMIT);
        }
    }

    private void hangUpOnSlowProof(String key, String body) {
        proof().faults().add(FaultRule.always(Place.SESSION_CALL, new Fault.Slow(SLOW_MILLIS)));
        hangUp(key, body);
    }

    private void hangUp(String key, String body) {
        Map<String, String> headers = new HashMap<>(Map.of("X-User-Id", userId));
        if (key != null) {
            headers.put("Idempotency-Key", key);
        }
        try (HangingUp client = HangingUp.post(door.getPort(), "/session", headers, body)) {
            await("Proof is asked").atMost(LIMIT).until(() -> callsOfProof() == 1);
        }
    }

    private Response post(String key, String body) {
        return given().contentType("application/json")
                .header("X-User-Id", userId)
                .header("Idempotency-Key", key)
                .body(body)
                .post("/session");
    }

    private String handedOff(String amount) {
        String address = given().contentType("application/json")
                .header("X-User-Id", userId)
                .header("Rampgate-Hand-Off", "true")
                .body(order(amount))
                .post("/session")
                .header("Rampgate-Hand-Off");
        return address.substring(address.indexOf('#') + 1);
    }

    private static Response redeem(String code, String page) {
        return given().contentType("application/json")
                .body(redemption(code, page).encode())
                .post("/hand-off");
    }

    private static JsonObject redemption(String code, String page) {
        JsonObject body = new JsonObject().put("code", code);
        return page == null ? body : body.put("page", page);
    }

    private List<Object> transactions() {
        return given().header("X-User-Id", userId)
                .get("/transactions")
                .then()
                .statusCode(200)
                .extract()
                .path("transactions.merchant_transaction_id");
    }

    private long callsOfProof() {
        return proof().calls().count(call -> call.isSessionCall() && call.body().contains(userId));
    }

    private double sessions(String result) {
        return meters.counter("rampgate.sessions", "result", result).count();
    }

    private static String order(String amount) {
        return "{\"network\":\"ERC20\",\"currency\":\"USDC\",\"amount\":\"" + amount + "\",\"type\":\"buy\"}";
    }
}
