package dev.rampgate.outbox;

import static dev.rampgate.support.GrownDatabase.get;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rampgate.support.GrownDatabase;
import dev.rampgate.support.TestEvents;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Instant;
import java.util.List;
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
        get(store.place(head.epoch(), head.lastPosition()));

        database.assertNoWholeTable(2);
        database.assertUsed("event_unplaced");
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
        try (GrownDatabase grown = GrownDatabase.plannedWhileEmpty(pool -> get(new EventStore(pool).head(7)))) {
            get(new EventStore(grown.pool()).head(7));

            grown.assertFewPages(1, 20);
        }
    }
}
