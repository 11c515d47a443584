package dev.rampgate.backoffice;

import static dev.rampgate.support.TestSession.open;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.rampgate.support.ProofAndDatabase;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Inject;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What calls of the back office leave in the audit. */
@QuarkusTest
@QuarkusTestResource(ProofAndDatabase.class)
class AuditQuarkusTest {

    private static final Duration LIMIT = Duration.ofSeconds(40);
    private static final String SERVICE = "shop-token-canary-0001";
    private static final String SUPPORT = "desk-token-canary-0001";
    private static final String OPERATOR = "operate-token-canary-0001";
    private static final String AUDITOR = "books-token-canary-0001";
    private static final String WINDOW = "{\"from\": \"2020-05-02T08:00:00Z\", \"to\": \"2020-05-02T08:00:01Z\"}";

    @TestHTTPResource(value = "/", management = true)
    URI management;

    @Inject
    Pool pool;

    @Inject
    OperatorRouter router;

    private final String userId = "user-" + UUID.randomUUID();
    private final String requestId = "request-" + UUID.randomUUID();

    @Test
    void everyRouteThatChangesSomethingLeavesOneEntry() {
        endpoint("audited");
        String id = open();
        Map<String, String> bodies = Map.of(
                "/operate/users/erase", new JsonObject().put("user_id", userId).encode(),
                "/operate/transactions/poll", WINDOW,
                "/operate/endpoints/{name}/replay", WINDOW);
        Map<String, Long> entries = new TreeMap<>();
        Map<String, Long> expected = new TreeMap<>();
        for (OperatorRoute route : router.routes()) {
            String path = route.path().replace("{id}", id).replace("{name}", "audited");
            if (!route.changes() || path.contains("{")) {
                continue;
            }
            String request = "request-" + UUID.randomUUID();
            int status = as(OPERATOR)
                    .header("X-Request-Id", request)
                    .contentType("application/json")
                    .body(bodies.getOrDefault(route.path(), "{}"))
                    .request(route.method().name(), management.resolve(path))
                    .statusCode();
            // What was not done, as for an endpoint that the settings do not have, is not audited, or was before it
            // began.
            entries.put(route.action(), rows(request));
            expected.put(route.action(), status == 200 ? 1L : Math.min(1, rows(request)));
        }

        assertThat(entries)
                .isEqualTo(expected)
                .containsEntry("erase_user", 1L)
                .containsEntry("poll_transaction", 1L)
                .containsEntry("poll_window", 1L)
                .containsEntry("resend_transaction", 1L)
                .containsEntry("pause_endpoint", 1L)
                .containsEntry("resume_endpoint", 1L)
                .containsEntry("replay_window", 1L);
        assertThat(one(
                        "SELECT count(*) FROM audit_entry WHERE action = 'erase_user' AND details LIKE '%' || $1 || '%'",
                        userId))
                .isZero();
    }

    @Test
    void aCaseThatASupportAgentReadsIsListedWithItsTransaction() {
        String id = open();
        as(SUPPORT)
                .header("X-Request-Id", requestId)
                .get(at("/operate/transactions/" + id))
                .then()
                .statusCode(200);

        JsonObject entry = entries(Map.of("about", id)).getJsonObject(0);
        assertThat(entry.getString("action")).isEqualTo("read_case");
        assertThat(entry.getString("actor")).isEqualTo("desk");
        assertThat(entry.getString("role")).isEqualTo("support");
        assertThat(entry.getString("result")).isEqualTo("begun");
        assertThat(entry.getString("subject")).isEqualTo(id);
        assertThat(entry.getString("request_id")).isEqualTo(requestId);
        await("it is linked")
                .atMost(LIMIT)
                .until(() -> Optional.ofNullable(entries(Map.of("about", id))
                                        .getJsonObject(0)
                                        .getString("hash"))
                                .orElse("")
                                .length()
                        == 64);
    }

    @Test
    void aSearchIsListedWithHashesThatTheAuditorFindsByTheValue() {
        search(SUPPORT, "user_id=" + userId + "&status=failed&" + userId + "=1")
                .then()
                .statusCode(400);
        search(SUPPORT, "user_id=" + userId + "&status=failed").then().statusCode(200);

        JsonArray found = entries(Map.of("about", userId, "actor", "desk", "action", "list_transactions"));
        assertThat(found).hasSize(2);
        JsonObject details = found.getJsonObject(0).getJsonObject("details");
        assertThat(details.getJsonArray("user_id").getString(0)).matches("[0-9a-f]{8}:[0-9a-f]{32}");
        assertThat(details.getJsonArray("status")).containsExactly("failed");
        assertThat(found.encode()).doesNotContain(userId);
        as(AUDITOR)
                .queryParam("about", userId)
                .queryParam("format", "csv")
                .get(at("/operate/audit"))
                .then()
                .statusCode(200)
                .contentType("text/csv");
    }

    @Test
    void listsAndTheFeedAreCountedForServicesAndExportsAreListed() {
        double before = counted("list_transactions") + counted("read_events");
        search(SERVICE, "user_id=" + userId).then().statusCode(200);
        as(SERVICE).get(at("/operate/events?limit=1")).then().statusCode(200);
        assertThat(entries(Map.of("about", userId))).isEmpty();
        assertThat(counted("list_transactions") + counted("read_events")).isEqualTo(before + 2);

        as(SERVICE)
                .get(at("/operate/transactions/export?format=csv&user_id=" + userId))
                .then()
                .statusCode(200);
        assertThat(entries(Map.of("about", userId)).getJsonObject(0).getString("action"))
                .isEqualTo("export_transactions");
    }

    @Test
    void anExportStreamsAllEntriesThatMatchOnceEach() {
        String actor = "export" + UUID.randomUUID().toString().substring(0, 8);
        int written = 1_203;
        pool.preparedQuery("""
                        INSERT INTO audit_entry (actor, role, action, result, request_id)
                        SELECT $1, 'support', CASE WHEN number = 7 THEN '=cmd' ELSE 'read_case' END, 'begun', 'r-' || number
                        FROM generate_series(1, $2) AS number
                        """).execute(Tuple.of(actor, written)).await().atMost(LIMIT);

        List<String> requests = export("ndjson", actor, 200)
                .lines()
                .map(JsonObject::new)
                .map(entry -> entry.getString("request_id"))
                .toList();
        assertThat(requests).hasSize(written).doesNotHaveDuplicates();
        assertThat(export("csv", actor, 200).lines())
                .hasSize(1 + written)
                .first()
                .asString()
                .startsWith("position,at,actor,role,action,result,subject,details,request_id,calls,previous,hash");
        assertThat(export("csv", actor, 200)).contains("\"'=cmd\"");
        assertThat(export("json", actor, 400)).contains("must be csv or ndjson");
        as(SUPPORT).get(at("/operate/audit/export?format=csv")).then().statusCode(403);
        assertThat(entries(Map.of("about", actor, "action", "export_audit"))).isNotEmpty();
    }

    private String export(String format, String actor, int status) {
        return as(AUDITOR)
                .queryParam("format", format)
                .queryParam("actor", actor)
                .get(at("/operate/audit/export"))
                .then()
                .statusCode(status)
                .extract()
                .asString();
    }

    @Test
    void refusedCallsAreCountedInFewEntries() {
        long calls = calls("unauthenticated");
        long rows = one("SELECT count(*) FROM audit_entry WHERE result = $1", "unauthenticated");
        Instant begun = Instant.now();
        for (int turn = 0; turn < 100; turn++) {
            as("wrong-token-canary-" + turn).get(at("/operate/events")).then().statusCode(401);
        }
        as(AUDITOR).post(at("/operate/transactions/any/poll")).then().statusCode(403);

        await("they are written").atMost(LIMIT).until(() -> calls("unauthenticated") >= calls + 100);
        long intervals = Duration.between(begun, Instant.now()).toSeconds() / 4 + 2;
        assertThat(one("SELECT count(*) FROM audit_entry WHERE result = $1", "unauthenticated") - rows)
                .isBetween(1L, intervals);
        await("the role's, too")
                .atMost(LIMIT)
                .until(() -> entries(Map.of("actor", "books", "action", "poll_transaction")).stream()
                        .map(JsonObject.class::cast)
                        .anyMatch(entry -> entry.getString("result").equals("forbidden")));
    }

    @Test
    void twoActorsWhoActAtOnceOnOneCaseAreAuditedOnceEachAndItIsDoneOnce() {
        String id = "unheard-" + UUID.randomUUID();
        List<CompletableFuture<Integer>> calls = IntStream.range(0, 8)
                .mapToObj(turn -> CompletableFuture.supplyAsync(() -> as(turn % 2 == 0 ? OPERATOR : SUPPORT)
                        .post(at("/operate/transactions/" + id + "/poll"))
                        .statusCode()))
                .toList();

        assertThat(calls.stream().map(CompletableFuture::join)).containsOnly(200);
        assertThat(entries(Map.of("about", id, "actor", "night"))).hasSize(4);
        assertThat(entries(Map.of("about", id, "actor", "desk"))).hasSize(4);
        assertThat(one("SELECT count(*) FROM poll WHERE transaction_id = $1", id))
                .isLessThanOrEqualTo(1);
    }

    @Test
    void afterAnErasureTheUsersIdStandsInNoColumnOfAnyTable() {
        given().contentType("application/json")
                .header("X-User-Id", userId)
                .body("{\"network\":\"ERC20\",\"currency\":\"USDC\",\"amount\":\"42.75\",\"type\":\"buy\"}")
                .post("/session")
                .then()
                .statusCode(201);
        search(SUPPORT, "user_id=" + userId).then().statusCode(200);
        search(SUPPORT, "reference=" + userId + "&id=" + userId).then().statusCode(200);
        as(SUPPORT).get(at("/operate/transactions/" + userId)).then().statusCode(404);
        as(AUDITOR).get(at("/operate/audit?about=" + userId)).then().statusCode(200);
        as(OPERATOR).get(at("/operate/deliveries?transaction=" + userId)).then().statusCode(200);
        as(SERVICE)
                .get(at("/operate/transactions/export?format=ndjson&user_id=" + userId))
                .then()
                .statusCode(200);
        assertThat(tablesWith(userId)).contains("transaction");

        as(OPERATOR)
                .contentType("application/json")
                .body(new JsonObject().put("user_id", userId).encode())
                .post(at("/operate/users/erase"))
                .then()
                .statusCode(200);

        assertThat(tablesWith(userId)).isEmpty();
        assertThat(entries(Map.of("about", userId)).stream()
                        .map(JsonObject.class::cast)
                        .map(entry -> entry.getString("action"))
                        .toList())
                .contains(
                        "erase_user",
                        "export_transactions",
                        "list_transactions",
                        "read_audit",
                        "read_case",
                        "read_deliveries");
    }

    // --- steps

    /** As a dump has them: every row of every table as text. */
    private List<String> tablesWith(String text) {
        List<String> tables = new ArrayList<>();
        pool.query(
                        "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = current_schema()::regnamespace")
                .execute()
                .await()
                .atMost(LIMIT)
                .forEach(row -> tables.add(row.getString(0)));
        assertThat(tables).contains("audit_entry", "transaction", "event");
        tables.removeIf(table ->
                one("SELECT count(*) FROM \"" + table + "\" AS row WHERE row::text LIKE '%' || $1 || '%'", text) == 0);
        return tables;
    }

    private void endpoint(String name) {
        pool.preparedQuery("""
                        INSERT INTO endpoint (name, types, known_at, position, paced_to, replay_paced_to, swept_to, replay_swept_to)
                        SELECT $1, '{}', now(), last_position, now(), now(), '-infinity', '-infinity'
                        FROM feed
                        ON CONFLICT (name) DO NOTHING
                        """).execute(Tuple.of(name)).await().atMost(LIMIT);
    }

    private JsonArray entries(Map<String, String> filter) {
        Response answer =
                as(AUDITOR).queryParams(filter).queryParam("limit", 500).get(at("/operate/audit"));
        answer.then().statusCode(200);
        JsonArray entries = new JsonObject(answer.asString()).getJsonArray("entries");
        // Reading the audit is audited, too: of this test's own reads nothing is wanted but where it asks for them.
        JsonArray others = new JsonArray();
        entries.stream()
                .map(JsonObject.class::cast)
                .filter(entry -> filter.containsKey("action")
                        || !entry.getString("action").equals("read_audit")
                        || !entry.getJsonObject("details").containsKey("limit"))
                .forEach(others::add);
        return others;
    }

    private Response search(String token, String query) {
        return as(token).get(at("/operate/transactions?" + query));
    }

    private double counted(String action) {
        return given().get(management.resolve("/q/metrics"))
                .asString()
                .lines()
                .filter(line -> line.startsWith("rampgate_audit_unlisted_total") && line.contains("\"" + action + "\""))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    private long calls(String result) {
        return one("SELECT coalesce(sum(calls), 0)::bigint FROM audit_entry WHERE result = $1", result);
    }

    private long rows(String request) {
        return one("SELECT count(*) FROM audit_entry WHERE request_id = $1", request);
    }

    private long one(String query, String parameter) {
        return pool.preparedQuery(query)
                .execute(Tuple.of(parameter))
                .map(rows -> rows.iterator().next().getLong(0))
                .await()
                .atMost(LIMIT);
    }

    private URI at(String path) {
        return management.resolve(path);
    }

    private static RequestSpecification as(String token) {
        return given().header("Authorization", "Bearer " + token);
    }
}
