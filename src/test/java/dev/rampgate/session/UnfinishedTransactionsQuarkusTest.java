package dev.rampgate.session;

import static dev.rampgate.support.ProofAndDatabase.database;
import static dev.rampgate.support.ProofAndDatabase.proof;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rampgate.problem.ProblemException;
import dev.rampgate.problem.ProblemType;
import dev.rampgate.reconcile.ReconcileStream;
import dev.rampgate.sandbox.transaction.Action;
import dev.rampgate.support.ProofAndDatabase;
import dev.rampgate.support.TestSession;
import dev.rampgate.support.TestSettings;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Tuple;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.PoolOptions;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How many transactions a user may have open, as two replicas on one database count them. */
@QuarkusTest
@QuarkusTestResource(ProofAndDatabase.class)
class UnfinishedTransactionsQuarkusTest {

    private static final Duration LIMIT = Duration.ofSeconds(40);

    @Inject
    Pool pool;

    @Inject
    ReconcileStream stream;

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final String user = "user-" + UUID.randomUUID();

    @Test
    void aUserWithAsManyAsAllowedGetsNoMoreOnAnyReplica() {
        UnfinishedTransactions one = replica(pool, 3);
        UnfinishedTransactions other = replica(pool, 3);
        for (int i = 0; i < 3; i++) {
            TestSession.open(user, "buy");
        }

        assertThatThrownBy(() -> ask(one)).isInstanceOfSatisfying(ProblemException.class, refused -> assertThat(
                        refused.problem().type())
                .isEqualTo(ProblemType.TOO_MANY_UNFINISHED));
        assertThatThrownBy(() -> ask(other)).isInstanceOf(ProblemException.class);
        assertThat(one.within(user + "-else", UnfinishedTransactionsQuarkusTest::opened)
                        .await()
                        .atMost(LIMIT))
                .isEqualTo("opened");
        assertThat(meters.counter("rampgate.edge.limited", "limit", "session_unfinished")
                        .count())
                .isEqualTo(2);
    }

    @Test
    void whatHasEndedOrIsAbandonedDoesNotCount() {
        UnfinishedTransactions sessions = replica(pool, 2);
        String ending = TestSession.open(user, "buy");
        String left = TestSession.open(user, "buy");
        assertThatThrownBy(() -> ask(sessions)).isInstanceOf(ProblemException.class);

        proof().drive(ending, Action.CANCEL);
        Awaitility.await().atMost(LIMIT).untilAsserted(() -> assertThat(
                        sessions.count(user).await().atMost(LIMIT))
                .isEqualTo(1));
        assertThat(ask(sessions)).isEqualTo("opened");

        pool.preparedQuery("UPDATE transaction SET abandoned = true WHERE id = $1")
                .execute(Tuple.of(left))
                .await()
                .atMost(LIMIT);
        assertThat(sessions.count(user).await().atMost(LIMIT)).isZero();
    }

    /** A sell that was left, a buy that was never touched, one that Proof does not know: all are this to the ledger. */
    @ParameterizedTest
    @CsvSource({
        "buy, pending, 59 minutes, 61 minutes",
        "sell, pending, 59 minutes, 61 minutes",
        "buy, processing, 23 hours, 25 hours"
    })
    void whatDoesNotEndCountsForALimitedTime(String type, String status, String counted, String forgotten) {
        UnfinishedTransactions sessions = replica(pool, 1);
        recorded(type, status, forgotten);
        assertThat(ask(sessions)).isEqualTo("opened");

        recorded(type, status, counted);
        assertThatThrownBy(() -> ask(sessions)).isInstanceOf(ProblemException.class);
    }

    /** Puts a transaction into the ledger that is this old and that no poll asks about. */
    private void recorded(String type, String status, String age) {
        pool.preparedQuery("""
                        INSERT INTO transaction (
                            id, user_id, type, created_at, status, attempt, sequence, confirmed, since, attempt_since, changed_at,
                            settled, abandoned
                        )
                        SELECT gen_random_uuid()::text, $1, $2, now() - $4::text::interval, $3, 1, 1, false, now(), now(), now(),
                               false, false
                        """)
                .execute(Tuple.of(user, type, status, age))
                .await()
                .atMost(LIMIT);
    }

    @Test
    void thoseThatAreBeingOpenedCountUntilTheyAreStoredOrHaveFailed() {
        UnfinishedTransactions sessions = replica(pool, 2);
        CompletableFuture<String> atProof = new CompletableFuture<>();
        CompletableFuture<String> alsoAtProof = new CompletableFuture<>();
        sessions.within(user, () -> Uni.createFrom().completionStage(atProof))
                .subscribe()
                .with(done -> {}, failure -> {});
        sessions.within(user, () -> Uni.createFrom().completionStage(alsoAtProof))
                .subscribe()
                .with(done -> {}, failure -> {});

        assertThatThrownBy(() -> ask(sessions)).isInstanceOf(ProblemException.class);

        atProof.complete("stored");
        Awaitility.await().atMost(LIMIT).until(() -> ask(sessions).equals("opened"));
        alsoAtProof.completeExceptionally(new IllegalStateException("Proof failed"));
        assertThat(ask(sessions)).isEqualTo("opened");
    }

    @Test
    void whileTheDatabaseDoesNotAnswerSessionsAreOpenedAllTheSameAndCounted() {
        Pool away = Pool.newInstance(io.vertx.pgclient.PgBuilder.pool()
                .connectingTo("postgresql://nobody@localhost:1/none")
                .build());
        UnfinishedTransactions sessions = replica(away, 1);

        assertThat(ask(sessions)).isEqualTo("opened");
        assertThat(ask(sessions)).isEqualTo("opened");

        assertThat(meters.counter("rampgate.session.limit.unchecked").count()).isEqualTo(2);
    }

    @Test
    void whileTooManyStatementsWaitTheLimitHoldsAndTheUserComesAgain() {
        Pool full = Pool.newInstance(io.vertx.pgclient.PgBuilder.pool()
                .with(new PoolOptions().setMaxSize(1).setMaxWaitQueueSize(0))
                .connectingTo(new PgConnectOptions()
                        .setHost(database().host())
                        .setPort(database().port())
                        .setDatabase(database().name())
                        .setUser(database().user())
                        .setPassword(database().password()))
                .build());
        full.getConnection().await().atMost(LIMIT);
        UnfinishedTransactions sessions = replica(full, 1);

        assertThatThrownBy(() -> ask(sessions)).isInstanceOfSatisfying(ProblemException.class, refused -> {
            assertThat(refused.problem().type()).isEqualTo(ProblemType.UNAVAILABLE);
            assertThat(refused.problem().retryAfter()).isPresent();
        });
        assertThat(meters.counter("rampgate.session.limit.unchecked").count()).isZero();
        full.close().await().atMost(LIMIT);
    }

    @Test
    void aNegativeLimitStopsTheStart() {
        assertThatThrownBy(() -> replica(pool, -1))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("rampgate.session.limits.unfinished");
    }

    @Test
    void zeroSetsNoLimit() {
        assertThat(ask(replica(pool, 0))).isEqualTo("opened");
    }

    private UnfinishedTransactions replica(Pool database, int most) {
        return new UnfinishedTransactions(
                database,
                stream,
                TestSettings.of(
                        SessionSettings.class, Map.of("rampgate.session.limits.unfinished", String.valueOf(most))),
                meters);
    }

    private String ask(UnfinishedTransactions sessions) {
        return sessions.within(user, UnfinishedTransactionsQuarkusTest::opened)
                .await()
                .atMost(LIMIT);
    }

    private static Uni<String> opened() {
        return Uni.createFrom().item("opened");
    }
}
