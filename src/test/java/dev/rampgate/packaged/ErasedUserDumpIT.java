package dev.rampgate.packaged;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.rampgate.sandbox.ProofSimulator;
import dev.rampgate.sandbox.SimulatorSettings;
import dev.rampgate.sandbox.transaction.Action;
import dev.rampgate.sandbox.transaction.LifeMode;
import dev.rampgate.support.TestDatabase;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a backup still says of a user after the erasure. On an installed PostgreSQL the backup is that of its own {@code pg_dump}, which must be there;
 * on the embedded one, which comes without, all rows of all tables as text.
 */
class ErasedUserDumpIT {

    private static final Duration LIMIT = Duration.ofSeconds(120);
    private static final String OPERATE_TOKEN = "operate-token-canary-0012";
    private static final String DESK_TOKEN = "desk-token-canary-0012";
    private static final String GATEWAY_SECRET = "gateway-secret-canary-0012";
    private static final String WEBHOOK_KEY = "webhook-key-canary-0012";

    private static final String USER = "user-to-be-erased-4711";
    private static final String EMAIL = "somebody.erased@example.test";
    private static final String REFERENCE = "order-to-be-erased-4711";
    private static final String METADATA = "metadata-to-be-erased-4711";

    @TempDir
    static Path directory;

    private static TestDatabase database;
    private static ProofSimulator proof;
    private static PackagedRampgate rampgate;

    @BeforeAll
    static void start() throws Exception {
        database = TestDatabase.start();
        proof = ProofSimulator.started(SimulatorSettings.builder()
                .port(0)
                .clientToken("client-token-canary-0012")
                .life(LifeMode.MANUAL, 1)
                .build());
        Map<String, String> environment = new HashMap<>(database.environment());
        environment.put("RAMPGATE_PROOF_BASE_URL", proof.baseUrl());
        environment.put("RAMPGATE_PROOF_CLIENT_TOKEN", "client-token-canary-0012");
        environment.put("RAMPGATE_WEBHOOK_KEYS", WEBHOOK_KEY);
        environment.put("RAMPGATE_IDENTITY_MODE", "header");
        environment.put("RAMPGATE_IDENTITY_HEADER_SECRET", GATEWAY_SECRET);
        environment.put("RAMPGATE_OPERATE_AUDIT_KEYS", "audit-key-canary-0012-0123456789abcdef");
        environment.put("RAMPGATE_OPERATE_LIMITS_ACTOR", "off");
        environment.put("RAMPGATE_OPERATE_ACTORS_NIGHT_ROLE", "operator");
        environment.put(
                "RAMPGATE_OPERATE_ACTORS_NIGHT_TOKEN_FILE",
                Files.writeString(directory.resolve("night"), OPERATE_TOKEN).toString());
        environment.put("RAMPGATE_OPERATE_ACTORS_DESK_ROLE", "support");
        environment.put(
                "RAMPGATE_OPERATE_ACTORS_DESK_TOKEN_FILE",
                Files.writeString(directory.resolve("desk"), DESK_TOKEN).toString());
        rampgate = PackagedRampgate.start(environment);
    }

    @AfterAll
    static void stop() throws Exception {
        rampgate.close();
        proof.close();
        database.close();
    }

    @Test
    void nothingInADumpNamesAnErasedUserAndTheAuditStillFindsItsEntries() throws Exception {
        String id = openSession();
        String address = proof.transactions().get(id).address();
        report(id, "processing");
        proof.drive(id, Action.COMPLETE);
        report(id, "completed");
        pollAgain(id);
        await("the end").atMost(LIMIT).until(() -> "completed".equals(status(id)));
        readEverything(id, address);
        await("the audit has the calls")
                .atMost(LIMIT)
                .until(() -> audited(USER) >= 3 && audited(REFERENCE) >= 2 && audited(address) >= 1);
        String before = dump();
        for (String personal : List.of(USER, REFERENCE, METADATA, address)) {
            assertThat(before).as("a backup from before the erasure").contains(personal);
        }
        assertThat(found(before, EMAIL)).as("an e-mail address is never stored").isEmpty();
        int entries = audited(USER);

        operate()
                .contentType(ContentType.JSON)
                .body(new JsonObject().put("user_id", USER).encode())
                .post(rampgate.managementUrl("/operate/users/erase"))
                .then()
                .statusCode(200);
        // What still comes about the transaction.
        report(id, "completed");
        pollAgain(id);
        readEverything(id, address);
        await("the audit has these calls, too").atMost(LIMIT).until(() -> audited(USER) > entries);

        await("what was polled in vain is forgotten").atMost(LIMIT).untilAsserted(() -> {
            String after = dump();
            for (String personal : List.of(USER, EMAIL, REFERENCE, METADATA, address)) {
                assertThat(found(after, personal)).as(personal).isEmpty();
            }
        });
        String after = dump();
        assertThat(after).as("the books").contains(id, "42.75");
        assertThat(after).as("the audit").contains("list_transactions", "read_case", "erase_user");
    }

    // --- what a user and the company do

    private static String openSession() {
        return given().contentType(ContentType.JSON)
                .header("X-User-Id", USER)
                .header("X-User-Email", EMAIL)
                .header("X-Gateway-Secret", GATEWAY_SECRET)
                .header("Idempotency-Key", "key-of-" + USER)
                .body(new JsonObject()
                        .put("network", "ERC20")
                        .put("currency", "USDC")
                        .put("amount", "42.75")
                        .put("type", "buy")
                        .put("reference", REFERENCE)
                        .put("metadata", new JsonObject().put("cart", METADATA))
                        .encode())
                .post(rampgate.url("/session"))
                .then()
                .statusCode(201)
                .extract()
                .path("merchant_transaction_id");
    }

    private static void report(String id, String status) {
        given().contentType(ContentType.JSON)
                .body(new JsonObject()
                        .put("merchant_transaction_id", id)
                        .put("partner_user_id", USER)
                        .put("status", status)
                        .put("updated_at", Instant.now().toString())
                        .encode())
                .post(rampgate.url("/proof-webhook/" + WEBHOOK_KEY))
                .then()
                .statusCode(204);
    }

    private static void pollAgain(String id) {
        operate()
                .post(rampgate.managementUrl("/operate/transactions/" + id + "/poll"))
                .then()
                .statusCode(200);
    }

    private static String status(String id) {
        return operate()
                .get(rampgate.managementUrl("/operate/transactions/" + id))
                .path("transaction.status");
    }

    /** What names a user, in every place where an actor can write it down; a wrong place is refused. */
    private static void readEverything(String id, String address) {
        for (String name : List.of("user_id", "reference", "id")) {
            for (String value : List.of(USER, REFERENCE, address, EMAIL)) {
                get("transactions", name, value);
                get("transactions/export", name, value);
            }
        }
        get("audit", "about", USER);
        get("deliveries", "transaction", USER);
        get("transactions", USER, USER);
        for (String value : List.of(USER, REFERENCE, address, id)) {
            get("transactions/" + value, "x", "");
            operate().post(rampgate.managementUrl("/operate/transactions/" + value + "/resend"));
            // What Proof does not know is forgotten again.
            operate().post(rampgate.managementUrl("/operate/transactions/" + value + "/poll"));
        }
        operate()
                .contentType(ContentType.JSON)
                .body(new JsonObject().put("user_id", USER).encode())
                .post(rampgate.managementUrl("/operate/users/export"))
                .then()
                .statusCode(200);
        Response signedIn = form(null).formParam("token", DESK_TOKEN).post(console("sign-in"));
        String cookie = signedIn.cookie("rampgate-console");
        Matcher csrf = Pattern.compile("name=\"csrf\" value=\"([^\"]+)\"")
                .matcher(given().cookie("rampgate-console", cookie)
                        .get(console(""))
                        .asString());
        assertThat(csrf.find()).isTrue();
        for (String value : List.of(USER, REFERENCE, address, EMAIL)) {
            Response moved = form(cookie)
                    .formParam("csrf", csrf.group(1))
                    .formParam("find", value)
                    .post(console("find"));
            given().cookie("rampgate-console", cookie).get(rampgate.managementUrl(moved.header("Location")));
        }
    }

    private static void get(String path, String name, String value) {
        operate().queryParam(name, value).get(rampgate.managementUrl("/operate/" + path));
    }

    /** How many entries of the audit are about this. */
    private static int audited(String about) {
        return operate()
                .queryParam("about", about)
                .get(rampgate.managementUrl("/operate/audit"))
                .then()
                .statusCode(200)
                .extract()
                .<List<?>>path("entries")
                .size();
    }

    private static RequestSpecification operate() {
        return given().header("Authorization", "Bearer " + OPERATE_TOKEN);
    }

    private static RequestSpecification form(String cookie) {
        RequestSpecification form = given().redirects().follow(false).header("Sec-Fetch-Site", "same-origin");
        return cookie == null ? form : form.cookie("rampgate-console", cookie);
    }

    private static String console(String path) {
        return rampgate.managementUrl("/operate/console/" + path);
    }

    // --- the backup

    private static String dump() throws Exception {
        if (System.getenv("RAMPGATE_TEST_DATABASE") == null) {
            return DatabaseDump.of(database.jdbcUrl()).rows().entrySet().stream()
                    .map(table -> table.getKey() + "\n" + new String(table.getValue(), StandardCharsets.UTF_8))
                    .collect(Collectors.joining("\n"));
        }
        Path file = directory.resolve("dump-" + System.nanoTime());
        ProcessBuilder dumping = new ProcessBuilder(
                        pgDump(),
                        "-h",
                        database.host(),
                        "-p",
                        Integer.toString(database.port()),
                        "-U",
                        database.user(),
                        "-f",
                        file.toString(),
                        database.name())
                .inheritIO();
        dumping.environment().put("PGPASSWORD", database.password());
        Process process = dumping.start();
        assertThat(process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as("pg_dump").isZero();
        return Files.readString(file);
    }

    /** Of the newest PostgreSQL that is installed: an older one refuses a newer server. */
    private static String pgDump() throws Exception {
        try (Stream<Path> versions = Files.list(Path.of("/usr/lib/postgresql"))) {
            return versions.map(version -> version.resolve("bin/pg_dump"))
                    .filter(Files::isExecutable)
                    .max((one, other) -> Double.compare(version(one), version(other)))
                    .orElseThrow(
                            () -> new IllegalStateException("pg_dump is missing; apt-get install postgresql-client"))
                    .toString();
        }
    }

    private static double version(Path program) {
        return Double.parseDouble(program.getParent().getParent().getFileName().toString());
    }

    /** The lines that hold a text, as it is, in hex or in base64 at whichever offset. */
    private static List<String> found(String dump, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        List<String> spellings =
                new ArrayList<>(List.of(text.toLowerCase(), HexFormat.of().formatHex(bytes)));
        for (int offset = 0; offset < 3; offset++) {
            byte[] shifted = new byte[offset + bytes.length];
            System.arraycopy(bytes, 0, shifted, offset, bytes.length);
            String encoded = Base64.getEncoder().withoutPadding().encodeToString(shifted);
            // What the bytes around it have a part in is left out.
            spellings.add(
                    encoded.substring(offset == 0 ? 0 : 4, encoded.length() - 3).toLowerCase());
        }
        return dump.lines()
                .filter(line -> spellings.stream().anyMatch(line.toLowerCase()::contains))
                .map(line -> line.substring(0, Math.min(line.length(), 200)))
                .toList();
    }
}
