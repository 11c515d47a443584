package dev.rampgate.database;

import dev.rampgate.database.DatabaseFailure.Discard;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.impl.ContextInternal;
import io.vertx.core.net.SocketAddress;
import io.vertx.core.spi.metrics.ClientMetrics;
import io.vertx.core.tracing.TracingPolicy;
import io.vertx.sqlclient.impl.Connection;
import io.vertx.sqlclient.impl.command.CommandBase;
import io.vertx.sqlclient.spi.DatabaseMetadata;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A connection of the pool that looks at each failure and closes itself when {@link DatabaseFailure} says that it is of no
 * use any more. The pool alone would keep it: closing a connection that was taken from it only gives it back.
 *
 * <p>The failure is handed on after the pool has let go of the connection, so that the next statement finds another.
 */
final class WatchedConnection implements Connection {

    /** What is done about the others. */
    interface Watcher {

        /** Called when a failure says that connections are of no use any more. */
        void useless(WatchedConnection connection, Throwable failure, Discard discard);

        /** Called once, when the connection is gone for whatever reason. */
        void closed(WatchedConnection connection);
    }

    private final Connection connection;
    private final Watcher watcher;
    private final AtomicBoolean discarded = new AtomicBoolean();
    private final Promise<Void> gone = Promise.promise();

    WatchedConnection(Connection connection, Watcher watcher) {
        this.connection = connection;
        this.watcher = watcher;
    }

    @Override
    public <R> Future<R> schedule(ContextInternal context, CommandBase<R> command) {
        return connection.schedule(context, command).recover(failure -> {
            Discard discard = DatabaseFailure.of(failure).discard();
            if (discard == Discard.NONE) {
                return context.failedFuture(failure);
            }
            // One that was lost has told so; the pool may not have heard of it yet.
            if (connection.isValid()) {
                watcher.useless(this, failure, discard);
            }
            return discard().transform(closed -> context.<R>failedFuture(failure));
        });
    }

    /** Closes it, behind the statements that are in flight; completes when the pool knows. */
    Future<Void> discard() {
        if (discarded.compareAndSet(false, true)) {
            connection.close(null, Promise.promise());
        }
        return gone.future();
    }

    @Override
    public void init(Holder holder) {
        connection.init(new Holder() {
            @Override
            public void handleEvent(Object event) {
                holder.handleEvent(event);
            }

            /** The end of the connection follows; the client would print a stack trace. */
            @Override
            public void handleException(Throwable failure) {}

            @Override
            public void handleClosed() {
                holder.handleClosed();
                watcher.closed(WatchedConnection.this);
                gone.tryComplete();
            }
        });
    }

    @Override
    public void close(Holder holder, Promise<Void> promise) {
        connection.close(holder, promise);
    }

    /** As the driver needs it, to cancel a statement. */
    @Override
    public Connection unwrap() {
        return connection.unwrap();
    }

    @Override
    public boolean isIndeterminatePreparedStatementError(Throwable error) {
        return connection.isIndeterminatePreparedStatementError(error);
    }

    @Override
    public int pipeliningLimit() {
        return connection.pipeliningLimit();
    }

    @Override
    public TracingPolicy tracingPolicy() {
        return connection.tracingPolicy();
    }

    @Override
    public SocketAddress server() {
        return connection.server();
    }

    @Override
    public String system() {
        return connection.system();
    }

    @Override
    public String database() {
        return connection.database();
    }

    @Override
    public String user() {
        return connection.user();
    }

    @Override
    @SuppressWarnings("rawtypes") // As the client declares it.
    public ClientMetrics metrics() {
        return connection.metrics();
    }

    @Override
    public boolean isSsl() {
        return connection.isSsl();
    }

    @Override
    public boolean isValid() {
        return connection.isValid();
    }

    @Override
    public DatabaseMetadata getDatabaseMetaData() {
        return connection.getDatabaseMetaData();
    }

    @Override
    public int getProcessId() {
        return connection.getProcessId();
    }

    @Override
    public int getSecretKey() {
        return connection.getSecretKey();
    }
}
