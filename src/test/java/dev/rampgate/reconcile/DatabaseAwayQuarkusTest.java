package dev.rampgate.reconcile;

import static dev.rampgate.support.ProofAndDatabase.WEBHOOK_KEY;
import static dev.rampgate.support.ProofAndDatabase.database;
import static dev.rampgate.support.ProofAndDatabase.proof;
import static dev.rampgate.support.TestSession.open;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;

import dev.rampgate.sandbox.transaction.Action;
import dev.rampgate.support.DatabaseOutage;
import dev.rampgate.support.ProofAndDatabase;
import dev.rampgate.support.TestSession;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.vertx.core.json.JsonObject;
import jakarta.inject.Inject;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(ProofAndDatabase.class)
class DatabaseAwayQuarkusTest {

    private static final Duration LIMIT = Duration.ofSeconds(40);
    /** The default of {@code rampgate.webhook.ack-timeout}. */
    private static final Duration ACKNOWLEDGED_WITHIN = Duration.ofSeconds(1);

    @TestHTTPResource(value = "/health/", management = true)
    URI health;

    @Inject
    MeterRegistry meters;

    @AfterEach
    void bringBack() {
        proof().faults().clear();
        DatabaseOutage.end(meters);
    }

    @Test
    void aSessionThatProofOpenedReachesItsUserAndIsStoredWhenTheDatabaseIsBack() {
        database().stop();

        String id = open();
        await().atMost(LIMIT).until(() -> backlog("session") > 0);
        database().restart();

        await().atMost(LIMIT).untilAsserted(() -> given().get("/transactions/" + id)
                .then()
                .statusCode(200)
                .body("status", equalTo("pending"))
                .body("requested_amount", equalTo("42.75")));
        await().atMost(LIMIT).until(() -> backlog("session") == 0);
    }

    @Test
    void webhooksAreAcknowledgedMeanwhileAndTheLedgerCatchesUp() {
        proof().faults().loseWebhooks().refuseSockets(503);
        String id = open();
        database().stop();

        proof().drive(id, Action.PAY);
        proof().drive(id, Action.COMPLETE);
        acknowledgement(id, "completed");
        await().atMost(LIMIT).until(() -> backlog("webhook") > 0);
        database().restart();

        await().atMost(LIMIT).untilAsserted(() -> given().get("/transactions/" + id)
                .then()
                .statusCode(200)
                .body("status", equalTo("completed"))
                .body("confirmed", equalTo(true)));
        await().atMost(LIMIT).until(() -> backlog("webhook") == 0);
    }

    @Test
    void aDatabaseThatKeepsConnectionsOpenAndNeverAnswersDoesNoMoreHarmThanOneThatIsGone() {
        proof().faults().loseWebhooks().refuseSockets(503);
        String id = open();
        List<Duration> acknowledged = new ArrayList<>();
        database().freeze();
        try {
            proof().drive(id, Action.PAY);
            proof().drive(id, Action.COMPLETE);
            // Longer than a hanging connection lives, so that new ones hang, too.
            long enough = System.nanoTime() + Duration.ofSeconds(8).toNanos();
            await().atMost(LIMIT).until(() -> {
                acknowledged.add(acknowledgement(id, "completed"));
                return System.nanoTime() > enough;
            });
            given().get(health.resolve("ready")).then().statusCode(200);
            given().get(health.resolve("live")).then().statusCode(200);
            await().atMost(LIMIT)
                    .until(() -> meters.get("rampgate.database.away").gauge().value() == 1);
        } finally {
            database().thaw();
        }

        // Only the first ones wait for the database, as long as they may; then all are kept in memory at once.
        Duration median = acknowledged.stream().sorted().toList().get(acknowledged.size() / 2);
        assertThat(median).isLessThan(ACKNOWLEDGED_WITHIN);
        await().atMost(LIMIT).untilAsserted(() -> given().get("/transactions/" + id)
                .then()
                .statusCode(200)
                .body("status", equalTo("completed"))
                .body("confirmed", equalTo(true)));
        await().atMost(LIMIT).until(() -> backlog("webhook") == 0);
        await().atMost(LIMIT).untilAsserted(() -> assertThat(
                        meters.get("rampgate.database.away").gauge().value())
                .isZero());
    }

    @Test
    void whatWasAcknowledgedSurvivesAFailoverThatLosesOpenTransactions() {
        proof().faults().loseWebhooks().refuseSockets(503);
        List<String> ids = Stream.generate(TestSession::open).limit(3).toList();
        ids.forEach(id -> proof().drive(id, Action.PAY));
        ids.forEach(id -> acknowledgement(id, "processing"));
        database().crash();
        ids.forEach(id -> proof().drive(id, Action.COMPLETE));
        ids.forEach(id -> acknowledgement(id, "completed"));
        database().restart();

        ids.forEach(id -> await().atMost(LIMIT).untilAsserted(() -> given().get("/transactions/" + id)
                .then()
                .statusCode(200)
                .body("status", equalTo("completed"))
                .body("confirmed", equalTo(true))));
        await().atMost(LIMIT).until(() -> backlog("webhook") == 0);
    }

    @Test
    void theReplicaStaysReadyAndOnlyTheDatabasesOwnGroupSaysThatItIsAway() {
        database().stop();

        given().get(health.resolve("ready")).then().statusCode(200);
        given().get(health.resolve("live")).then().statusCode(200);
        await().atMost(LIMIT)
                .untilAsserted(() ->
                        given().get(health.resolve("group/database")).then().statusCode(503));
    }

    @Test
    void aSessionUnderAnIdempotencyKeyIsRefusedSinceItCouldNotBeRepeated() {
        database().stop();

        given().contentType("application/json")
                .header("Idempotency-Key", "key-while-away")
                .body("{\"network\":\"ERC20\",\"currency\":\"USDC\",\"amount\":\"42.76\"}")
                .post("/session")
                .then()
                .statusCode(503)
                .contentType("application/problem+json")
                .body("type", equalTo("urn:rampgate:problem:unavailable"))
                .header("Retry-After", "2");
        assertThat(proof().calls()
                        .count(call -> call.isSessionCall() && call.body().contains("42.76")))
                .isZero();
    }

    @Test
    void aSessionIsOpenedThoughItCannotBeHandedOffWhichShowsByTheMissingAddress() {
        String waiting = given().contentType("application/json")
                .header("Rampgate-Hand-Off", "true")
                .body("{\"network\":\"ERC20\",\"currency\":\"USDC\",\"amount\":\"42.77\"}")
                .post("/session")
                .header("Rampgate-Hand-Off");
        database().stop();

        given().contentType("application/json")
                .header("Rampgate-Hand-Off", "true")
                .body("{\"network\":\"ERC20\",\"currency\":\"USDC\",\"amount\":\"42.78\"}")
                .post("/session")
                .then()
                .statusCode(201)
                .body("init_token", notNullValue())
                .header("Rampgate-Hand-Off", nullValue());
        given().contentType("application/json")
                .body(Map.of("code", waiting.substring(waiting.indexOf('#') + 1)))
                .post("/hand-off")
                .then()
                .statusCode(503)
                .contentType("application/problem+json")
                .header("Retry-After", "2");
    }

    @Test
    void readingIsRefusedWithAProblemThatSaysToComeBack() {
        database().stop();

        given().get("/transactions")
                .then()
                .statusCode(503)
                .contentType("application/problem+json")
                .header("Retry-After", "2");
    }

    /** How long it took. */
    private static Duration acknowledgement(String id, String status) {
        long sent = System.nanoTime();
        given().contentType("application/json")
                .body(new JsonObject()
                        .put("merchant_transaction_id", id)
                        .put("status", status)
                        .encode())
                .post("/proof-webhook/" + WEBHOOK_KEY)
                .then()
                .statusCode(204);
        return Duration.ofNanos(System.nanoTime() - sent);
    }

    private double backlog(String what) {
        return meters.get("rampgate.backlog").tag("what", what).gauge().value();
    }
}
