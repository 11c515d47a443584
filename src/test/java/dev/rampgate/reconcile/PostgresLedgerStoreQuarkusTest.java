package dev.rampgate.reconcile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rampgate.ProofAndDatabase;
import dev.rampgate.reconcile.LedgerStore.UnitOfWork;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.Cancellable;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What becomes of a transaction of the database, and of its connection, when the work in it ends in some other way. */
@QuarkusTest
@QuarkusTestResource(ProofAndDatabase.class)
class PostgresLedgerStoreQuarkusTest {

    private static final Duration LIMIT = Duration.ofSeconds(20);

    /** More than the pool has, so that one lost connection for each would be felt. */
    private static final int TIMES = 25;

    @Inject
    LedgerStore store;

    @Inject
    Pool pool;

    private final String id = UUID.randomUUID().toString();

    /** A place that is held outside of a batch is none that the service would leave. */
    @AfterEach
    void release() {
        pool.preparedQuery("DELETE FROM transaction WHERE id = $1")
                .execute(Tuple.of(id))
                .await()
                .atMost(LIMIT);
    }

    @Test
    void whatWorkHeldIsThereForWhatFollowsInTheSameTransactionAndAfterIt() {
        store.inTransaction(this::hold).await().atMost(LIMIT);

        assertThat(held()).isEqualTo(1);
    }

    @Test
    void workThatFailsLeavesNothingAndGivesItsConnectionBack() {
        for (int n = 0; n < TIMES; n++) {
            assertThatThrownBy(() -> store.inTransaction(unit -> hold(unit).invoke(() -> {
                                throw new StoreException(StoreException.Kind.DATA, "made up", null);
                            }))
                            .await()
                            .atMost(LIMIT))
                    .isInstanceOf(StoreException.class)
                    .hasMessageContaining("made up");
        }

        assertThat(held()).isZero();
    }

    @Test
    void workThatFailsBeforeItsFirstStatementGivesItsConnectionBack() {
        Function<UnitOfWork, Uni<Void>> broken = unit -> {
            throw new IllegalStateException("made up");
        };
        for (int n = 0; n < TIMES; n++) {
            assertThatThrownBy(() -> store.inTransaction(broken).await().atMost(LIMIT))
                    .isInstanceOf(StoreException.class);
        }

        assertThat(held()).isZero();
    }

    @Test
    void aStatementThatTheDatabaseRefusesLeavesNothing() {
        assertThatThrownBy(() -> store.inTransaction(unit ->
                                hold(unit).chain(() -> unit.load(Set.of("nul \u0000"), Set.of(), Instant.now())))
                        .await()
                        .atMost(LIMIT))
                .isInstanceOfSatisfying(StoreException.class, refused -> assertThat(refused.kind())
                        .isEqualTo(StoreException.Kind.DATA));

        assertThat(held()).isZero();
    }

    @Test
    void workThatNobodyWaitsForAnyMoreGoesOnToItsEndAndGivesItsConnectionBack() {
        for (int n = 0; n < TIMES; n++) {
            CompletableFuture<Void> goOn = new CompletableFuture<>();
            CompletableFuture<Void> begun = new CompletableFuture<>();
            Cancellable waiting = store.inTransaction(unit -> hold(unit)
                            .invoke(() -> begun.complete(null))
                            .call(() -> Uni.createFrom().completionStage(goOn)))
                    .subscribe()
                    .with(done -> {});
            begun.orTimeout(LIMIT.toSeconds(), TimeUnit.SECONDS).join();
            waiting.cancel();
            goOn.complete(null);
        }

        assertThat(held()).isEqualTo(1);
    }

    /** Takes the place of the id, which is the first statement of the transaction, and writes. */
    private Uni<Void> hold(UnitOfWork unit) {
        return unit.load(Set.of(id), Set.of(), Instant.now()).replaceWithVoid();
    }

    private long held() {
        return pool.preparedQuery("SELECT count(*) FROM transaction WHERE id = $1")
                .execute(Tuple.of(id))
                .await()
                .atMost(LIMIT)
                .iterator()
                .next()
                .getLong(0);
    }
}
