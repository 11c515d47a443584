package dev.rampgate.packaged;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.rampgate.sandbox.ProofSimulator;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/** One user reads over hundreds of connections as often as they are answered, and the others notice nothing. */
@Isolated("it measures how fast others are served")
class ReadFloodIT {

    private static final String WEBHOOK_KEY = "webhook-key-canary-0015";
    private static final String GATEWAY_SECRET = "gateway-secret-canary-0015";
    private static final String CLIENT_TOKEN = "client-token-canary-0015";
    private static final String ORDER = """
            {"network": "ERC20", "currency": "USDC", "amount": "42.75", "type": "buy"}""";

    /** No answer, or a refusal that does not say when to come back. */
    private static final int UNFIT = 0;

    /** More reads than have a turn or may wait for one, also in the pool's own queue. */
    private static final int BEYOND_THE_POOL = 700;

    /** With the limit, nearly all reads are refused before they need the database, so that more would only measure processors. */
    private static final int BEYOND_THE_LIMIT = 100;

    private static final int ROUNDS = 20;
    /**
     * Of the calls of other users, throughout. The flood keeps both processors of a small machine busy, so that a statement may
     * wait for its answer until the store timeout of a second, and a session with a key makes two in a row.
     */
    private static final Duration ANSWERED_WITHIN = Duration.ofSeconds(15);
    /** Lines that a flood may cause, of all kinds together. */
    private static final int LINES = 100;

    private static final Duration LIMIT = Duration.ofSeconds(60);

    private static Surroundings around;
    private static ProofSimulator proof;

    @BeforeAll
    static void start() {
        around = Surroundings.start(CLIENT_TOKEN, WEBHOOK_KEY, GATEWAY_SECRET);
        proof = around.proof();
    }

    @AfterAll
    static void stop() throws Exception {
        around.close();
    }

    @Test
    void whoReadsTooOftenIsRefusedAndTheOthersAreServed() {
        try (PackagedRampgate rampgate = PackagedRampgate.start(environment())) {
            Map<Integer, Integer> answers = flood(rampgate, BEYOND_THE_LIMIT);

            // Each 429 says when to come back.
            assertThat(answers).containsKeys(200, 429).doesNotContainKey(UNFIT);
            assertThat(metric(rampgate, "rampgate_edge_limited_total{limit=\"read_user\""))
                    .isPositive();
        }
    }

    @Test
    void withoutALimitForUsersReadsStillLeaveConnectionsForTheOthersAndCountAsNoOutage() {
        Map<String, String> unlimited = environment();
        unlimited.put("RAMPGATE_LIVE_LIMITS_USER", "off");
        try (PackagedRampgate rampgate = PackagedRampgate.start(unlimited)) {
            Map<Integer, Integer> answers = flood(rampgate, BEYOND_THE_POOL);

            assertThat(answers).containsKey(200);
            assertThat(answers.keySet()).isSubsetOf(200, 503);
        }
    }

    /** How the reader was answered; what all others must be able to rely on is checked here. */
    private static Map<Integer, Integer> flood(PackagedRampgate rampgate, int connections) {
        order(rampgate, "reader", "before");
        order(rampgate, "other", "before");
        int lines = (int) rampgate.log().lines().count();
        Reader reader = new Reader(rampgate, connections);
        List<String> late = new ArrayList<>();
        try {
            reader.awaitAnswers(connections);
            for (int round = 0; round < ROUNDS; round++) {
                String id = "round-" + round;
                // One user may have no more than some that are not finished.
                String other = "other-" + round;
                timed(late, "a session", () -> opened(rampgate, other, null));
                timed(late, "a session with a key", () -> opened(rampgate, other, id));
                timed(late, "a webhook", () -> given().body(
                                "{\"merchant_transaction_id\":\"" + id + "\",\"status\":\"processing\"}")
                        .post(rampgate.url("/proof-webhook/" + WEBHOOK_KEY))
                        .then()
                        .statusCode(204));
            }
        } finally {
            reader.stop();
        }
        assertThat(late).isEmpty();
        assertThat(metric(rampgate, "rampgate_database_away")).isZero();
        assertThat(metric(rampgate, "rampgate_alarms_total{alarm=\"database_away\""))
                .isZero();
        // What the busy processors delayed beyond the store timeout was kept in memory, and is stored since.
        await("nothing is left in memory").atMost(LIMIT).until(() -> metric(rampgate, "rampgate_backlog{") == 0);
        // A session and its transition are two of them.
        assertThat((int) rampgate.log().lines().count() - lines).isLessThan(LINES + 3 * 2 * ROUNDS);
        await("the reader reads again").atMost(LIMIT).untilAsserted(() -> assertThat(given().spec(user("other"))
                        .get(rampgate.url("/transactions"))
                        .statusCode())
                .isEqualTo(200));
        return reader.answers();
    }

    /** Repeats a request that is refused for now, as its 503 asks for. */
    private static void opened(PackagedRampgate rampgate, String userId, String key) {
        await("a session").atMost(LIMIT).until(() -> {
            Response answer = order(rampgate, userId, key);
            assertThat(answer.statusCode()).isIn(201, 503);
            assertThat(answer.statusCode() == 201 || answer.header("Retry-After") != null)
                    .isTrue();
            return answer.statusCode() == 201;
        });
    }

    private static Response order(PackagedRampgate rampgate, String userId, String key) {
        RequestSpecification request = given().spec(user(userId)).body(ORDER);
        return (key == null ? request : request.header("Idempotency-Key", "read-flood-" + key + userId))
                .post(rampgate.url("/session"));
    }

    private static void timed(List<String> late, String what, Runnable call) {
        long begun = System.nanoTime();
        call.run();
        Duration took = Duration.ofNanos(System.nanoTime() - begun);
        if (took.compareTo(ANSWERED_WITHIN) > 0) {
            late.add(what + " took " + took.toMillis() + " ms");
        }
    }

    /** The sum of all lines that begin so. */
    private static double metric(PackagedRampgate rampgate, String beginning) {
        return given().get(rampgate.managementUrl("/q/metrics"))
                .asString()
                .lines()
                .filter(line -> line.startsWith(beginning))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    private static RequestSpecification user(String id) {
        return given().contentType("application/json")
                .header("X-User-Id", id)
                .header("X-User-Email", id + "@example.test")
                .header("X-Gateway-Secret", GATEWAY_SECRET);
    }

    private static Map<String, String> environment() {
        Map<String, String> environment = around.environment();
        environment.put("RAMPGATE_SESSION_LIMITS_USER", "off");
        environment.put("RAMPGATE_SESSION_LIMITS_ADDRESS", "off");
        return environment;
    }

    /** Asks anew on each connection as soon as it is answered. */
    private static final class Reader {

        private final HttpClient client =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        private final Map<Integer, Integer> answers = new ConcurrentHashMap<>();
        private final AtomicInteger answered = new AtomicInteger();
        private final AtomicBoolean stopped = new AtomicBoolean();
        private final CountDownLatch open;
        private final HttpRequest request;

        Reader(PackagedRampgate rampgate, int connections) {
            open = new CountDownLatch(connections);
            request = HttpRequest.newBuilder(URI.create(rampgate.url("/transactions")))
                    .timeout(LIMIT)
                    .header("X-User-Id", "reader")
                    .header("X-User-Email", "reader@example.test")
                    .header("X-Gateway-Secret", GATEWAY_SECRET)
                    .build();
            for (int i = 0; i < connections; i++) {
                read();
            }
        }

        private void read() {
            client.sendAsync(request, BodyHandlers.discarding()).whenComplete((answer, failure) -> {
                answers.merge(failure == null ? status(answer) : UNFIT, 1, Integer::sum);
                answered.incrementAndGet();
                if (stopped.get() || failure != null) {
                    open.countDown();
                } else {
                    read();
                }
            });
        }

        private static int status(HttpResponse<Void> answer) {
            boolean refused = answer.statusCode() == 429 || answer.statusCode() == 503;
            return refused && answer.headers().firstValue("Retry-After").isEmpty() ? UNFIT : answer.statusCode();
        }

        void awaitAnswers(int count) {
            await("answers").atMost(LIMIT).until(() -> answered.get() >= count);
        }

        void stop() {
            stopped.set(true);
            try {
                assertThat(open.await(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        Map<Integer, Integer> answers() {
            return new TreeMap<>(answers);
        }
    }
}
