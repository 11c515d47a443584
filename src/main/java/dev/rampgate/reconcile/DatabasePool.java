package dev.rampgate.reconcile;

import io.quarkus.reactive.pg.client.PgPoolCreator;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.PoolOptions;
import io.vertx.sqlclient.SqlConnectOptions;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Makes the pool of connections such that a database that keeps them open and never answers does no more harm than one
 * that is gone: no wait lasts, no queue grows, and a connection that hangs is closed.
 */
@Singleton
class DatabasePool implements PgPoolCreator {

    /** Longest wait for a connection out of the pool, or for a new one. */
    private static final Duration CONNECTION = Duration.ofSeconds(2);

    /** Most statements that wait for a connection; more fail at once. */
    private static final int WAITING = 1_000;

    /** A connection that nobody used this long is closed by the pool, before it would count as hanging. */
    private static final Duration UNUSED = Duration.ofSeconds(3);

    /** The server ends every statement within 2 s ({@code statement_timeout}); one that is silent for longer hangs. */
    private static final Duration SILENT = Duration.ofSeconds(6);

    @Override
    public Pool create(Input input) {
        List<PgConnectOptions> servers = input.pgConnectOptionsList();
        servers.forEach(DatabasePool::bounded);
        PoolOptions pool = input.poolOptions()
                .setConnectionTimeout((int) CONNECTION.toMillis())
                .setConnectionTimeoutUnit(TimeUnit.MILLISECONDS)
                .setMaxWaitQueueSize(WAITING)
                .setIdleTimeout((int) UNUSED.toMillis())
                .setIdleTimeoutUnit(TimeUnit.MILLISECONDS);
        return PgBuilder.pool()
                .with(pool)
                .connectingTo(List.<SqlConnectOptions>copyOf(servers))
                .using(input.vertx())
                .build();
    }

    private static void bounded(PgConnectOptions server) {
        server.setConnectTimeout((int) CONNECTION.toMillis());
        server.setIdleTimeoutUnit(TimeUnit.MILLISECONDS);
        server.setReadIdleTimeout((int) SILENT.toMillis());
    }
}
