package dev.rampgate.simulation;

import dev.rampgate.support.MigratedDatabase;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.PoolOptions;
import io.vertx.sqlclient.PreparedQuery;
import io.vertx.sqlclient.Query;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Transaction;
import io.vertx.sqlclient.Tuple;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;

/**
 * A real PostgreSQL for simulated worlds, one after the other. One statement is under way at a time, and the world stands
 * still meanwhile; {@code now()} and {@code random()} are the world's, for they are found before those of the server.
 */
public final class PostgresServer implements AutoCloseable {

    private static final int ANSWER_LIMIT_SECONDS = 30;
    private static final List<Class<?>> WATCHED =
            List.of(SqlConnection.class, Transaction.class, PreparedQuery.class, Query.class);

    private final MigratedDatabase database = MigratedDatabase.start();
    private final Vertx vertx = Vertx.vertx();
    private final Pool admin;
    private final Pool pool;
    private final Set<Begun> open = new HashSet<>();
    private VirtualTime time;
    private RandomGenerator random;
    private Instant told;
    private Begun begun;
    private UnaryOperator<String> rewriting = UnaryOperator.identity();
    private long ended;

    /** A transaction of the database that has begun. */
    final class Begun {
        private final SqlConnection connection;
        private final Transaction transaction;

        private Begun(SqlConnection connection, Transaction transaction) {
            this.connection = connection;
            this.transaction = transaction;
        }

        /** Harmless if it is over. */
        void undo() {
            if (open.remove(this)) {
                settled(transaction.rollback());
                settled(connection.close());
            }
        }
    }

    public PostgresServer() {
        PgConnectOptions options = database.options()
                // What a server forgets when it falls is another test's matter; without waiting for its disk this is
                // quicker.
                .addProperty("synchronous_commit", "off");
        admin = PgBuilder.pool()
                .connectingTo(new PgConnectOptions(options))
                .with(new PoolOptions().setMaxSize(1))
                .using(vertx)
                .build();
        List.of(
                        "CREATE SCHEMA simulation",
                        "CREATE UNLOGGED TABLE simulation.clock (at timestamptz, chance double precision)",
                        "INSERT INTO simulation.clock VALUES ('-infinity', 0)",
                        "CREATE FUNCTION simulation.now() RETURNS timestamptz STABLE LANGUAGE sql"
                                + " AS 'SELECT at FROM simulation.clock'",
                        "CREATE FUNCTION simulation.clock_timestamp() RETURNS timestamptz STABLE LANGUAGE sql"
                                + " AS 'SELECT at FROM simulation.clock'",
                        "CREATE FUNCTION simulation.statement_timestamp() RETURNS timestamptz STABLE LANGUAGE sql"
                                + " AS 'SELECT at FROM simulation.clock'",
                        "CREATE FUNCTION simulation.random() RETURNS double precision VOLATILE LANGUAGE sql"
                                + " AS 'SELECT chance FROM simulation.clock'")
                .forEach(statement -> read(statement, Tuple.tuple()));
        pool = watched(
                Pool.class,
                PgBuilder.pool()
                        .connectingTo(new PgConnectOptions(options)
                                .addProperty("search_path", "simulation, pg_catalog, public")
                                .addProperty("lock_timeout", "10"))
                        .with(new PoolOptions().setMaxSize(20))
                        .using(vertx)
                        .build());
    }

    /** Begins a world, with empty tables. */
    public void begin(VirtualTime time, RandomGenerator random) {
        this.time = time;
        this.random = random;
        this.told = null;
        this.rewriting = UnaryOperator.identity();
        read(
                "TRUNCATE transaction, transition, observation, poll, socket, event, endpoint, delivery, delivery_attempt",
                Tuple.tuple());
        read("UPDATE feed SET last_position = 0, expired_position = 0", Tuple.tuple());
        read("UPDATE poll_budget SET next_at = '-infinity', refused = false", Tuple.tuple());
    }

    /** Ends a world: nothing that it left open stays. */
    public void end() {
        Set.copyOf(open).forEach(Begun::undo);
    }

    public io.vertx.mutiny.sqlclient.Pool pool() {
        return io.vertx.mutiny.sqlclient.Pool.newInstance(pool);
    }

    /** Until the world ends, its statements are these: a bug that is planted into their text. */
    public void rewrite(UnaryOperator<String> bug) {
        rewriting = bug;
    }

    /** How many transactions have ended, since ever. */
    public long ended() {
        return ended;
    }

    /** The transaction that began last since the last call of this; null if none did. */
    Begun forgetBegun() {
        Begun last = begun;
        begun = null;
        return last;
    }

    /** Asks beside the world. */
    public RowSet<Row> read(String statement, Tuple parameters) {
        return settled(admin.preparedQuery(statement).execute(parameters)).result();
    }

    private <T> T watched(Class<T> type, T watched) {
        InvocationHandler handler = (proxy, method, arguments) -> call(proxy, watched, method, arguments);
        return type.cast(Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[] {type}, handler));
    }

    private Object call(Object proxy, Object target, Method method, Object[] arguments) throws Throwable {
        if (method.isDefault()) {
            return InvocationHandler.invokeDefault(proxy, method, arguments);
        }
        if (arguments != null && arguments.length > 0 && arguments[0] instanceof String statement) {
            arguments[0] = rewriting.apply(statement);
        }
        Class<?>[] types = method.getParameterTypes();
        if (types.length > 0 && types[types.length - 1] == Handler.class) {
            Method answering =
                    method.getDeclaringClass().getMethod(method.getName(), Arrays.copyOf(types, types.length - 1));
            Future<Object> answer = answer(target, answering, Arrays.copyOf(arguments, types.length - 1));
            handle(arguments[types.length - 1], answer);
            return null;
        }
        return Future.class.isAssignableFrom(method.getReturnType())
                ? answer(target, method, arguments)
                : watchedIfNeeded(invoke(target, method, arguments));
    }

    @SuppressWarnings("unchecked")
    private static void handle(Object handler, Future<Object> answer) {
        ((Handler<AsyncResult<Object>>) handler).handle(answer);
    }

    /** One statement, waited for. */
    private Future<Object> answer(Object target, Method method, Object[] arguments) throws Throwable {
        tellTime();
        Future<?> answer = settled((Future<?>) invoke(target, method, arguments));
        if (answer.failed()) {
            return Future.failedFuture(answer.cause());
        }
        if (answer.result() instanceof Transaction transaction) {
            begun = new Begun((SqlConnection) target, transaction);
            open.add(begun);
        }
        if (target instanceof Transaction done) {
            open.removeIf(one -> one.transaction == done);
            ended++;
        }
        return Future.succeededFuture(watchedIfNeeded(answer.result()));
    }

    private void tellTime() {
        if (!time.instant().equals(told)) {
            told = time.instant();
            read(
                    "UPDATE simulation.clock SET at = $1, chance = $2",
                    Tuple.of(told.atOffset(ZoneOffset.UTC), random.nextDouble()));
        }
    }

    private Object watchedIfNeeded(Object result) {
        for (Class<?> type : WATCHED) {
            if (type.isInstance(result)) {
                return watchedAs(type, result);
            }
        }
        return result;
    }

    private <T> T watchedAs(Class<T> type, Object result) {
        return watched(type, type.cast(result));
    }

    private static Object invoke(Object target, Method method, Object[] arguments) throws Throwable {
        try {
            return method.invoke(target, arguments);
        } catch (InvocationTargetException thrown) {
            throw thrown.getCause();
        }
    }

    /** The future, once it is complete. */
    private static <T> Future<T> settled(Future<T> future) {
        try {
            future.toCompletionStage().toCompletableFuture().get(ANSWER_LIMIT_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException failed) {
            return future;
        } catch (InterruptedException | TimeoutException never) {
            throw new IllegalStateException("PostgreSQL does not answer", never);
        }
        return future;
    }

    @Override
    public void close() {
        settled(pool.close());
        settled(admin.close());
        settled(vertx.close());
        database.close();
    }
}
