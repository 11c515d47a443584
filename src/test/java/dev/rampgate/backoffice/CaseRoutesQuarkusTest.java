package dev.rampgate.backoffice;

import static dev.rampgate.support.ProofAndDatabase.proof;
import static io.restassured.RestAssured.given;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.greaterThanOrEqualTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasKey;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;

import dev.rampgate.sandbox.transaction.Action;
import dev.rampgate.support.ProofAndDatabase;
import dev.rampgate.support.TestSession;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Inject;
import java.net.URI;
import java.time.Duration;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(ProofAndDatabase.class)
class CaseRoutesQuarkusTest {

    private static final Duration LIMIT = Duration.ofSeconds(40);

    @TestHTTPResource(value = "/", management = true)
    URI management;

    @Inject
    Pool pool;

    @Test
    void aCaseShowsWhatIsKnownWhyItWaitsAndWhatComesNext() {
        String id = TestSession.open("case-user", "buy");

        read(id).statusCode(200)
                .header("X-Request-Id", notNullValue())
                .body("transaction.merchant_transaction_id", equalTo(id))
                .body("transaction.user_id", equalTo("case-user"))
                .body("situation", equalTo("pending_buy"))
                .body("why", containsString("not paid yet"))
                .body("next", containsString("asked again at 2"))
                .body("tell_the_user", containsString("We have not received your payment"))
                .body("text_for_proof", containsString("(merchant_transaction_id): " + id))
                .body("text_for_proof", containsString("attempt 1, pending"))
                .body("text_for_proof", containsString("Request ids of Proof: "))
                .body("poll.due_at", notNullValue())
                .body("poll.failures", equalTo(0))
                .body("timeline.status", contains("pending"))
                .body("timeline[0].channel", equalTo("SESSION"))
                .body("archive.channel", hasItem("SESSION"))
                .body("archive_truncated", equalTo(false))
                .body("events.type", hasItem("transaction.opened"))
                .body("deliveries.pending", notNullValue())
                .body("deliveries.attempts", notNullValue());
    }

    @Test
    void aCompletedCaseWaitsForNothing() {
        String id = TestSession.open("case-user", "buy");
        proof().drive(id, Action.COMPLETE);
        // A webhook may have made another poll due just before.
        await().atMost(LIMIT).untilAsserted(() -> read(id).body("situation", equalTo("completed"))
                .body("poll.due_at", nullValue()));

        read(id).statusCode(200)
                .body("transaction.settled", equalTo(true))
                .body("tell_the_user", containsString("Your order is complete"))
                .body("tell_the_user", containsString("USDC was sent on the network ERC20"))
                .body("timeline.size()", greaterThanOrEqualTo(2))
                .body("timeline.confirmed_at", hasItem(notNullValue()))
                .body("archive.raw", hasItem(containsString(id)));
    }

    @Test
    void aCaseNamesItsParkedDeliveriesAndSaysWhatToDo() {
        String id = TestSession.open("case-user", "buy");
        // No replica has this endpoint in its settings, so that none touches its rows.
        await().atMost(LIMIT).until(() -> park(id) == 1);
        try {
            read(id).statusCode(200)
                    .body("deliveries.parked.size()", equalTo(1))
                    .body("deliveries.parked[0].endpoint", equalTo("of-a-case"))
                    .body("deliveries.parked[0].version", equalTo(1))
                    .body("deliveries.parked[0].attempts", equalTo(9))
                    .body("deliveries.parked[0].last_status", equalTo(500))
                    .body("deliveries.parked[0].parked_at", notNullValue())
                    .body("deliveries.what_to_do", containsString("version 1 for of-a-case"))
                    .body("deliveries.what_to_do", containsString("POST /operate/transactions/" + id + "/resend"));
        } finally {
            sql("DELETE FROM delivery WHERE endpoint = 'of-a-case'");
            sql("DELETE FROM endpoint WHERE name = 'of-a-case'");
        }
        read(id).body("deliveries.parked.size()", equalTo(0)).body("deliveries", not(hasKey("what_to_do")));
    }

    /** How many events of the transaction have a place and are parked now. */
    private int park(String id) {
        sql("""
                INSERT INTO endpoint (name, types, known_at, position, paced_to, replay_paced_to, swept_to, replay_swept_to)
                VALUES ('of-a-case', '{}', now(), 0, now(), now(), now(), now())
                ON CONFLICT DO NOTHING
                """);
        return pool.preparedQuery("""
                        INSERT INTO delivery (
                            endpoint, queue, position, transaction_id, version, event_at, waiting, due_at, attempts, last_outcome,
                            last_status, parked_at
                        )
                        SELECT 'of-a-case', 0, position, transaction_id, version, created_at, false, now(), 9, 'failed', 500, now()
                        FROM event
                        WHERE transaction_id = $1 AND version = 1 AND position IS NOT NULL
                        """)
                .execute(Tuple.of(id))
                .await()
                .atMost(LIMIT)
                .rowCount();
    }

    private void sql(String statement) {
        pool.query(statement).execute().await().atMost(LIMIT);
    }

    @Test
    void aCaseOfAnUnknownTransactionSaysHowToAdoptIt() {
        read("unheard-of")
                .statusCode(404)
                .contentType("application/problem+json")
                .body("detail", containsString("/poll adopts it"));
    }

    private ValidatableResponse read(String id) {
        return given().header("Authorization", "Bearer desk-token-canary-0001")
                .get(management.resolve("/operate/transactions/" + id))
                .then();
    }
}
