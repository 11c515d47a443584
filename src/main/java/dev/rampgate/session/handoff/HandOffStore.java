package dev.rampgate.session.handoff;

import static dev.rampgate.reconcile.Columns.instant;
import static dev.rampgate.reconcile.Columns.utc;

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

/** What waits to be handed off, in PostgreSQL, so that any replica can. */
@ApplicationScoped
class HandOffStore {

    /** Most rows that one statement deletes. */
    static final int SWEEP_LIMIT = 500;

    private final Pool pool;
    private final InstantSource clock;

    HandOffStore(Pool pool, InstantSource clock) {
        this.pool = pool;
        this.clock = clock;
    }

    /** Keeps a content until somebody brings the code. */
    Uni<Void> keep(HandOffCode code, String userId, byte[] content, Instant expiresAt) {
        return pool.preparedQuery("""
                        INSERT INTO hand_off (code_hash, user_id, sealed, expires_at)
                        VALUES ($1, $2, $3, $4)
                        """)
                .execute(
                        Tuple.of(Buffer.buffer(code.hash()), userId, Buffer.buffer(code.seal(content)), utc(expiresAt)))
                .replaceWithVoid();
    }

    /** What the code is good for, which is nothing afterwards; empty if it was used before, is over, or is none. */
    Uni<Optional<byte[]>> take(HandOffCode code) {
        return pool.preparedQuery("""
                        DELETE FROM hand_off
                        WHERE code_hash = $1
                        RETURNING sealed, expires_at
                        """)
                .execute(Tuple.of(Buffer.buffer(code.hash())))
                .map(rows -> Optional.ofNullable(rows.size() == 0 ? null : first(rows))
                        .filter(row -> instant(row, "expires_at").isAfter(clock.instant()))
                        .flatMap(row -> code.open(row.getBuffer("sealed").getBytes())));
    }

    /** Deletes some of what has expired; how many rows. */
    Uni<Integer> sweep() {
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
                        """)
                .execute(Tuple.of(utc(clock.instant()), SWEEP_LIMIT))
                .map(RowSet::rowCount);
    }

    private static Row first(RowSet<Row> rows) {
        return rows.iterator().next();
    }
}
