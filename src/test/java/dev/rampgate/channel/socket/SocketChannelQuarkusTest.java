package dev.rampgate.channel.socket;

import static dev.rampgate.support.ProofAndDatabase.proof;
import static dev.rampgate.support.TestSession.open;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;

import dev.rampgate.sandbox.transaction.Action;
import dev.rampgate.support.ProofAndDatabase;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.vertx.mutiny.sqlclient.Pool;
import jakarta.inject.Inject;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(ProofAndDatabase.class)
class SocketChannelQuarkusTest {

    private static final Duration LIMIT = Duration.ofSeconds(40);

    @Inject
    Pool pool;

    @Inject
    SocketClaims claims;

    @AfterEach
    void heal() {
        proof().faults().clear();
        pool.query("UPDATE poll_budget SET next_at = now(), refused = false WHERE name = 'socket'")
                .execute()
                .await()
                .atMost(LIMIT);
    }

    @Test
    void aFreshTransactionHasASocketUntilItIsSettled() {
        String id = open();
        await().atMost(LIMIT).until(() -> proof().sockets().count(id) == 1);

        proof().drive(id, Action.COMPLETE);

        await().atMost(LIMIT).until(() -> proof().sockets().count(id) == 0);
    }

    @Test
    void aSocketsObservationIsAcceptedAndThenConfirmedByAPoll() {
        proof().faults().loseWebhooks();
        String id = open();
        await().atMost(LIMIT).until(() -> proof().sockets().count(id) == 1);

        proof().drive(id, Action.COMPLETE);

        await().atMost(LIMIT).untilAsserted(() -> given().get("/transactions/" + id)
                .then()
                .body("status", equalTo("completed"))
                .body("confirmed", equalTo(true))
                .body("payment_method", equalTo("card")));
    }

    @Test
    void aSocketThatIsCutIsOpenedAgainAndWhatWasMissedIsAskedFor() {
        proof().faults().loseWebhooks();
        String id = open();
        await().atMost(LIMIT).until(() -> proof().sockets().count(id) == 1);

        proof().sockets().cutAll();
        proof().drive(id, Action.PAY);

        await().atMost(LIMIT).until(() -> proof().sockets().count(id) == 1);
        await().atMost(LIMIT).untilAsserted(() -> given().get("/transactions/" + id)
                .then()
                .body("status", equalTo("processing"))
                .body("timeline.status", hasItem("processing")));
    }

    @Test
    void aFrameAboutAnotherTransactionIsIgnored() {
        String other = open();
        String id = open();
        await().atMost(LIMIT).until(() -> proof().sockets().count(id) == 1);

        proof().sockets()
                .send(
                        id,
                        "{\"event\":\"tx.update\",\"merchant_transaction_id\":\"" + other
                                + "\",\"type\":\"buy\",\"status\":\"completed\",\"occurred_at\":\"2027-01-01T00:00:00Z\"}");
        proof().drive(id, Action.PAY);

        await().atMost(LIMIT)
                .untilAsserted(() -> given().get("/transactions/" + id).then().body("status", equalTo("processing")));
        given().get("/transactions/" + other).then().body("status", equalTo("pending"));
    }

    @Test
    void whileProofRefusesUsOneSocketAPauseFindsOutAndThenAllAreOpened() {
        proof().faults().refuseSockets(403);
        String id = open();
        await().atMost(LIMIT).until(this::refused);
        String other = open();

        // The pause is not over yet, for nobody.
        assertThat(claims.claim(100).await().atMost(LIMIT)).isEmpty();
        proof().faults().clear();
        pool.query("UPDATE poll_budget SET next_at = now() WHERE name = 'socket'")
                .execute()
                .await()
                .atMost(LIMIT);

        await().atMost(LIMIT).until(() -> !refused());
        await().atMost(LIMIT)
                .until(() ->
                        proof().sockets().count(id) == 1 && proof().sockets().count(other) == 1);
    }

    private boolean refused() {
        return claims.areRefused().await().atMost(LIMIT);
    }
}
