package dev.rampgate.channel.socket;

import static dev.rampgate.database.Columns.seconds;

import dev.rampgate.database.ReplicaId;
import dev.rampgate.pollqueue.SocketPause;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * The claims in PostgreSQL. All times are the database's. No statement here waits for a row: batches lock the sockets of their transactions, in
 * another order, and two that wait for each other stop until PostgreSQL fails one of them a second later (decision 0082).
 */
@ApplicationScoped
public class PostgresSocketClaims implements SocketClaims {

    /** A batch has a row for a few milliseconds. */
    private static final int ATTEMPTS_TO_RELEASE = 3;

    private final Pool pool;
    private final SocketPause budget;
    private final SocketSettings settings;
    private final UUID replica;

    public PostgresSocketClaims(Pool pool, SocketSettings settings, ReplicaId replica) {
        this.pool = pool;
        this.budget = new SocketPause(pool);
        this.settings = settings;
        this.replica = replica.value();
    }

    @Override
    public Uni<Set<String>> claim(int limit) {
        return pool.preparedQuery(SocketPause.WITH_ALLOWANCE + """
                        , free AS (
                            SELECT transaction_id
                            FROM socket
                            WHERE hot_until > now() AND lease_until <= now()
                            ORDER BY hot_until DESC
                            LIMIT (SELECT sockets FROM allowance)
                            FOR UPDATE SKIP LOCKED
                        )
                        UPDATE socket
                        SET leased_by = $1, lease_until = now() + $2 * interval '1 s', healthy_until = NULL
                        FROM free
                        WHERE socket.transaction_id = free.transaction_id
                        RETURNING socket.transaction_id
                        """)
                .execute(Tuple.of(replica, seconds(settings.lease()), (long) limit, seconds(settings.refusedPause())))
                .map(PostgresSocketClaims::ids);
    }

    @Override
    public Uni<Optional<Duration>> untilNextLeaseEnds() {
        return pool.preparedQuery("""
                        SELECT extract(epoch FROM min(lease_until) - now())::double precision AS wait
                        FROM socket
                        WHERE lease_until > now()
                        """).execute().map(rows -> Optional.ofNullable(
                        rows.iterator().next().getDouble("wait"))
                .map(wait -> Duration.ofNanos((long) (wait * 1_000_000_000))));
    }

    @Override
    public Uni<Boolean> areRefused() {
        return budget.isRefused();
    }

    @Override
    public Uni<Boolean> refuse() {
        return budget.refuse(settings.refusedPause());
    }

    @Override
    public Uni<Void> resume() {
        return budget.resume();
    }

    @Override
    public Uni<Set<String>> renew(Map<String, Boolean> held) {
        return pool.preparedQuery("""
                        WITH mine AS MATERIALIZED (
                            SELECT socket.transaction_id, held.healthy, socket.lease_until
                            FROM unnest($3::text[], $4::boolean[]) AS held (transaction_id, healthy)
                                 JOIN socket ON socket.transaction_id = held.transaction_id
                            WHERE leased_by = $1 AND hot_until > now()
                        ), free AS MATERIALIZED (
                            SELECT transaction_id
                            FROM socket
                            WHERE transaction_id = ANY ($3::text[]) AND leased_by = $1 AND hot_until > now()
                            FOR UPDATE SKIP LOCKED
                        ), renewed AS (
                            UPDATE socket
                            SET lease_until = now() + $2 * interval '1 s',
                                healthy_until = CASE WHEN mine.healthy THEN now() + $2 * interval '1 s' END
                            FROM mine
                                 JOIN free ON free.transaction_id = mine.transaction_id
                            WHERE socket.transaction_id = free.transaction_id
                            RETURNING socket.transaction_id
                        )
                        SELECT transaction_id
                        FROM renewed
                        UNION
                        SELECT transaction_id
                        FROM mine
                        WHERE lease_until > now()
                        """)
                .execute(Tuple.of(
                        replica,
                        seconds(settings.lease()),
                        held.keySet().toArray(String[]::new),
                        held.values().toArray(Boolean[]::new)))
                .map(PostgresSocketClaims::ids);
    }

    @Override
    public Uni<Void> forgetCold() {
        return pool.query("""
                        WITH cold AS MATERIALIZED (
                            SELECT transaction_id
                            FROM socket
                            WHERE hot_until <= now()
                            FOR UPDATE SKIP LOCKED
                        )
                        DELETE FROM socket
                        USING cold
                        WHERE socket.transaction_id = cold.transaction_id
                        """).execute().replaceWithVoid();
    }

    @Override
    public Uni<Void> release(Set<String> held) {
        return release(held, ATTEMPTS_TO_RELEASE);
    }

    /** The lease of one that a batch has each time ends by itself. */
    private Uni<Void> release(Set<String> held, int attempts) {
        return held.isEmpty() || attempts == 0
                ? Uni.createFrom().voidItem()
                : releaseFree(held).chain(left -> release(left, attempts - 1));
    }

    /** Gives back what no other transaction has locked, and says what is left. */
    private Uni<Set<String>> releaseFree(Set<String> held) {
        return pool.preparedQuery("""
                        WITH free AS MATERIALIZED (
                            SELECT transaction_id
                            FROM socket
                            WHERE transaction_id = ANY ($1::text[]) AND leased_by = $2
                            FOR UPDATE SKIP LOCKED
                        ), released AS (
                            UPDATE socket
                            SET lease_until = '-infinity', leased_by = NULL, healthy_until = NULL
                            FROM free
                            WHERE socket.transaction_id = free.transaction_id
                        )
                        SELECT transaction_id
                        FROM socket
                        WHERE transaction_id = ANY ($1::text[]) AND leased_by = $2
                        EXCEPT
                        SELECT transaction_id
                        FROM free
                        """)
                .execute(Tuple.of(held.toArray(String[]::new), replica))
                .map(PostgresSocketClaims::ids);
    }

    private static Set<String> ids(RowSet<Row> rows) {
        Set<String> ids = new HashSet<>();
        rows.forEach(row -> ids.add(row.getString("transaction_id")));
        return ids;
    }
}
