package dev.rampgate.backoffice.console;

import dev.rampgate.database.Columns;
import dev.rampgate.database.housekeeping.Sweep;
import dev.rampgate.database.migration.SchemaMigrated;
import dev.rampgate.eventloop.EventLoop;
import dev.rampgate.eventloop.Ticker;
import io.quarkus.runtime.ShutdownEvent;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.SqlResult;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * The table {@code ended_console_session}: sessions that were signed out before their time. Each call of the console looks here, so that no
 * replica accepts them. While the database is away, signing out counts at this replica, and is written when the database is back.
 */
@ApplicationScoped
class EndedSessions implements Sweep {

    /** Most sessions that wait to be written; beyond it the oldest is given up. */
    static final int MOST_WAITING = 10_000;

    /** Between two attempts to write what waits. */
    private static final Duration INTERVAL = Duration.ofSeconds(5);

    private final Pool pool;
    private final CallStatements statements;
    private final InstantSource clock;
    private final Ticker ticker;
    private final Map<String, Instant> waiting = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Instant> eldest) {
            return size() > MOST_WAITING;
        }
    };

    EndedSessions(Pool pool, CallStatements statements, InstantSource clock, EventLoop loop, RandomGenerator random) {
        this.pool = pool;
        this.statements = statements;
        this.clock = clock;
        this.ticker = new Ticker("signing out of the console", loop, INTERVAL, this::writeWaiting, random);
    }

    void onMigrated(@Observes SchemaMigrated migrated) {
        ticker.start();
    }

    void onShutdown(@Observes ShutdownEvent shutdown) {
        ticker.stop();
    }

    /**
     * Ends a session. It counts at once at this replica, and at the others when this completes, unless the database is away.
     *
     * @param until when the session ends by itself at the latest, whatever its lifetime is set to meanwhile
     */
    Uni<Void> end(String id, Instant until) {
        synchronized (waiting) {
            waiting.put(id, until);
        }
        return statements.sendAtOnce(() -> write(id, until)).onFailure().recoverWithNull();
    }

    /** Whether a session was ended, at whichever replica. Fails if the database does not say so, or is not asked since too many calls wait. */
    Uni<Boolean> contains(String id) {
        synchronized (waiting) {
            if (waiting.containsKey(id)) {
                return Uni.createFrom().item(true);
            }
        }
        return statements.send(
                () -> pool.preparedQuery("SELECT EXISTS (SELECT FROM ended_console_session WHERE id = $1) AS ended")
                        .execute(Tuple.of(id))
                        .map(rows -> rows.iterator().next().getBoolean("ended")));
    }

    private Uni<Void> write(String id, Instant until) {
        return pool.preparedQuery("""
                        INSERT INTO ended_console_session (id, until)
                        VALUES ($1, $2)
                        ON CONFLICT (id) DO NOTHING
                        """)
                .execute(Tuple.of(id, Columns.utc(until)))
                .invoke(written -> {
                    synchronized (waiting) {
                        waiting.remove(id);
                    }
                })
                .replaceWithVoid();
    }

    private Uni<Void> writeWaiting() {
        List<Map.Entry<String, Instant>> all;
        synchronized (waiting) {
            all = new ArrayList<>(waiting.entrySet());
        }
        return Multi.createFrom()
                .iterable(all)
                .onItem()
                .transformToUniAndConcatenate(one -> statements.sendAtOnce(() -> write(one.getKey(), one.getValue())))
                .onItem()
                .ignoreAsUni();
    }

    // --- sessions that would have ended by now

    @Override
    public String name() {
        return "ended_console_sessions";
    }

    @Override
    public Duration interval() {
        return Duration.ofHours(1);
    }

    @Override
    public Uni<Integer> deleteSome() {
        return pool.preparedQuery("""
                        DELETE FROM ended_console_session
                        WHERE id IN (
                            SELECT id
                            FROM ended_console_session
                            WHERE until < $1
                            ORDER BY until
                            LIMIT $2
                            FOR UPDATE SKIP LOCKED
                        )
                        """)
                .execute(Tuple.of(Columns.utc(clock.instant()), (long) MOST_ROWS))
                .map(SqlResult::rowCount);
    }
}
