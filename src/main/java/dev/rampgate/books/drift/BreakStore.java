package dev.rampgate.books.drift;

import dev.rampgate.database.Columns;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** The tables {@code break} and {@code break_note}. What was found stays as it was found; explanations and resolutions are added. */
@ApplicationScoped
public class BreakStore {

    /** Who resolves a break that went away. */
    static final String RAMPGATE = "rampgate";

    /** Most explanations of one break. */
    static final int MOST_NOTES = 50;

    private static final String COLUMNS = """
            id, source, source_id, transaction_id, kind, found_at, seen_at, real_from, explained_at, resolved_at,
            here_status, here_crypto_amount, here_fiat_amount, here_fiat_currency,
            there_status, there_crypto_amount, there_fiat_amount, there_fiat_currency, there_updated_at
            """;

    private final Pool pool;

    public BreakStore(Pool pool) {
        this.pool = pool;
    }

    // --- looks

    /**
     * Records one look at some transactions, on the connection and in the database transaction of the caller. A difference that is open
     * already is seen again; one that has changed is resolved, and opened anew; one that is gone is resolved.
     *
     * @param source what looked
     * @param sourceId its run or import
     * @param lookedAt the transactions, with or without differences
     */
    public Uni<Void> record(
            SqlConnection connection,
            Source source,
            long sourceId,
            Collection<String> lookedAt,
            List<Difference> differences) {
        List<Difference> sorted = differences.stream()
                .sorted(Comparator.comparing(Difference::transactionId).thenComparing(Difference::kind))
                .toList();
        return resolveGone(connection, source, sourceId, lookedAt, sorted)
                .chain(() ->
                        sorted.isEmpty() ? Uni.createFrom().voidItem() : open(connection, source, sourceId, sorted));
    }

    /**
     * Locks all open breaks of these transactions in the order of their ids, as {@link #withdraw} does, those included that {@link #open} sees again: it
     * would lock them in the order of their transactions.
     */
    private static Uni<Void> resolveGone(
            SqlConnection connection,
            Source source,
            long sourceId,
            Collection<String> lookedAt,
            List<Difference> differences) {
        return connection
                .preparedQuery("""
                        WITH found AS (
                            SELECT *
                            FROM unnest($4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[])
                                 AS found (transaction_id, kind, here_status, there_status, there_crypto_amount,
                                           there_fiat_amount, there_fiat_currency)
                        ), held AS MATERIALIZED (
                            SELECT id, transaction_id, kind, here_status,
                                   there_status, there_crypto_amount, there_fiat_amount, there_fiat_currency
                            FROM break
                            WHERE transaction_id = ANY ($3::text[])
                              AND source = $1
                              AND resolved_at IS NULL
                            ORDER BY id
                            FOR NO KEY UPDATE
                        ), gone AS (
                            SELECT held.id,
                                   EXISTS (
                                       SELECT
                                       FROM found
                                       WHERE found.transaction_id = held.transaction_id AND found.kind = held.kind
                                   ) AS changed
                            FROM held
                            WHERE NOT EXISTS (
                                SELECT
                                FROM found
                                WHERE found.transaction_id = held.transaction_id
                                  AND found.kind = held.kind
                                  AND found.here_status IS NOT DISTINCT FROM held.here_status
                                  AND found.there_status IS NOT DISTINCT FROM held.there_status
                                  AND found.there_crypto_amount IS NOT DISTINCT FROM held.there_crypto_amount
                                  AND found.there_fiat_amount IS NOT DISTINCT FROM held.there_fiat_amount
                                  AND found.there_fiat_currency IS NOT DISTINCT FROM held.there_fiat_currency
                            )
                        ), resolved AS (
                            UPDATE break
                            SET resolved_at = now(), looked_at = now()
                            FROM gone
                            WHERE break.id = gone.id AND break.resolved_at IS NULL
                            RETURNING break.id, gone.changed
                        )
                        INSERT INTO break_note (break_id, number, kind, at, actor, text)
                        SELECT resolved.id,
                               1 + coalesce((SELECT max(number) FROM break_note WHERE break_id = resolved.id), 0),
                               'resolution', now(), $11,
                               CASE WHEN resolved.changed THEN 'The difference has changed' ELSE 'They agree' END
                                   || ', as ' || $1 || ' ' || $2::bigint::text || ' found'
                        FROM resolved
                        """)
                .execute(Columns.of(differences)
                        .and(source.wireName())
                        .and(sourceId)
                        .and(Columns.texts(lookedAt))
                        .text(Difference::transactionId)
                        .text(difference -> difference.kind().wireName())
                        .text(difference -> difference.hereSide().status())
                        .text(difference -> difference.thereSide().status())
                        .text(difference -> difference.thereSide().cryptoAmount())
                        .text(difference -> difference.thereSide().fiatAmount())
                        .text(difference -> difference.thereSide().fiatCurrency())
                        .and(RAMPGATE)
                        .parameters())
                .replaceWithVoid();
    }

    private static Uni<Void> open(
            SqlConnection connection, Source source, long sourceId, List<Difference> differences) {
        return connection
                .preparedQuery("""
                        INSERT INTO break AS known (
                            source, source_id, found_at, seen_at, looked_at,
                            transaction_id, kind, real_from,
                            here_status, here_crypto_amount, here_fiat_amount, here_fiat_currency,
                            there_status, there_crypto_amount, there_fiat_amount, there_fiat_currency, there_updated_at)
                        SELECT $1, $2, now(), now(), now(), found.*
                        FROM unnest($3::text[], $4::text[], $5::timestamptz[],
                                    $6::text[], $7::text[], $8::text[], $9::text[],
                                    $10::text[], $11::text[], $12::text[], $13::text[], $14::timestamptz[]) AS found
                        ON CONFLICT (transaction_id, source, kind) WHERE resolved_at IS NULL DO UPDATE
                        SET seen_at = now(), real_from = least(known.real_from, excluded.real_from)
                        """)
                .execute(Columns.of(differences)
                        .and(source.wireName())
                        .and(sourceId)
                        .text(Difference::transactionId)
                        .text(difference -> difference.kind().wireName())
                        .time(Difference::realFrom)
                        .text(difference -> difference.hereSide().status())
                        .text(difference -> difference.hereSide().cryptoAmount())
                        .text(difference -> difference.hereSide().fiatAmount())
                        .text(difference -> difference.hereSide().fiatCurrency())
                        .text(difference -> difference.thereSide().status())
                        .text(difference -> difference.thereSide().cryptoAmount())
                        .text(difference -> difference.thereSide().fiatAmount())
                        .text(difference -> difference.thereSide().fiatCurrency())
                        .time(difference -> difference.there() == null
                                ? null
                                : difference.there().updatedAt())
                        .parameters())
                .replaceWithVoid();
    }

    // --- the record

    /** What the record has of these transactions. */
    public static Uni<Map<String, Here>> here(SqlConnection connection, Collection<String> ids) {
        return connection
                .preparedQuery("""
                        SELECT id, status, crypto_amount, fiat_amount, currency, fiat_currency, settled, as_of, changed_at, created_at
                        FROM transaction
                        WHERE id = ANY ($1::text[])
                        """)
                .execute(Tuple.of(Columns.texts(ids)))
                .map(rows -> {
                    Map<String, Here> found = new HashMap<>();
                    rows.forEach(row -> found.put(row.getString("id"), here(row)));
                    return found;
                });
    }

    /** A row with the columns of the record that a comparison needs. */
    public static Here here(Row row) {
        return new Here(
                row.getString("status"),
                row.getString("crypto_amount"),
                row.getString("fiat_amount"),
                row.getString("currency"),
                row.getString("fiat_currency"),
                row.getBoolean("settled"),
                Columns.instant(row, "as_of"),
                Columns.instant(row, "changed_at"),
                Columns.instant(row, "created_at"));
    }

    /**
     * Looks at some open breaks again, those first that were not looked at for longest, and resolves what the record has followed.
     *
     * @return how many were looked at
     */
    Uni<Integer> review(int most) {
        return pool.withTransaction(connection -> connection
                .preparedQuery("""
                        SELECT
                        """ + COLUMNS + """
                        FROM break
                        WHERE resolved_at IS NULL
                        ORDER BY looked_at
                        LIMIT $1
                        FOR NO KEY UPDATE SKIP LOCKED
                        """)
                .execute(Tuple.of((long) most))
                .map(rows -> {
                    List<Break> open = new ArrayList<>();
                    rows.forEach(row -> open.add(of(row)));
                    return open;
                })
                .chain(open -> here(
                                connection,
                                open.stream().map(Break::transactionId).collect(Collectors.toSet()))
                        .chain(records -> reviewed(connection, open, records))
                        .replaceWith(open.size())));
    }

    private static Uni<Void> reviewed(SqlConnection connection, List<Break> open, Map<String, Here> records) {
        Long[] agreeing = open.stream()
                .filter(one -> isFollowed(one, records.get(one.transactionId())))
                .map(Break::id)
                .toArray(Long[]::new);
        return connection
                .preparedQuery("""
                        WITH resolved AS (
                            UPDATE break
                            SET looked_at = now(), resolved_at = CASE WHEN id = ANY ($2::bigint[]) THEN now() END
                            WHERE id = ANY ($1::bigint[])
                            RETURNING id, resolved_at
                        )
                        INSERT INTO break_note (break_id, number, kind, at, actor, text)
                        SELECT id,
                               1 + coalesce((SELECT max(number) FROM break_note WHERE break_id = id), 0),
                               'resolution', now(), $3, 'The record now says what Proof said'
                        FROM resolved
                        WHERE resolved_at IS NOT NULL
                        """)
                .execute(Tuple.of(open.stream().map(Break::id).toArray(Long[]::new), agreeing, RAMPGATE))
                .replaceWithVoid();
    }

    private static boolean isFollowed(Break one, Here here) {
        There there = new There(
                one.there().status(),
                one.there().cryptoAmount(),
                one.there().fiatAmount(),
                null,
                one.there().fiatCurrency(),
                false,
                null);
        boolean silent = one.kind() == BreakKind.AMOUNT && there.cryptoAmount() == null && there.fiatAmount() == null;
        return here != null && there.status() != null && !silent && Comparison.agrees(one.kind(), here, there);
    }

    // --- people

    /**
     * Which breaks are listed.
     *
     * @param state {@code open}, {@code explained} (open, and explained), {@code alarming}, {@code resolved}; empty for all
     * @param source of this alone
     * @param sourceId found first by this run or import; only with a source
     * @param transactionId of this alone
     */
    public record Filter(
            Optional<String> state,
            Optional<BreakKind> kind,
            Optional<Source> source,
            Optional<Long> sourceId,
            Optional<String> transactionId) {}

    /**
     * A page, newest first. It reads at most {@value #MOST_SCANNED} rows.
     *
     * @param next id after which the next page begins; empty at the end
     */
    public record Page(List<Break> breaks, Optional<Long> next) {}

    /** Most rows that one page reads. */
    private static final int MOST_SCANNED = 10_000;

    /** The breaks that match before an id. */
    public Uni<Page> page(Filter filter, Optional<Long> before, int limit) {
        String anchor = filter.transactionId().isPresent() ? "transaction_id = $7 AND" : "$7::text IS NULL AND";
        return pool.preparedQuery("""
                        SELECT *
                        FROM (
                            SELECT *, row_number() OVER (ORDER BY id DESC) AS place
                            FROM (
                                SELECT
                        """ + COLUMNS + """
                                FROM break
                                WHERE
                        """ + anchor + """
                         id < $1
                                ORDER BY id DESC
                                LIMIT $8
                            ) AS scanned
                        ) AS scanned
                        WHERE place = $8
                           OR ($3::text IS NULL OR kind = $3)
                              AND ($4::text IS NULL OR source = $4)
                              AND ($5::bigint IS NULL OR source_id = $5)
                              AND CASE $6
                                  WHEN 'open' THEN resolved_at IS NULL AND explained_at IS NULL
                                  WHEN 'explained' THEN resolved_at IS NULL AND explained_at IS NOT NULL
                                  WHEN 'alarming' THEN resolved_at IS NULL AND explained_at IS NULL
                                      AND real_from <= now() - interval '1 h'
                                  WHEN 'resolved' THEN resolved_at IS NOT NULL
                                  ELSE true
                              END
                        ORDER BY id DESC
                        LIMIT $2
                        """)
                .execute(Tuple.tuple(Arrays.asList(
                        before.orElse(Long.MAX_VALUE),
                        limit + 1L,
                        filter.kind().map(BreakKind::wireName).orElse(null),
                        filter.source().map(Source::wireName).orElse(null),
                        filter.sourceId().orElse(null),
                        filter.state().orElse(""),
                        filter.transactionId().orElse(null),
                        (long) MOST_SCANNED)))
                .map(rows -> {
                    List<Break> found = new ArrayList<>();
                    for (Row row : rows) {
                        if (found.size() == limit) {
                            return new Page(
                                    found, Optional.of(found.get(limit - 1).id()));
                        }
                        if (row.getLong("place") == MOST_SCANNED) {
                            // It is read again: the next page begins with it.
                            return new Page(found, Optional.of(row.getLong("id") + 1));
                        }
                        found.add(of(row));
                    }
                    return new Page(found, Optional.empty());
                });
    }

    /** One break with its notes, in their order; empty if there is none. */
    public Uni<Optional<NotedBreak>> one(long id) {
        return pool.preparedQuery("SELECT " + COLUMNS + " FROM break WHERE id = $1")
                .execute(Tuple.of(id))
                .chain(rows -> rows.size() == 0
                        ? Uni.createFrom().item(Optional.<NotedBreak>empty())
                        : notes(id)
                                .map(notes -> Optional.of(
                                        new NotedBreak(of(rows.iterator().next()), notes))));
    }

    /** A break and what was said about it. */
    public record NotedBreak(Break found, List<Note> notes) {}

    /**
     * An explanation or a resolution.
     *
     * @param kind {@code explanation} or {@code resolution}
     * @param actor name of an actor, or {@code rampgate}
     */
    public record Note(String kind, Instant at, String actor, String text) {}

    private Uni<List<Note>> notes(long id) {
        return pool.preparedQuery("""
                        SELECT kind, at, actor, text
                        FROM break_note
                        WHERE break_id = $1
                        ORDER BY number
                        """).execute(Tuple.of(id)).map(rows -> {
            List<Note> notes = new ArrayList<>();
            rows.forEach(row -> notes.add(new Note(
                    row.getString("kind"), Columns.instant(row, "at"), row.getString("actor"), row.getString("text"))));
            return notes;
        });
    }

    /**
     * Adds an explanation; nothing that was said before is changed.
     *
     * @return whether it was added: false if there is no such break, or it has too many notes
     */
    public Uni<Boolean> explain(long id, String actor, String text) {
        return pool.preparedQuery("""
                        WITH explained AS (
                            UPDATE break
                            SET explained_at = coalesce(explained_at, now())
                            WHERE id = $1
                              AND (SELECT count(*) FROM break_note WHERE break_id = $1) < $4
                            RETURNING id
                        )
                        INSERT INTO break_note (break_id, number, kind, at, actor, text)
                        SELECT id,
                               1 + coalesce((SELECT max(number) FROM break_note WHERE break_id = id), 0),
                               'explanation', now(), $2, $3
                        FROM explained
                        """)
                .execute(Tuple.of(id, actor, text, (long) MOST_NOTES))
                .map(rows -> rows.rowCount() > 0);
    }

    /** Breaks that one statement of {@link #withdraw} reads and locks. */
    private static final int WITHDRAWN_AT_ONCE = 2_000;

    /**
     * Resolves what an import has found: its statement was a wrong one. What a later import has seen, too, stays. In short statements, so that it may be done
     * in part if the database fails; doing it again does the rest.
     *
     * @param comparedAt when the import was done
     * @return how many were resolved
     */
    public Uni<Long> withdraw(long importId, Instant comparedAt, String actor, String text) {
        return withdraw(importId, comparedAt, actor, text, 0, 0);
    }

    private Uni<Long> withdraw(
            long importId, Instant comparedAt, String actor, String text, long after, long resolved) {
        return pool.preparedQuery("""
                        WITH scanned AS MATERIALIZED (
                            SELECT id
                            FROM break
                            WHERE id > $3
                            ORDER BY id
                            LIMIT $4
                        ), part AS MATERIALIZED (
                            SELECT id
                            FROM break
                            WHERE id = ANY (ARRAY (SELECT id FROM scanned))
                              AND source = 'statement'
                              AND source_id = $1
                              AND seen_at <= $2
                              AND resolved_at IS NULL
                            ORDER BY id
                            FOR NO KEY UPDATE
                        ), resolved AS (
                            UPDATE break
                            SET resolved_at = now(), looked_at = now()
                            FROM part
                            WHERE break.id = part.id
                            RETURNING break.id
                        ), noted AS (
                            INSERT INTO break_note (break_id, number, kind, at, actor, text)
                            SELECT id,
                                   1 + coalesce((SELECT max(number) FROM break_note WHERE break_id = id), 0),
                                   'resolution', now(), $5, $6
                            FROM resolved
                        )
                        SELECT (SELECT max(id) FROM scanned) AS last, (SELECT count(*) FROM resolved) AS resolved
                        """)
                .execute(Tuple.of(importId, Columns.utc(comparedAt), after, (long) WITHDRAWN_AT_ONCE, actor, text))
                .map(rows -> rows.iterator().next())
                .chain(row -> row.getLong("last") == null
                        ? Uni.createFrom().item(resolved)
                        : withdraw(
                                importId,
                                comparedAt,
                                actor,
                                text,
                                row.getLong("last"),
                                resolved + row.getLong("resolved")));
    }

    private static Break of(Row row) {
        return new Break(
                row.getLong("id"),
                Source.of(row.getString("source")).orElseThrow(),
                row.getLong("source_id"),
                row.getString("transaction_id"),
                BreakKind.of(row.getString("kind")).orElseThrow(),
                Columns.instant(row, "found_at"),
                Columns.instant(row, "seen_at"),
                Columns.instant(row, "real_from"),
                Columns.instant(row, "explained_at"),
                Columns.instant(row, "resolved_at"),
                side(row, "here"),
                side(row, "there"),
                Columns.instant(row, "there_updated_at"));
    }

    private static Break.Side side(Row row, String name) {
        return new Break.Side(
                row.getString(name + "_status"),
                row.getString(name + "_crypto_amount"),
                row.getString(name + "_fiat_amount"),
                row.getString(name + "_fiat_currency"));
    }
}
