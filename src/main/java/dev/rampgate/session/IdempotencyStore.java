package dev.rampgate.session;

import static dev.rampgate.database.Columns.utc;

import dev.rampgate.database.housekeeping.Sweep;
import dev.rampgate.reconcile.ErasedUsers;
import dev.rampgate.session.IdempotencyStore.Claim.Answered;
import dev.rampgate.session.IdempotencyStore.Claim.Granted;
import dev.rampgate.session.IdempotencyStore.Claim.InFlight;
import dev.rampgate.session.IdempotencyStore.Claim.Mismatch;
import io.smallrye.mutiny.Uni;
import io.vertx.core.buffer.Buffer;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.random.RandomGenerator;

/**
 * Idempotency keys in PostgreSQL, shared by all replicas. The request that inserts a key's row has the claim to open the
 * session; the others wait for its answer. A claim ends with its lease, so that a replica that dies meanwhile frees the key.
 */
@ApplicationScoped
class IdempotencyStore {

    /** Beyond the longest opening, the clocks of two replicas may be apart this far. */
    private static final Duration CLOCK_SKEW = Duration.ofSeconds(10);

    private final Pool pool;
    private final ErasedUsers erasedUsers;
    private final Duration keep;
    private final Duration lease;
    private final InstantSource clock;
    private final RandomGenerator random;

    IdempotencyStore(
            Pool pool, IdempotencyTimes times, ErasedUsers erasedUsers, InstantSource clock, RandomGenerator random) {
        this.pool = pool;
        this.erasedUsers = erasedUsers;
        this.keep = times.keep();
        this.lease = times.longestOpening().plus(CLOCK_SKEW);
        this.clock = clock;
        this.random = random;
    }

    /** What a request may do with its key now. */
    sealed interface Claim {

        /**
         * No other request may use the key until the answer is kept or the claim is given back.
         *
         * @param id identifies this claim
         * @param again whether it was claimed before and the outcome is unknown
         */
        record Granted(UUID id, boolean again) implements Claim {}

        /** The session was opened; its answer, byte for byte. */
        record Answered(byte[] answer) implements Claim {}

        /** Another request is opening the session. */
        record InFlight() implements Claim {}

        /** The key stands for another body. */
        record Mismatch() implements Claim {}
    }

    /** Claims a key. */
    Uni<Claim> claim(IdempotencyKey key) {
        Instant now = clock.instant();
        return tryToClaim(key, now).onItem().ifNull().switchTo(() -> look(key)
                // Given back between the two statements: it is free now.
                .onItem()
                .ifNull()
                .switchTo(() -> tryToClaim(key, now))
                .onItem()
                .ifNull()
                .continueWith(new InFlight()));
    }

    /** Null if the key's row stands in the way; a user who was erased since has to ask anew. */
    private Uni<Claim> tryToClaim(IdempotencyKey key, Instant now) {
        return erasedUsers
                .unlessErased(pool, key.userId(), now, connection -> tryToClaim(connection, key, now))
                .map(claim -> claim.orElse(null));
    }

    private Uni<Claim> tryToClaim(SqlConnection connection, IdempotencyKey key, Instant now) {
        UUID id = new UUID(random.nextLong(), random.nextLong());
        return connection
                .preparedQuery("""
                        INSERT INTO idempotency_key AS known (user_id, key, request_hash, claim, claims, lease_until, expires_at)
                        VALUES ($1, $2, $3, $4, 1, $5, $6)
                        ON CONFLICT (user_id, key) DO UPDATE
                        SET request_hash = excluded.request_hash,
                            claim = excluded.claim,
                            claims = CASE WHEN known.expires_at <= $7 THEN 1 ELSE known.claims + 1 END,
                            lease_until = excluded.lease_until,
                            answer = NULL,
                            expires_at = excluded.expires_at
                        WHERE known.expires_at <= $7
                           OR (known.answer IS NULL
                               AND known.lease_until <= $7
                               AND known.request_hash = excluded.request_hash)
                        RETURNING claims
                        """)
                .execute(Tuple.tuple(List.of(
                        key.userId(),
                        key.value(),
                        Buffer.buffer(key.requestHash()),
                        id,
                        utc(now.plus(lease)),
                        utc(now.plus(keep)),
                        utc(now))))
                .map(rows ->
                        rows.size() == 0 ? null : new Granted(id, first(rows).getInteger("claims") > 1));
    }

    /** Null if there is no such row any more. */
    private Uni<Claim> look(IdempotencyKey key) {
        return pool.preparedQuery("""
                        SELECT request_hash, answer
                        FROM idempotency_key
                        WHERE user_id = $1 AND key = $2
                        """)
                .execute(Tuple.of(key.userId(), key.value()))
                .map(rows -> {
                    if (rows.size() == 0) {
                        return null;
                    }
                    Row known = first(rows);
                    if (!Arrays.equals(known.getBuffer("request_hash").getBytes(), key.requestHash())) {
                        return new Mismatch();
                    }
                    return known.getBuffer("answer") == null
                            ? new InFlight()
                            : new Answered(known.getBuffer("answer").getBytes());
                });
    }

    /** Keeps the answer; without effect if the claim is no longer the key's. */
    Uni<Void> keep(IdempotencyKey key, UUID claim, byte[] answer) {
        return pool.preparedQuery("""
                        UPDATE idempotency_key
                        SET answer = $4, expires_at = $5
                        WHERE user_id = $1 AND key = $2 AND claim = $3
                        """)
                .execute(Tuple.of(
                        key.userId(),
                        key.value(),
                        claim,
                        Buffer.buffer(answer),
                        utc(clock.instant().plus(keep))))
                .replaceWithVoid();
    }

    /** Gives the key back as if it had never been used: nothing was opened. */
    Uni<Void> forget(IdempotencyKey key, UUID claim) {
        return pool.preparedQuery("""
                        DELETE FROM idempotency_key
                        WHERE user_id = $1 AND key = $2 AND claim = $3
                        """)
                .execute(Tuple.of(key.userId(), key.value(), claim))
                .replaceWithVoid();
    }

    /** Gives the key back, but remembers that something may have been opened under it. */
    Uni<Void> release(IdempotencyKey key, UUID claim) {
        return pool.preparedQuery("""
                        UPDATE idempotency_key
                        SET lease_until = $4
                        WHERE user_id = $1 AND key = $2 AND claim = $3
                        """)
                .execute(Tuple.of(key.userId(), key.value(), claim, utc(clock.instant())))
                .replaceWithVoid();
    }

    /** Deletes some of what has expired; how many rows. */
    Uni<Integer> sweep() {
        return pool.preparedQuery("""
                        DELETE FROM idempotency_key
                        WHERE ctid = ANY (ARRAY (
                            SELECT ctid
                            FROM idempotency_key
                            WHERE expires_at <= $1
                            ORDER BY expires_at
                            LIMIT $2
                            FOR UPDATE SKIP LOCKED
                        ))
                        """)
                .execute(Tuple.of(utc(clock.instant()), Sweep.MOST_ROWS))
                .map(RowSet::rowCount);
    }

    private static Row first(RowSet<Row> rows) {
        return rows.iterator().next();
    }
}
