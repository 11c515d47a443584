package dev.rampgate.packaged;

import static dev.rampgate.packaged.PackagedRampgate.THREAD_EACH;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.rampgate.sandbox.EmbeddedDatabase;
import dev.rampgate.sandbox.ProofSimulator;
import dev.rampgate.sandbox.SimulatorSettings;
import dev.rampgate.sandbox.transaction.LifeMode;
import io.restassured.response.Response;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The feed of events of the packaged artifact: over replicas, over a shutdown, and over a restore of the database. */
class EventFeedIT {

    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final String OPERATE_TOKEN = "operate-token-canary-0009";
    private static final AtomicInteger EMPTY = new AtomicInteger();
    private static final AtomicInteger USERS = new AtomicInteger();
    private static final String OPENED = "transaction.opened";

    private static EmbeddedDatabase server;
    private static ProofSimulator proof;

    private String database;

    @TempDir
    static Path directory;

    private static Path tokens;

    @BeforeAll
    static void start() throws IOException {
        tokens = Files.writeString(directory.resolve("shop"), OPERATE_TOKEN);
        server = EmbeddedDatabase.start();
        proof = ProofSimulator.started(SimulatorSettings.builder()
                .port(0)
                .clientToken("client-token-canary-0009")
                .life(LifeMode.MANUAL, 1)
                .build());
    }

    @AfterAll
    static void stop() {
        proof.close();
        server.close();
    }

    @BeforeEach
    void anEmptyDatabase() {
        database = emptyDatabase();
    }

    private static String emptyDatabase() {
        String name = "feed_" + EMPTY.incrementAndGet();
        server.createDatabase(name);
        return name;
    }

    @Test
    void aReaderOfAnotherReplicaNeedNotWaitForTheIntervalNorForAShutdown() throws Exception {
        Map<String, String> environment = complete(database);
        environment.put("RAMPGATE_OUTBOX_INTERVAL", "10m");
        environment.putAll(PackagedRampgate.SHUTDOWN_DELAY);
        try (PackagedRampgate writer = PackagedRampgate.start(environment);
                PackagedRampgate other = PackagedRampgate.start(environment)) {
            String end = page(other, "").getString("next");
            CompletableFuture<Response> waiting =
                    CompletableFuture.supplyAsync(() -> read(other, end, OPENED, "60s"), THREAD_EACH);
            await("it waits").atMost(LIMIT).until(() -> waiting(other) == 1);
            open(writer, 1);

            JsonObject page = new JsonObject(waiting.get(LIMIT.toSeconds(), TimeUnit.SECONDS)
                    .then()
                    .statusCode(200)
                    .extract()
                    .asString());
            assertThat(page.getJsonArray("events")).hasSize(1);

            AtomicBoolean ended = new AtomicBoolean();
            CompletableFuture<JsonObject> last =
                    CompletableFuture.supplyAsync(() -> readOnUntil(ended, other, page.getString("next")), THREAD_EACH);
            await("it waits again").atMost(LIMIT).until(() -> waiting(other) == 1);
            ended.set(true);
            long begun = System.nanoTime();
            other.terminate();

            assertThat(last.get(LIMIT.toSeconds(), TimeUnit.SECONDS).getJsonArray("events"))
                    .isEmpty();
            assertThat(other.exitCode()).isEqualTo(143);
            assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(50));
        }
    }

    @Test
    void aReaderMayWaitLongerThanAnyOtherAnswerTakes() {
        Map<String, String> environment = complete(database);
        environment.put("RAMPGATE_EDGE_ANSWER_TIMEOUT", "2s");
        environment.put("RAMPGATE_LIVE_HEARTBEAT", "1s");
        try (PackagedRampgate rampgate = PackagedRampgate.start(environment)) {
            JsonObject page = new JsonObject(read(rampgate, "", OPENED, "5s")
                    .then()
                    .statusCode(200)
                    .extract()
                    .asString());

            assertThat(page.getJsonArray("events")).isEmpty();
        }
    }

    @Test
    void aDumpAndRestoreKeepsEveryEventAndCursorAndOneToAnEarlierTimeBeginsAnEpoch() throws Exception {
        DatabaseDump dump;
        List<JsonObject> kept;
        String keptCursor;
        String lostCursor;
        try (PackagedRampgate rampgate = PackagedRampgate.start(complete(database))) {
            open(rampgate, 5);
            keptCursor = readTo(rampgate, "", 5, kept = new ArrayList<>());
            dump = DatabaseDump.of(url(database));
            open(rampgate, 3);
            List<JsonObject> lost = new ArrayList<>();
            lostCursor = readTo(rampgate, keptCursor, 3, lost);
        }

        String restored = emptyDatabase();
        runTask(restored, "--migrate", "The database is at version");
        dump.load(url(restored));
        try (PackagedRampgate rampgate = PackagedRampgate.start(complete(restored))) {
            List<JsonObject> again = new ArrayList<>();
            readTo(rampgate, "", 5, again);
            assertThat(again).isEqualTo(kept);
            assertThat(page(rampgate, keptCursor).getJsonArray("events")).isEmpty();
            assertProblem(rampgate, lostCursor, "urn:rampgate:problem:cursor-lost");
        }

        runTask(restored, "--new-epoch", "has begun. The feed ends at");
        try (PackagedRampgate rampgate = PackagedRampgate.start(complete(restored))) {
            open(rampgate, 4);
            List<JsonObject> next = new ArrayList<>();
            readTo(rampgate, keptCursor, 4, next);
            assertThat(next).allSatisfy(event -> assertThat(epoch(event)).isGreaterThan(epoch(kept.get(0))));
            assertProblem(rampgate, lostCursor, "urn:rampgate:problem:cursor-lost");
        }
    }

    @Test
    void aNewEpochNeedsTheTablesAndADatabaseAndSaysWhatIsMissing() {
        try (PackagedRampgate task = PackagedRampgate.launch(databaseAlone(database), "--new-epoch")) {
            assertThat(task.exitCode()).isEqualTo(1);
            assertThat(task.log()).contains("FAILED", "--migrate").doesNotContain("Listening on");
        }
        Map<String, String> nowhere = databaseAlone("nowhere");
        try (PackagedRampgate task = PackagedRampgate.launch(nowhere, "--new-epoch")) {
            assertThat(task.exitCode()).isEqualTo(1);
            assertThat(task.log())
                    .contains("FAILED", "nowhere", "RAMPGATE_DATABASE_HOST")
                    .doesNotContain(server.password());
        }
        nowhere.remove("RAMPGATE_DATABASE_NAME");
        try (PackagedRampgate task = PackagedRampgate.launch(nowhere, "--new-epoch")) {
            assertThat(task.exitCode()).isEqualTo(1);
            assertThat(task.log()).contains("rampgate.database.name");
        }
    }

    // --- what the tests do

    private static void runTask(String database, String task, String says) {
        try (PackagedRampgate process = PackagedRampgate.launch(databaseAlone(database), task)) {
            assertThat(process.exitCode()).as(process.log()).isZero();
            assertThat(process.log()).contains(says).doesNotContain("Listening on");
        }
    }

    /** Opens sessions, of which each makes one event that the tests read. */
    private static void open(PackagedRampgate rampgate, int number) {
        for (int i = 0; i < number; i++) {
            given().contentType("application/json")
                    .header("X-User-Id", "cust-" + USERS.incrementAndGet())
                    .header("X-User-Email", "jo@example.test")
                    .header("X-Gateway-Secret", "gateway-secret-canary-0009")
                    .body("{\"network\":\"ERC20\",\"currency\":\"USDC\",\"amount\":\"42.75\"}")
                    .post(rampgate.url("/session"))
                    .then()
                    .statusCode(201);
        }
    }

    /** Reads until so many events have come; the cursor after them. */
    private static String readTo(PackagedRampgate rampgate, String after, int number, List<JsonObject> events) {
        String[] next = {after};
        await(number + " events").atMost(LIMIT).until(() -> {
            JsonObject page = page(rampgate, next[0]);
            JsonArray read = page.getJsonArray("events");
            for (int i = 0; i < read.size(); i++) {
                events.add(read.getJsonObject(i));
            }
            next[0] = page.getString("next");
            return events.size() >= number;
        });
        assertThat(events).hasSize(number);
        return next[0];
    }

    /** The last page of a reader of events that never come. Events of other types end its wait early, and it reads on after them. */
    private static JsonObject readOnUntil(AtomicBoolean ended, PackagedRampgate rampgate, String after) {
        JsonObject page = new JsonObject().put("next", after);
        do {
            page = new JsonObject(read(rampgate, page.getString("next"), "transaction.failed", "60s")
                    .then()
                    .statusCode(200)
                    .extract()
                    .asString());
        } while (!ended.get());
        return page;
    }

    private static JsonObject page(PackagedRampgate rampgate, String after) {
        return new JsonObject(read(rampgate, after, OPENED, "0s")
                .then()
                .statusCode(200)
                .extract()
                .asString());
    }

    private static Response read(PackagedRampgate rampgate, String after, String types, String wait) {
        return given().header("Authorization", "Bearer " + OPERATE_TOKEN)
                .queryParams(after.isEmpty() ? Map.of() : Map.of("after", after))
                .queryParam("types", types)
                .queryParam("wait", wait)
                .get(rampgate.managementUrl("/operate/events"));
    }

    private static void assertProblem(PackagedRampgate rampgate, String after, String type) {
        Response answer = read(rampgate, after, OPENED, "0s");
        assertThat(answer.statusCode()).isEqualTo(410);
        assertThat(new JsonObject(answer.asString()).getString("type")).isEqualTo(type);
    }

    private static int waiting(PackagedRampgate rampgate) {
        return given().get(rampgate.managementUrl("/q/metrics"))
                .asString()
                .lines()
                .filter(line -> line.startsWith("rampgate_outbox_feed_waiting"))
                .mapToInt(line -> (int) Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    private static long epoch(JsonObject event) {
        return event.getJsonObject("data").getLong("epoch");
    }

    private static String url(String database) {
        return server.jdbcUrl().replace("/" + server.name() + "?", "/" + database + "?");
    }

    private static Map<String, String> databaseAlone(String database) {
        return new HashMap<>(Map.of(
                "RAMPGATE_DATABASE_HOST", server.host(),
                "RAMPGATE_DATABASE_PORT", Integer.toString(server.port()),
                "RAMPGATE_DATABASE_NAME", database,
                "RAMPGATE_DATABASE_USER", server.user(),
                "RAMPGATE_DATABASE_PASSWORD", server.password()));
    }

    private static Map<String, String> complete(String database) {
        Map<String, String> environment = databaseAlone(database);
        environment.put("RAMPGATE_PROOF_BASE_URL", proof.baseUrl());
        environment.put("RAMPGATE_PROOF_CLIENT_TOKEN", "client-token-canary-0009");
        environment.put("RAMPGATE_IDENTITY_MODE", "header");
        environment.put("RAMPGATE_IDENTITY_HEADER_SECRET", "gateway-secret-canary-0009");
        environment.put("RAMPGATE_OPERATE_ACTORS_SHOP_ROLE", "service");
        environment.put("RAMPGATE_OPERATE_ACTORS_SHOP_TOKEN_FILE", tokens.toString());
        return environment;
    }
}
