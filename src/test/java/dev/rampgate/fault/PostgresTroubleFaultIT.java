package dev.rampgate.fault;

import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.rampgate.fault.WebhookSender.Sent;
import dev.rampgate.sandbox.EmbeddedDatabase;
import dev.rampgate.support.TestDatabase;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What others do to a PostgreSQL that is up: they take its connections, lock its tables, and leave transactions open. */
class PostgresTroubleFaultIT {

    private static final int WEBHOOKS_PER_SECOND = 20;
    /** Two replicas take 22; the rest is for the test's own. */
    private static final int MAX_CONNECTIONS = 40;

    private static final String TOO_MANY_CONNECTIONS = "53300";
    private static final int SESSIONS_BEFORE = 6;
    private static final Duration LIMIT = Duration.ofSeconds(120);
    /** What is promised after a database that was away, and what a busy machine takes on top. */
    private static final Duration BACK_WITHIN = Duration.ofSeconds(5).plus(Scale.slack(Duration.ofSeconds(3)));

    private EmbeddedDatabase database;
    private Cluster cluster;
    private WebhookSender sender;
    private Traffic traffic;
    private Set<String> before;

    @BeforeEach
    void start() throws InterruptedException {
        database = EmbeddedDatabase.start(Map.of("max_connections", Integer.toString(MAX_CONNECTIONS)));
        TestDatabase settings = new TestDatabase(
                database.host(), database.port(), database.name(), database.user(), database.password(), () -> {});
        cluster = new Cluster(
                settings, 2, Map.of("RAMPGATE_POLL_MAX_RATE", "100", "RAMPGATE_POLL_NUDGED_MAX_RATE", "50"));
        sender = new WebhookSender();
        traffic = new Traffic(cluster, sender, Scale.seeded()).start(2, WEBHOOKS_PER_SECOND);
        await("sessions").atMost(LIMIT).until(() -> traffic.opened().size() >= SESSIONS_BEFORE);
        before = Set.copyOf(traffic.opened());
    }

    @AfterEach
    void stop() throws Exception {
        if (traffic != null) {
            traffic.close();
        }
        if (cluster != null) {
            cluster.close();
        }
        database.close();
    }

    @Test
    void othersThatTakeAllConnectionsCostNothingThatWasAcknowledged() throws Exception {
        List<Connection> taken = new ArrayList<>();
        try (Connection administrator = administrator()) {
            Instant until = Instant.now().plusSeconds(Scale.of("connections.seconds", 5, 10, 30));
            while (Instant.now().isBefore(until)) {
                end(administrator, "rampgate");
                takeAll(taken);
            }
            await("the replicas see it").atMost(LIMIT).until(() -> cluster.databaseAway()
                    .contains("1.0"));
        } finally {
            for (Connection connection : taken) {
                connection.close();
            }
        }

        assertNothingIsLost(cluster.awaitDatabaseBack(LIMIT), "no-connections-left");
    }

    @Test
    void aLockOnEachTableDelaysOnlyWhatNeedsThatTable() throws Exception {
        int seconds = Scale.of("lock.seconds", 1, 3, 10);
        List<String> tables = tables();
        assertThat(tables).contains("transaction", "transition", "observation", "poll", "event");
        Map<String, Instant> lockedAt = new LinkedHashMap<>();
        for (String table : tables) {
            lockedAt.put(table, Instant.now());
            try (Connection holder = administrator()) {
                holder.setAutoCommit(false);
                try (Statement lock = holder.createStatement()) {
                    lock.execute("LOCK TABLE \"" + table + "\" IN ACCESS EXCLUSIVE MODE");
                }
                TimeUnit.SECONDS.sleep(seconds); // The length of this trouble.
                holder.rollback();
            }
        }

        Duration back = cluster.awaitDatabaseBack(LIMIT);
        traffic.close();
        Figures figures = new Figures("database-locked-tables-by-table");
        lockedAt.forEach((table, at) -> figures.times(
                table,
                sender.sent().stream()
                        .filter(one -> one.at().isAfter(at) && one.at().isBefore(at.plusSeconds(seconds)))
                        .map(one -> one.took().toMillis())
                        .toList()));
        figures.publish();
        assertNothingIsLost(back, "locked-tables");
    }

    @Test
    void aTransactionThatOthersLeaveOpenMakesNoneWait() throws Exception {
        try (Connection idle = administrator()) {
            idle.setAutoCommit(false);
            idle.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            try (Statement read = idle.createStatement()) {
                read.execute("SELECT count(*) FROM transaction, observation");
            }
            int sent = sender.sent().size();
            TimeUnit.SECONDS.sleep(Scale.of("open.seconds", 5, 10, 60)); // The length of this trouble.
            assertThat(cluster.databaseAway()).containsOnly("0.0");
            assertThat(sender.sent()).hasSizeGreaterThan(sent);
            idle.rollback();
        }

        assertNothingIsLost(cluster.awaitDatabaseBack(LIMIT), "long-transaction");
    }

    private void assertNothingIsLost(Duration back, String figures) throws Exception {
        traffic.close();
        List<Sent> sent = sender.sent();
        List<Sent> acknowledged = sender.acknowledged().stream()
                .filter(one -> before.contains(one.transactionId()))
                .toList();
        assertThat(acknowledged).isNotEmpty();
        traffic.completeAll();
        cluster.awaitTruth(LIMIT, traffic.opened());
        cluster.awaitArchived(LIMIT, acknowledged);
        new Figures("database-" + figures)
                .line("webhooks by answer", sent.stream().collect(groupingBy(Sent::answer, counting())))
                .line(
                        "longest acknowledgement, in milliseconds",
                        sent.stream()
                                .filter(Sent::isAcknowledged)
                                .mapToLong(one -> one.took().toMillis())
                                .max()
                                .orElse(0))
                .line("sessions opened", traffic.opened().size())
                .line("back after, in milliseconds", back.toMillis())
                .publish();
        assertThat(sent).filteredOn(one -> !one.isOverdue()).allMatch(Sent::isAcknowledged);
        assertThat(back).isLessThan(BACK_WITHIN);
    }

    /** As a user who is no superuser, until there is none left. */
    private void takeAll(List<Connection> taken) throws SQLException {
        while (true) {
            try {
                taken.add(DriverManager.getConnection(database.jdbcUrl() + "&ApplicationName=others"));
            } catch (SQLException full) {
                if (TOO_MANY_CONNECTIONS.equals(full.getSQLState())) {
                    return;
                }
                throw full;
            }
        }
    }

    private static void end(Connection administrator, String applicationName) throws SQLException {
        try (Statement statement = administrator.createStatement()) {
            statement.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = '"
                    + applicationName + "'");
        }
    }

    /** All that Rampgate writes, without the days of the archive and the history of migrations. */
    private List<String> tables() throws SQLException {
        List<String> tables = new ArrayList<>();
        try (Connection connection = administrator();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("""
                        SELECT relname
                        FROM pg_class
                        WHERE relkind IN ('r', 'p')
                          AND NOT relispartition
                          AND relnamespace = 'public'::regnamespace
                          AND relname <> 'flyway_schema_history'
                        ORDER BY relname
                        """)) {
            while (rows.next()) {
                tables.add(rows.getString("relname"));
            }
        }
        return tables;
    }

    private Connection administrator() throws SQLException {
        return DriverManager.getConnection(
                "jdbc:postgresql://localhost:" + database.port() + "/" + database.name() + "?user=postgres");
    }
}
