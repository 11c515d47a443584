package dev.rampgate.books.drift;

import static dev.rampgate.support.GrownDatabase.get;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rampgate.books.drift.BreakStore.Filter;
import dev.rampgate.support.GrownDatabase;
import dev.rampgate.support.TestSettings;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The plans of drift runs and breaks on a large ledger: every statement reads its part and no more. */
@ExtendWith(GrownDatabase.Shared.class)
class DriftPlansTest {

    private static final Instant NOW = Instant.parse("2026-11-05T12:00:00Z");

    private final GrownDatabase database;
    private final DriftStore store;
    private final BreakStore breaks;

    DriftPlansTest(GrownDatabase database) {
        this.database = database;
        this.store = new DriftStore(
                database.pool(),
                TestSettings.of(DriftSettings.class, Map.of("rampgate.books.drift.max-transactions", "1000000")));
        this.breaks = new BreakStore(database.pool());
    }

    @BeforeEach
    void forget() {
        database.forgetPlans();
    }

    @Test
    void aRunReadsItsWindowByTheIndexOfCreationAndItsItemsByTheirKeys() {
        DriftRun run = get(store.start(Instant.EPOCH, Instant.parse("2100-01-01T00:00:00Z"), "night"))
                .orElseThrow();
        for (int step = 0; step < 5; step++) {
            get(store.count(run));
        }
        DriftRun counted = get(store.one(run.id())).orElseThrow();
        assertThat(counted.state()).isEqualTo(DriftRun.State.POLLING);

        get(store.take(run));
        get(store.waiting(run, 100));
        get(store.claim(run, 10, new UUID(1, 2), Duration.ofSeconds(15)));
        get(store.end(run));
        get(store.cancel(run.id(), "night"));

        database.assertNoWholeTable(10);
        database.assertUsed("transaction_by_creation");
        database.assertUsed("drift_item_");
    }

    @Test
    void anItemIsFinishedByItsKey() {
        DriftStore.Item item = new DriftStore.Item(7, "transaction-7", new UUID(1, 2), 0, false);
        get(store.postpone(item, Duration.ZERO, true));
        get(database.pool().withTransaction(connection -> store.compared(connection, item, DriftStore.Outcome.AGREED)));
        get(store.finish(item));

        database.assertNoWholeTable(3);
        database.assertUsed("drift_item_");
    }

    @Test
    void breaksOfATransactionAreFoundByTheirIndex() {
        List<String> ids = List.of("transaction-100", "transaction-200");
        Here here = new Here("completed", "1", "1", "USDC", "EUR", true, NOW, NOW, NOW);
        There there = new There("failed", null, null, null, null, false, NOW);
        get(database.pool()
                .withTransaction(connection -> breaks.record(
                        connection,
                        Source.POLL,
                        7,
                        ids,
                        List.of(new Difference("transaction-100", BreakKind.STATUS, here, there, NOW)))));

        database.assertNoWholeTable(2);
        database.assertUsed("break_open");
    }

    @Test
    void breaksAreListedByTheirKeyOrTheirTransaction() {
        Filter all = new Filter(
                Optional.of("alarming"), Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
        assertThat(get(breaks.page(all, Optional.empty(), 10)).next()).isPresent();
        database.assertUsed("break_pkey");
        get(breaks.page(
                new Filter(
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.of("transaction-7")),
                Optional.empty(),
                10));

        database.assertNoWholeTable(2);
        database.assertUsed("break_by_transaction");
    }

    @Test
    void openBreaksAreReviewedByTheirIndex() {
        assertThat(get(breaks.review(50))).isEqualTo(50);

        database.assertNoWholeTable(2);
        database.assertUsed("break_to_look_at");
    }
}
