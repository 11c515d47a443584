package dev.rampgate.books.drift;

import static dev.rampgate.database.Columns.seconds;

import dev.rampgate.database.Columns;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * The tables {@code drift_run} and {@code drift_item}. A run reads its window in the order of creation; what it has read and not counted
 * is an item, which one replica at a time holds by a lease. Every step is one statement or one database transaction, so that another replica
 * goes on wherever one has ended. All times are the database's.
 */
@ApplicationScoped
public class DriftStore {

    /** Transactions that one statement counts. */
    static final int COUNTED_AT_ONCE = 5_000;

    /** Transactions that one statement makes items of. */
    static final int TAKEN_AT_ONCE = 200;

    /** Most runs of a list. */
    public static final int MOST_LISTED = 100;

    private static final String COLUMNS = """
            id, created_from, created_to, state, started_by, started_at, polling_since, ended_at, cancelled_by, swept,
            total, done, agreed, differed, missing, unanswered
            """;

    /** Behind the locked row {@code run}: the next transactions of its window, at most $2, and the last one of them. */
    private static final String NEXT_PART = """
            , scanned AS MATERIALIZED (
                SELECT part.id, part.created_at, part.settled
                FROM run
                     CROSS JOIN LATERAL (
                         SELECT transaction.id, created_at, settled
                         FROM transaction
                         WHERE (created_at, transaction.id) > (run.cursor_at, run.cursor_id)
                           AND created_at < run.created_to
                         ORDER BY created_at, transaction.id
                         LIMIT $2
                     ) AS part
            ), last AS (
                SELECT created_at, id
                FROM scanned
                ORDER BY created_at DESC, id DESC
                LIMIT 1
            )
            """;

    private final Pool pool;
    private final DriftSettings settings;

    public DriftStore(Pool pool, DriftSettings settings) {
        this.pool = pool;
        this.settings = settings;
    }

    // --- operators

    /**
     * Starts a run.
     *
     * @param from earliest creation, inclusive
     * @param to latest creation, exclusive
     * @return empty if another run is active
     */
    public Uni<Optional<DriftRun>> start(Instant from, Instant to, String actor) {
        return pool.preparedQuery("""
                        INSERT INTO drift_run (created_from, created_to, state, started_by, started_at, cursor_at)
                        VALUES ($1, $2, 'counting', $3, now(), $1)
                        ON CONFLICT ((true)) WHERE state IN ('counting', 'polling') DO NOTHING
                        RETURNING
                        """ + COLUMNS)
                .execute(Tuple.of(Columns.utc(from), Columns.utc(to), actor))
                .map(DriftStore::first);
    }

    /** The newest runs before an id. */
    public Uni<List<DriftRun>> list(Optional<Long> before, int limit) {
        return pool.preparedQuery("SELECT " + COLUMNS + " FROM drift_run WHERE id < $1 ORDER BY id DESC LIMIT $2")
                .execute(Tuple.of(before.orElse(Long.MAX_VALUE), (long) limit))
                .map(rows -> {
                    List<DriftRun> runs = new ArrayList<>();
                    rows.forEach(row -> runs.add(of(row)));
                    return runs;
                });
    }

    /** One run; empty if there is none. */
    public Uni<Optional<DriftRun>> one(long id) {
        return pool.preparedQuery("SELECT " + COLUMNS + " FROM drift_run WHERE id = $1")
                .execute(Tuple.of(id))
                .map(DriftStore::first);
    }

    /**
     * Ends a run that is active; calls in flight end by themselves and count no more.
     *
     * @return empty if there is no such run, or it has ended
     */
    public Uni<Optional<DriftRun>> cancel(long id, String actor) {
        return pool.withTransaction(connection -> connection
                .preparedQuery("""
                        UPDATE drift_run
                        SET state = 'cancelled', ended_at = now(), cancelled_by = $2
                        WHERE id = $1 AND state IN ('counting', 'polling')
                        RETURNING
                        """ + COLUMNS)
                .execute(Tuple.of(id, actor))
                .map(DriftStore::first)
                .call(run -> run.isEmpty()
                        ? Uni.createFrom().voidItem()
                        : connection
                                .preparedQuery("DELETE FROM drift_item WHERE run_id = $1")
                                .execute(Tuple.of(id))
                                .replaceWithVoid()));
    }

    // --- the job

    /** The run that goes on; empty if there is none. */
    Uni<Optional<DriftRun>> active() {
        return pool.preparedQuery("SELECT " + COLUMNS + " FROM drift_run WHERE state IN ('counting', 'polling')")
                .execute()
                .map(DriftStore::first);
    }

    /** Counts the next part of the window; after the last one the run polls, or is too large. */
    Uni<Void> count(DriftRun run) {
        return pool.preparedQuery("""
                        WITH run AS MATERIALIZED (
                            SELECT id, created_from, created_to, cursor_at, cursor_id
                            FROM drift_run
                            WHERE id = $1 AND state = 'counting'
                            FOR NO KEY UPDATE SKIP LOCKED
                        )
                        """ + NEXT_PART + """
                        , part AS (
                            SELECT count(*) AS read, count(*) FILTER (WHERE settled) AS settled
                            FROM scanned
                        )
                        UPDATE drift_run
                        SET total = total + part.settled,
                            cursor_at = CASE WHEN part.read < $2 THEN run.created_from ELSE (SELECT created_at FROM last) END,
                            cursor_id = CASE WHEN part.read < $2 THEN '' ELSE (SELECT id FROM last) END,
                            state = CASE
                                WHEN total + part.settled > $3 THEN 'too_large'
                                WHEN part.read < $2 THEN 'polling'
                                ELSE 'counting'
                            END,
                            ended_at = CASE WHEN total + part.settled > $3 THEN now() END,
                            polling_since = CASE WHEN part.read < $2 THEN now() END
                        FROM run
                             CROSS JOIN part
                        WHERE drift_run.id = run.id
                        """)
                .execute(Tuple.of(run.id(), (long) COUNTED_AT_ONCE, settings.maxTransactions()))
                .replaceWithVoid();
    }

    /** How many items of a run are due, at most so many, and whether it has any. */
    Uni<Waiting> waiting(DriftRun run, int most) {
        return pool.preparedQuery("""
                        SELECT EXISTS (SELECT FROM drift_item WHERE run_id = $1) AS items,
                               (
                                   SELECT count(*)
                                   FROM (SELECT FROM drift_item WHERE run_id = $1 AND due_at <= now() LIMIT $2) AS counted
                               ) AS due
                        """)
                .execute(Tuple.of(run.id(), (long) most))
                .map(rows -> rows.iterator().next())
                .map(row ->
                        new Waiting(row.getBoolean("items"), row.getLong("due").intValue()));
    }

    /**
     * Items of a run.
     *
     * @param items whether there are any
     * @param due how many may be claimed
     */
    record Waiting(boolean items, int due) {}

    /** Makes items of the settled transactions in the next part of the window. */
    Uni<Void> take(DriftRun run) {
        return pool.preparedQuery("""
                        WITH run AS MATERIALIZED (
                            SELECT id, created_to, cursor_at, cursor_id
                            FROM drift_run
                            WHERE id = $1 AND state = 'polling' AND NOT swept
                            FOR NO KEY UPDATE SKIP LOCKED
                        )
                        """ + NEXT_PART + """
                        , taken AS (
                            INSERT INTO drift_item (run_id, transaction_id, due_at)
                            SELECT $1, id, now()
                            FROM scanned
                            WHERE settled
                            ON CONFLICT (run_id, transaction_id) DO NOTHING
                        )
                        UPDATE drift_run
                        SET cursor_at = coalesce((SELECT created_at FROM last), drift_run.cursor_at),
                            cursor_id = coalesce((SELECT id FROM last), drift_run.cursor_id),
                            swept = (SELECT count(*) FROM scanned) < $2
                        FROM run
                        WHERE drift_run.id = run.id
                        """)
                .execute(Tuple.of(run.id(), (long) TAKEN_AT_ONCE))
                .replaceWithVoid();
    }

    /**
     * An item that one replica holds for the time of a lease.
     *
     * @param attempts answers of Proof that could not be used
     * @param compared whether it was compared before, and only the observation may be missing
     */
    record Item(long runId, String transactionId, UUID claim, int attempts, boolean compared) {}

    /** Claims items that are due. */
    Uni<List<Item>> claim(DriftRun run, int most, UUID claim, Duration lease) {
        return pool.preparedQuery("""
                        WITH due AS MATERIALIZED (
                            SELECT transaction_id
                            FROM drift_item
                            WHERE run_id = $1 AND due_at <= now()
                            ORDER BY due_at
                            LIMIT $2
                            FOR UPDATE SKIP LOCKED
                        )
                        UPDATE drift_item
                        SET claim = $3, due_at = now() + $4 * interval '1 s'
                        FROM due
                        WHERE run_id = $1 AND drift_item.transaction_id = due.transaction_id
                        RETURNING drift_item.transaction_id, attempts, outcome
                        """)
                .execute(Tuple.of(run.id(), (long) most, claim, seconds(lease)))
                .map(rows -> {
                    List<Item> items = new ArrayList<>();
                    rows.forEach(row -> items.add(new Item(
                            run.id(),
                            row.getString("transaction_id"),
                            claim,
                            row.getInteger("attempts"),
                            row.getString("outcome") != null)));
                    return items;
                });
    }

    /** Gives an item back. */
    Uni<Void> postpone(Item item, Duration delay, boolean attempted) {
        return pool.preparedQuery("""
                        UPDATE drift_item
                        SET claim = NULL, due_at = now() + $4 * interval '1 s', attempts = attempts + $5
                        WHERE run_id = $1 AND transaction_id = $2 AND claim = $3
                        """)
                .execute(Tuple.of(item.runId(), item.transactionId(), item.claim(), seconds(delay), attempted ? 1 : 0))
                .replaceWithVoid();
    }

    /** What became of a transaction of a run. */
    enum Outcome {
        AGREED,
        DIFFERED,
        MISSING,
        UNANSWERED;

        private String wireName() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    /**
     * Notes the outcome of a comparison, on the caller's connection and in its database transaction.
     *
     * @return false if the claim is lost: another replica compares it
     */
    Uni<Boolean> compared(SqlConnection connection, Item item, Outcome outcome) {
        return connection
                .preparedQuery("""
                        UPDATE drift_item
                        SET outcome = $4
                        WHERE run_id = $1 AND transaction_id = $2 AND claim = $3 AND outcome IS NULL
                        """)
                .execute(Tuple.of(item.runId(), item.transactionId(), item.claim(), outcome.wireName()))
                .map(rows -> rows.rowCount() == 1);
    }

    /**
     * Counts an item, once: with a lost claim it counts nothing. Like every statement that writes both tables it locks the run before the item, so that it
     * waits for {@link #cancel} without having what that deletes.
     */
    Uni<Void> finish(Item item) {
        return pool.preparedQuery("""
                        WITH run AS MATERIALIZED (
                            SELECT id
                            FROM drift_run
                            WHERE id = $1
                            FOR NO KEY UPDATE
                        ), gone AS (
                            DELETE FROM drift_item
                            USING run
                            WHERE run_id = run.id AND transaction_id = $2 AND claim = $3 AND outcome IS NOT NULL
                            RETURNING outcome
                        )
                        UPDATE drift_run
                        SET done = done + 1,
                            agreed = agreed + (gone.outcome = 'agreed')::integer,
                            differed = differed + (gone.outcome = 'differed')::integer,
                            missing = missing + (gone.outcome = 'missing')::integer,
                            unanswered = unanswered + (gone.outcome = 'unanswered')::integer
                        FROM gone
                        WHERE id = $1
                        """)
                .execute(Tuple.of(item.runId(), item.transactionId(), item.claim()))
                .replaceWithVoid();
    }

    /** Ends a run of which nothing is left. What settled meanwhile was polled, too: the total is what was done. */
    Uni<Void> end(DriftRun run) {
        return pool.preparedQuery("""
                        UPDATE drift_run
                        SET state = 'done', ended_at = now(), total = done
                        WHERE id = $1
                          AND state = 'polling'
                          AND swept
                          AND NOT EXISTS (SELECT FROM drift_item WHERE run_id = $1)
                        """).execute(Tuple.of(run.id())).replaceWithVoid();
    }

    private static Optional<DriftRun> first(RowSet<Row> rows) {
        return rows.size() == 0
                ? Optional.empty()
                : Optional.of(of(rows.iterator().next()));
    }

    private static DriftRun of(Row row) {
        return new DriftRun(
                row.getLong("id"),
                Columns.instant(row, "created_from"),
                Columns.instant(row, "created_to"),
                DriftRun.State.of(row.getString("state")),
                row.getString("started_by"),
                Columns.instant(row, "started_at"),
                Columns.instant(row, "polling_since"),
                Columns.instant(row, "ended_at"),
                row.getString("cancelled_by"),
                row.getBoolean("swept"),
                row.getLong("total"),
                new DriftRun.Counts(
                        row.getLong("done"),
                        row.getLong("agreed"),
                        row.getLong("differed"),
                        row.getLong("missing"),
                        row.getLong("unanswered")));
    }
}
