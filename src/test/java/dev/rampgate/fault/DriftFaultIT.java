package dev.rampgate.fault;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.rampgate.fault.LedgerTables.Age;
import dev.rampgate.sandbox.transaction.Action;
import dev.rampgate.sandbox.transaction.ProofTransaction;
import io.restassured.path.json.JsonPath;
import io.restassured.specification.RequestSpecification;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Replicas that are killed in the middle of a drift run. */
class DriftFaultIT {

    private static final Duration LIMIT = Duration.ofSeconds(120);

    @Test
    void aRunWhoseReplicasAreKilledIsFinishedByOthersAndCountsEachTransactionOnce() throws Exception {
        int transactions = Scale.of("drift.transactions", 200, 400, 2_000);
        try (Cluster cluster =
                Cluster.start(2, Map.of("RAMPGATE_POLL_MAX_RATE", "80", "RAMPGATE_POLL_NUDGED_MAX_RATE", "40"))) {
            ReplicaProcess first = cluster.replicas().get(0);
            ReplicaProcess second = cluster.replicas().get(1);
            List<ProofTransaction> opened = cluster.openAtProof(transactions).stream()
                    .map(cluster.proof().transactions()::get)
                    .toList();
            cluster.ledger().put(opened, Age.FRESH, 0, "0 s");
            opened.forEach(one -> cluster.proof().drive(one.id(), Action.COMPLETE));
            await("all are settled")
                    .atMost(LIMIT.multipliedBy(2))
                    .until(() ->
                            cluster.ledger().count("SELECT count(*) FROM transaction WHERE settled") == transactions);
            cluster.ledger()
                    .run(
                            "UPDATE transaction SET fiat_amount = '0.01' WHERE id = ANY (?)",
                            statement -> statement.setArray(
                                    1, statement.getConnection().createArrayOf("text", new String[] {
                                        opened.get(1).id(),
                                        opened.get(transactions - 2).id()
                                    })));

            String run = start(second);
            awaitDone(second, run, transactions / 10);
            first.kill();
            awaitDone(second, run, transactions / 3);
            second.kill();
            int counted = cluster.ledger().count("SELECT done FROM drift_run");
            first.launch();
            first.awaitReady();
            await("the run is done")
                    .atMost(LIMIT)
                    .until(() -> progress(first, run).getString("state").equals("done"));

            JsonPath end = progress(first, run);
            new Figures("killed-drift")
                    .line("transactions of the window", transactions)
                    .line("done when the second replica was killed", counted)
                    .publish();
            assertThat(counted).isBetween(transactions / 3, transactions - 1);
            assertThat(end.getInt("done")).isEqualTo(transactions);
            assertThat(end.getInt("total")).isEqualTo(transactions);
            assertThat(end.getInt("differed")).isEqualTo(2);
            assertThat(end.getInt("agreed")).isEqualTo(transactions - 2);
            assertThat(cluster.ledger().count("SELECT count(*) FROM break WHERE kind = 'amount'"))
                    .isEqualTo(2);
            assertThat(cluster.ledger().count("SELECT count(*) FROM drift_item"))
                    .isZero();
        }
    }

    private static void awaitDone(ReplicaProcess replica, String run, int done) {
        await(done + " are done")
                .atMost(LIMIT)
                .pollInterval(Duration.ofMillis(100))
                .until(() -> progress(replica, run).getInt("done") >= done);
    }

    private static String start(ReplicaProcess replica) {
        JsonObject window = new JsonObject()
                .put("from", Instant.now().minus(Duration.ofDays(1)).toString())
                .put("to", Instant.now().plusSeconds(1).toString());
        return operator()
                .contentType("application/json")
                .body(window.encode())
                .post(replica.managementUrl("/operate/drift"))
                .then()
                .statusCode(200)
                .extract()
                .path("id");
    }

    private static JsonPath progress(ReplicaProcess replica, String run) {
        return operator()
                .get(replica.managementUrl("/operate/drift/" + run))
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
    }

    private static RequestSpecification operator() {
        return given().header("Authorization", "Bearer " + Cluster.NIGHT_TOKEN);
    }
}
