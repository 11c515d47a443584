package dev.rampgate.books.drift;

import static dev.rampgate.support.ProofAndDatabase.proof;
import static dev.rampgate.support.TestSession.open;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;

import dev.rampgate.books.drift.DriftStore.Item;
import dev.rampgate.books.drift.DriftStore.Outcome;
import dev.rampgate.database.Columns;
import dev.rampgate.sandbox.transaction.Action;
import dev.rampgate.support.ProofAndDatabase;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import io.restassured.response.ValidatableResponse;
import io.restassured.specification.RequestSpecification;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Inject;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(ProofAndDatabase.class)
class DriftQuarkusTest {

    private static final Duration LIMIT = Duration.ofSeconds(60);

    @TestHTTPResource(value = "/", management = true)
    URI management;

    @Inject
    Pool pool;

    @Inject
    DriftStore store;

    @Inject
    BreakStore breaks;

    @Inject
    MeterRegistry meters;

    private Instant from;

    @BeforeEach
    void begin() {
        from = Instant.now();
    }

    @AfterEach
    void endRuns() {
        proof().faults().clear();
        JsonPath runs = as("operate").get(at("/operate/drift")).then().extract().jsonPath();
        runs.getList("runs.findAll { it.ended_at == null }.id", String.class)
                .forEach(id -> as("operate").post(at("/operate/drift/" + id + "/cancel")));
    }

    @Test
    void aRunFindsWhatTheRecordHasWrongAndTheRecordFollows() {
        List<String> ids = settled(4);
        run("UPDATE transaction SET fiat_amount = '1.00' WHERE id = $1", ids.get(1));
        // Older than what Proof says, so that one poll corrects it.
        run("""
                UPDATE transaction
                SET status = 'failed',
                    confirmed = true,
                    as_of = as_of - interval '1 h',
                    since = since - interval '1 h',
                    attempt_since = attempt_since - interval '1 h'
                WHERE id = $1
                """, ids.get(2));
        String unknown = "unknown-" + UUID.randomUUID();
        run("""
                INSERT INTO transaction (
                    id, created_at, status, attempt, sequence, confirmed, since, attempt_since, changed_at, settled, abandoned)
                VALUES ($1, now(), 'completed', 1, 1, true, now(), now(), now(), true, false)
                """, unknown);

        String id = start().statusCode(200).extract().path("id");
        JsonPath run = ended(id);

        assertThat(run.getString("state")).isEqualTo("done");
        assertThat(run.getInt("total")).isEqualTo(5);
        assertThat(run.getInt("done")).isEqualTo(5);
        assertThat(run.getInt("agreed")).isEqualTo(2);
        assertThat(run.getInt("differed")).isEqualTo(2);
        assertThat(run.getInt("missing")).isEqualTo(1);
        assertThat(kinds(ids.get(1))).containsExactly("amount");
        assertThat(kinds(ids.get(2))).containsExactly("status");
        assertThat(kinds(unknown)).containsExactly("missing_there");
        assertThat(run("SELECT FROM poll WHERE transaction_id = $1", unknown)).isZero();
        // The answers went on as those of any poll, and what the record has followed is resolved.
        await().atMost(LIMIT)
                .until(() -> state(ids.get(1)).equals("resolved")
                        && state(ids.get(2)).equals("resolved"));
        assertThat(state(unknown)).isEqualTo("open");
    }

    /** What a replica leaves behind that ends at each of its steps; the application is the other replica. */
    @Test
    void aRunGoesOnWhereverAReplicaEndedAndCountsEachTransactionOnce() {
        List<String> ids = settled(5);
        run("UPDATE transaction SET fiat_amount = '1.00' WHERE id = $1", ids.get(3));
        Instant to = Instant.now().plusSeconds(1);
        long id = get(pool.preparedQuery("""
                        INSERT INTO drift_run (created_from, created_to, state, started_by, started_at, cursor_at, total, polling_since)
                        VALUES ($1, $2, 'polling', 'night', now(), $1, 5, now())
                        RETURNING id
                        """).execute(Tuple.of(Columns.utc(from), Columns.utc(to))))
                .iterator()
                .next()
                .getLong("id");
        double asked = asked();
        UUID claim = UUID.randomUUID();
        // Taken and claimed, but not asked for; compared, but not offered; offered, but not counted; its lease lost.
        for (String item : ids) {
            run("""
                    INSERT INTO drift_item (run_id, transaction_id, due_at)
                    VALUES ((SELECT max(id) FROM drift_run), $1, now() + interval '1 h')
                    ON CONFLICT DO NOTHING
                    """, item);
        }
        Item compared = item(id, ids.get(3), claim);
        Item offered = item(id, ids.get(4), claim);
        Item lost = item(id, ids.get(0), UUID.randomUUID());
        hold(compared, offered);
        get(pool.withTransaction(connection -> store.compared(connection, compared, Outcome.DIFFERED)
                .call(() -> breaks.record(
                        connection, Source.POLL, id, List.of(ids.get(3)), List.of(difference(ids.get(3)))))));
        get(pool.withTransaction(connection -> store.compared(connection, offered, Outcome.AGREED)));

        run("UPDATE drift_item SET due_at = now() WHERE transaction_id = ANY ($1)", ids.toArray(String[]::new));
        JsonPath run = ended(Long.toString(id));
        get(store.finish(compared));
        get(store.finish(lost));

        assertThat(run.getInt("done")).isEqualTo(5);
        assertThat(run.getInt("agreed")).isEqualTo(4);
        assertThat(run.getInt("differed")).isEqualTo(1);
        assertThat(read(id).getInt("done")).isEqualTo(5);
        // Each was asked for once more, by the replica that went on.
        assertThat(asked() - asked).isEqualTo(5);
        assertThat(kinds(ids.get(3))).containsExactly("amount");
        assertThat(run("SELECT FROM drift_item WHERE transaction_id = ANY ($1)", ids.toArray(String[]::new)))
                .isZero();
    }

    @Test
    void oneRunIsActiveAtATimeAndMayBeCancelled() {
        List<String> ids = settled(1);
        String id = start().statusCode(200).extract().path("id");
        run("UPDATE drift_item SET due_at = now() + interval '1 h' WHERE transaction_id = $1", ids.get(0));

        // It may have ended by itself.
        int second = start().extract().statusCode();
        int cancelled =
                as("operate").post(at("/operate/drift/" + id + "/cancel")).statusCode();

        assertThat(second == 409 || read(Long.parseLong(id)).getString("state").equals("done"))
                .isTrue();
        assertThat(cancelled).isIn(200, 409);
        assertThat(run("SELECT FROM drift_item WHERE run_id = $1::bigint", Long.parseLong(id)))
                .isZero();
    }

    @Test
    void aBreakIsExplainedByRowsThatAreAdded() {
        String transaction = "explained-" + UUID.randomUUID();
        get(pool.withTransaction(connection ->
                breaks.record(connection, Source.POLL, 0, List.of(transaction), List.of(difference(transaction)))));
        String id = list(transaction).getString("breaks[0].id");

        for (String text : List.of("Proof's ticket 4711", "closed by Proof")) {
            as("operate")
                    .contentType("application/json")
                    .body(new JsonObject().put("text", text).encode())
                    .post(at("/operate/breaks/" + id + "/explain"))
                    .then()
                    .statusCode(200)
                    .body("state", equalTo("explained"));
        }

        as("books")
                .get(at("/operate/breaks/" + id))
                .then()
                .statusCode(200)
                .body("notes.text", equalTo(List.of("Proof's ticket 4711", "closed by Proof")))
                .body("notes.actor", equalTo(List.of("night", "night")));
        as("books").post(at("/operate/breaks/" + id + "/explain")).then().statusCode(403);
    }

    @Test
    void aDifferenceThatChangesIsResolvedAndOpenedAnew() {
        String transaction = "changing-" + UUID.randomUUID();
        for (String status : List.of("failed", "failed", "cancelled")) {
            get(pool.withTransaction(connection -> breaks.record(
                    connection,
                    Source.POLL,
                    7,
                    List.of(transaction),
                    List.of(new Difference(
                            transaction, BreakKind.STATUS, here(), there(status, "1"), Instant.now())))));
        }
        assertThat(list(transaction).getList("breaks.state")).isEqualTo(List.of("open", "resolved"));

        get(pool.withTransaction(
                connection -> breaks.record(connection, Source.POLL, 8, List.of(transaction), List.of())));

        assertThat(list(transaction).getList("breaks.state")).isEqualTo(List.of("resolved", "resolved"));
    }

    @Test
    void whatIsNoWindowOrFilterIsRefused() {
        as("operate")
                .contentType("application/json")
                .body("{\"from\": \"2026-10-02T00:00:00Z\", \"to\": \"2026-10-01T00:00:00Z\"}")
                .post(at("/operate/drift"))
                .then()
                .statusCode(400);
        for (String query : List.of("state=lost", "kind=x", "run=x", "run=1&import=1", "after=-1", "limit=0")) {
            as("operate").get(at("/operate/breaks?" + query)).then().statusCode(400);
        }
        as("operate").get(at("/operate/breaks?limit=1")).then().statusCode(200).body("breaks", hasSize(equalTo(1)));
    }

    // --- transactions

    /** Settled ones whose webhook has come and whose polls are made: what comes after a test has planted a mistake would mend it. */
    private List<String> settled(int count) {
        List<String> ids = Stream.generate(() -> open()).limit(count).toList();
        ids.forEach(id -> proof().drive(id, Action.COMPLETE));
        await().atMost(LIMIT).until(() -> run("""
                                SELECT
                                FROM transaction
                                WHERE settled
                                  AND id = ANY ($1)
                                  AND EXISTS (
                                      SELECT
                                      FROM observation
                                      WHERE transaction_id = transaction.id
                                        AND channel = 'WEBHOOK'
                                        AND status = 'completed'
                                  )
                                  AND NOT EXISTS (
                                      SELECT
                                      FROM poll
                                      WHERE transaction_id = transaction.id
                                        AND (due_at IS NOT NULL OR leased_by IS NOT NULL)
                                  )""", ids.toArray(String[]::new)) == count);
        return ids;
    }

    /** Calls of drift runs that Proof answered; other polls do not count. */
    private double asked() {
        return meters.counter("rampgate.books.drift.polls", "result", "ok").count();
    }

    private static Item item(long run, String transaction, UUID claim) {
        return new Item(run, transaction, claim, 0, false);
    }

    private void hold(Item... items) {
        for (Item item : items) {
            get(pool.preparedQuery("UPDATE drift_item SET claim = $2 WHERE transaction_id = $1")
                    .execute(Tuple.of(item.transactionId(), item.claim())));
        }
    }

    private static Difference difference(String transaction) {
        return new Difference(transaction, BreakKind.AMOUNT, here(), there("completed", "40.15"), Instant.now());
    }

    private static Here here() {
        Instant now = Instant.now();
        return new Here("completed", "1.00", "1.00", "USDC", "EUR", true, now, now, now);
    }

    private static There there(String status, String amount) {
        return new There(status, amount, amount, "USDC", "EUR", false, Instant.now());
    }

    // --- calls

    private ValidatableResponse start() {
        return as("operate")
                .contentType("application/json")
                .body(new JsonObject()
                        .put("from", from.toString())
                        .put("to", Instant.now().plusSeconds(1).toString())
                        .encode())
                .post(at("/operate/drift"))
                .then();
    }

    private JsonPath ended(String id) {
        await().atMost(LIMIT).until(() -> read(Long.parseLong(id)).getString("ended_at") != null);
        return read(Long.parseLong(id));
    }

    private JsonPath read(long id) {
        return as("books")
                .get(at("/operate/drift/" + id))
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
    }

    private JsonPath list(String transaction) {
        return as("books")
                .get(at("/operate/breaks?transaction=" + transaction))
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
    }

    private List<String> kinds(String transaction) {
        return list(transaction).getList("breaks.kind", String.class);
    }

    private String state(String transaction) {
        return list(transaction).getString("breaks[0].state");
    }

    private static RequestSpecification as(String actor) {
        return given().header("Authorization", "Bearer " + actor + "-token-canary-0001");
    }

    private URI at(String path) {
        return management.resolve(path);
    }

    /** How many rows it reads or writes. */
    private int run(String statement, Object value) {
        return get(pool.preparedQuery(statement).execute(Tuple.of(value))).rowCount();
    }

    private static <T> T get(Uni<T> work) {
        return work.await().atMost(LIMIT);
    }
}
