package dev.rampgate.books.imports;

import dev.rampgate.books.drift.BreakStore;
import dev.rampgate.books.drift.Comparison;
import dev.rampgate.books.drift.Difference;
import dev.rampgate.books.drift.DriftSettings;
import dev.rampgate.books.drift.Here;
import dev.rampgate.books.drift.Source;
import dev.rampgate.books.drift.There;
import dev.rampgate.books.imports.StatementImport.Period;
import dev.rampgate.books.imports.StatementImport.Scope;
import dev.rampgate.database.Columns;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The tables {@code statement_import} and {@code statement_row}. Rows arrive in many short statements, and nobody reads them before one
 * last statement says that the import is complete. The comparison goes on in short transactions, whichever replica makes them.
 */
@ApplicationScoped
public class ImportStore {

    /** Most imports of a list. */
    public static final int MOST_LISTED = 100;

    /** Rows that one transaction compares. */
    static final int COMPARED_AT_ONCE = 500;

    /** Transactions of the record that one transaction looks for in the statement. */
    static final int SOUGHT_AT_ONCE = 1_000;

    private static final String COLUMNS = """
            id, state, imported_by, started_at, received_at, ended_at, period_from, period_to, covers, sha256, bytes, rows,
            compared, agreed, differed, missing_here, missing_there
            """;

    private final Pool pool;
    private final BreakStore breaks;
    private final InstantSource clock;
    private final Comparison comparison;

    public ImportStore(Pool pool, BreakStore breaks, DriftSettings settings, InstantSource clock) {
        this.pool = pool;
        this.breaks = breaks;
        this.clock = clock;
        this.comparison = new Comparison(settings.timing());
    }

    // --- receiving

    /**
     * Begins an import. One that was given up minutes ago is forgotten.
     *
     * @return its id; empty if another one is received or compared
     */
    Uni<Optional<Long>> begin(String actor) {
        return pool.preparedQuery("""
                        DELETE FROM statement_import
                        WHERE state = 'receiving' AND touched_at < now() - interval '2 min'
                        """)
                .execute()
                .chain(() -> pool.preparedQuery("""
                                INSERT INTO statement_import (state, imported_by, started_at, touched_at, covers)
                                VALUES ('receiving', $1, now(), now(), '{}')
                                ON CONFLICT ((true)) WHERE state IN ('receiving', 'comparing') DO NOTHING
                                RETURNING id
                                """).execute(Tuple.of(actor)))
                .map(rows -> rows.size() == 0
                        ? Optional.empty()
                        : Optional.of(rows.iterator().next().getLong("id")));
    }

    /**
     * A row whose id stands in an earlier line.
     *
     * @param line of the later one
     * @param first of the earlier one
     */
    record Duplicate(long line, long first) {}

    /** Adds rows. Returns those that were not added, since their id was there. */
    Uni<List<Duplicate>> add(long importId, List<ImportedRow> rows) {
        return pool.preparedQuery("""
                        WITH touched AS (
                            UPDATE statement_import
                            SET touched_at = now()
                            WHERE id = $1 AND state = 'receiving'
                            RETURNING id
                        )
                        INSERT INTO statement_row (
                            import_id, transaction_id, line, status, crypto_amount, currency, fiat_amount, fiat_currency, updated_at)
                        SELECT touched.id, part.*
                        FROM touched
                             CROSS JOIN unnest($2::text[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
                                               $9::timestamptz[]) AS part
                        ON CONFLICT (import_id, transaction_id) DO NOTHING
                        """)
                .execute(Columns.of(rows)
                        .and(importId)
                        .text(ImportedRow::transactionId)
                        .array(ImportedRow::line, Long[]::new)
                        .text(ImportedRow::status)
                        .text(ImportedRow::cryptoAmount)
                        .text(ImportedRow::currency)
                        .text(ImportedRow::fiatAmount)
                        .text(ImportedRow::fiatCurrency)
                        .time(ImportedRow::updatedAt)
                        .parameters())
                .chain(added -> added.rowCount() == rows.size()
                        ? Uni.createFrom().item(List.<Duplicate>of())
                        : duplicates(importId, rows));
    }

    private Uni<List<Duplicate>> duplicates(long importId, List<ImportedRow> rows) {
        return pool.preparedQuery("""
                        SELECT transaction_id, line
                        FROM statement_row
                        WHERE import_id = $1 AND transaction_id = ANY ($2::text[])
                        """)
                .execute(Tuple.of(
                        importId, rows.stream().map(ImportedRow::transactionId).toArray(String[]::new)))
                .map(found -> {
                    Map<String, Long> lines = new HashMap<>();
                    found.forEach(row -> lines.put(row.getString("transaction_id"), row.getLong("line")));
                    return rows.stream()
                            .filter(row -> lines.containsKey(row.transactionId()))
                            .filter(row -> lines.get(row.transactionId()) != row.line())
                            .map(row -> new Duplicate(row.line(), lines.get(row.transactionId())))
                            .toList();
                });
    }

    /** The import is complete: from now on it is seen, and compared. Empty if it was given up meanwhile. */
    Uni<Optional<StatementImport>> received(long importId, Scope scope, long rows, long bytes, String sha256) {
        return pool.preparedQuery("""
                        UPDATE statement_import
                        SET state = 'comparing', received_at = now(), rows = $2, bytes = $3, sha256 = $4,
                            period_from = $5, period_to = $6, covers = $7
                        WHERE id = $1 AND state = 'receiving'
                        RETURNING
                        """ + COLUMNS)
                .execute(Tuple.tuple(Arrays.asList(
                        importId,
                        rows,
                        bytes,
                        sha256,
                        scope.period().map(Period::from).map(Columns::utc).orElse(null),
                        scope.period().map(Period::to).map(Columns::utc).orElse(null),
                        Columns.texts(scope.covers()))))
                .map(ImportStore::first);
    }

    /** Forgets an import that is not complete; its rows are swept. */
    Uni<Void> discard(long importId) {
        return pool.preparedQuery("DELETE FROM statement_import WHERE id = $1 AND state = 'receiving'")
                .execute(Tuple.of(importId))
                .replaceWithVoid();
    }

    // --- operators

    /** The newest complete imports before an id. */
    public Uni<List<StatementImport>> list(Optional<Long> before, int limit) {
        return pool.preparedQuery("SELECT " + COLUMNS + """
                         FROM statement_import
                        WHERE id < $1 AND state <> 'receiving'
                        ORDER BY id DESC
                        LIMIT $2
                        """)
                .execute(Tuple.of(before.orElse(Long.MAX_VALUE), (long) limit))
                .map(rows -> {
                    List<StatementImport> imports = new ArrayList<>();
                    rows.forEach(row -> imports.add(of(row)));
                    return imports;
                });
    }

    /** One complete import; empty if there is none. */
    public Uni<Optional<StatementImport>> one(long id) {
        return pool.preparedQuery("SELECT " + COLUMNS + " FROM statement_import WHERE id = $1 AND state <> 'receiving'")
                .execute(Tuple.of(id))
                .map(ImportStore::first);
    }

    // --- comparing

    /** What the job needs to know of the import that is compared. */
    private record Step(long id, String cursorId, Instant cursorAt, Optional<Period> period, List<String> covers) {}

    /**
     * Compares the next part of the import that is compared, if no other replica does.
     *
     * @return whether there was something to do
     */
    Uni<Boolean> compareSome() {
        return pool.withTransaction(
                connection -> connection.preparedQuery("""
                        SELECT id, cursor_id, cursor_at, period_from, period_to, covers
                        FROM statement_import
                        WHERE state = 'comparing'
                        FOR NO KEY UPDATE SKIP LOCKED
                        """).execute().chain(rows -> {
                    if (rows.size() == 0) {
                        return Uni.createFrom().item(false);
                    }
                    Row row = rows.iterator().next();
                    Step step = new Step(
                            row.getLong("id"),
                            row.getString("cursor_id"),
                            Columns.instant(row, "cursor_at"),
                            period(row),
                            List.of(row.getArrayOfStrings("covers")));
                    return (step.cursorAt() == null ? compareRows(connection, step) : seek(connection, step))
                            .replaceWith(true);
                }));
    }

    private Uni<Void> compareRows(SqlConnection connection, Step step) {
        return connection
                .preparedQuery("""
                        SELECT transaction_id, status, crypto_amount, currency, fiat_amount, fiat_currency, updated_at
                        FROM statement_row
                        WHERE import_id = $1 AND transaction_id > $2
                        ORDER BY transaction_id
                        LIMIT $3
                        """)
                .execute(Tuple.of(step.id(), step.cursorId(), (long) COMPARED_AT_ONCE))
                .chain(rows -> {
                    Map<String, There> there = new HashMap<>();
                    List<String> ids = new ArrayList<>();
                    for (Row row : rows) {
                        ids.add(row.getString("transaction_id"));
                        there.put(row.getString("transaction_id"), there(row));
                    }
                    return BreakStore.here(connection, ids).chain(here -> compared(connection, step, ids, here, there));
                });
    }

    private Uni<Void> compared(
            SqlConnection connection, Step step, List<String> ids, Map<String, Here> here, Map<String, There> there) {
        Instant now = clock.instant();
        List<Difference> differences = new ArrayList<>();
        long differed = 0;
        long missing = 0;
        for (String id : ids) {
            Here record = here.get(id);
            List<Difference> found = record == null
                    ? List.of(comparison.missingHere(id, there.get(id), now))
                    : comparison.of(id, record, there.get(id), now);
            differences.addAll(found);
            missing += record == null ? 1 : 0;
            differed += record != null && !found.isEmpty() ? 1 : 0;
        }
        long counted = missing;
        long agreed = ids.size() - differed - missing;
        boolean last = ids.size() < COMPARED_AT_ONCE;
        boolean done = last && step.period().isEmpty();
        Tuple parameters = Tuple.tuple(Arrays.asList(
                step.id(),
                last ? "" : ids.get(ids.size() - 1),
                last ? step.period().map(Period::from).map(Columns::utc).orElse(null) : null,
                done,
                (long) ids.size(),
                agreed,
                differed,
                counted));
        return breaks.record(connection, Source.STATEMENT, step.id(), ids, differences)
                .chain(() -> connection.preparedQuery("""
                                UPDATE statement_import
                                SET cursor_id = $2,
                                    cursor_at = $3,
                                    state = CASE WHEN $4 THEN 'done' ELSE 'comparing' END,
                                    ended_at = CASE WHEN $4 THEN now() END,
                                    compared = compared + $5,
                                    agreed = agreed + $6,
                                    differed = differed + $7,
                                    missing_here = missing_here + $8
                                WHERE id = $1
                                """).execute(parameters))
                .replaceWithVoid();
    }

    /** Looks for transactions of the period that the statement should list. */
    private Uni<Void> seek(SqlConnection connection, Step step) {
        Period period = step.period().orElseThrow();
        return connection
                .preparedQuery("""
                        SELECT id, status, crypto_amount, fiat_amount, currency, fiat_currency, settled, as_of, changed_at, created_at,
                               status = ANY ($5::text[])
                                   AND NOT EXISTS (
                                       SELECT
                                       FROM statement_row
                                       WHERE import_id = $6 AND statement_row.transaction_id = transaction.id
                                   ) AS missing
                        FROM transaction
                        WHERE (created_at, id) > ($1, $2) AND created_at < $3
                        ORDER BY created_at, id
                        LIMIT $4
                        """)
                .execute(Tuple.tuple(Arrays.asList(
                        Columns.utc(step.cursorAt()),
                        step.cursorId(),
                        Columns.utc(period.to()),
                        (long) SOUGHT_AT_ONCE,
                        Columns.texts(step.covers()),
                        step.id())))
                .chain(rows -> sought(connection, step, period, rows));
    }

    private Uni<Void> sought(SqlConnection connection, Step step, Period period, RowSet<Row> rows) {
        Instant now = clock.instant();
        List<Difference> differences = new ArrayList<>();
        String lastId = "";
        Instant lastAt = step.cursorAt();
        for (Row row : rows) {
            lastId = row.getString("id");
            lastAt = Columns.instant(row, "created_at");
            if (row.getBoolean("missing")) {
                differences.add(comparison.notListed(lastId, BreakStore.here(row), period.from(), period.to(), now));
            }
        }
        List<String> missing =
                differences.stream().map(Difference::transactionId).toList();
        Tuple parameters = Tuple.of(
                step.id(), lastId, Columns.utc(lastAt), rows.size() < SOUGHT_AT_ONCE, (long) differences.size());
        return breaks.record(connection, Source.STATEMENT, step.id(), missing, differences)
                .chain(() -> connection.preparedQuery("""
                                UPDATE statement_import
                                SET cursor_id = $2,
                                    cursor_at = $3,
                                    state = CASE WHEN $4 THEN 'done' ELSE 'comparing' END,
                                    ended_at = CASE WHEN $4 THEN now() END,
                                    missing_there = missing_there + $5
                                WHERE id = $1
                                """).execute(parameters))
                .replaceWithVoid();
    }

    // --- sweeping

    /** Deletes rows of the oldest import that is over or was given up; returns how many. */
    Uni<Integer> deleteSome(int most) {
        return pool.preparedQuery("""
                        WITH oldest AS MATERIALIZED (
                            SELECT import_id
                            FROM statement_row
                            ORDER BY import_id, transaction_id
                            LIMIT 1
                        ), doomed AS MATERIALIZED (
                            SELECT statement_row.import_id, statement_row.transaction_id
                            FROM oldest
                                 JOIN statement_row ON statement_row.import_id = oldest.import_id
                            WHERE NOT EXISTS (
                                SELECT
                                FROM statement_import
                                WHERE statement_import.id = oldest.import_id AND state IN ('receiving', 'comparing')
                            )
                            LIMIT $1
                        )
                        DELETE FROM statement_row
                        USING doomed
                        WHERE statement_row.import_id = doomed.import_id
                          AND statement_row.transaction_id = doomed.transaction_id
                        """).execute(Tuple.of((long) most)).map(RowSet::rowCount);
    }

    private static There there(Row row) {
        return new There(
                row.getString("status"),
                row.getString("crypto_amount"),
                row.getString("fiat_amount"),
                row.getString("currency"),
                row.getString("fiat_currency"),
                false,
                Columns.instant(row, "updated_at"));
    }

    private static Optional<Period> period(Row row) {
        Instant from = Columns.instant(row, "period_from");
        return from == null ? Optional.empty() : Optional.of(new Period(from, Columns.instant(row, "period_to")));
    }

    private static Optional<StatementImport> first(RowSet<Row> rows) {
        return rows.size() == 0
                ? Optional.empty()
                : Optional.of(of(rows.iterator().next()));
    }

    private static StatementImport of(Row row) {
        return new StatementImport(
                row.getLong("id"),
                StatementImport.State.of(row.getString("state")),
                row.getString("imported_by"),
                Columns.instant(row, "started_at"),
                Columns.instant(row, "received_at"),
                Columns.instant(row, "ended_at"),
                period(row),
                List.of(row.getArrayOfStrings("covers")),
                row.getString("sha256"),
                row.getLong("bytes"),
                row.getLong("rows"),
                new StatementImport.Counts(
                        row.getLong("compared"),
                        row.getLong("agreed"),
                        row.getLong("differed"),
                        row.getLong("missing_here"),
                        row.getLong("missing_there")));
    }
}
