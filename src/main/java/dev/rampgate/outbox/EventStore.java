package dev.rampgate.outbox;

import dev.rampgate.database.Columns;
import dev.rampgate.database.housekeeping.Sweep;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The tables {@code event}, {@code feed} and {@code ledger_epoch}, but for the insertion, which {@link EventWriter} does, and the
 * redaction, which {@link EventRedaction} does. Each statement that changes events after their insertion holds the row of
 * {@code feed} first, so that no two of them wait for each other's events.
 */
@ApplicationScoped
class EventStore {

    /** Most events that get their place in one statement. */
    static final int MOST_PLACED = 1_000;

    /** A page of events ends with the first one that goes beyond so many bytes of bodies. */
    static final int MOST_BYTES = 1_000_000;

    private final Pool pool;

    EventStore(Pool pool) {
        this.pool = pool;
    }

    /**
     * An event in its place.
     *
     * @param mark tells it from any other event that had this place in a history that was lost
     * @param body empty where it was not asked for
     */
    record Placed(long position, String mark, String id, String body) {}

    /** How far the feed goes; without a search for events that have no place. */
    Uni<FeedHead> head() {
        return head(0, Long.MAX_VALUE).map(Seen::head);
    }

    /**
     * How far the feed goes, and what is in one of its places, both at the same time.
     *
     * @param mark null if there is no event
     */
    record Seen(FeedHead head, String mark) {}

    /**
     * Reads how far the feed goes.
     *
     * @param position what is in this place is read, too
     * @param searched no event up to this number waits for a place
     */
    Uni<Seen> head(long position, long searched) {
        // LIMIT: tables of one row are never analysed, and for the many rows that the planner expects it would read all
        // events.
        return pool.preparedQuery("""
                        SELECT ledger_epoch.epoch, feed.last_position, feed.expired_position,
                               last.id AS last_id, last.number AS last_number, last.created_at AS last_created_at,
                               asked.id, asked.number, asked.created_at,
                               unplaced.number AS unplaced_number, unplaced.created_at AS unplaced_created_at
                        FROM %s
                             CROSS JOIN ledger_epoch
                             LEFT JOIN LATERAL (
                                 SELECT id, number, created_at
                                 FROM event
                                 WHERE event.position = feed.last_position
                                 LIMIT 1
                             ) AS last ON true
                             LEFT JOIN LATERAL (
                                 SELECT number, created_at
                                 FROM event
                                 WHERE position IS NULL AND number > $2
                                 ORDER BY number
                                 LIMIT 1
                             ) AS unplaced ON true
                             LEFT JOIN event AS asked ON asked.position = $1
                        """.formatted(FeedRow.NEWEST))
                .execute(Tuple.of(position, searched))
                .map(rows -> seen(rows.iterator().next()));
    }

    private static Seen seen(Row row) {
        Long lastNumber = row.getLong("last_number");
        Long unplaced = row.getLong("unplaced_number");
        return new Seen(
                new FeedHead(
                        row.getLong("epoch"),
                        row.getLong("last_position"),
                        row.getLong("expired_position"),
                        mark(row, "last_"),
                        lastNumber == null ? 0 : lastNumber,
                        unplaced == null
                                ? null
                                : new FeedHead.Unplaced(unplaced, Columns.instant(row, "unplaced_created_at"))),
                mark(row, ""));
    }

    /**
     * Gives committed events their places, the order of insertion first. The lock of the one row lets one replica at a time do
     * so; the second statement sees all that was committed when it got the lock. Two versions of a transaction are inserted
     * and committed one after the other, since their batches lock its row, so that the later one is never seen alone.
     *
     * <p>An amount revision becomes known together with the event that shows it, later than all that is known and than any time that a
     * statement was asked for: {@code feed.known_until} only grows, whatever the server's clock does.
     *
     * @param atLeast places are given only if the feed goes this far: behind it, others have read what the database has lost
     * @param searched no event up to this number waits for a place
     * @return how many, at most {@value #MOST_PLACED}
     */
    Uni<Integer> place(long epoch, long atLeast, long searched) {
        return pool.withTransaction(connection -> lockFeed(connection).chain(() -> connection
                .preparedQuery("""
                                WITH unplaced AS (
                                    SELECT transaction_id, version, row_number() OVER (ORDER BY number) AS place
                                    FROM (
                                        SELECT transaction_id, version, number
                                        FROM event
                                        WHERE position IS NULL AND number > $4
                                        ORDER BY number
                                        LIMIT $3
                                    ) AS next
                                ), extended AS (
                                    UPDATE feed
                                    SET last_position = last_position + (SELECT count(*) FROM unplaced),
                                        known_until = greatest(clock_timestamp(), known_until + interval '1 microsecond'),
                                        generation = greatest(generation, extract(epoch FROM clock_timestamp())::bigint)
                                    FROM ledger_epoch
                                    WHERE feed.generation >= (SELECT generation FROM feed ORDER BY generation DESC LIMIT 1)
                                      AND feed.last_position >= $2
                                      AND ledger_epoch.epoch = $1
                                    RETURNING last_position - (SELECT count(*) FROM unplaced) AS before, last_position, known_until
                                ), placed AS (
                                    UPDATE event
                                    SET position = extended.before + unplaced.place
                                    FROM unplaced
                                         CROSS JOIN extended
                                    WHERE event.transaction_id = unplaced.transaction_id AND event.version = unplaced.version
                                    RETURNING event.transaction_id, event.version, event.position
                                ), known AS (
                                    UPDATE amount_revision
                                    SET known_at = extended.known_until,
                                        position = placed.position
                                    FROM placed
                                         CROSS JOIN extended
                                    WHERE amount_revision.transaction_id = placed.transaction_id
                                      AND amount_revision.event_version = placed.version
                                      AND amount_revision.known_at IS NULL
                                ), known_without_event AS (
                                    UPDATE amount_revision
                                    SET known_at = extended.known_until,
                                        position = extended.last_position
                                    FROM extended
                                    WHERE amount_revision.known_at IS NULL AND amount_revision.event_version IS NULL
                                )
                                SELECT count(*)::integer AS placed
                                FROM placed
                                """)
                .execute(Tuple.of(epoch, atLeast, (long) MOST_PLACED, searched))
                .map(rows -> rows.iterator().next().getInteger("placed"))));
    }

    /** The database transactions that have written events, or are about to, and have not ended: each has locked the table so before it took a number. */
    Uni<Set<String>> writers() {
        return pool.preparedQuery("""
                        SELECT virtualtransaction
                        FROM pg_locks
                        WHERE locktype = 'relation'
                          AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
                          AND relation = 'event'::regclass
                          AND mode = 'RowExclusiveLock'
                        """).execute().map(rows -> {
            Set<String> writers = new HashSet<>();
            rows.forEach(row -> writers.add(row.getString("virtualtransaction")));
            return writers;
        });
    }

    /**
     * Makes those amount revisions known that no event shows, and those whose event has a place already, from a replica of a build that knows no
     * revisions. Does nothing while there are none.
     */
    Uni<Void> knowWhatHasNoPlace() {
        return pool.query("SELECT EXISTS (SELECT" + WITHOUT_PLACE + ") AS found")
                .execute()
                .chain(rows -> rows.iterator().next().getBoolean("found")
                        ? knowSome()
                                .repeat()
                                .until(number -> number < MOST_PLACED)
                                .onItem()
                                .ignoreAsUni()
                        : Uni.createFrom().voidItem());
    }

    private static final String WITHOUT_PLACE = """
             FROM amount_revision AS revision
             WHERE known_at IS NULL
               AND NOT EXISTS (
                   SELECT
                   FROM event
                   WHERE event.transaction_id = revision.transaction_id
                     AND event.version = revision.event_version
                     AND event.position IS NULL
               )
            """;

    private Uni<Integer> knowSome() {
        return pool.withTransaction(connection -> lockFeed(connection).chain(() -> connection
                .preparedQuery("""
                                WITH unknown AS (
                                    SELECT transaction_id, number
                                """ + WITHOUT_PLACE + """
                                    LIMIT $1
                                ), extended AS (
                                    UPDATE feed
                                    SET known_until = greatest(clock_timestamp(), known_until + interval '1 microsecond')
                                    RETURNING last_position, known_until
                                )
                                UPDATE amount_revision
                                SET known_at = extended.known_until,
                                    position = extended.last_position
                                FROM unknown
                                     CROSS JOIN extended
                                WHERE amount_revision.transaction_id = unknown.transaction_id AND amount_revision.number = unknown.number
                                """)
                .execute(Tuple.of((long) MOST_PLACED))
                .map(rows -> rows.rowCount())));
    }

    /** Until the end of the database transaction, no other changes events. */
    static Uni<Void> lockFeed(SqlConnection connection) {
        return connection
                .query(
                        "SET LOCAL idle_in_transaction_session_timeout = '5s'; SELECT FROM feed ORDER BY generation DESC LIMIT 1"
                                + " FOR NO KEY UPDATE")
                .execute()
                .replaceWithVoid();
    }

    /** Begins another epoch, later than this one and than any that a restore took away; once, whichever replica is first. */
    Uni<Boolean> beginEpochAfter(long epoch) {
        return pool.preparedQuery("""
                        UPDATE ledger_epoch
                        SET epoch = greatest(epoch + 1, extract(epoch FROM clock_timestamp())::bigint)
                        WHERE epoch = $1
                        """).execute(Tuple.of(epoch)).map(rows -> rows.rowCount() == 1);
    }

    /** The event in a place; none if there is none. */
    Uni<Optional<Placed>> at(long position) {
        return pool.preparedQuery("""
                        SELECT position, number, created_at, id, '' AS body
                        FROM event
                        WHERE position = $1
                        """)
                .execute(Tuple.of(position))
                .map(rows -> rows.size() == 0
                        ? Optional.empty()
                        : Optional.of(placed(rows.iterator().next())));
    }

    /**
     * Events after a place.
     *
     * @param events in order
     * @param whole whether there are no others up to the last place that counts
     * @param expiredPosition the last place whose event was deleted, at the same time
     */
    record Part(List<Placed> events, boolean whole, long expiredPosition) {}

    /**
     * Events after a place, in order: at most so many, and no more once their bodies have {@value #MOST_BYTES} bytes.
     *
     * @param to the last place that counts
     * @param types only these; empty for all
     */
    Uni<Part> page(long after, long to, List<String> types, int limit) {
        return pool.preparedQuery("""
                        SELECT expired_position, page.position, number, created_at, id, body, matching
                        FROM %s
                             LEFT JOIN (
                                 SELECT position, number, created_at, id, body, matching
                                 FROM (
                                     SELECT position, number, created_at, id, body,
                                            sum(octet_length(body)) OVER (ORDER BY position) - octet_length(body) AS bytes_before,
                                            count(*) OVER () AS matching
                                     FROM (
                                         SELECT position, number, created_at, id, body
                                         FROM event
                                         WHERE position > $1 AND position <= $2 AND ($3::text[] = '{}' OR type = ANY ($3::text[]))
                                         ORDER BY position
                                         LIMIT $4
                                     ) AS next
                                 ) AS counted
                                 WHERE bytes_before < $5
                             ) AS page ON true
                        ORDER BY page.position
                        """.formatted(FeedRow.NEWEST))
                .execute(Tuple.of(after, to, Columns.texts(types), (long) limit, (long) MOST_BYTES))
                .map(rows -> {
                    List<Placed> events = new ArrayList<>(rows.size());
                    long matching = 0;
                    long expired = 0;
                    for (Row row : rows) {
                        expired = row.getLong("expired_position");
                        if (row.getLong("position") != null) {
                            events.add(placed(row));
                            matching = row.getLong("matching");
                        }
                    }
                    return new Part(events, matching < limit && events.size() == matching, expired);
                });
    }

    private static Placed placed(Row row) {
        return new Placed(row.getLong("position"), mark(row, ""), row.getString("id"), row.getString("body"));
    }

    /** Null if there is no event. */
    private static String mark(Row row, String prefix) {
        String id = row.getString(prefix + "id");
        return id == null
                ? null
                : FeedCursor.mark(id, row.getLong(prefix + "number"), Columns.instant(row, prefix + "created_at"));
    }

    /**
     * Deletes the first events of the feed if they are older than the retention, at most {@value Sweep#MOST_ROWS}. The last one stays, so that
     * a reader who is at the end keeps its cursor.
     */
    Uni<Integer> deleteSome(Instant before) {
        return pool.withTransaction(connection -> lockFeed(connection).chain(() -> deleteSome(connection, before)));
    }

    private static Uni<Integer> deleteSome(SqlConnection connection, Instant before) {
        return connection
                .preparedQuery("""
                        WITH deleted AS (
                            DELETE FROM event
                            WHERE position = ANY (ARRAY(
                                SELECT first.position
                                FROM (
                                    SELECT position, created_at
                                    FROM event
                                    WHERE position IS NOT NULL
                                    ORDER BY position
                                    LIMIT $2
                                ) AS first
                                     CROSS JOIN feed
                                WHERE first.created_at < $1 AND first.position < feed.last_position
                            ))
                            RETURNING position
                        ), expired AS (
                            UPDATE feed
                            SET expired_position = greatest(expired_position, (SELECT max(position) FROM deleted))
                            WHERE EXISTS (SELECT FROM deleted)
                        )
                        SELECT count(*)::integer AS deleted
                        FROM deleted
                        """)
                .execute(Tuple.of(Columns.utc(before), (long) Sweep.MOST_ROWS))
                .map(rows -> rows.iterator().next().getInteger("deleted"));
    }
}
