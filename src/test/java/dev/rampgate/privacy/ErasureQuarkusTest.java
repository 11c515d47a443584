package dev.rampgate.privacy;

import static dev.rampgate.support.ProofAndDatabase.proof;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;

import dev.rampgate.eventloop.DetachedWork;
import dev.rampgate.ledger.TransactionDetails;
import dev.rampgate.reconcile.ErasedUsers;
import dev.rampgate.reconcile.ErasureKeys;
import dev.rampgate.sandbox.fault.Fault;
import dev.rampgate.sandbox.fault.FaultRule;
import dev.rampgate.sandbox.fault.Place;
import dev.rampgate.sandbox.transaction.Action;
import dev.rampgate.sandbox.transaction.SessionOrder;
import dev.rampgate.support.EventReader;
import dev.rampgate.support.HangingUp;
import dev.rampgate.support.ProofAndDatabase;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.restassured.response.ValidatableResponse;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.URI;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is in flight, or comes later, when a user is erased. */
@QuarkusTest
@QuarkusTestResource(ProofAndDatabase.class)
class ErasureQuarkusTest {

    private static final Duration LIMIT = Duration.ofSeconds(40);
    private static final String ORDER =
            "{\"network\":\"ERC20\",\"currency\":\"USDC\",\"amount\":\"42.75\",\"type\":\"buy\"}";

    @TestHTTPResource(value = "/", management = true)
    URI management;

    @TestHTTPResource("/")
    URI door;

    @Inject
    Pool pool;

    @Inject
    ErasedUsers erasedUsers;

    @Inject
    ErasureKeys keys;

    @Inject
    ErasureReplay replay;

    @Inject
    DetachedWork detached;

    private final String userId = "user-" + UUID.randomUUID();

    @AfterEach
    void heal() {
        proof().faults().clear();
    }

    @Test
    void aSessionInFlightIsStoredWithoutTheUserAndItsAnswerIsKeptNowhere() {
        proof().faults().add(FaultRule.always(Place.SESSION_CALL, new Fault.Slow(1_500)));
        Map<String, String> headers =
                Map.of("X-User-Id", userId, "Idempotency-Key", "a-key", "Rampgate-Hand-Off", "true");
        try (HangingUp client = HangingUp.post(door.getPort(), "/session", headers, ORDER)) {
            await("Proof is asked").atMost(LIMIT).until(() -> callsOfProof() == 1);
            assertThat(places()).isEqualTo(1); // the claim

            erase();

            assertThat(places()).isZero();
            await("the session is opened").atMost(LIMIT).until(() -> detached.pending() == 0);
        }
        String id = idAtProof();
        await("it is stored").atMost(LIMIT).until(() -> owner(id) != null);
        assertThat(owner(id)).startsWith(TransactionDetails.ERASED);
        assertThat(count("SELECT count(*) FROM transaction WHERE id = $1 AND address IS NOT NULL", id))
                .isZero();
        assertThat(places()).isZero();
    }

    @Test
    void aTransactionThatProofNamesLaterIsAdoptedWithoutTheUser() {
        String id =
                proof().open(SessionOrder.buy(userId, "USDC", "ERC20", "42.75")).id();
        erase();

        pollAgain(id);

        await("it is adopted").atMost(LIMIT).until(() -> owner(id) != null);
        assertThat(owner(id)).startsWith(TransactionDetails.ERASED);
        assertThat(places()).isZero();
        proof().drive(id, Action.COMPLETE);
        await("it is followed").atMost(LIMIT).until(() -> status(id).equals("completed"));
        assertThat(places()).isZero();
    }

    @Test
    void referenceMetadataAndAddressGoWithTheUserWhereverTheyStand() {
        String order = "order-" + UUID.randomUUID();
        JsonObject body = new JsonObject(ORDER)
                .put("reference", order)
                .put("metadata", new JsonObject().put("cart", "of " + order));
        String id = given().contentType("application/json")
                .header("X-User-Id", userId)
                .header("Idempotency-Key", "a-key")
                .body(body.encode())
                .post("/session")
                .then()
                .statusCode(201)
                .extract()
                .path("merchant_transaction_id");
        String named = "SELECT count(*) FROM transaction WHERE id = $1"
                + " AND reference IS NOT NULL AND metadata IS NOT NULL AND address IS NOT NULL";
        assertThat(count(named, id)).isEqualTo(1);
        // One more if it is polled before this.
        assertThat(count("SELECT count(*) FROM event WHERE body LIKE '%' || $1 || '%'", order))
                .isPositive();

        erase();

        assertThat(count("""
                        SELECT count(*) FROM transaction
                        WHERE id = $1
                          AND (reference IS NOT NULL OR reference_source IS NOT NULL
                               OR metadata IS NOT NULL OR address IS NOT NULL)
                        """, id)).isZero();
        assertThat(count("SELECT count(*) FROM observation WHERE raw LIKE '%' || $1 || '%'", order))
                .isZero();
        assertThat(places()).isZero();
        proof().drive(id, Action.COMPLETE);
        await("it is followed").atMost(LIMIT).until(() -> status(id).equals("completed"));
        assertThat(count(named, id)).isZero();
        assertThat(count("SELECT count(*) FROM event WHERE body LIKE '%' || $1 || '%'", order))
                .isZero();
    }

    @Test
    void eventsAreRedactedUnderTheSameIdAndThoseThatFollowAreWrittenSo() {
        String id = session(userId, "a-key").path("merchant_transaction_id");
        JsonObject opened = new JsonObject(bodies(id).get(0)).getJsonObject("data");
        String eventIds = text("SELECT string_agg(id, ' ' ORDER BY version) FROM event WHERE transaction_id = $1", id);
        assertThat(opened.getString("user_id")).isEqualTo(userId);
        assertThat(opened.getString("address")).isNotEmpty();

        erase();
        List<String> redacted = bodies(id);
        erase();
        proof().drive(id, Action.COMPLETE);
        await("it is published").atMost(LIMIT).until(() -> bodies(id).stream()
                .anyMatch(body -> new JsonObject(body).getString("type").equals("transaction.completed")));

        opened.remove("user_id");
        opened.remove("address");
        assertThat(new JsonObject(redacted.get(0)).getJsonObject("data")).isEqualTo(opened.put("redacted", true));
        assertThat(text("SELECT string_agg(id, ' ' ORDER BY version) FROM event WHERE transaction_id = $1", id))
                .startsWith(eventIds);
        List<String> all = bodies(id);
        assertThat(all).hasSizeGreaterThan(redacted.size()).startsWith(redacted.toArray(String[]::new));
        assertThat(all)
                .allMatch(body -> new JsonObject(body).getJsonObject("data").getBoolean("redacted", false));
    }

    @Test
    void whoRegistersAnewIsAUserLikeOthers() {
        session(userId, "a-key").then().statusCode(201);
        erase();

        Response fresh = session(userId, "a-key");
        String id = fresh.path("merchant_transaction_id");
        String adopted =
                proof().open(SessionOrder.buy(userId, "USDC", "ERC20", "42.75")).id();
        pollAgain(adopted);

        fresh.then().statusCode(201);
        assertThat(session(userId, "a-key").asString()).isEqualTo(fresh.asString());
        assertThat(owner(id)).isEqualTo(userId);
        await("it is adopted").atMost(LIMIT).until(() -> userId.equals(owner(adopted)));
        given().header("X-User-Id", userId)
                .get("/transactions")
                .then()
                .statusCode(200)
                .body("transactions", hasSize(2));
    }

    @Test
    void aUserWhoseIdLooksLikeAPseudonymKeepsWhatIsTheirs() {
        String lookalike = "erased-" + UUID.randomUUID();
        String id = session(lookalike, "a-key").path("merchant_transaction_id");
        proof().drive(id, Action.COMPLETE);
        await("it is completed").atMost(LIMIT).until(() -> status(id).equals("completed"));

        given().header("X-User-Id", lookalike).get("/transactions/" + id).then().statusCode(200);
        assertThat(count("SELECT count(*) FROM observation WHERE transaction_id = $1 AND raw IS NOT NULL", id))
                .isPositive();
    }

    @Test
    void openStreamsEndAndTicketsOpenNothing() {
        Response session = session(userId, "a-key");
        String id = session.path("merchant_transaction_id");
        String path = door + "transactions/" + id + "/events";
        String ticket = session.header("Rampgate-Ticket");
        List<EventReader> readers =
                List.of(EventReader.open(path + "?ticket=" + ticket), EventReader.open(path, "X-User-Id", userId));
        readers.forEach(reader -> assertThat(reader.status()).isEqualTo(200));
        readOnce(id, ticket).then().statusCode(200);

        erase();

        await("the streams end").atMost(LIMIT).until(() -> readers.stream().allMatch(EventReader::isClosed));
        assertThat(EventReader.open(path + "?ticket=" + ticket).status()).isEqualTo(404);
        readOnce(id, ticket).then().statusCode(404).body("size()", equalTo(4));
        given().header("X-User-Id", userId).get("/transactions/" + id).then().statusCode(404);
    }

    /** The transaction as a reader without a stream gets it. */
    private static Response readOnce(String id, String ticket) {
        return given().accept("application/json").get("/transactions/" + id + "/events?ticket=" + ticket);
    }

    @Test
    void anErasureWaitsForWhoWritesForTheUserAndFindsWhatWasWritten() {
        String id = session(userId, "a-key").path("merchant_transaction_id");
        SqlConnection writer = pool.getConnection().await().atMost(LIMIT);
        writer.query("BEGIN").execute().await().atMost(LIMIT);
        assertThat(erasedUsers.among(writer, List.of(userId)).await().atMost(LIMIT))
                .isEmpty();

        CompletableFuture<Void> erasure = CompletableFuture.runAsync(this::erase);
        await("the erasure waits")
                .atMost(LIMIT)
                .until(() ->
                        count("SELECT count(*) FROM pg_locks WHERE locktype = $1 AND NOT granted", "advisory") == 1);
        writer.preparedQuery("""
                        INSERT INTO observation (transaction_id, received_at, id, channel, outcome, status, raw)
                        VALUES ($1, now(), gen_random_uuid(), 'POLL', 'CONFIRMED', 'pending', $2)
                        """).execute(Tuple.of(id, userId)).await().atMost(LIMIT);
        writer.query("COMMIT").execute().await().atMost(LIMIT);
        writer.close().await().atMost(LIMIT);
        await("the erasure ends").atMost(LIMIT).until(erasure::isDone);

        erasure.join();
        assertThat(places()).isZero();
    }

    @Test
    void aBatchForWhichTheErasureWaitsLeavesNeitherTextNorEvent() {
        String id = session(userId, "a-key").path("merchant_transaction_id");
        SqlConnection batch = pool.getConnection().await().atMost(LIMIT);
        batch.query("BEGIN").execute().await().atMost(LIMIT);
        batch.preparedQuery("SELECT FROM transaction WHERE id = $1 FOR NO KEY UPDATE")
                .execute(Tuple.of(id))
                .await()
                .atMost(LIMIT);
        batch.preparedQuery("""
                        INSERT INTO observation (transaction_id, received_at, id, channel, outcome, status, raw)
                        VALUES ($1, now(), gen_random_uuid(), 'POLL', 'CONFIRMED', 'pending', $2)
                        """).execute(Tuple.of(id, userId)).await().atMost(LIMIT);
        // The batch has read the record before the erasure, and its event names the user.
        batch.preparedQuery("""
                        INSERT INTO event (transaction_id, version, epoch, id, type, created_at, body)
                        SELECT transaction_id, 1000, epoch, id || '-1000', type, created_at, body
                        FROM event
                        WHERE transaction_id = $1 AND version = 1
                        """).execute(Tuple.of(id)).await().atMost(LIMIT);

        CompletableFuture<Void> erasure = CompletableFuture.runAsync(this::erase);
        await("the erasure waits")
                .atMost(LIMIT)
                .until(() -> erasure.isDone()
                        || count("SELECT count(*) FROM pg_locks WHERE locktype = $1 AND NOT granted", "transactionid")
                                > 0);
        batch.query("COMMIT").execute().await().atMost(LIMIT);
        batch.close().await().atMost(LIMIT);
        await("the erasure ends").atMost(LIMIT).until(erasure::isDone);

        erasure.join();
        assertThat(places()).isZero();
    }

    @Test
    void theUserIdIsNotWhatIsRemembered() {
        erase();

        assertThat(count(
                        "SELECT count(*) FROM erased_user WHERE mark = sha256(convert_to($1, 'UTF8'))"
                                + " OR encode(mark, 'escape') LIKE '%' || $1 || '%'",
                        userId))
                .isZero();
        assertThat(pool.withTransaction(connection -> erasedUsers.among(connection, List.of(userId, "somebody-else")))
                        .await()
                        .atMost(LIMIT))
                .containsOnlyKeys(userId);
    }

    @Test
    void anErasureIsInTheLedgerBeforeItIsAcknowledgedAndIfThatFailsNothingIsDone() throws IOException {
        String id = session(userId, "a-key").path("merchant_transaction_id");
        Path ledger = ProofAndDatabase.erasureLedger();
        Path away = Files.move(ledger, ledger.resolveSibling(ledger.getFileName() + "-away"));
        try {
            eraseAnswers().statusCode(503).body("detail", containsString("Nothing was erased"));
            assertThat(owner(id)).isEqualTo(userId);
            assertThat(places()).isPositive();
            assertThat(marks()).isZero();
        } finally {
            Files.move(away, ledger);
        }

        erase();

        assertThat(places()).isZero();
        String mark = HexFormat.of().formatHex(keys.newest(userId).mark());
        assertThat(written()).contains(" " + mark + " ").doesNotContain(userId);
        assertThat(replay.apply(false).await().atMost(LIMIT).lines())
                .as("the database has seen all of it")
                .isZero();
    }

    @Test
    void whatABackupBringsBackIsErasedAgainAndWhatTheUserBeganAnewIsNot() throws IOException {
        String old = session(userId, "a-key").path("merchant_transaction_id");
        String other = session(userId + "-other", "a-key").path("merchant_transaction_id");
        byte[] backup = backup(old);
        erase();
        session(userId, "a-new-key").then().statusCode(201);
        String fresh = text("SELECT max(id) FROM transaction WHERE user_id = $1", userId);
        restore(old, backup);
        assertThat(owner(old)).isEqualTo(userId);
        assertThat(places()).isGreaterThan(3);

        ErasureReplay.Applied applied = replay.apply(false).await().atMost(LIMIT);

        assertThat(applied.lines()).isPositive();
        assertThat(applied.erased()).isPositive();
        assertThat(owner(old)).startsWith(TransactionDetails.ERASED);
        assertThat(count("SELECT count(*) FROM observation WHERE transaction_id = $1 AND raw IS NOT NULL", old))
                .isZero();
        assertThat(bodies(old))
                .isNotEmpty()
                .allMatch(body -> new JsonObject(body).getJsonObject("data").getBoolean("redacted", false));
        assertThat(owner(fresh)).isEqualTo(userId);
        assertThat(count("SELECT count(*) FROM idempotency_key WHERE user_id = $1", userId))
                .isEqualTo(1);
        assertThat(owner(other)).isEqualTo(userId + "-other");
        assertThat(replay.apply(false).await().atMost(LIMIT)).isEqualTo(new ErasureReplay.Applied(0, 0, 0));
        assertThat(replay.apply(true).await().atMost(LIMIT).erased()).isZero();
    }

    @Test
    void whoIsInTheLedgerAloneStaysErasedWhenProofNamesThem() {
        String id =
                proof().open(SessionOrder.buy(userId, "USDC", "ERC20", "42.75")).id();
        erase();
        forgetErasures();
        replay.apply(false).await().atMost(LIMIT);

        pollAgain(id);

        await("it is adopted").atMost(LIMIT).until(() -> owner(id) != null);
        assertThat(owner(id)).startsWith(TransactionDetails.ERASED);
        assertThat(places()).isZero();
    }

    @Test
    void anExportHoldsEverythingAboutTheUserAndNoTokensAndNothingOfOthers() {
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < 23; i++) {
            ids.add(session(userId, "key-" + i).path("merchant_transaction_id"));
        }
        session(userId + "-other", "a-key").then().statusCode(201);
        proof().drive(ids.get(0), Action.COMPLETE);
        pollAgain(ids.get(0));
        // A socket may have said so first; the event follows when a poll has confirmed it.
        await("it is confirmed").atMost(LIMIT).until(() -> export(userId).contains("transaction.completed"));

        pool.preparedQuery("""
                        WITH found AS (
                            INSERT INTO break (
                                source, source_id, transaction_id, kind, found_at, seen_at, looked_at, real_from, here_status,
                                here_fiat_amount, there_status, there_fiat_amount, explained_at)
                            VALUES ('statement', 0, $1, 'amount', now(), now(), now(), now(), 'completed', '40.15', 'completed', '40.14', now())
                            RETURNING id
                        )
                        INSERT INTO break_note (break_id, number, kind, at, actor, text)
                        SELECT id, 1, 'explanation', now(), 'person:jo', 'rounding at Proof'
                        FROM found
                        """).execute(Tuple.of(ids.get(0))).await().atMost(LIMIT);

        String text = export(userId);

        JsonObject export = new JsonObject(text);
        assertThat(export.getString("user_id")).isEqualTo(userId);
        assertThat(export.fieldNames())
                .containsExactly(
                        "user_id", "exported_at", "audit_hash", "transactions", "idempotency_keys", "hand_offs");
        assertThat(export.getJsonArray("transactions").stream()
                        .map(one ->
                                ((JsonObject) one).getJsonObject("transaction").getString("merchant_transaction_id")))
                .containsExactlyInAnyOrderElementsOf(ids);
        assertThat(export.getJsonArray("idempotency_keys")).hasSize(23);
        JsonObject completed = (JsonObject) export.getJsonArray("transactions").stream()
                .filter(one -> ((JsonObject) one).encode().contains("transaction.completed"))
                .findFirst()
                .orElseThrow();
        assertThat(completed.getJsonArray("timeline")).hasSizeGreaterThan(1);
        assertThat(completed.getJsonArray("events").stream().map(event -> ((JsonObject) event).getString("type")))
                .contains("transaction.opened", "transaction.completed");
        assertThat(completed.getJsonArray("archive").stream().map(one -> ((JsonObject) one).getString("raw")))
                .anyMatch(raw -> raw != null && raw.contains(userId));
        assertThat(completed.getJsonArray("amounts").stream().map(one -> ((JsonObject) one).getString("status")))
                .contains("completed");
        JsonObject difference = completed.getJsonArray("breaks").getJsonObject(0);
        assertThat(difference.getString("there_fiat_amount")).isEqualTo("40.14");
        assertThat(difference.getJsonArray("notes").getJsonObject(0).getString("text"))
                .isEqualTo("rounding at Proof");
        assertThat(text).doesNotContain(userId + "-other", "init_token", "person:jo");

        erase();

        JsonObject nothing = new JsonObject(export(userId));
        assertThat(nothing.getJsonArray("transactions")).isEmpty();
        assertThat(nothing.getJsonArray("idempotency_keys")).isEmpty();
        assertThat(nothing.getInstant("erased_at")).isNotNull();
    }

    private String export(String user) {
        return given().header("Authorization", "Bearer operate-token-canary-0001")
                .contentType("application/json")
                .body(new JsonObject().put("user_id", user).encode())
                .post(management.resolve("/operate/users/export"))
                .then()
                .statusCode(200)
                .contentType("application/json")
                .header("Cache-Control", "no-store")
                .extract()
                .asString();
    }

    /** As a restore takes the database back to before the erasure: the rows of one transaction, and what was remembered. */
    private void restore(String id, byte[] backup) throws IOException {
        JsonObject rows = new JsonObject(io.vertx.core.buffer.Buffer.buffer(backup));
        forgetErasures();
        pool.preparedQuery("UPDATE transaction SET user_id = $2, address = $3 WHERE id = $1")
                .execute(Tuple.of(id, userId, rows.getString("address")))
                .await()
                .atMost(LIMIT);
        pool.preparedQuery("UPDATE event SET body = $2 WHERE transaction_id = $1 AND version = 1")
                .execute(Tuple.of(id, rows.getString("body")))
                .await()
                .atMost(LIMIT);
        pool.preparedQuery("UPDATE observation SET raw = $2 WHERE transaction_id = $1")
                .execute(Tuple.of(id, rows.getString("raw")))
                .await()
                .atMost(LIMIT);
    }

    private byte[] backup(String id) {
        return new JsonObject()
                .put("address", text("SELECT address FROM transaction WHERE id = $1", id))
                .put("body", bodies(id).get(0))
                .put("raw", "{\"partner_user_id\":\"" + userId + "\"}")
                .toBuffer()
                .getBytes();
    }

    private void forgetErasures() {
        pool.query("DELETE FROM erased_user; DELETE FROM erasure_file")
                .execute()
                .await()
                .atMost(LIMIT);
    }

    private long marks() {
        return pool.withTransaction(connection -> erasedUsers.among(connection, List.of(userId)))
                .await()
                .atMost(LIMIT)
                .size();
    }

    private static String written() throws IOException {
        StringBuilder text = new StringBuilder();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(ProofAndDatabase.erasureLedger())) {
            for (Path file : files) {
                text.append(Files.readString(file));
            }
        }
        return text.toString();
    }

    private void erase() {
        eraseAnswers().statusCode(200);
    }

    private ValidatableResponse eraseAnswers() {
        return given().header("Authorization", "Bearer operate-token-canary-0001")
                .contentType("application/json")
                .body(new JsonObject().put("user_id", userId).encode())
                .post(management.resolve("/operate/users/erase"))
                .then();
    }

    private void pollAgain(String id) {
        given().header("Authorization", "Bearer operate-token-canary-0001")
                .post(management.resolve("/operate/transactions/" + id + "/poll"))
                .then()
                .statusCode(200)
                .body("due", equalTo(1));
    }

    private static Response session(String user, String key) {
        return given().contentType("application/json")
                .header("X-User-Id", user)
                .header("Idempotency-Key", key)
                .body(ORDER)
                .post("/session");
    }

    private long callsOfProof() {
        return proof().calls().count(call -> call.isSessionCall() && call.body().contains(userId));
    }

    /** The transaction that Proof has of this user. */
    private String idAtProof() {
        return proof().transactions().all().stream()
                .filter(transaction -> transaction.partnerUserId().equals(userId))
                .findFirst()
                .orElseThrow()
                .id();
    }

    /** In how many rows the user's id stands. */
    private long places() {
        return count("""
                SELECT (SELECT count(*) FROM transaction WHERE user_id = $1)
                     + (SELECT count(*) FROM observation WHERE raw LIKE '%' || $1 || '%')
                     + (SELECT count(*) FROM idempotency_key WHERE user_id = $1)
                     + (SELECT count(*) FROM hand_off WHERE user_id = $1)
                     + (SELECT count(*) FROM event WHERE body LIKE '%' || $1 || '%')
                """, userId);
    }

    /** The bodies of a transaction's events, in order. */
    private List<String> bodies(String id) {
        List<String> bodies = new ArrayList<>();
        pool.preparedQuery("SELECT body FROM event WHERE transaction_id = $1 ORDER BY version")
                .execute(Tuple.of(id))
                .await()
                .atMost(LIMIT)
                .forEach(row -> bodies.add(row.getString("body")));
        return bodies;
    }

    private String owner(String id) {
        return text("SELECT user_id FROM transaction WHERE id = $1", id);
    }

    private String status(String id) {
        return text("SELECT status FROM transaction WHERE id = $1", id);
    }

    private String text(String query, String id) {
        return pool.preparedQuery(query)
                .execute(Tuple.of(id))
                .map(rows -> rows.size() == 0 ? null : rows.iterator().next().getString(0))
                .await()
                .atMost(LIMIT);
    }

    private long count(String query, String parameter) {
        return pool.preparedQuery(query)
                .execute(Tuple.of(parameter))
                .map(rows -> rows.iterator().next().getLong(0))
                .await()
                .atMost(LIMIT);
    }
}
