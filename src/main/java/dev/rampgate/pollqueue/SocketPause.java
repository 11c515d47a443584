package dev.rampgate.pollqueue;

import static dev.rampgate.database.Columns.seconds;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Tuple;
import java.time.Duration;

/**
 * The sockets' row of the call budget: whether Proof refuses the sockets of all replicas, and when the next one may try. All times
 * are the database's.
 */
public final class SocketPause {

    /**
     * The beginning of a statement that claims sockets: {@code allowance.sockets} is how many may be opened. That is {@code $3};
     * while Proof refuses sockets it is one for all replicas in {@code $4} seconds, else none.
     */
    public static final String WITH_ALLOWANCE = """
            WITH probe AS (
                UPDATE poll_budget
                SET next_at = now() + $4 * interval '1 s'
                WHERE name = 'socket' AND refused AND next_at <= now()
                RETURNING name
            ), allowance AS (
                SELECT CASE WHEN refused THEN (SELECT count(*) FROM probe) ELSE $3 END AS sockets
                FROM poll_budget
                WHERE name = 'socket'
            )
            """;

    private final Pool pool;

    public SocketPause(Pool pool) {
        this.pool = pool;
    }

    /** Whether Proof refuses sockets, as far as all replicas together know. */
    public Uni<Boolean> isRefused() {
        return pool.preparedQuery("SELECT refused FROM poll_budget WHERE name = 'socket'")
                .execute()
                .map(rows -> rows.iterator().next().getBoolean("refused"));
    }

    /**
     * Proof refused a socket: from now on all replicas together try one socket per pause.
     *
     * @return whether no replica had recorded that before
     */
    public Uni<Boolean> refuse(Duration pause) {
        return pool.preparedQuery("""
                        UPDATE poll_budget
                        SET next_at = greatest(poll_budget.next_at, now() + $1 * interval '1 s'), refused = true
                        FROM (SELECT refused FROM poll_budget WHERE name = 'socket' FOR UPDATE) AS before
                        WHERE name = 'socket'
                        RETURNING NOT before.refused AS news
                        """)
                .execute(Tuple.of(seconds(pause)))
                .map(rows -> rows.iterator().next().getBoolean("news"));
    }

    /** Proof accepted a socket: all replicas open theirs again. */
    public Uni<Void> resume() {
        return pool.query("UPDATE poll_budget SET refused = false WHERE name = 'socket' AND refused")
                .execute()
                .replaceWithVoid();
    }
}
