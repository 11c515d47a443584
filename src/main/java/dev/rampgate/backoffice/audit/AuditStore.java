package dev.rampgate.backoffice.audit;

import dev.rampgate.database.Columns;
import dev.rampgate.database.ConnectionShares;
import dev.rampgate.database.StatementTurns;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.SqlClient;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The tables {@code audit_entry} and {@code audit_chain}. Entries are inserted here and never changed; what links and expires them are
 * functions of the tables' owner, which is all that the service's role may do.
 */
@ApplicationScoped
public class AuditStore {

    /** Most entries of one page. */
    public static final int MOST_LISTED = 500;

    /** Rows that one page looks through. */
    static final int MOST_SCANNED = 10_000;

    /** Rows that one statement of an export looks through; with the most values, about 1 MB. */
    static final int EXPORTED = 500;

    /** Entries that one call links. */
    static final int MOST_LINKED = 1_000;

    private static final String COLUMNS = """
            audit_entry.number, audit_entry.at, audit_entry.actor, audit_entry.role, audit_entry.action, audit_entry.result,
            audit_entry.subject, audit_entry.details, audit_entry.request_id, audit_entry.calls, audit_entry.position,
            audit_entry.previous, audit_entry.hash
            """;

    private final Pool pool;
    private final StatementTurns share;

    @Inject
    AuditStore(Pool pool, ConnectionShares shares) {
        this(pool, shares.backOffice());
    }

    AuditStore(Pool pool, StatementTurns share) {
        this.pool = pool;
        this.share = share;
    }

    // --- writing

    /** Writes an entry on a connection, in its transaction if there is one. */
    public Uni<Void> write(SqlClient connection, AuditEntry entry) {
        return connection
                .preparedQuery("""
                        INSERT INTO audit_entry (actor, role, action, result, subject, details, request_id, calls)
                        SELECT $1, $2, $3, $4,
                               CASE
                                   WHEN $6::text = '' OR EXISTS (SELECT FROM transaction WHERE id = $5::text) THEN $5::text
                                   ELSE $6::text
                               END,
                               $7, $8, $9
                        """)
                .execute(Tuple.of(entry.actor(), entry.role(), entry.action(), entry.result())
                        .addString(entry.subject())
                        .addString(entry.subjectHash())
                        .addString(entry.details())
                        .addString(entry.requestId())
                        .addLong(entry.calls()))
                .replaceWithVoid();
    }

    /** Writes an entry and commits it. */
    public Uni<Void> write(AuditEntry entry) {
        return share.within(() -> write(pool, entry));
    }

    // --- the chain

    /**
     * How far the chain goes.
     *
     * @param anchor the last entry that expired
     * @param hashAtKnown the hash at the position that was asked for; null if there is no such entry
     * @param oldestUnlinked when the oldest entry was written that is not linked yet; null if there is none
     */
    public record Look(ChainHead head, ChainHead anchor, String hashAtKnown, Instant oldestUnlinked) {}

    /** @param position of an entry that is known */
    Uni<Look> look(long position) {
        return pool.preparedQuery("""
                        SELECT last_position, last_hash, anchor_position, anchor_hash,
                               (SELECT hash FROM audit_entry WHERE position = $1) AS known,
                               (
                                   SELECT at
                                   FROM audit_entry
                                   WHERE position IS NULL
                                   ORDER BY number
                                   LIMIT 1
                               ) AS oldest_unlinked
                        FROM audit_chain
                        """)
                .execute(Tuple.of(position))
                .map(rows -> rows.iterator().next())
                .map(row -> new Look(
                        new ChainHead(row.getLong("last_position"), row.getString("last_hash")),
                        new ChainHead(row.getLong("anchor_position"), row.getString("anchor_hash")),
                        row.getString("known"),
                        Columns.instant(row, "oldest_unlinked")));
    }

    /** How far the chain goes. */
    public Uni<Look> look() {
        return look(0);
    }

    /** The end of the chain. */
    public Uni<ChainHead> head() {
        return look().map(Look::head);
    }

    /** Links some entries; answers how many. 0 also if another replica links just now. */
    Uni<Integer> link() {
        return pool.preparedQuery("SELECT audit_link($1) AS linked")
                .execute(Tuple.of(MOST_LINKED))
                .map(rows -> rows.iterator().next().getInteger("linked"));
    }

    /** Deletes some of the entries that are older; answers how many. */
    Uni<Integer> expire(Instant olderThan, int most) {
        return pool.preparedQuery("SELECT audit_expire($1, $2) AS expired")
                .execute(Tuple.of(Columns.utc(olderThan), most))
                .map(rows -> rows.iterator().next().getInteger("expired"));
    }

    /**
     * Entries of the chain in order.
     *
     * @param anchor as it was when these were read
     */
    record Part(ChainHead anchor, List<LinkedEntry> entries) {}

    /** The entries after a position, and the anchor, both at the same time. */
    Uni<Part> part(long after, int limit) {
        return pool.preparedQuery("""
                        SELECT anchor_position, anchor_hash,
                        """ + COLUMNS + """
                        FROM audit_chain
                             LEFT JOIN LATERAL (
                                 SELECT *
                                 FROM audit_entry
                                 WHERE position > $1 AND position > anchor_position
                                 ORDER BY position
                                 LIMIT $2
                             ) AS audit_entry ON true
                        ORDER BY position
                        """)
                .execute(Tuple.of(after, (long) limit))
                .map(rows -> {
                    List<LinkedEntry> entries = new ArrayList<>(rows.size());
                    ChainHead anchor = null;
                    for (Row row : rows) {
                        anchor = new ChainHead(row.getLong("anchor_position"), row.getString("anchor_hash"));
                        if (row.getLong("number") != null) {
                            entries.add(entry(row));
                        }
                    }
                    return new Part(anchor, entries);
                });
    }

    /** Entries that are not linked yet, the first ones. */
    Uni<List<LinkedEntry>> unlinked() {
        return pool.preparedQuery("SELECT " + COLUMNS + """
                        FROM audit_entry
                        WHERE position IS NULL
                        ORDER BY number
                        LIMIT $1
                        """)
                .execute(Tuple.of((long) MOST_LINKED))
                .map(AuditStore::entries);
    }

    // --- listing

    /**
     * Which entries are wanted.
     *
     * @param actor its name
     * @param action its name
     * @param about the subject, as it is and as all keys hash it; empty for all
     * @param from inclusive
     * @param to exclusive
     */
    public record Filter(
            Optional<String> actor, Optional<String> action, List<String> about, Instant from, Instant to) {}

    /** Where a page begins: behind this entry, which is later. */
    public record Place(Instant at, long number) {}

    /**
     * A page of entries, the newest first.
     *
     * @param next where the next one begins; empty if there is none. A page may be empty and have a next one: it has looked through so many rows
     */
    public record Page(List<LinkedEntry> entries, Optional<Place> next) {}

    /** The entries that match behind a place. */
    public Uni<Page> page(Filter filter, Optional<Place> after, int limit) {
        return page(filter, after, limit, MOST_SCANNED);
    }

    /** All that match among the next rows behind a place, for exports: no row is looked at twice. */
    public Uni<Page> part(Filter filter, Optional<Place> after) {
        return page(filter, after, EXPORTED, EXPORTED);
    }

    private Uni<Page> page(Filter filter, Optional<Place> after, int limit, int scanned) {
        Place begin = after.orElse(new Place(filter.to(), 0));
        List<String> hashes = filter.about().stream()
                .map(text -> "%\"" + escaped(text) + "\"%")
                .toList();
        return share.within(() -> pool.preparedQuery("""
                        WITH scanned AS MATERIALIZED (
                            SELECT *
                            FROM audit_entry
                            WHERE (at, number) < ($1, $2) AND at >= $3
                            ORDER BY at DESC, number DESC
                            LIMIT $4
                        ), last AS (
                            SELECT (SELECT count(*) FROM scanned) AS scanned, at AS last_at, number AS last_number
                            FROM scanned
                            ORDER BY at, number
                            LIMIT 1
                        )
                        SELECT last.*,
                        """ + COLUMNS + """
                        FROM last
                             LEFT JOIN (
                                 SELECT *
                                 FROM scanned
                                 WHERE ($5::text IS NULL OR actor = $5)
                                   AND ($6::text IS NULL OR action = $6)
                                   AND (cardinality($7::text[]) = 0 OR subject = ANY ($7) OR details LIKE ANY ($8))
                                 ORDER BY at DESC, number DESC
                                 LIMIT $9
                             ) AS audit_entry ON true
                        ORDER BY audit_entry.at DESC, audit_entry.number DESC
                        """)
                        .execute(Tuple.tuple()
                                .addValue(Columns.utc(begin.at()))
                                .addLong(begin.number())
                                .addValue(Columns.utc(filter.from()))
                                .addLong((long) scanned)
                                .addString(filter.actor().orElse(null))
                                .addString(filter.action().orElse(null))
                                .addArrayOfString(Columns.texts(filter.about()))
                                .addArrayOfString(Columns.texts(hashes))
                                .addLong((long) limit)))
                .map(rows -> page(rows, limit, scanned));
    }

    private static String escaped(String text) {
        return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_");
    }

    private static Page page(RowSet<Row> rows, int limit, int most) {
        List<LinkedEntry> found = new ArrayList<>();
        Place next = null;
        for (Row row : rows) {
            if (row.getLong("scanned") == most) {
                next = new Place(Columns.instant(row, "last_at"), row.getLong("last_number"));
            }
            if (row.getLong("number") != null) {
                found.add(entry(row));
            }
        }
        if (found.size() == limit) {
            LinkedEntry last = found.get(limit - 1);
            next = new Place(last.at(), last.number());
        }
        return new Page(found, Optional.ofNullable(next));
    }

    private static List<LinkedEntry> entries(RowSet<Row> rows) {
        List<LinkedEntry> entries = new ArrayList<>(rows.size());
        rows.forEach(row -> entries.add(entry(row)));
        return entries;
    }

    private static LinkedEntry entry(Row row) {
        boolean linked = row.getLong("position") != null;
        return new LinkedEntry(
                row.getLong("number"),
                Columns.instant(row, "at"),
                row.getString("actor"),
                row.getString("role"),
                row.getString("action"),
                row.getString("result"),
                row.getString("subject"),
                row.getString("details"),
                row.getString("request_id"),
                row.getLong("calls"),
                linked ? row.getLong("position") : 0,
                linked ? row.getString("previous") : "",
                linked ? row.getString("hash") : "");
    }
}
