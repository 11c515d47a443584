package dev.rampgate.books.drift;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.rampgate.support.MigratedDatabase;
import io.vertx.core.Vertx;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.pgclient.PgBuilder;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Statements over runs and items while another has some of their rows: none of them can become part of a deadlock. */
class DriftLocksTest {

    private static final Duration LIMIT = Duration.ofSeconds(30);

    private static final DriftSettings SETTINGS = new DriftSettings() {
        @Override
        public double share() {
            return 0.25;
        }

        @Override
        public long maxTransactions() {
            return 1_000_000;
        }

        @Override
        public Duration timing() {
            return Duration.ofHours(24);
        }
    };

    private static MigratedDatabase database;
    private static Vertx vertx;
    private static Pool pool;
    private static DriftStore store;

    @BeforeAll
    static void start() {
        database = MigratedDatabase.start();
        vertx = Vertx.vertx();
        pool = Pool.newInstance(
                PgBuilder.pool().connectingTo(database.options()).using(vertx).build());
        store = new DriftStore(pool, SETTINGS);
    }

    @AfterAll
    static void stop() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
        database.close();
    }

    @BeforeEach
    void empty() throws SQLException {
        try (Connection connection = connection()) {
            run(connection, "TRUNCATE drift_run, drift_item");
        }
    }

    @Test
    void anItemEndsBesideTheCancellationOfItsRunAndIsNotCounted() throws SQLException {
        DriftStore.Item item = comparedItem();
        CompletableFuture<Void> finished;
        try (Connection cancellation = begin("UPDATE drift_run SET state = 'cancelled', ended_at = now()")) {
            finished = store.finish(item).subscribeAsCompletionStage();
            awaitOneThatWaits();
            run(cancellation, "DELETE FROM drift_item");
            cancellation.commit();
        }

        await().atMost(LIMIT).until(finished::isDone);
        assertThat(finished).isCompleted();
        assertThat(text("SELECT state || ' ' || done FROM drift_run")).isEqualTo("cancelled 0");
    }

    @Test
    void aRunIsCancelledBesideAnItemThatEnds() throws SQLException {
        DriftStore.Item item = comparedItem();
        CompletableFuture<?> cancelled;
        try (Connection end = begin("SELECT FROM drift_run FOR NO KEY UPDATE")) {
            cancelled = store.cancel(item.runId(), "night").subscribeAsCompletionStage();
            awaitOneThatWaits();
            run(end, "DELETE FROM drift_item; UPDATE drift_run SET done = done + 1");
            end.commit();
        }

        await().atMost(LIMIT).until(cancelled::isDone);
        assertThat(cancelled).isCompleted();
        assertThat(text("SELECT state || ' ' || done FROM drift_run")).isEqualTo("cancelled 1");
    }

    @Test
    void anItemIsCountedAfterAnotherOneThatEndedMeanwhile() throws SQLException {
        DriftStore.Item item = comparedItem();
        CompletableFuture<Void> finished;
        try (Connection other = begin("UPDATE drift_run SET done = done + 1, agreed = agreed + 1")) {
            finished = store.finish(item).subscribeAsCompletionStage();
            awaitOneThatWaits();
            other.commit();
        }

        await().atMost(LIMIT).until(finished::isDone);
        assertThat(finished).isCompleted();
        assertThat(text("SELECT done || ' ' || agreed FROM drift_run")).isEqualTo("2 2");
        assertThat(text("SELECT count(*) FROM drift_item")).isEqualTo("0");
    }

    /** One run that polls, with one item that agreed and is claimed. */
    private static DriftStore.Item comparedItem() throws SQLException {
        UUID claim = new UUID(1, 2);
        try (Connection connection = connection()) {
            run(connection, """
                    INSERT INTO drift_run (created_from, created_to, state, started_by, started_at, cursor_at)
                    VALUES ('2026-11-01Z', '2026-11-02Z', 'polling', 'night', now(), '2026-11-01Z');
                    INSERT INTO drift_item (run_id, transaction_id, due_at, claim, outcome)
                    SELECT id, 'a', now() + interval '1 h', '%s', 'agreed'
                    FROM drift_run
                    """.formatted(claim));
        }
        return new DriftStore.Item(Long.parseLong(text("SELECT id FROM drift_run")), "a", claim, 0, true);
    }

    private static void awaitOneThatWaits() {
        await().atMost(LIMIT).until(() -> text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
                .equals("1"));
    }

    /** A database transaction that has run these statements, and goes on. */
    private static Connection begin(String statements) throws SQLException {
        Connection connection = connection();
        connection.setAutoCommit(false);
        run(connection, statements);
        return connection;
    }

    private static Connection connection() throws SQLException {
        return DriverManager.getConnection(
                database.server().jdbcUrl(),
                database.server().user(),
                database.server().password());
    }

    private static void run(Connection connection, String statements) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(statements);
        }
    }

    private static String text(String query) throws SQLException {
        try (Connection connection = connection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            rows.next();
            return rows.getString(1);
        }
    }
}
