package dev.rampgate.packaged;

import static dev.rampgate.packaged.PackagedRampgate.THREAD_EACH;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.rampgate.fault.TcpSwitch;
import dev.rampgate.sandbox.EmbeddedDatabase;
import dev.rampgate.sandbox.ProofSimulator;
import dev.rampgate.sandbox.SimulatorSettings;
import dev.rampgate.sandbox.transaction.Action;
import dev.rampgate.sandbox.transaction.LifeMode;
import dev.rampgate.support.ProofAndDatabase;
import io.restassured.response.Response;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The restore drill: a ledger is dumped while a replica serves, users are erased before and after, and the dump is restored. A dump is made as
 * {@code pg_dump} makes its own: all rows of all tables as text, in one snapshot.
 */
class RestoreDrillIT {

    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final String OPERATE_TOKEN = "operate-token-canary-0011";
    private static final YearMonth MONTH = YearMonth.now(ZoneOffset.UTC);
    private static final String KEY = "2026a erasure-key-canary-0011-0123456789abcdef\n";

    private static EmbeddedDatabase server;
    private static ProofSimulator proof;

    @TempDir
    static Path directory;

    private static Path tokens;
    private static Path keys;
    private static Path ledger;

    @BeforeAll
    static void start() throws IOException {
        tokens = Files.writeString(directory.resolve("night"), OPERATE_TOKEN);
        keys = Files.writeString(directory.resolve("keys"), KEY);
        ledger = Files.createDirectory(directory.resolve("ledger"));
        server = EmbeddedDatabase.start();
        proof = ProofSimulator.started(SimulatorSettings.builder()
                .port(0)
                .clientToken("client-token-canary-0011")
                .life(LifeMode.MANUAL, 1)
                .build());
    }

    @AfterAll
    static void stop() {
        proof.close();
        server.close();
    }

    @Test
    void aRestoreLosesNoEventRenumbersNoneAndBringsNoErasedUserBack() throws Exception {
        server.createDatabase("lived");
        DatabaseDump dump;
        List<JsonObject> before = new ArrayList<>();
        String cursor;
        String lostCursor;
        String onlyAtProof;
        String settled;
        String statement;
        String table;
        try (PackagedRampgate rampgate = PackagedRampgate.start(complete("lived"))) {
            settled = open(rampgate, "erased-before-the-dump");
            proof.drive(settled, Action.COMPLETE);
            open(rampgate, "erased-after-the-dump");
            open(rampgate, "erased-and-back");
            open(rampgate, "stays");
            pollAgain(rampgate, settled);
            awaitStatus("lived", settled, "completed");
            await("the books know it").atMost(LIMIT).until(() -> statement(rampgate, Map.of())
                    .contains("completed"));
            erase(rampgate, "erased-before-the-dump");
            cursor = readPast(settled, rampgate, "", before);
            statement = statement(rampgate, Map.of());
            table = statement(rampgate, asTable(statement));
            dump = dumpUnderLoad(rampgate);
            assertThat(dump.tablesWith("erased-before-the-dump")).isEmpty();
            assertThat(dump.tablesWith("erased-after-the-dump")).isNotEmpty();

            // What the restore takes away: erasures, a transaction that nobody but Proof knows then, and events.
            onlyAtProof = open(rampgate, "erased-after-the-dump");
            erase(rampgate, "erased-after-the-dump");
            erase(rampgate, "erased-and-back");
            lostCursor = readPast(open(rampgate, "erased-and-back"), rampgate, cursor, new ArrayList<>());
            DatabaseDump lived = dump("lived");
            assertThat(lived.tablesWith("erased-after-the-dump")).isEmpty();
            assertThat(lived.tablesWith("erased-and-back")).isNotEmpty();
        }

        restore(dump, "restored");
        String fresh;
        try (TcpSwitch door = new TcpSwitch(ProofAndDatabase.freePort());
                PackagedRampgate rampgate = PackagedRampgate.launch(behind(door, inAnotherTimeZone("restored")))) {
            assertThatUsersAreRefused(rampgate);
            door.leadTo(server.port());
            rampgate.awaitReady();
            assertThat(rampgate.log()).contains("The erasure ledger is applied: 2 lines", "2 erased again");
            assertThat(rampgate.log()).doesNotContain("erased-after-the-dump");
            DatabaseDump now = dump("restored");
            assertThat(now.tablesWith("erased-before-the-dump")).isEmpty();
            assertThat(now.tablesWith("erased-after-the-dump")).isEmpty();
            assertThat(now.tablesWith("erased-and-back")).isEmpty();
            assertThat(now.tablesWith("stays")).isNotEmpty();

            String knownAt = new JsonObject(statement).getString("as_known_at");
            assertThat(statement).contains("completed");
            assertThat(statement(rampgate, Map.of("as_known_at", knownAt))).isEqualTo(statement);
            assertThat(table).contains(settled);
            assertThat(statement(rampgate, asTable(statement))).isEqualTo(table);

            List<JsonObject> after = new ArrayList<>();
            await("all events").atMost(LIMIT).until(() -> {
                after.clear();
                readToTheEnd(rampgate, "", after);
                return after.size() >= before.size();
            });
            assertThat(numbers(after).subList(0, before.size())).isEqualTo(numbers(before));
            assertThat(after.subList(0, before.size()))
                    .as("nothing but redaction has changed a body")
                    .allSatisfy(event -> assertThat(before)
                            .anyMatch(earlier ->
                                    earlier.equals(event) || redacted(earlier).equals(event)));
            assertThat(feed(rampgate, cursor).statusCode()).isEqualTo(200);
            assertThat(feed(rampgate, lostCursor).statusCode()).isEqualTo(410);

            pollAgain(rampgate, onlyAtProof);
            await("it is adopted").atMost(LIMIT).until(() -> status("restored", onlyAtProof) != null);
            assertThat(dump("restored").tablesWith("erased-after-the-dump")).isEmpty();
            fresh = open(rampgate, "erased-and-back");
        }

        runTask("restored", "--new-epoch", "has begun");
        runTask("restored", "--apply-erasures", "The erasure ledger is applied: 3 lines");
        torn(newest());
        try (PackagedRampgate rampgate = PackagedRampgate.start(complete("restored"))) {
            assertThat(owner(rampgate, fresh)).as("registered anew").isEqualTo("erased-and-back");
            assertThat(rampgate.log()).contains("the last line of " + newest().getFileName() + " is damaged");
            List<JsonObject> next = new ArrayList<>();
            readPast(open(rampgate, "stays"), rampgate, cursor, next);
            assertThat(epoch(next.get(next.size() - 1))).isGreaterThan(epoch(before.get(0)));
            assertThat(feed(rampgate, lostCursor).statusCode()).isEqualTo(410);
        }

        Files.writeString(newest(), "\nanother line\n", StandardOpenOption.APPEND);
        try (PackagedRampgate refused = PackagedRampgate.launch(complete("restored"))) {
            assertThat(refused.exitCode()).as(refused.log()).isEqualTo(1);
            assertThat(refused.log())
                    .contains(
                            "The erasure ledger is damaged",
                            newest().getFileName().toString())
                    .doesNotContain("Listening on");
        }
    }

    /** While the database is away, what a restore brought back cannot be compared with the ledger. */
    private static void assertThatUsersAreRefused(PackagedRampgate rampgate) {
        await("the ports are open").atMost(LIMIT).until(() -> isAlive(rampgate));
        given().get(rampgate.managementUrl("/q/health/ready")).then().statusCode(503);
        given().header("X-User-Id", "erased-after-the-dump")
                .header("X-Gateway-Secret", "gateway-secret-canary-0011")
                .get(rampgate.url("/transactions"))
                .then()
                .statusCode(503);
        assertThat(operate()
                        .get(rampgate.managementUrl("/operate/transactions"))
                        .then()
                        .statusCode(503)
                        .extract()
                        .asString())
                .contains("The erasure ledger is not applied");
        // It names no user, and passes: this one is refused for what it lacks.
        assertThat(given().contentType("application/json")
                        .body("{}")
                        .post(rampgate.url("/proof-webhook/webhook-key-canary-0011"))
                        .statusCode())
                .isEqualTo(400);
    }

    private static boolean isAlive(PackagedRampgate rampgate) {
        try {
            return given().get(rampgate.managementUrl("/q/health/live")).statusCode() == 200;
        } catch (Exception notListening) {
            return false;
        }
    }

    private static Map<String, String> behind(TcpSwitch door, Map<String, String> environment) {
        environment.put("RAMPGATE_DATABASE_HOST", "127.0.0.1");
        environment.put("RAMPGATE_DATABASE_PORT", Integer.toString(door.port()));
        environment.put("RAMPGATE_WEBHOOK_KEYS", "webhook-key-canary-0011");
        return environment;
    }

    // --- users

    private static String open(PackagedRampgate rampgate, String userId) {
        JsonObject order = new JsonObject()
                .put("network", "ERC20")
                .put("currency", "USDC")
                .put("amount", "42.75")
                .put("reference", "order of " + userId)
                .put("metadata", new JsonObject().put("cart", userId));
        return given().contentType("application/json")
                .header("X-User-Id", userId)
                .header("X-User-Email", userId + "@example.test")
                .header("X-Gateway-Secret", "gateway-secret-canary-0011")
                .header("Idempotency-Key", "key-of-" + userId + System.nanoTime())
                .body(order.encode())
                .post(rampgate.url("/session"))
                .then()
                .statusCode(201)
                .extract()
                .path("merchant_transaction_id");
    }

    private static void erase(PackagedRampgate rampgate, String userId) {
        operate()
                .contentType("application/json")
                .body(new JsonObject().put("user_id", userId).encode())
                .post(rampgate.managementUrl("/operate/users/erase"))
                .then()
                .statusCode(200);
    }

    private static void pollAgain(PackagedRampgate rampgate, String id) {
        operate()
                .post(rampgate.managementUrl("/operate/transactions/" + id + "/poll"))
                .then()
                .statusCode(200);
    }

    private static String owner(PackagedRampgate rampgate, String id) {
        return operate()
                .get(rampgate.managementUrl("/operate/transactions/" + id))
                .then()
                .statusCode(200)
                .extract()
                .path("transaction.user_id");
    }

    private static io.restassured.specification.RequestSpecification operate() {
        return given().header("Authorization", "Bearer " + OPERATE_TOKEN);
    }

    /** The statement of this month, byte for byte. */
    private static String statement(PackagedRampgate rampgate, Map<String, String> asKnownAt) {
        return operate()
                .queryParams(asKnownAt)
                .get(rampgate.managementUrl("/operate/statements/" + MONTH))
                .then()
                .statusCode(200)
                .extract()
                .asString();
    }

    /** The same statement with each of its lines. */
    private static Map<String, String> asTable(String statement) {
        return Map.of("format", "csv", "as_known_at", new JsonObject(statement).getString("as_known_at"));
    }

    // --- events

    /** Reads until an event of this transaction has come; the cursor behind it. */
    private static String readPast(String id, PackagedRampgate rampgate, String after, List<JsonObject> events) {
        String[] next = {after};
        await("the event of " + id).atMost(LIMIT).until(() -> {
            next[0] = readToTheEnd(rampgate, next[0], events);
            return events.stream().anyMatch(event -> event.encode().contains(id));
        });
        return next[0];
    }

    /** The cursor behind the last event; more may follow while others are written. */
    private static String readToTheEnd(PackagedRampgate rampgate, String after, List<JsonObject> events) {
        String next = after;
        while (true) {
            JsonObject page = new JsonObject(
                    feed(rampgate, next).then().statusCode(200).extract().asString());
            JsonArray read = page.getJsonArray("events");
            for (int i = 0; i < read.size(); i++) {
                events.add(read.getJsonObject(i));
            }
            next = page.getString("next");
            if (read.isEmpty()) {
                return next;
            }
        }
    }

    /** Waits for a second, so that what was just written has its place. */
    private static Response feed(PackagedRampgate rampgate, String after) {
        return operate()
                .queryParams(after.isEmpty() ? Map.of() : Map.of("after", after))
                .queryParam("wait", "1s")
                .get(rampgate.managementUrl("/operate/events"));
    }

    private static List<String> numbers(List<JsonObject> events) {
        return events.stream()
                .map(event -> event.getString("id") + " "
                        + event.getJsonObject("data").getLong("epoch") + " "
                        + event.getJsonObject("data").getInteger("version"))
                .toList();
    }

    private static long epoch(JsonObject event) {
        return event.getJsonObject("data").getLong("epoch");
    }

    private static JsonObject redacted(JsonObject event) {
        JsonObject copy = event.copy();
        JsonObject data = copy.getJsonObject("data");
        List.of("user_id", "reference", "reference_source", "metadata", "address")
                .forEach(data::remove);
        data.put("redacted", true);
        return copy;
    }

    // --- dump and restore

    /** While users open sessions. */
    private static DatabaseDump dumpUnderLoad(PackagedRampgate rampgate) throws Exception {
        AtomicBoolean enough = new AtomicBoolean();
        CompletableFuture<Integer> load = CompletableFuture.supplyAsync(
                () -> {
                    int opened = 0;
                    while (!enough.get()) {
                        open(rampgate, "busy-" + opened++);
                    }
                    return opened;
                },
                THREAD_EACH);
        try {
            await("there is load")
                    .atMost(LIMIT)
                    .until(() ->
                            load.isDone() || dump("lived").tablesWith("busy-1").size() > 0);
            return dump("lived");
        } finally {
            enough.set(true);
            assertThat(load.get()).isPositive();
        }
    }

    private static DatabaseDump dump(String database) throws SQLException, IOException {
        return DatabaseDump.of(url(database));
    }

    private static void restore(DatabaseDump dump, String database) throws SQLException, IOException {
        server.createDatabase(database);
        runTask(database, "--migrate", "The database is at version");
        dump.load(url(database));
    }

    private static void awaitStatus(String database, String id, String expected) {
        await(expected).atMost(LIMIT).until(() -> expected.equals(status(database, id)));
    }

    private static String status(String database, String id) throws SQLException {
        try (Connection connection = connect(database);
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT status FROM transaction WHERE id = '" + id + "'")) {
            return rows.next() ? rows.getString(1) : null;
        }
    }

    private static Connection connect(String database) throws SQLException {
        return DriverManager.getConnection(url(database));
    }

    private static String url(String database) {
        return server.jdbcUrl().replace("/" + server.name() + "?", "/" + database + "?");
    }

    // --- the erasure ledger

    private static Path newest() throws IOException {
        try (Stream<Path> files = Files.list(ledger)) {
            return files.sorted().reduce((one, other) -> other).orElseThrow();
        }
    }

    /** As a crash leaves it: the beginning of a line. */
    private static void torn(Path file) throws IOException {
        Files.writeString(file, Files.readString(file).substring(0, 60), StandardOpenOption.APPEND);
    }

    // --- processes

    /** Another deployment need not have the same zones, neither the process nor the database. */
    private static Map<String, String> inAnotherTimeZone(String database) throws SQLException {
        try (Connection connection = connect(database);
                Statement statement = connection.createStatement()) {
            statement.execute("ALTER DATABASE " + database + " SET timezone TO 'Pacific/Kiritimati'");
        }
        Map<String, String> environment = complete(database);
        environment.put("TZ", "America/New_York");
        return environment;
    }

    private static void runTask(String database, String task, String says) {
        try (PackagedRampgate process = PackagedRampgate.launch(databaseAlone(database), task)) {
            assertThat(process.exitCode()).as(process.log()).isZero();
            assertThat(process.log()).contains(says).doesNotContain("Listening on");
        }
    }

    private static Map<String, String> databaseAlone(String database) {
        Map<String, String> environment = new HashMap<>(Map.of(
                "RAMPGATE_DATABASE_HOST", server.host(),
                "RAMPGATE_DATABASE_PORT", Integer.toString(server.port()),
                "RAMPGATE_DATABASE_NAME", database,
                "RAMPGATE_DATABASE_USER", server.user(),
                "RAMPGATE_DATABASE_PASSWORD", server.password()));
        environment.put("RAMPGATE_PRIVACY_ERASURE_LEDGER_DIRECTORY", ledger.toString());
        environment.put("RAMPGATE_PRIVACY_ERASURE_LEDGER_KEYS_FILE", keys.toString());
        return environment;
    }

    private static Map<String, String> complete(String database) {
        Map<String, String> environment = databaseAlone(database);
        environment.put("RAMPGATE_PROOF_BASE_URL", proof.baseUrl());
        environment.put("RAMPGATE_PROOF_CLIENT_TOKEN", "client-token-canary-0011");
        environment.put("RAMPGATE_IDENTITY_MODE", "header");
        environment.put("RAMPGATE_IDENTITY_HEADER_SECRET", "gateway-secret-canary-0011");
        environment.put("RAMPGATE_SESSION_LIMITS_ADDRESS", "off");
        environment.put("RAMPGATE_OPERATE_ACTORS_NIGHT_ROLE", "operator");
        environment.put("RAMPGATE_OPERATE_ACTORS_NIGHT_TOKEN_FILE", tokens.toString());
        return environment;
    }
}
