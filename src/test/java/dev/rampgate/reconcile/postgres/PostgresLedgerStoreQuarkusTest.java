package dev.rampgate.reconcile.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.rampgate.ledger.FollowUp;
import dev.rampgate.ledger.LedgerState;
import dev.rampgate.ledger.Published;
import dev.rampgate.ledger.Status;
import dev.rampgate.ledger.TransactionDetails;
import dev.rampgate.ledger.TransactionRecord;
import dev.rampgate.reconcile.LedgerStore;
import dev.rampgate.reconcile.LedgerStore.UnitOfWork;
import dev.rampgate.reconcile.OneChange;
import dev.rampgate.reconcile.StoreException;
import dev.rampgate.support.ProofAndDatabase;
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

    private final String ids = UUID.randomUUID() + "-";
    private int writes;

    /** A row without a transition is none that the service would leave. */
    @AfterEach
    void remove() {
        pool.preparedQuery("DELETE FROM transaction WHERE starts_with(id, $1)")
                .execute(Tuple.of(ids))
                .await()
                .atMost(LIMIT);
    }

    @Test
    void whatWorkWroteIsThereAfterIt() {
        store.inTransaction(this::write).await().atMost(LIMIT);

        assertThat(written()).isEqualTo(1);
    }

    @Test
    void workThatFailsLeavesNothingAndGivesItsConnectionBack() {
        for (int n = 0; n < TIMES; n++) {
            assertThatThrownBy(() -> store.inTransaction(unit -> write(unit).invoke(() -> {
                                throw new StoreException(StoreException.Kind.DATA, "made up", null);
                            }))
                            .await()
                            .atMost(LIMIT))
                    .isInstanceOf(StoreException.class)
                    .hasMessageContaining("made up");
        }

        assertThat(written()).isZero();
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

        assertThat(written()).isZero();
    }

    @Test
    void aStatementThatTheDatabaseRefusesLeavesNothing() {
        assertThatThrownBy(() -> store.inTransaction(
                                unit -> write(unit).chain(() -> unit.load(Set.of("nul \u0000"), Instant.now())))
                        .await()
                        .atMost(LIMIT))
                .isInstanceOfSatisfying(StoreException.class, refused -> assertThat(refused.kind())
                        .isEqualTo(StoreException.Kind.DATA));

        assertThat(written()).isZero();
    }

    @Test
    void workWhoseCallerLeftGoesOnToItsEndAndGivesItsConnectionBack() {
        for (int n = 0; n < TIMES; n++) {
            CompletableFuture<Void> goOn = new CompletableFuture<>();
            CompletableFuture<Void> begun = new CompletableFuture<>();
            Cancellable waiting = store.inTransaction(unit -> write(unit)
                            .invoke(() -> begun.complete(null))
                            .call(() -> Uni.createFrom().completionStage(goOn)))
                    .subscribe()
                    .with(done -> {});
            begun.orTimeout(LIMIT.toSeconds(), TimeUnit.SECONDS).join();
            waiting.cancel();
            goOn.complete(null);
        }

        await().atMost(LIMIT).untilAsserted(() -> assertThat(written()).isEqualTo(TIMES));
    }

    /** The first statement of the transaction. */
    private Uni<Void> write(UnitOfWork unit) {
        Instant now = Instant.now();
        TransactionRecord opened = new TransactionRecord(
                ids + writes++,
                TransactionDetails.NONE.withCreatedAt(now),
                new LedgerState(Status.PENDING, 1, 1, false, null, now, now, now, false, false),
                FollowUp.NONE,
                Published.NOTHING,
                false);
        return unit.persist(OneChange.opened(opened));
    }

    private long written() {
        return pool.preparedQuery("SELECT count(*) FROM transaction WHERE starts_with(id, $1)")
                .execute(Tuple.of(ids))
                .await()
                .atMost(LIMIT)
                .iterator()
                .next()
                .getLong(0);
    }
}
