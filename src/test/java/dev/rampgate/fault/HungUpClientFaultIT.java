package dev.rampgate.fault;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.rampgate.sandbox.fault.Fault;
import dev.rampgate.sandbox.fault.FaultRule;
import dev.rampgate.sandbox.fault.Place;
import dev.rampgate.support.HangingUp;
import io.restassured.response.Response;
import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Clients that hang up while Proof is slow: at the packaged artifact itself, and at nginx, which then hangs up there. */
class HungUpClientFaultIT {

    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final long SLOW_MILLIS = 1_500;
    /** Longer than the replica serves after SIGTERM. */
    private static final long VERY_SLOW_MILLIS = 5_000;

    private static Cluster cluster;
    private static Nginx nginx;

    private enum Way {
        DIRECT,
        NGINX;

        private int port() {
            return switch (this) {
                case DIRECT -> URI.create(cluster.replicas().get(0).url("/")).getPort();
                case NGINX -> nginx.port();
            };
        }
    }

    @BeforeAll
    static void start() {
        cluster = Cluster.start(1, Map.of("RAMPGATE_PROOF_ATTEMPT_TIMEOUT", "10s", "QUARKUS_SHUTDOWN_DELAY", "1s"));
        nginx = Nginx.before(Way.DIRECT.port());
    }

    @AfterAll
    static void stop() throws Exception {
        nginx.close();
        cluster.close();
    }

    @AfterEach
    void heal() {
        cluster.proof().faults().clear();
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void theRetryWithTheSameKeyGetsTheSessionThatWasOpenedMeanwhile(Way way) {
        String user = "with-key-" + way;
        hangUp(way, user, "a-key", SLOW_MILLIS);

        Response retry = await("the answer")
                .atMost(LIMIT)
                .until(() -> order(way, user, "a-key"), answer -> answer.statusCode() != 409);

        retry.then().statusCode(201);
        assertThat(order(way, user, "a-key").asByteArray()).isEqualTo(retry.asByteArray());
        assertThat(callsOfProof(user)).isEqualTo(1);
        assertThat(cluster.ledger().transactions()).containsKey(retry.path("merchant_transaction_id"));
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void aSessionWithoutAKeyIsStoredAndCountedAllTheSame(Way way) {
        int known = cluster.ledger().transactions().size();
        double opened = opened();

        hangUp(way, "without-key-" + way, null, SLOW_MILLIS);

        await("the ledger has it")
                .atMost(LIMIT)
                .until(() -> cluster.ledger().transactions().size() == known + 1);
        await("it is counted").atMost(LIMIT).until(() -> opened() == opened + 1);
    }

    @Test
    void aReplicaThatIsTerminatedStoresTheSessionFirst() {
        int known = cluster.ledger().transactions().size();
        hangUp(Way.DIRECT, "at-the-end", null, VERY_SLOW_MILLIS);

        cluster.replicas().get(0).terminate();

        assertThat(cluster.ledger().transactions()).hasSize(known + 1);
        cluster.startAll();
    }

    private static void hangUp(Way way, String user, String key, long proofTakes) {
        cluster.proof().faults().add(FaultRule.always(Place.SESSION_CALL, new Fault.Slow(proofTakes)));
        Map<String, String> headers = headers(user);
        if (key != null) {
            headers.put("Idempotency-Key", key);
        }
        HangingUp client = HangingUp.post(way.port(), "/session", headers, ORDER);
        await("Proof is asked").atMost(LIMIT).until(() -> callsOfProof(user) == 1);
        client.close();
        await("it is noticed").atMost(LIMIT).until(client::isNoticed);
    }

    private static final String ORDER =
            "{\"network\":\"ERC20\",\"currency\":\"USDC\",\"amount\":\"42.75\",\"type\":\"buy\"}";

    private static Response order(Way way, String user, String key) {
        return given().contentType("application/json")
                .headers(headers(user))
                .header("Idempotency-Key", key)
                .body(ORDER)
                .post("http://localhost:" + way.port() + "/session");
    }

    private static Map<String, String> headers(String user) {
        String[] signedIn = Cluster.signedIn(user);
        Map<String, String> headers = new HashMap<>();
        for (int i = 0; i < signedIn.length; i += 2) {
            headers.put(signedIn[i], signedIn[i + 1]);
        }
        return headers;
    }

    private static long callsOfProof(String user) {
        return cluster.proof()
                .calls()
                .count(call -> call.isSessionCall() && call.body().contains(user));
    }

    private static double opened() {
        return given().get(cluster.replicas().get(0).managementUrl("/q/metrics"))
                .asString()
                .lines()
                .filter(line -> line.startsWith("rampgate_sessions_total") && line.contains("result=\"opened\""))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }
}
