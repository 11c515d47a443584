package dev.rampgate.books.drift;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.rampgate.support.MigratedDatabase;
import dev.rampgate.support.TestSettings;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.pgclient.PgBuilder;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Statements over runs, items and breaks while another has some of their rows: none of them can become part of a deadlock. */
class DriftLocksTest {

    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final Instant NOW = Instant.parse("2026-11-05T12:00:00Z");

    private static MigratedDatabase database;
    private static Vertx vertx;
    private static Pool pool;
    private static DriftStore store;
    private static BreakStore breaks;

    @BeforeAll
    static void start() {
        database = MigratedDatabase.start();
        vertx = Vertx.vertx();
        pool = Pool.newInstance(
                PgBuilder.pool().connectingTo(database.options()).using(vertx).build());
        store = new DriftStore(
                pool, TestSettings.of(DriftSettings.class, Map.of("rampgate.books.drift.max-transactions", "1000000")));
        breaks = new BreakStore(pool);
    }

    @AfterAll
    static void stop() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
        database.close();
    }

    @BeforeEach
    void empty() throws SQLException {
        database.run("TRUNCATE drift_run, drift_item, break, break_note");
    }

    @Test
    void anItemEndsBesideTheCancellationOfItsRunAndIsNotCounted() throws SQLException {
        DriftStore.Item item = comparedItem();
        CompletableFuture<Void> finished;
        try (Connection cancellation = database.begin("UPDATE drift_run SET state = 'cancelled', ended_at = now()")) {
            finished = store.finish(item).subscribeAsCompletionStage();
            await().atMost(LIMIT).until(database::isOneBlocked);
            MigratedDatabase.run(cancellation, "DELETE FROM drift_item");
            cancellation.commit();
        }

        await().atMost(LIMIT).until(finished::isDone);
        assertThat(finished).isCompleted();
        assertThat(database.text("SELECT state || ' ' || done FROM drift_run")).isEqualTo("cancelled 0");
    }

    @Test
    void aRunIsCancelledBesideAnItemThatEnds() throws SQLException {
        DriftStore.Item item = comparedItem();
        CompletableFuture<?> cancelled;
        try (Connection end = database.begin("SELECT FROM drift_run FOR NO KEY UPDATE")) {
            cancelled = store.cancel(item.runId(), "night").subscribeAsCompletionStage();
            await().atMost(LIMIT).until(database::isOneBlocked);
            MigratedDatabase.run(end, "DELETE FROM drift_item; UPDATE drift_run SET done = done + 1");
            end.commit();
        }

        await().atMost(LIMIT).until(cancelled::isDone);
        assertThat(cancelled).isCompleted();
        assertThat(database.text("SELECT state || ' ' || done FROM drift_run")).isEqualTo("cancelled 1");
    }

    @Test
    void anItemIsCountedAfterAnotherOneThatEndedMeanwhile() throws SQLException {
        DriftStore.Item item = comparedItem();
        CompletableFuture<Void> finished;
        try (Connection other = database.begin("UPDATE drift_run SET done = done + 1, agreed = agreed + 1")) {
            finished = store.finish(item).subscribeAsCompletionStage();
            await().atMost(LIMIT).until(database::isOneBlocked);
            other.commit();
        }

        await().atMost(LIMIT).until(finished::isDone);
        assertThat(finished).isCompleted();
        assertThat(database.text("SELECT done || ' ' || agreed FROM drift_run")).isEqualTo("2 2");
        assertThat(database.text("SELECT count(*) FROM drift_item")).isEqualTo("0");
    }

    @Test
    void breaksAreRecordedBesideAWithdrawalThatLocksThemInTheOrderOfTheirIds() throws SQLException {
        openBreaks("b", "a", "gone");
        CompletableFuture<Void> recorded;
        try (Connection withdrawal = database.begin(lock("b"))) {
            recorded = pool.withTransaction(connection -> breaks.record(
                            connection,
                            Source.STATEMENT,
                            2,
                            List.of("a", "b", "gone", "new"),
                            List.of(difference("a"), difference("b"), difference("new"))))
                    .subscribeAsCompletionStage();
            await().atMost(LIMIT).until(database::isOneBlocked);
            MigratedDatabase.run(withdrawal, lock("a") + ";" + lock("gone"));
            MigratedDatabase.run(withdrawal, "UPDATE break SET resolved_at = now() WHERE transaction_id = 'b'");
            withdrawal.commit();
        }

        await().atMost(LIMIT).until(recorded::isDone);
        assertThat(recorded).isCompleted();
        assertThat(database.text("""
                SELECT string_agg(transaction_id || source_id, ' ' ORDER BY transaction_id)
                FROM break
                WHERE resolved_at IS NULL
                """)).isEqualTo("a1 b2 new2");
    }

    /** One run that polls, with one item that agreed and is claimed. */
    private static DriftStore.Item comparedItem() throws SQLException {
        UUID claim = new UUID(1, 2);
        database.run("""
                    INSERT INTO drift_run (created_from, created_to, state, started_by, started_at, cursor_at)
                    VALUES ('2026-11-01Z', '2026-11-02Z', 'polling', 'night', now(), '2026-11-01Z');
                    INSERT INTO drift_item (run_id, transaction_id, due_at, claim, outcome)
                    SELECT id, 'a', now() + interval '1 h', '%s', 'agreed'
                    FROM drift_run
                    """.formatted(claim));
        return new DriftStore.Item(Long.parseLong(database.text("SELECT id FROM drift_run")), "a", claim, 0, true);
    }

    /** Breaks that import 1 found, with ids in this order. */
    private static void openBreaks(String... transactions) {
        for (String transaction : transactions) {
            get(pool.withTransaction(connection -> breaks.record(
                    connection, Source.STATEMENT, 1, List.of(transaction), List.of(difference(transaction)))));
        }
    }

    private static Difference difference(String transaction) {
        Here here = new Here("completed", "1", "1", "USDC", "EUR", true, NOW, NOW, NOW);
        There there = new There("failed", null, null, null, null, false, NOW);
        return new Difference(transaction, BreakKind.STATUS, here, there, NOW);
    }

    private static String lock(String transaction) {
        return "SELECT FROM break WHERE transaction_id = '" + transaction + "' FOR NO KEY UPDATE";
    }

    private static <T> T get(Uni<T> result) {
        return result.await().atMost(LIMIT);
    }
}
