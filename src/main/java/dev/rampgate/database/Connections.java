package dev.rampgate.database;

import dev.rampgate.database.DatabaseFailure.Discard;
import dev.rampgate.telemetry.ThrottledLog;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.impl.ContextInternal;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.PgException;
import io.vertx.pgclient.spi.PgDriver;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.impl.SqlConnectionInternal;
import io.vertx.sqlclient.spi.ConnectionFactory;
import java.time.InstantSource;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jboss.logging.Logger;

/**
 * Opens the connections of the pool: each is told the settings of its session by {@code SET}, since poolers refuse them in the
 * startup packet, is refused if its server cannot write, and is discarded when it is of no use any more
 * ({@link DatabaseFailure}).
 */
public final class Connections {

    /**
     * In the startup packet: what every pooler knows. Anything else, as the client's own {@code extra_float_digits}, is
     * refused by PgBouncer.
     */
    private static final Map<String, String> STARTUP =
            Map.of("application_name", "rampgate", "client_encoding", "utf8", "DateStyle", "ISO");

    /**
     * The settings of each session, and at last whether the server can write. Every statement gives up by itself. Each is
     * meant for one plan, by index whatever its parameters hold (QueryPlansTest); to plan the claim of polls anew each time
     * takes several times as long as to run it. By index also what was empty when it was planned, as each day of the archive
     * is at midnight: read whole while it fills, it would cost twenty times as much until its next analysis. Where PostgreSQL
     * can only read a table whole it counts that as so expensive that it would compile the statement first.
     */
    private static final String SESSION = """
            SET statement_timeout = 2000;
            SET lock_timeout = 1000;
            SET idle_in_transaction_session_timeout = 5000;
            SET plan_cache_mode = force_generic_plan;
            SET enable_seqscan = off;
            SET jit = off;
            SHOW transaction_read_only
            """;

    private static final Logger LOG = Logger.getLogger(Connections.class);

    private final ConnectionFactory factory;
    private final PgConnectOptions server;
    private final Set<WatchedConnection> open = ConcurrentHashMap.newKeySet();
    private final Counter discarded;
    private final ThrottledLog log;

    public Connections(Vertx vertx, PgConnectOptions server, InstantSource clock, MeterRegistry meters) {
        this.server = new PgConnectOptions(server).setProperties(STARTUP);
        this.factory = PgDriver.INSTANCE.createConnectionFactory(vertx, this.server);
        this.log = new ThrottledLog(LOG, clock);
        this.discarded = Counter.builder("rampgate.database.connections.discarded")
                .description("Working connections that were closed since their server or session was of no use")
                .register(meters);
    }

    /** Opens one; fails with {@link NoConnectionException}. As the pool wants it: on this context. */
    public Future<SqlConnection> open(Context context) {
        return factory.connect(context, server)
                .compose(raw -> prepared(raw)
                        .<SqlConnection>map(writable -> watched((ContextInternal) context, raw))
                        .onFailure(refused -> raw.close()))
                .recover(failure -> Future.failedFuture(new NoConnectionException(failure)));
    }

    private static Future<Void> prepared(SqlConnection raw) {
        return raw.query(SESSION).execute().compose(answer -> {
            RowSet<Row> last = answer;
            while (last.next() != null) {
                last = last.next();
            }
            return last.iterator().next().getString(0).equals("off")
                    ? Future.succeededFuture()
                    : Future.failedFuture(
                            new PgException("the server cannot write", "ERROR", DatabaseFailure.READ_ONLY, null));
        });
    }

    private SqlConnection watched(ContextInternal context, SqlConnection raw) {
        WatchedConnection connection = new WatchedConnection(((SqlConnectionInternal) raw).unwrap(), watcher);
        open.add(connection);
        return PgDriver.INSTANCE.wrapConnection(context, factory, connection);
    }

    private final WatchedConnection.Watcher watcher = new WatchedConnection.Watcher() {
        @Override
        public void useless(WatchedConnection connection, Throwable failure, Discard discard) {
            discarded.increment();
            log.info(
                    discard == Discard.ALL
                            ? "All connections are discarded, since their server cannot write: %s"
                            : "A connection is discarded: %s",
                    DatabaseFailure.detail(failure));
            if (discard == Discard.ALL) {
                open.stream().filter(other -> other != connection).forEach(WatchedConnection::discard);
            }
        }

        @Override
        public void closed(WatchedConnection connection) {
            open.remove(connection);
        }
    };
}
