package dev.rampgate.backoffice;

import static dev.rampgate.database.Columns.instant;

import dev.rampgate.database.Columns;
import dev.rampgate.database.ConnectionShares;
import dev.rampgate.database.ShareFullException;
import dev.rampgate.database.StatementTurns;
import dev.rampgate.reconcile.ErasedUsers;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;

/**
 * Streams everything that is stored about a user as one JSON object, for a person who asks for a copy of their data. It reads by short
 * statements, one after the other, each when the client has read what came before, so that it needs the memory of one page.
 */
@ApplicationScoped
class UserExport {

    private static final int TRANSACTIONS = 20;
    private static final int OBSERVATIONS = 100;
    private static final int EVENTS = 50;
    private static final int BREAKS = 50;
    private static final int DELIVERIES = 200;
    private static final int KEYS = 200;

    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(2);
    private static final int ATTEMPTS = 10;

    private final Pool pool;
    private final StatementTurns share;
    private final ErasedUsers erasedUsers;
    private final InstantSource clock;
    private final StreamedAnswers answers;

    UserExport(
            Pool pool, ConnectionShares shares, ErasedUsers erasedUsers, StreamedAnswers answers, InstantSource clock) {
        this.pool = pool;
        this.share = shares.backOffice();
        this.erasedUsers = erasedUsers;
        this.answers = answers;
        this.clock = clock;
    }

    /**
     * Writes the export as the answer of a call; completes at its end, and stops when it is cancelled.
     *
     * @param auditHash what stands for the user in the audit
     * @throws dev.rampgate.problem.ProblemException 429 if too many stream already
     */
    Uni<OperatorAnswer> stream(OperatorCall call, String userId, String auditHash) {
        return answers.stream(call, "application/json", Optional.of("user.json"), document(userId, auditHash));
    }

    // --- the document

    private Multi<String> document(String userId, String auditHash) {
        return Multi.createBy()
                .concatenating()
                .streams(
                        head(userId, auditHash).toMulti(),
                        array("transactions", transactions(userId)),
                        array("idempotency_keys", keys(userId)),
                        array("hand_offs", handOffs(userId)),
                        Multi.createFrom().item("}"));
    }

    private Uni<String> head(String userId, String auditHash) {
        return retried(share.within(
                        () -> pool.withTransaction(connection -> erasedUsers.among(connection, List.of(userId)))))
                .map(erased -> {
                    JsonObject head = new JsonObject()
                            .put("user_id", userId)
                            .put("exported_at", clock.instant().toString())
                            .put("audit_hash", auditHash);
                    TransactionJson.put(head, "erased_at", erased.get(userId));
                    String text = head.encode();
                    return text.substring(0, text.length() - 1);
                });
    }

    /** A further field of the document, whose elements come as pieces that belong together. */
    private static Multi<String> array(String name, Multi<Multi<String>> elements) {
        AtomicInteger before = new AtomicInteger();
        return Multi.createBy()
                .concatenating()
                .streams(
                        Multi.createFrom().item(",\"" + name + "\":["),
                        elements.onItem()
                                .transformToMultiAndConcatenate(element -> before.getAndIncrement() == 0
                                        ? element
                                        : Multi.createBy()
                                                .concatenating()
                                                .streams(Multi.createFrom().item(","), element)),
                        Multi.createFrom().item("]"));
    }

    private static Multi<Multi<String>> elements(Multi<JsonObject> objects) {
        return objects.map(object -> Multi.createFrom().item(object.encode()));
    }

    // --- what it holds

    private Multi<Multi<String>> transactions(String userId) {
        return pages(
                        """
                        SELECT
                        """ + TransactionJson.COLUMNS + """
                        FROM transaction
                        WHERE user_id = $1 AND (created_at, id) < ($2, $3)
                        ORDER BY created_at DESC, id DESC
                        LIMIT $4
                        """,
                        TRANSACTIONS,
                        last -> last == null
                                ? Tuple.of(userId, Columns.utc(LATEST), "")
                                : Tuple.of(userId, last.getOffsetDateTime("created_at"), last.getString("id")))
                .map(this::transaction);
    }

    private static final Instant LATEST = Instant.parse("9999-12-31T00:00:00Z");

    /** Each with all that hangs on it. */
    private Multi<String> transaction(Row row) {
        String id = row.getString("id");
        JsonObject object = new JsonObject().put("transaction", TransactionJson.of(row));
        if (row.getValue("follow_up") != null) {
            object.put("follow_up", row.getValue("follow_up"));
        }
        Multi<String> head = all("""
                SELECT sequence, attempt, status, channel, reported_at, occurred_at, observed_at, confirmed_at, correction
                FROM transition
                WHERE transaction_id = $1
                ORDER BY sequence
                """, id)
                .map(rows -> {
                    String text =
                            object.put("timeline", CaseReader.timeline(rows)).encode();
                    return text.substring(0, text.length() - 1);
                })
                .toMulti();
        return Multi.createBy()
                .concatenating()
                .streams(
                        head,
                        array("archive", elements(archive(id))),
                        array("events", events(id)),
                        array("amounts", elements(amounts(id))),
                        array("breaks", elements(breaks(id))),
                        array("deliveries", elements(deliveries(id))),
                        array("attempts", elements(attempts(id))),
                        Multi.createFrom().item("}"));
    }

    private Multi<JsonObject> archive(String id) {
        return pages(
                        """
                        SELECT received_at, id, channel, outcome, status, changed_at, asked_at, raw
                        FROM observation
                        WHERE transaction_id = $1 AND ($2::timestamptz IS NULL OR (received_at, id) > ($2, $3::uuid))
                        ORDER BY received_at, id
                        LIMIT $4
                        """,
                        OBSERVATIONS,
                        last -> last == null
                                ? Tuple.tuple().addValue(id).addValue(null).addValue(null)
                                : Tuple.of(id, last.getOffsetDateTime("received_at"), last.getUUID("id")))
                .map(CaseReader::observation);
    }

    /** What it was worth in the books, each time that this changed. */
    private Multi<JsonObject> amounts(String id) {
        return pages("""
                        SELECT number, attempt, status, type, currency, network, crypto_amount::text AS crypto_amount, fiat_currency,
                               fiat_amount::text AS fiat_amount, occurred_at, confirmed_at, period_at,
                               nullif(known_at, '-infinity') AS known_at
                        FROM amount_revision
                        WHERE transaction_id = $1 AND number > $2
                        ORDER BY number
                        LIMIT $3
                        """, EVENTS, last -> Tuple.of(id, last == null ? 0L : last.getLong("number")))
                .map(row -> {
                    JsonObject amount = new JsonObject().put("attempt", row.getInteger("attempt"));
                    putTexts(
                            amount,
                            row,
                            "status",
                            "type",
                            "currency",
                            "network",
                            "crypto_amount",
                            "fiat_currency",
                            "fiat_amount");
                    putTimes(amount, row, "occurred_at", "confirmed_at", "period_at", "known_at");
                    return amount;
                });
    }

    /** Where Proof said otherwise, and what was said about it. Who said it is about one of the company's people. */
    private Multi<JsonObject> breaks(String id) {
        return pages("""
                        SELECT id, kind, found_at, seen_at, real_from, explained_at, resolved_at, here_status, here_crypto_amount, here_fiat_amount,
                               here_fiat_currency, there_status, there_crypto_amount, there_fiat_amount, there_fiat_currency, there_updated_at,
                               (
                                   SELECT coalesce(jsonb_agg(jsonb_build_object('kind', kind, 'at', at, 'text', text) ORDER BY number), '[]')
                                   FROM break_note
                                   WHERE break_id = break.id
                               ) AS notes
                        FROM break
                        WHERE transaction_id = $1 AND id > $2
                        ORDER BY id
                        LIMIT $3
                        """, BREAKS, last -> Tuple.of(id, last == null ? 0L : last.getLong("id")))
                .map(row -> {
                    JsonObject one = new JsonObject();
                    putTexts(
                            one,
                            row,
                            "kind",
                            "here_status",
                            "here_crypto_amount",
                            "here_fiat_amount",
                            "here_fiat_currency",
                            "there_status",
                            "there_crypto_amount",
                            "there_fiat_amount",
                            "there_fiat_currency");
                    putTimes(
                            one,
                            row,
                            "there_updated_at",
                            "found_at",
                            "seen_at",
                            "real_from",
                            "explained_at",
                            "resolved_at");
                    return one.put("notes", row.getValue("notes"));
                });
    }

    private static void putTexts(JsonObject object, Row row, String... names) {
        for (String name : names) {
            TransactionJson.put(object, name, row.getString(name));
        }
    }

    private static void putTimes(JsonObject object, Row row, String... names) {
        for (String name : names) {
            TransactionJson.put(object, name, instant(row, name));
        }
    }

    /** The bodies, as they were sent. */
    private Multi<Multi<String>> events(String id) {
        return pages("""
                        SELECT version, body
                        FROM event
                        WHERE transaction_id = $1 AND version > $2
                        ORDER BY version
                        LIMIT $3
                        """, EVENTS, last -> Tuple.of(id, last == null ? 0 : last.getInteger("version")))
                .map(row -> Multi.createFrom().item(row.getString("body")));
    }

    /** What is not delivered yet, by the places of the transaction's events, since deliveries have no index by transaction alone. */
    private Multi<JsonObject> deliveries(String id) {
        return all("""
                        SELECT delivery.endpoint, delivery.queue, delivery.version, delivery.due_at, delivery.attempts,
                               delivery.last_outcome, delivery.last_status, delivery.parked_at
                        FROM event
                             CROSS JOIN endpoint
                             CROSS JOIN (VALUES (0::smallint), (1::smallint)) AS every (queue)
                             JOIN delivery
                                  ON delivery.endpoint = endpoint.name
                                      AND delivery.queue = every.queue
                                      AND delivery.position = event.position
                        WHERE event.transaction_id = $1
                        ORDER BY delivery.endpoint, delivery.queue, delivery.version
                        """, id)
                .onItem()
                .transformToMulti(rows -> Multi.createFrom().iterable(rows))
                .map(row -> CaseReader.undelivered(row, row.getValue("parked_at") == null ? "due_at" : "parked_at"));
    }

    private Multi<JsonObject> attempts(String id) {
        return pages("""
                        SELECT number, endpoint, queue, version, attempted_at, outcome, status, took
                        FROM delivery_attempt
                        WHERE transaction_id = $1 AND number > $2
                        ORDER BY number
                        LIMIT $3
                        """, DELIVERIES, last -> Tuple.of(id, last == null ? 0L : last.getLong("number")))
                .map(CaseReader::attempt);
    }

    /** Without the answers, which hold tokens that still open the widget. */
    private Multi<Multi<String>> keys(String userId) {
        return elements(pages("""
                        SELECT key, expires_at, answer IS NOT NULL AS answered
                        FROM idempotency_key
                        WHERE user_id = $1 AND key > $2
                        ORDER BY key
                        LIMIT $3
                        """, KEYS, last -> Tuple.of(userId, last == null ? "" : last.getString("key")))
                .map(row -> new JsonObject()
                        .put("key", row.getString("key"))
                        .put("expires_at", instant(row, "expires_at").toString())
                        .put("answered", row.getBoolean("answered"))));
    }

    private Multi<Multi<String>> handOffs(String userId) {
        return elements(all("SELECT expires_at FROM hand_off WHERE user_id = $1 ORDER BY expires_at LIMIT 200", userId)
                .onItem()
                .transformToMulti(rows -> Multi.createFrom().iterable(rows))
                .map(row -> new JsonObject()
                        .put("expires_at", instant(row, "expires_at").toString())));
    }

    // --- statements

    private Uni<RowSet<Row>> all(String statement, String parameter) {
        return retried(share.within(() -> pool.preparedQuery(statement).execute(Tuple.of(parameter))));
    }

    /** @param after the parameters behind a row, null for the first page; the number of rows follows them */
    private Multi<Row> pages(String statement, int rows, Function<Row, Tuple> after) {
        AtomicReference<Row> last = new AtomicReference<>();
        return Multi.createBy()
                .repeating()
                .uni(() -> retried(share.within(() -> pool.preparedQuery(statement)
                                .execute(after.apply(last.get()).addValue(rows))))
                        .map(page -> {
                            List<Row> read = new ArrayList<>(page.size());
                            page.forEach(read::add);
                            return read;
                        })
                        .invoke(page -> {
                            if (!page.isEmpty()) {
                                last.set(page.get(page.size() - 1));
                            }
                        }))
                .whilst(page -> page.size() == rows)
                .onItem()
                .transformToMultiAndConcatenate(page -> Multi.createFrom().iterable(page));
    }

    /** A database that is busy for a moment ends no export. */
    private static <T> Uni<T> retried(Uni<T> statement) {
        return statement
                .onFailure(ShareFullException.class)
                .retry()
                .withBackOff(FIRST_PAUSE, LONGEST_PAUSE)
                .atMost(ATTEMPTS);
    }
}
