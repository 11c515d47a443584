package dev.rampgate.session.handoff;

import static dev.rampgate.database.Columns.instant;
import static dev.rampgate.database.Columns.utc;

import dev.rampgate.database.housekeeping.Sweep;
import dev.rampgate.reconcile.ErasedUsers;
import io.smallrye.mutiny.Uni;
import io.vertx.core.buffer.Buffer;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;

/** Stores the sessions that wait to be handed off in PostgreSQL, so that every replica can hand them off. */
@ApplicationScoped
class HandOffStore {

    private final Pool pool;
    private final ErasedUsers erasedUsers;
    private final InstantSource clock;

    HandOffStore(Pool pool, ErasedUsers erasedUsers, InstantSource clock) {
        this.pool = pool;
        this.erasedUsers = erasedUsers;
        this.clock = clock;
    }

    /**
     * Stores a session until a page sends the code.
     *
     * @param begunAt when the user asked for it
     * @return false if the user was erased since, and nothing is kept
     */
    Uni<Boolean> keep(HandOffCode code, String userId, byte[] content, Instant begunAt, Instant expiresAt) {
        return erasedUsers
                .unlessErased(pool, userId, begunAt, connection -> connection
                        .preparedQuery("""
                                INSERT INTO hand_off (code_hash, user_id, sealed, expires_at)
                                VALUES ($1, $2, $3, $4)
                                """)
                        .execute(Tuple.of(
                                Buffer.buffer(code.hash()), userId, Buffer.buffer(code.seal(content)), utc(expiresAt))))
                .map(Optional::isPresent);
    }

    /**
     * What was taken.
     *
     * @param expiresAt until when the code would have waited to be used
     */
    record Taken(String userId, byte[] content, Instant expiresAt) {

        /** Never the content itself. */
        @Override
        public String toString() {
            return "Taken";
        }
    }

    /** Takes the session of the code, which works only once; empty if it is used, expired or unknown. */
    Uni<Optional<Taken>> take(HandOffCode code) {
        return pool.preparedQuery("""
                        DELETE FROM hand_off
                        WHERE code_hash = $1 AND taken_by IS NULL
                        RETURNING user_id, sealed, expires_at
                        """)
                .execute(Tuple.of(Buffer.buffer(code.hash())))
                .map(rows -> taken(code, rows));
    }

    /**
     * What the code opens for one page, which may ask again for a while, since the answer may get lost; no other
     * page may. Empty if it is used by another, expired or unknown.
     *
     * @param page what the page calls itself, known to it alone
     * @param again until when this page may ask again, counted from its first time
     */
    Uni<Optional<Taken>> take(HandOffCode code, String page, Instant again) {
        return pool.preparedQuery("""
                        UPDATE hand_off
                        SET expires_at = CASE WHEN taken_by IS NULL THEN $3 ELSE expires_at END,
                            taken_by = $2
                        WHERE code_hash = $1
                          AND (taken_by IS NULL OR taken_by = $2)
                          AND expires_at > $4
                        RETURNING user_id, sealed, expires_at
                        """)
                .execute(Tuple.of(
                        Buffer.buffer(code.hash()),
                        Buffer.buffer(code.hashOfPage(page)),
                        utc(again),
                        utc(clock.instant())))
                .map(rows -> taken(code, rows));
    }

    private Optional<Taken> taken(HandOffCode code, RowSet<Row> rows) {
        return Optional.ofNullable(rows.size() == 0 ? null : rows.iterator().next())
                .filter(row -> instant(row, "expires_at").isAfter(clock.instant()))
                .flatMap(row -> code.open(row.getBuffer("sealed").getBytes())
                        .map(content -> new Taken(row.getString("user_id"), content, instant(row, "expires_at"))));
    }

    /**
     * What a sweep deleted.
     *
     * @param rows how many
     * @param unused how many of them no page had asked for
     */
    record Swept(int rows, int unused) {}

    /** Deletes some of what has expired. */
    Uni<Swept> sweep() {
        return pool.preparedQuery("""
                        DELETE FROM hand_off
                        WHERE code_hash = ANY (ARRAY (
                            SELECT code_hash
                            FROM hand_off
                            WHERE expires_at <= $1
                            ORDER BY expires_at
                            LIMIT $2
                            FOR UPDATE SKIP LOCKED
                        ))
                        RETURNING taken_by IS NULL AS unused
                        """)
                .execute(Tuple.of(utc(clock.instant()), Sweep.MOST_ROWS))
                .map(HandOffStore::swept);
    }

    private static Swept swept(RowSet<Row> rows) {
        int unused = 0;
        for (Row row : rows) {
            unused += row.getBoolean("unused") ? 1 : 0;
        }
        return new Swept(rows.rowCount(), unused);
    }
}
