package dev.rampgate.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rampgate.channel.poll.PollQueue;
import dev.rampgate.channel.poll.PollQueue.Claim;
import dev.rampgate.channel.poll.PostgresPollQueue;
import dev.rampgate.channel.socket.PostgresSocketClaims;
import dev.rampgate.channel.socket.SocketClaims;
import dev.rampgate.ledger.Channel;
import dev.rampgate.ledger.FollowUp;
import dev.rampgate.ledger.Observation;
import dev.rampgate.ledger.Outcome;
import dev.rampgate.ledger.Standing;
import dev.rampgate.ledger.Status;
import dev.rampgate.ledger.TransactionDetails;
import dev.rampgate.ledger.TransactionRecord;
import dev.rampgate.ledger.Transition;
import dev.rampgate.ledger.TransitionMark;
import dev.rampgate.operate.LedgerFigures;
import dev.rampgate.reconcile.Changes;
import dev.rampgate.reconcile.Changes.Archived;
import dev.rampgate.reconcile.EventLoop;
import dev.rampgate.reconcile.LedgerStore;
import dev.rampgate.reconcile.PollPlan;
import dev.rampgate.reconcile.PollPlan.Priority;
import dev.rampgate.reconcile.PostgresLedgerStore;
import dev.rampgate.reconcile.ReplicaId;
import dev.rampgate.sandbox.EmbeddedDatabase;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.Cancellable;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.pgclient.PgConnectOptions;
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
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.regex.Pattern;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How PostgreSQL runs the statements of the hot paths over a ledger that has grown: its auto_explain tells. */
class QueryPlansTest {

    private static final int ROWS = 20_000;
    private static final Duration LIMIT = Duration.ofSeconds(30);

    /** The budget has a handful of rows; everything else grows. */
    private static final Pattern WHOLE_TABLE =
            Pattern.compile("Seq Scan on (transaction|transition|observation\\w*|poll|socket)\\b");

    private static final Queue<String> PLANS = new ConcurrentLinkedQueue<>();

    /** Nothing is done later here. */
    private static final EventLoop NEVER = new EventLoop() {
        @Override
        public Cancellable schedule(Duration delay, Runnable task) {
            return () -> {};
        }

        @Override
        public void execute(Runnable task) {}
    };

    private static EmbeddedDatabase server;
    private static Vertx vertx;
    private static LedgerStore store;
    private static PollQueue polls;
    private static SocketClaims sockets;
    private static LedgerFigures figures;

    @BeforeAll
    static void grow() throws SQLException {
        server = EmbeddedDatabase.start();
        String url = "jdbc:postgresql://" + server.host() + ":" + server.port() + "/" + server.name();
        Flyway.configure()
                .dataSource(url, server.user(), server.password())
                .load()
                .migrate();
        try (Connection owner = DriverManager.getConnection(url, server.user(), server.password());
                Statement statement = owner.createStatement()) {
            statement.execute("""
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
                    SELECT id, now() + random() * interval '15 min', gen_random_uuid(), now() + interval '1 h'
                    FROM transaction;

                    ANALYZE;
                    """.formatted(ROWS));
        }
        explainTo(server);
        connect();
    }

    /** Only a superuser may have plans told; they come as notices to whoever runs the statement. */
    private static void explainTo(EmbeddedDatabase server) throws SQLException {
        String url = "jdbc:postgresql://" + server.host() + ":" + server.port() + "/postgres";
        try (Connection superuser = DriverManager.getConnection(url, "postgres", "postgres");
                Statement statement = superuser.createStatement()) {
            statement.execute("""
                    ALTER ROLE %1$s SET session_preload_libraries = 'auto_explain';
                    ALTER ROLE %1$s SET auto_explain.log_min_duration = 0;
                    ALTER ROLE %1$s SET auto_explain.log_nested_statements = true;
                    ALTER ROLE %1$s SET auto_explain.log_level = 'notice';
                    """.formatted(server.user()));
        }
    }

    private static void connect() {
        vertx = Vertx.vertx();
        PgConnectOptions options = new PgConnectOptions()
                .setHost(server.host())
                .setPort(server.port())
                .setDatabase(server.name())
                .setUser(server.user())
                .setPassword(server.password())
                .setCachePreparedStatements(true);
        PgConnection connection = PgConnection.connect(vertx, options)
                .toCompletionStage()
                .toCompletableFuture()
                .join();
        connection.noticeHandler(notice -> PLANS.add(notice.getMessage()));
        Pool pool = Pool.newInstance(poolOf(connection));
        ReplicaId replica = new ReplicaId(new SplittableRandom(1));
        store = new PostgresLedgerStore(pool, new Settings.Reconciling(10, 1, 100, 100, 100));
        polls = new PostgresPollQueue(pool, new Settings.Polling(20, 10, 2, Duration.ofSeconds(1)), replica);
        sockets = new PostgresSocketClaims(pool, new Settings.Socketing(100), replica);
        figures = new LedgerFigures(
                pool, NEVER, InstantSource.system(), new SplittableRandom(1), new SimpleMeterRegistry());
    }

    /** A pool of one connection, which hears the notices of whoever uses it; a real pool drops some. */
    private static io.vertx.sqlclient.Pool poolOf(SqlConnection connection) {
        SqlConnection lent = proxy(
                SqlConnection.class,
                (proxy, method, arguments) -> method.getName().equals("close")
                        ? Future.succeededFuture()
                        : method.invoke(connection, arguments));
        return proxy(io.vertx.sqlclient.Pool.class, (proxy, method, arguments) -> {
            if (method.isDefault()) {
                return InvocationHandler.invokeDefault(proxy, method, arguments);
            }
            return method.getName().equals("getConnection")
                    ? Future.succeededFuture(lent)
                    : SqlClient.class
                            .getMethod(method.getName(), method.getParameterTypes())
                            .invoke(connection, arguments);
        });
    }

    private static <T> T proxy(Class<T> type, InvocationHandler handler) {
        return type.cast(Proxy.newProxyInstance(QueryPlansTest.class.getClassLoader(), new Class<?>[] {type}, handler));
    }

    @AfterAll
    static void stop() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
        server.close();
    }

    @BeforeEach
    void forget() {
        PLANS.clear();
    }

    @Test
    void aBatchReadsAndWritesItsOwnRowsOnly() {
        Instant now = Instant.now().truncatedTo(ChronoUnit.MICROS);
        Changes changes = new Changes(
                List.of(record("transaction-7", 2, now), record("transaction-8", 2, now)),
                List.of("unheard-of"),
                List.of(moved("transaction-7", Status.PROCESSING, now), moved("transaction-8", Status.FAILED, now)),
                List.of(new TransitionMark("transaction-7", 1, Status.PENDING, now, now)),
                List.of(new Archived(observation("transaction-7", now), Outcome.ACCEPTED)),
                List.of(
                        new PollPlan("transaction-7", Priority.KNOWN, true, Optional.of(Duration.ofSeconds(5))),
                        new PollPlan("transaction-8", Priority.NUDGED, false, Optional.of(Duration.ZERO))),
                List.of(),
                Map.of(),
                Map.of());

        get(store.inTransaction(unit -> unit.load(Set.of("unheard-of"), Set.of("transaction-7", "transaction-8"), now)
                .chain(() -> unit.persist(changes))));

        assertNoWholeTable(9);
    }

    @Test
    void pollsAreClaimedGivenBackAndWantedByIndex() {
        for (Priority priority : Priority.values()) {
            get(polls.claim(priority, 1_000));
        }
        Claim claim = get(polls.claim(Priority.KNOWN, 1_000)).stream()
                .findFirst()
                .orElse(new Claim("transaction-9", Priority.KNOWN, 0, Duration.ZERO, false, Duration.ZERO));
        get(polls.postpone(claim, Duration.ofSeconds(1), true));
        get(polls.release(claim));
        get(polls.forget(claim));
        get(store.makeDue(List.of("transaction-1", "transaction-2"), Duration.ofSeconds(1)));

        assertNoWholeTable(8);
    }

    @Test
    void socketsAreClaimedRenewedAndGivenBackByIndex() {
        get(sockets.claim(20));
        get(sockets.untilNextLeaseEnds());
        get(sockets.renew(Map.of("transaction-3", true)));
        get(sockets.release(Set.of("transaction-3")));
        get(sockets.forgetCold());

        assertNoWholeTable(5);
    }

    @Test
    void figuresForMetricsAreReadByIndex() {
        get(figures.read());

        assertNoWholeTable(3);
        assertThat(PLANS).anyMatch(plan -> plan.contains("transaction_under_way"));
        assertThat(PLANS).anyMatch(plan -> plan.contains("poll_due_by_period"));
    }

    private static void assertNoWholeTable(int statements) {
        assertThat(PLANS).hasSizeGreaterThanOrEqualTo(statements);
        assertThat(PLANS).noneMatch(plan -> WHOLE_TABLE.matcher(plan).find());
    }

    private static TransactionRecord record(String id, int sequence, Instant now) {
        Standing standing = new Standing(Status.PROCESSING, 1, sequence, false, null, now, now, now, false, false);
        return new TransactionRecord(
                id,
                new TransactionDetails(null, "buy", "USDC", "ERC20", "1", null, null, null, null, now),
                standing,
                FollowUp.NONE,
                false);
    }

    private static Transition moved(String id, Status status, Instant now) {
        return new Transition(id, 2, 1, status, Channel.SOCKET, null, now, now, null, false);
    }

    private static Observation observation(String id, Instant now) {
        return new Observation(
                UUID.randomUUID(),
                Channel.SOCKET,
                true,
                id,
                "processing",
                now,
                null,
                now,
                TransactionDetails.NONE,
                "{}");
    }

    private static <T> T get(Uni<T> work) {
        return work.await().atMost(LIMIT);
    }
}
