package dev.rampgate.backoffice;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;

import dev.rampgate.support.ProofAndDatabase;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@QuarkusTest
@QuarkusTestResource(ProofAndDatabase.class)
class SearchRoutesQuarkusTest {

    private static final Duration LIMIT = Duration.ofSeconds(40);
    private static final String WINDOW = "created_from=2021-03-01T00:00:00Z&created_to=2021-03-02T00:00:00Z";

    @TestHTTPResource(value = "/", management = true)
    URI management;

    @Inject
    Pool pool;

    @Inject
    MeterRegistry meters;

    private final String user = "user-" + UUID.randomUUID();

    @Test
    void aReferenceFindsTheTransactionsOfAllUsersNewestFirst() {
        String order = "order " + UUID.randomUUID() + " +&=%";
        String first = insert("2022-01-01T00:00:00Z", "reference", order);
        String second = insert("2022-01-02T00:00:00Z", "reference", order, "user_id", "another");

        list("reference=" + encoded(order))
                .body("transactions.merchant_transaction_id", contains(second, first))
                .body("transactions.user_id", contains("another", user))
                .body("transactions[0].reference", equalTo(order))
                .body("next_cursor", nullValue())
                .body("scan_limited", equalTo(false));
        list("reference=" + encoded(order) + "&user_id=" + user)
                .body("transactions.merchant_transaction_id", contains(first));
    }

    @Test
    void everyFilterNarrowsTheListAndSeveralValuesWiden() {
        String plain = insert("2022-02-01T00:00:00Z");
        String failed = insert("2022-02-02T00:00:00Z", "status", "failed", "settled", true, "currency", "USDT");
        String sale = insert("2022-02-03T00:00:00Z", "type", "sell", "network", "TRC20");
        String claimed = insert(
                "2022-02-04T00:00:00Z",
                "follow_up",
                new JsonObject()
                        .put(
                                "nudge",
                                new JsonObject()
                                        .put("channel", "WEBHOOK")
                                        .put("status", "completed")
                                        .put("received_at", "2022-02-04T00:01:00Z")
                                        .put("answers", 0)));
        String strange = insert("2022-02-05T00:00:00Z", "follow_up", new JsonObject().put("unknown_status", "odd"));
        String other = insert("2022-02-06T00:00:00Z", "follow_up", new JsonObject().put("details_contradicted", true));

        assertThat(ids("")).containsExactly(other, strange, claimed, sale, failed, plain);
        assertThat(ids("&status=failed")).containsExactly(failed);
        assertThat(ids("&status=failed&status=completed&status=pending")).hasSize(6);
        assertThat(ids("&settled=true")).containsExactly(failed);
        assertThat(ids("&settled=false&type=sell")).containsExactly(sale);
        assertThat(ids("&currency=usdt")).containsExactly(failed);
        assertThat(ids("&network=TRC20")).containsExactly(sale);
        assertThat(ids("&reported=completed")).containsExactly(claimed);
        assertThat(ids("&reported=failed")).isEmpty();
        assertThat(ids("&alarm=unknown_status&alarm=completed_contradicted")).containsExactly(strange);
        assertThat(ids("&alarm=details_contradicted")).containsExactly(other);
        assertThat(ids("&created_from=2022-02-02T00:00:00Z&created_to=2022-02-04T00:00:00Z"))
                .containsExactly(sale, failed);
        assertThat(ids("&id=" + plain + "&id=" + sale)).containsExactly(sale, plain);
        list("id=" + claimed).body("transactions[0].reported", equalTo("completed"));
        list("id=" + strange).body("transactions[0].alarms", contains("unknown_status"));
        list("id=" + other).body("transactions[0].alarms", contains("details_contradicted"));
    }

    @Test
    void pagesHoldEachTransactionOnceAlsoWhereTimesAreEqual() {
        List<String> inserted = new ArrayList<>();
        for (int i = 0; i < 7; i++) {
            inserted.add(insert("2022-03-01T00:00:00Z"));
        }
        List<String> read = new ArrayList<>();
        String cursor = "";
        do {
            JsonObject page = new JsonObject(
                    list("user_id=" + user + "&limit=2" + cursor).extract().asString());
            page.getJsonArray("transactions")
                    .forEach(one -> read.add(((JsonObject) one).getString("merchant_transaction_id")));
            cursor = page.getString("next_cursor") == null ? null : "&cursor=" + page.getString("next_cursor");
        } while (cursor != null);

        assertThat(read).containsExactlyInAnyOrderElementsOf(inserted).isSortedAccordingTo((a, b) -> b.compareTo(a));
    }

    @Test
    void aCursorFitsOnlyItsOwnSearch() {
        insert("2022-04-01T00:00:00Z");
        insert("2022-04-02T00:00:00Z");
        String cursor = list("user_id=" + user + "&limit=1").extract().path("next_cursor");

        list("user_id=" + user + "&limit=1&cursor=" + cursor).body("transactions", hasSize(1));
        get("/operate/transactions?user_id=another&cursor=" + cursor)
                .statusCode(400)
                .body("errors[0].field", equalTo("cursor"));
    }

    @Test
    void anErasedUserIsNotShown() {
        String id = insert("2022-05-01T00:00:00Z", "user_id", "\u001aerased-" + UUID.randomUUID());

        list("id=" + id).body("transactions[0].erased", equalTo(true)).body("transactions[0].user_id", nullValue());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "                                                        | query        | needs an anchor",
                "status=failed                                           | query        | needs an anchor",
                "created_to=2026-01-01T00:00:00Z                         | created_from | needs an anchor",
                "created_from=2026-01-02T00:00:00Z&created_to=2026-01-01T00:00:00Z | created_to | must be later",
                "created_from=2020-01-01T00:00:00Z&created_to=2026-01-01T00:00:00Z | created_from | at most 400 days",
                "created_from=yesterday                                  | created_from | must be one time",
                "user_id=a&status=paid                                   | status       | must be one of pending",
                "user_id=a&type=swap                                     | type         | must be one of buy, sell",
                "user_id=a&alarm=fire                                    | alarm        | must be one of completed_contradicted",
                "user_id=a&settled=maybe                                 | settled      | must be one of true, false",
                "user_id=a&currency=%2A                                  | currency     | must be 1 to 64",
                "user_id=%00                                             | user_id      | printable",
                "reference=                                              | reference    | 1 to 128",
                "user_id=a&limit=0                                       | limit        | from 1 to 200",
                "user_id=a&limit=1&limit=2                               | limit        | one number",
                "user_id=a&cursor=nonsense                               | cursor       | next_cursor",
                "user_id=a&created=2026                                  | created      | is no parameter"
            })
    void aSearchThatCannotBeIsRefusedByTheNameOfItsParameter(String query, String field, String rule) {
        get("/operate/transactions" + (query == null ? "" : "?" + query))
                .statusCode(400)
                .contentType("application/problem+json")
                .body("errors[0].field", equalTo(field))
                .body("errors[0].detail", containsString(rule));
    }

    @Test
    void anExportHoldsEveryMatchExactlyAsTheListShowsIt() {
        many(1_203, "2021-03-01T12:00:00Z");
        List<String> lines = get("/operate/transactions/export?format=ndjson&" + WINDOW)
                .statusCode(200)
                .contentType("application/x-ndjson")
                .header("Content-Disposition", containsString("transactions.ndjson"))
                .header("X-Request-Id", notNullValue())
                .extract()
                .asString()
                .lines()
                .toList();

        assertThat(lines).hasSizeGreaterThanOrEqualTo(1_203).doesNotHaveDuplicates();
        JsonObject first = new JsonObject(lines.get(0));
        JsonObject listed = new JsonObject(list(WINDOW + "&limit=1").extract().asString())
                .getJsonArray("transactions")
                .getJsonObject(0);
        assertThat(first).isEqualTo(listed);
        List<String> csv = get("/operate/transactions/export?format=csv&" + WINDOW)
                .statusCode(200)
                .contentType("text/csv")
                .extract()
                .asString()
                .lines()
                .toList();
        assertThat(csv).hasSize(lines.size() + 1);
        assertThat(csv.get(0)).startsWith("merchant_transaction_id,user_id,");
        await().atMost(LIMIT).until(() -> exports() == 0);
    }

    @Test
    void aCellOfACsvIsNoFormula() {
        insert("2022-06-01T00:00:00Z", "reference", "=HYPERLINK(1)", "metadata", new JsonObject().put("a", "b"));

        String csv = get("/operate/transactions/export?format=csv&user_id=" + user)
                .statusCode(200)
                .extract()
                .asString();

        assertThat(csv).contains(",\"'=HYPERLINK(1)\",\"caller\",").contains("\"{\"\"a\"\":\"\"b\"\"}\"\r\n");
    }

    @Test
    void anExportWithoutAMatchIsEmpty() {
        assertThat(get("/operate/transactions/export?format=ndjson&user_id=" + user)
                        .statusCode(200)
                        .extract()
                        .asString())
                .isEmpty();
        get("/operate/transactions/export?format=xlsx&user_id=" + user)
                .statusCode(400)
                .body("errors[0].field", equalTo("format"));
        get("/operate/transactions/export?format=csv").statusCode(400).body("errors[0].field", equalTo("query"));
    }

    @Test
    void aClientThatHangsUpEndsItsExportAndHealthNeverWaits() throws IOException {
        // About 10 MB: more than the buffers of ten connections on a loopback interface take, however long they have
        // time.
        many(20_000, "2021-04-01T12:00:00Z");
        await("exports of other tests have ended").atMost(LIMIT).until(() -> exports() == 0);
        String export = "GET /operate/transactions/export?format=ndjson&created_from=2021-04-01T00:00:00Z"
                + "&created_to=2021-04-02T00:00:00Z HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer"
                + " books-token-canary-0001\r\n\r\n";
        List<Socket> readers = new ArrayList<>();
        try {
            for (int i = 0; i < 10; i++) {
                Socket reader = new Socket(management.getHost(), management.getPort());
                reader.setReceiveBufferSize(4_096);
                readers.add(reader);
                reader.getOutputStream().write(export.getBytes(StandardCharsets.US_ASCII));
                InputStream answer = reader.getInputStream();
                assertThat(answer.readNBytes(12))
                        .asString(StandardCharsets.US_ASCII)
                        .isEqualTo("HTTP/1.1 200");
            }
            assertThat(exports()).isEqualTo(10);
            given().get(management.resolve("/q/health/live")).then().statusCode(200);
            given().get(management.resolve("/q/metrics")).then().statusCode(200);
            get("/operate/transactions/export?format=csv&user_id=" + user)
                    .statusCode(429)
                    .header("Retry-After", "10");
            list("user_id=" + user).body("transactions", hasSize(50));
        } finally {
            for (Socket reader : readers) {
                reader.close();
            }
        }
        await().atMost(LIMIT).until(() -> exports() == 0);
    }

    private double exports() {
        return meters.get("rampgate.operate.exports").gauge().value();
    }

    private List<String> ids(String more) {
        return list("user_id=" + user + more).extract().path("transactions.merchant_transaction_id");
    }

    private ValidatableResponse list(String query) {
        return get("/operate/transactions?" + query).statusCode(200);
    }

    private ValidatableResponse get(String path) {
        return given().header("Authorization", "Bearer books-token-canary-0001")
                .urlEncodingEnabled(false)
                .get(management.resolve(path))
                .then();
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private void many(int rows, String createdAt) {
        pool.preparedQuery("""
                        INSERT INTO transaction (
                            id, user_id, type, currency, network, created_at, status, attempt, sequence, confirmed, since, attempt_since,
                            changed_at, settled, abandoned, address
                        )
                        SELECT gen_random_uuid()::text, $1, 'buy', 'USDC', 'ERC20', $2, 'pending', 1, 1, false, $2, $2, $2, true, false,
                               repeat('x', 100)
                        FROM generate_series(1, $3)
                        """)
                .execute(Tuple.of(user, OffsetDateTime.parse(createdAt), rows))
                .await()
                .atMost(LIMIT);
    }

    /** @param columns name and value by turns, instead of the usual ones */
    private String insert(String createdAt, Object... columns) {
        String id = UUID.randomUUID().toString();
        pool.preparedQuery("""
                        INSERT INTO transaction (
                            id, user_id, type, currency, network, created_at, status, attempt, sequence, confirmed, since, attempt_since,
                            changed_at, settled, abandoned
                        )
                        VALUES ($1, $2, 'buy', 'USDC', 'ERC20', $3, 'pending', 1, 1, false, $3, $3, $3, false, false)
                        """)
                .execute(Tuple.of(id, user, OffsetDateTime.parse(createdAt)))
                .await()
                .atMost(LIMIT);
        for (int i = 0; i < columns.length; i += 2) {
            String also = columns[i].equals("reference") ? ", reference_source = 'caller'" : "";
            pool.preparedQuery("UPDATE transaction SET " + columns[i] + " = $2" + also + " WHERE id = $1")
                    .execute(Tuple.of(id, columns[i + 1]))
                    .await()
                    .atMost(LIMIT);
        }
        return id;
    }
}
