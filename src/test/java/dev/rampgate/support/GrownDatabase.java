package dev.rampgate.support;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rampgate.sandbox.EmbeddedDatabase;
import io.smallrye.mutiny.Uni;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.pgclient.PgConnection;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.SqlConnection;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * A ledger that has grown, on a server of its own whose auto_explain tells how it runs each statement. It takes a while to
 * make, so that all tests share one: a parameter of those that are {@link Shared}.
 */
public final class GrownDatabase implements AutoCloseable {

    private static final int ROWS = 20_000;
    private static final Duration LIMIT = Duration.ofSeconds(30);

    /** The budget has a handful of rows; everything else grows. */
    private static final Pattern WHOLE_TABLE = Pattern.compile(
            "Seq Scan on (transaction|transition|observation\\w*|poll|socket|idempotency_key|hand_off|erased_user|event|amount_revision|delivery|delivery_attempt|drift_item|break|statement_row|audit_entry|ended_console_session|console_token)\\b");

    /** Of a whole statement: its first line. */
    private static final Pattern BUFFERS = Pattern.compile("Buffers: shared hit=(\\d+)(?: read=(\\d+))?");

    private static final String ROWS_OF_ALL_TABLES = """
                    INSERT INTO transaction (
                        id, user_id, type, currency, network, requested_amount, created_at, status, attempt, sequence,
                        confirmed, since, attempt_since, changed_at, settled, abandoned
                    )
                    SELECT 'transaction-' || n, 'cust-' || mod(n, 1000), 'buy', 'USDC', 'ERC20', '1', now(), 'pending', 1, 1,
                           false, now(), now(), now(), false, false
                    FROM generate_series(1, %1$d) AS n;

                    INSERT INTO transition (transaction_id, sequence, attempt, status, channel, observed_at, correction)
                    SELECT id, 1, 1, 'pending', 'SESSION', now(), false
                    FROM transaction;

                    INSERT INTO observation (transaction_id, received_at, id, channel, outcome, status)
                    SELECT id, now(), gen_random_uuid(), 'SESSION', 'ACCEPTED', 'pending'
                    FROM transaction;

                    INSERT INTO poll (transaction_id, priority, due_at, period)
                    SELECT id, 1, now() + random() * interval '1 h' - interval '1 min', 10
                    FROM transaction;

                    INSERT INTO socket (transaction_id, hot_until, leased_by, lease_until)
                    SELECT id, now() + interval '1 h' + random() * interval '15 min', gen_random_uuid(), now() + interval '1 h'
                    FROM transaction;

                    INSERT INTO idempotency_key (user_id, key, request_hash, claim, claims, lease_until, expires_at)
                    SELECT user_id, id, '\\x00', gen_random_uuid(), 1, now(), now() + interval '1 h' + random() * interval '15 min'
                    FROM transaction;

                    INSERT INTO hand_off (code_hash, user_id, sealed, expires_at)
                    SELECT sha256(id::bytea), user_id, '\\x00', now() + random() * interval '1 min'
                    FROM transaction;

                    INSERT INTO event (transaction_id, version, epoch, id, type, created_at, body, position)
                    SELECT id, 1, 1, id, 'transaction.opened', now(), '{}', row_number() OVER ()
                    FROM transaction;

                    UPDATE feed SET last_position = (SELECT count(*) FROM event);

                    INSERT INTO amount_revision (
                        transaction_id, event_version, position, known_at, attempt, status, type, currency, network, crypto_amount,
                        fiat_currency, fiat_amount, occurred_at, confirmed_at, period_at, replaces)
                    SELECT id, 1, row_number() OVER (), now(), 1, 'completed', 'buy', 'USDC', 'ERC20', 1, 'EUR', 1, now(), now(),
                           now() - random() * interval '30 days', false
                    FROM transaction;

                    INSERT INTO endpoint (name, types, known_at, position, paced_to, replay_paced_to, swept_to, replay_swept_to)
                    VALUES ('orders', '{}', now(), 0, now(), now(), '-infinity', '-infinity');

                    INSERT INTO delivery (
                        endpoint, queue, position, transaction_id, version, event_at, waiting, due_at, parked_at)
                    SELECT 'orders', mod(position, 2), position, transaction_id, 1, now(), false,
                           now() + random() * interval '1 h' - interval '1 min',
                           CASE WHEN mod(position, 100) = 0 THEN now() END
                    FROM event;

                    INSERT INTO delivery_attempt (
                        endpoint, queue, position, transaction_id, version, attempted_at, outcome, status, took)
                    SELECT 'orders', 0, position, transaction_id, 1, now(), 'failed', 500, 1
                    FROM event
                    ORDER BY position;

                    INSERT INTO audit_entry (at, actor, role, action, result, subject, position, previous, hash)
                    SELECT now() - interval '40 days' + row_number() OVER () * interval '1 s', 'night', 'operator', 'read_case', 'begun', id,
                           row_number() OVER (), '', ''
                    FROM transaction;

                    UPDATE audit_chain SET last_position = (SELECT count(*) FROM audit_entry);

                    INSERT INTO ended_console_session (id, until)
                    SELECT 'session-' || n, now() + interval '1 h' - n * interval '1 s'
                    FROM generate_series(1, %1$d) AS n;

                    INSERT INTO console_token (id, sealed, until)
                    SELECT 'token-' || n, 'sealed', now() + interval '1 h' - n * interval '1 s'
                    FROM generate_series(1, %1$d) AS n;

                    INSERT INTO erased_user (mark, erased_at)
                    SELECT sha256(id::bytea), now()
                    FROM transaction;

                    INSERT INTO drift_item (run_id, transaction_id, due_at)
                    SELECT n, 'transaction-' || n, now()
                    FROM generate_series(1, %1$d) AS n;

                    INSERT INTO break (
                        source, source_id, transaction_id, kind, found_at, seen_at, looked_at, real_from, here_status,
                        there_status, resolved_at, explained_at)
                    SELECT 'poll', 1, 'transaction-' || n, 'status', now(), now(), now(), now(), 'pending', 'failed',
                           CASE WHEN mod(n, 100) > 0 THEN now() END, CASE WHEN mod(n, 200) > 0 THEN now() END
                    FROM generate_series(1, %1$d) AS n;

                    INSERT INTO statement_row (import_id, transaction_id, line, status)
                    SELECT 1, 'transaction-' || n, n, 'completed'
                    FROM generate_series(1, %1$d) AS n;
                    """.formatted(ROWS);

    private final MigratedDatabase database = MigratedDatabase.start();
    private final Vertx vertx = Vertx.vertx();
    private final Queue<String> plans = new ConcurrentLinkedQueue<>();
    private final Pool pool;

    /** Makes it when a test first asks for it; it ends with the last test. */
    public static final class Shared implements ParameterResolver {

        @Override
        public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
            return parameter.getParameter().getType() == GrownDatabase.class;
        }

        @Override
        public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
            return context.getRoot()
                    .getStore(ExtensionContext.Namespace.create(GrownDatabase.class))
                    .computeIfAbsent(GrownDatabase.class, type -> make(), GrownDatabase.class);
        }

        private static GrownDatabase make() {
            try {
                return new GrownDatabase();
            } catch (SQLException failure) {
                throw new IllegalStateException("the database could not be made", failure);
            }
        }
    }

    private GrownDatabase() throws SQLException {
        grow();
        explain();
        pool = connect();
    }

    /**
     * One that grows after the statements were planned, and without that anyone counts its rows: as after the first start, or after
     * a restore, until autovacuum comes.
     *
     * @param statements run on empty tables, so that their plans stay; {@link #forgetPlans()} has been called when this returns
     */
    public static GrownDatabase plannedWhileEmpty(Consumer<Pool> statements) {
        try {
            return new GrownDatabase(statements);
        } catch (SQLException failure) {
            throw new IllegalStateException("the database could not be made", failure);
        }
    }

    private GrownDatabase(Consumer<Pool> statements) throws SQLException {
        explain();
        pool = connect();
        get(pool.query("SET enable_seqscan = off").execute());
        statements.accept(pool);
        run(ROWS_OF_ALL_TABLES);
        forgetPlans();
    }

    public Vertx vertx() {
        return vertx;
    }

    /** A pool of one connection. */
    public Pool pool() {
        return pool;
    }

    public void forgetPlans() {
        plans.clear();
    }

    /** Does it, and hands its result on. */
    public static <T> T get(Uni<T> work) {
        return work.await().atMost(LIMIT);
    }

    /** At least so many statements were run since plans were forgotten, and none read a whole table. */
    public void assertNoWholeTable(int statements) {
        assertThat(plans).hasSizeGreaterThanOrEqualTo(statements);
        assertThat(plans).noneMatch(plan -> WHOLE_TABLE.matcher(plan).find());
    }

    /** At least so many statements were run since plans were forgotten, and none read more pages than so many. */
    public void assertFewPages(int statements, long pages) {
        assertThat(plans).hasSizeGreaterThanOrEqualTo(statements);
        assertThat(plans).allSatisfy(plan -> assertThat(pages(plan)).as(plan).isLessThanOrEqualTo(pages));
    }

    private static long pages(String plan) {
        Matcher found = BUFFERS.matcher(plan);
        return found.find()
                ? Long.parseLong(found.group(1)) + (found.group(2) == null ? 0 : Long.parseLong(found.group(2)))
                : 0;
    }

    public void assertUsed(String index) {
        assertThat(plans).anyMatch(plan -> plan.contains(index));
    }

    /** How many pages each statement read that contains these words, in the order of the statements. */
    public List<Long> buffers(String words) {
        return plans.stream()
                .filter(plan -> plan.contains(words))
                .map(GrownDatabase::pages)
                .toList();
    }

    /** A long transaction of others: until it ends, PostgreSQL keeps all old versions of rows. */
    public Connection longTransaction() throws SQLException {
        Connection others = DriverManager.getConnection(database.server().jdbcUrl());
        others.setAutoCommit(false);
        others.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
        try (Statement statement = others.createStatement()) {
            statement.executeQuery("SELECT count(*) FROM event").close();
        }
        return others;
    }

    @Override
    public void close() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
        database.close();
    }

    private void grow() throws SQLException {
        run(ROWS_OF_ALL_TABLES + "ANALYZE");
    }

    private void run(String script) throws SQLException {
        try (Connection owner = DriverManager.getConnection(database.server().jdbcUrl());
                Statement statement = owner.createStatement()) {
            statement.execute(script);
        }
    }

    /**
     * Only a superuser may have plans told; they come as notices to whoever runs the statement. As in the service, they are
     * those that do not depend on the parameters; unlike there, a table may be read whole, so that it is seen where an index
     * is missing.
     */
    private void explain() throws SQLException {
        EmbeddedDatabase server = database.server();
        String url = "jdbc:postgresql://" + server.host() + ":" + server.port() + "/postgres?user=postgres";
        try (Connection superuser = DriverManager.getConnection(url);
                Statement statement = superuser.createStatement()) {
            statement.execute("""
                    ALTER ROLE %1$s SET plan_cache_mode = 'force_generic_plan';
                    ALTER ROLE %1$s SET session_preload_libraries = 'auto_explain';
                    ALTER ROLE %1$s SET auto_explain.log_min_duration = 0;
                    ALTER ROLE %1$s SET auto_explain.log_nested_statements = true;
                    ALTER ROLE %1$s SET auto_explain.log_analyze = true;
                    ALTER ROLE %1$s SET auto_explain.log_timing = false;
                    ALTER ROLE %1$s SET auto_explain.log_buffers = true;
                    ALTER ROLE %1$s SET auto_explain.log_level = 'notice';
                    """.formatted(server.user()));
        }
    }

    private Pool connect() {
        PgConnection connection = PgConnection.connect(vertx, database.options())
                .toCompletionStage()
                .toCompletableFuture()
                .join();
        connection.noticeHandler(notice -> plans.add(notice.getMessage()));
        return Pool.newInstance(poolOf(connection));
    }

    /** A pool of one connection, which hears the notices of whoever uses it; a real pool drops some. */
    private static io.vertx.sqlclient.Pool poolOf(SqlConnection connection) {
        SqlConnection lent = proxy(
                SqlConnection.class,
                (proxy, method, arguments) -> method.getName().equals("close")
                        ? answer(arguments, null)
                        : method.invoke(connection, arguments));
        return proxy(io.vertx.sqlclient.Pool.class, (proxy, method, arguments) -> {
            if (method.isDefault()) {
                return InvocationHandler.invokeDefault(proxy, method, arguments);
            }
            return method.getName().equals("getConnection")
                    ? answer(arguments, lent)
                    : SqlClient.class
                            .getMethod(method.getName(), method.getParameterTypes())
                            .invoke(connection, arguments);
        });
    }

    /** As a future, and to the handler if there is one. */
    @SuppressWarnings("unchecked")
    private static <T> Future<T> answer(Object[] arguments, T result) {
        Future<T> answer = Future.succeededFuture(result);
        if (arguments != null && arguments[arguments.length - 1] instanceof Handler<?> handler) {
            answer.onComplete((Handler<AsyncResult<T>>) handler);
        }
        return answer;
    }

    private static <T> T proxy(Class<T> type, InvocationHandler handler) {
        return type.cast(Proxy.newProxyInstance(GrownDatabase.class.getClassLoader(), new Class<?>[] {type}, handler));
    }
}
