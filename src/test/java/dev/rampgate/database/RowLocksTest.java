package dev.rampgate.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.rampgate.channel.socket.PostgresSocketClaims;
import dev.rampgate.channel.socket.SocketSettings;
import dev.rampgate.pollqueue.PollRequests;
import dev.rampgate.support.MigratedDatabase;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.pgclient.PgBuilder;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Statements beside a batch that has some of their rows: none of them can become part of a deadlock with it. */
class RowLocksTest {

    private static final Duration LIMIT = Duration.ofSeconds(30);

    private static MigratedDatabase database;
    private static Vertx vertx;
    private static Pool pool;
    private static PostgresSocketClaims sockets;

    @BeforeAll
    static void start() {
        database = MigratedDatabase.start();
        vertx = Vertx.vertx();
        pool = Pool.newInstance(
                PgBuilder.pool().connectingTo(database.options()).using(vertx).build());
        sockets = new PostgresSocketClaims(pool, new Sockets(), new ReplicaId(new SplittableRandom(1)));
    }

    @AfterAll
    static void stop() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
        database.close();
    }

    @BeforeEach
    void empty() throws SQLException {
        database.run("TRUNCATE socket, poll; DELETE FROM transaction");
    }

    @Test
    void aSocketThatABatchHasKeepsItsLeaseAndTheOthersAreRenewed() throws SQLException {
        holdSockets();
        try (Connection batch = database.begin("SELECT FROM socket WHERE transaction_id = 'b' FOR UPDATE")) {
            assertThat(get(sockets.renew(Map.of("a", true, "b", true)))).containsExactlyInAnyOrder("a", "b");
            assertThat(database.text(
                            "SELECT string_agg(transaction_id, ' ') FROM socket WHERE healthy_until IS NOT NULL"))
                    .isEqualTo("a");
            batch.commit();
        }

        get(sockets.renew(Map.of("a", true, "b", true)));

        assertThat(database.text("SELECT string_agg(transaction_id, ' ' ORDER BY transaction_id) FROM socket"
                        + " WHERE healthy_until IS NOT NULL"))
                .isEqualTo("a b");
    }

    @Test
    void aSocketThatABatchHasIsLostOnceItsLeaseHasEnded() throws SQLException {
        holdSockets();
        database.run("UPDATE socket SET lease_until = now() - interval '1 s' WHERE transaction_id = 'b'");
        try (Connection batch = database.begin("SELECT FROM socket WHERE transaction_id = 'b' FOR UPDATE")) {
            assertThat(get(sockets.renew(Map.of("a", true, "b", true)))).containsExactly("a");
            batch.rollback();
        }
    }

    @Test
    void socketsAreGivenBackBesideABatchThatHasOneOfThem() throws SQLException {
        holdSockets();
        try (Connection batch = database.begin("SELECT FROM socket WHERE transaction_id = 'b' FOR UPDATE")) {
            get(sockets.release(Set.of("a", "b")));
            batch.rollback();
        }
        assertThat(database.text("SELECT string_agg(transaction_id, ' ') FROM socket WHERE leased_by IS NOT NULL"))
                .isEqualTo("b");
    }

    @Test
    void coldSocketsAreForgottenBesideABatchThatHasOneOfThem() throws SQLException {
        holdSockets();
        database.run("UPDATE socket SET hot_until = now()");
        try (Connection batch = database.begin("SELECT FROM socket WHERE transaction_id = 'b' FOR UPDATE")) {
            get(sockets.forgetCold());
            batch.rollback();
        }
        assertThat(database.text("SELECT string_agg(transaction_id, ' ') FROM socket"))
                .isEqualTo("b");
    }

    @Test
    void pollsAreAskedForBesideABatchThatPlansThemInAnotherOrder() throws SQLException {
        database.run("""
                    INSERT INTO transaction (
                        id, created_at, status, attempt, sequence, confirmed, since, attempt_since, changed_at, settled, abandoned)
                    SELECT id, now(), 'pending', 1, 1, false, now(), now(), now(), false, false
                    FROM unnest('{a,b}'::text[]) AS one (id);
                    INSERT INTO poll (transaction_id, priority, due_at)
                    SELECT id, 1, now() + interval '1 h'
                    FROM transaction
                    """);
        String plan = "UPDATE poll SET due_at = now() + interval '2 h' WHERE transaction_id = ";
        CompletableFuture<Void> asked;
        try (Connection batch =
                database.begin("SELECT FROM transaction ORDER BY id FOR NO KEY UPDATE; " + plan + "'b'")) {
            asked = new PollRequests(pool)
                    .makeDue(List.of("a", "b", "unheard-of"), Duration.ZERO)
                    .subscribeAsCompletionStage();
            await().atMost(LIMIT).until(database::isOneBlocked);
            MigratedDatabase.run(batch, plan + "'a'");
            batch.commit();
        }

        await().atMost(LIMIT).until(asked::isDone);
        assertThat(asked).isCompleted();
        assertThat(
                        database.text(
                                "SELECT string_agg(transaction_id, ' ' ORDER BY transaction_id) FROM poll WHERE due_at <= now()"))
                .isEqualTo("a b unheard-of");
    }

    /** Both are ours, and not yet connected. */
    private static void holdSockets() throws SQLException {
        database.run(
                "INSERT INTO socket (transaction_id, hot_until) SELECT id, now() + interval '1 h' FROM unnest('{a,b}'::text[]) AS one (id)");
        assertThat(get(sockets.claim(10))).hasSize(2);
    }

    private static <T> T get(Uni<T> result) {
        return result.await().atMost(LIMIT);
    }

    private record Sockets() implements SocketSettings {

        @Override
        public int maxConnections() {
            return 10;
        }

        @Override
        public Duration interval() {
            return Duration.ofSeconds(5);
        }

        @Override
        public Duration lease() {
            return Duration.ofSeconds(15);
        }

        @Override
        public Duration refusedPause() {
            return Duration.ofMinutes(1);
        }

        @Override
        public Duration healthyAfter() {
            return Duration.ofMinutes(1);
        }
    }
}
