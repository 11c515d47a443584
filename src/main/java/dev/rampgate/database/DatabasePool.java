package dev.rampgate.database;

import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.reactive.pg.client.PgPoolCreator;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.PoolOptions;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;

/**
 * Makes the pool of connections such that a database that keeps them open and never answers does no more harm than one
 * that is gone: no wait lasts, no queue grows, and a connection that hangs is closed.
 */
@Singleton
class DatabasePool implements PgPoolCreator {

    /** Longest wait for a new connection. */
    private static final Duration CONNECTION = Duration.ofSeconds(2);

    /** Most statements that wait for a connection; more fail at once. Who cannot wait has a limit of his own. */
    private static final int WAITING = 500;

    /**
     * A connection that was not used for this long is closed by the pool, which looks once a second: before it would count as
     * hanging, and before anything between us and the server forgets it. So none is taken that has been idle for long.
     */
    private static final Duration UNUSED = Duration.ofSeconds(3);

    /** The server ends every statement within 2 s ({@code statement_timeout}); one that is silent for longer hangs. */
    private static final Duration SILENT = Duration.ofSeconds(6);

    /**
     * Statements up to so many characters are prepared once for each connection. The client's own limit is 2048; a longer one
     * would be parsed and planned again each time that it runs, which costs more than running it.
     */
    private static final int LONGEST_PREPARED = 8_192;

    private final DatabaseTls tls;
    private final InstantSource clock;
    private final MeterRegistry meters;

    DatabasePool(DatabaseTls tls, InstantSource clock, MeterRegistry meters) {
        this.tls = tls;
        this.clock = clock;
        this.meters = meters;
    }

    @Override
    @SuppressWarnings("deprecation") // What replaces it hands out options, not connections.
    public Pool create(Input input) {
        PgConnectOptions server = input.pgConnectOptionsList().get(0);
        bounded(server);
        tls.apply(server);
        PoolOptions options = input.poolOptions()
                // The pool's own limit goes off, too, when connecting has failed long before, and then throws.
                .setConnectionTimeout(0)
                .setMaxWaitQueueSize(WAITING)
                .setIdleTimeout((int) UNUSED.toMillis())
                .setIdleTimeoutUnit(TimeUnit.MILLISECONDS);
        Pool pool = PgBuilder.pool()
                .with(options)
                .connectingTo(server)
                .using(input.vertx())
                .build();
        return pool.connectionProvider(new Connections(input.vertx(), server, clock, meters)::open);
    }

    private static void bounded(PgConnectOptions server) {
        server.setConnectTimeout((int) CONNECTION.toMillis());
        server.setIdleTimeoutUnit(TimeUnit.MILLISECONDS);
        server.setReadIdleTimeout((int) SILENT.toMillis());
        server.setPreparedStatementCacheSqlLimit(LONGEST_PREPARED);
    }
}
