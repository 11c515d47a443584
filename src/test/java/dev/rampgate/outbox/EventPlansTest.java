package dev.rampgate.outbox;

import static dev.rampgate.support.GrownDatabase.get;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rampgate.eventloop.VertxEventLoop;
import dev.rampgate.support.GrownDatabase;
import dev.rampgate.support.TestEvents;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(GrownDatabase.Shared.class)
class EventPlansTest {

    private final GrownDatabase database;
    private final EventStore store;

    EventPlansTest(GrownDatabase database) {
        this.database = database;
        this.store = new EventStore(database.pool());
    }

    @BeforeEach
    void forget() {
        database.forgetPlans();
    }

    @Test
    void whatHasNoPlaceIsFoundByItsIndex() {
        FeedHead head = get(store.head());
        get(store.place(head.epoch(), head.lastPosition(), 0));

        database.assertNoWholeTable(2);
        database.assertUsed("event_unplaced");
    }

    private static final int A_FEW = 10;
    private static final int MANY = 600;
    private static final int EVENTS_OF_A_BATCH = 5;
    private static final int FEW_PAGES = 12;
    private static final String LOOK_COST = "AS unplaced_number";
    private static final String PLACE_COST = "WITH unplaced AS";

    @Test
    void whatIsPlacedWhileALongTransactionRunsMakesNeitherLooksNorPlacingsExpensive() throws SQLException {
        long last = get(store.head()).lastPosition();
        AtomicLong seconds = new AtomicLong();
        Sequencer sequencer = new Sequencer(
                store,
                Duration.ofMinutes(10),
                new VertxEventLoop(database.vertx()),
                () -> Instant.EPOCH.plusSeconds(seconds.addAndGet(2)),
                new SplittableRandom(1),
                () -> {},
                new SimpleMeterRegistry());
        Map<String, Long> before = costsOf(A_FEW, sequencer);
        Map<String, Long> after;
        try (Connection others = database.longTransaction()) {
            costsOf(MANY, sequencer);
            // Autovacuum does so every minute; until then plans may be those for a table of one page.
            get(database.pool().query("ANALYZE feed").execute());
            after = costsOf(A_FEW, sequencer);
            others.rollback();
        }
        get(database.pool()
                .query("DELETE FROM event WHERE transaction_id LIKE 'churned-%';"
                        + " DELETE FROM amount_revision WHERE transaction_id LIKE 'churned-%';"
                        + " UPDATE feed SET last_position = " + last)
                .execute());
        get(database.pool().query("VACUUM ANALYZE feed").execute());
        get(database.pool().query("VACUUM event, amount_revision").execute());
        System.out.println("pages read by " + before + " and then " + after);

        after.forEach((words, pages) ->
                assertThat(pages).as(words).isLessThanOrEqualTo(Math.max(2 * before.get(words), FEW_PAGES)));
    }

    private int churned;

    /** The median of each statement's pages in so many rounds that give places. */
    private Map<String, Long> costsOf(int rounds, Sequencer sequencer) {
        database.forgetPlans();
        for (int i = 0; i < rounds; i++) {
            get(database.pool()
                    .query("""
                    INSERT INTO event (transaction_id, version, epoch, id, type, created_at, body)
                    SELECT 'churned-%1$d-' || n, 1, epoch, 'churned-%1$d-' || n, 'transaction.opened', now(), '{}'
                    FROM ledger_epoch
                         CROSS JOIN generate_series(1, %2$d) AS n
                    """.formatted(++churned, EVENTS_OF_A_BATCH))
                    .execute());
            get(database.pool().query("""
                    INSERT INTO amount_revision (transaction_id, event_version, attempt, status, replaces)
                    SELECT 'churned-%1$d-' || n, 1, 1, 'pending', false
                    FROM generate_series(1, %2$d) AS n
                    """.formatted(churned, EVENTS_OF_A_BATCH)).execute());
            get(sequencer.round());
        }
        Map<String, Long> costs = new TreeMap<>();
        List.of(LOOK_COST, PLACE_COST)
                .forEach(words -> costs.put(
                        words,
                        database.buffers(words).stream()
                                .sorted()
                                .skip(database.buffers(words).size() / 2)
                                .findFirst()
                                .orElseThrow()));
        return costs;
    }

    @Test
    void transactionsAreComparedWithTheirNewestRevisionByIndex() {
        RevisionRepair repair = new RevisionRepair(database.pool(), store, 100, new SimpleMeterRegistry());
        get(database.pool().withTransaction(repair::next));
        get(store.knowWhatHasNoPlace());

        database.assertNoWholeTable(2);
        database.assertUsed("transaction_by_creation");
        database.assertUsed("amount_revision_pkey");
    }

    @Test
    void aPageIsReadByTheIndexOfPlaces() {
        get(store.at(7));
        get(store.page(7, 5_000, List.of(), 100));
        get(store.page(7, 5_000, List.of("transaction.completed"), 100));

        database.assertNoWholeTable(3);
        database.assertUsed("event_by_position");
    }

    @Test
    void theEventsOfATransactionAreRedactedByItsId() {
        long redacted = get(database.pool().withTransaction(connection -> new EventRedaction(TestEvents.bodies())
                .redact(connection, List.of("unknown"))));

        assertThat(redacted).isZero();
        database.assertNoWholeTable(1);
        database.assertUsed("event_pkey");
    }

    @Test
    void theFirstEventsAreDeletedByTheIndexOfPlaces() {
        get(store.deleteSome(Instant.EPOCH));

        database.assertNoWholeTable(1);
        database.assertUsed("event_by_position");
    }

    @Test
    void theHeadIsReadByIndexThoughItWasPlannedBeforeThereWereEvents() {
        try (GrownDatabase grown = GrownDatabase.plannedWhileEmpty(pool -> get(new EventStore(pool).head(7, 0)))) {
            get(new EventStore(grown.pool()).head(7, 0));

            grown.assertFewPages(1, 20);
        }
    }
}
