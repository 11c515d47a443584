package dev.rampgate.channel.socket;

import static dev.rampgate.ProofAndDatabase.proof;
import static dev.rampgate.TestSession.open;
import static io.restassured.RestAssured.given;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;

import dev.rampgate.ProofAndDatabase;
import dev.rampgate.sandbox.transaction.Action;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(ProofAndDatabase.class)
class SocketChannelQuarkusTest {

    private static final Duration LIMIT = Duration.ofSeconds(40);

    @AfterEach
    void heal() {
        proof().faults().clear();
    }

    @Test
    void aFreshTransactionHasASocketUntilItIsSettled() {
        String id = open();
        await().atMost(LIMIT).until(() -> proof().sockets().count(id) == 1);

        proof().drive(id, Action.COMPLETE);

        await().atMost(LIMIT).until(() -> proof().sockets().count(id) == 0);
    }

    @Test
    void aSocketsNewsIsAcceptedAndThenConfirmedByAPoll() {
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
}
