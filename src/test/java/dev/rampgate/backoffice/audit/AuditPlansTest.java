package dev.rampgate.backoffice.audit;

import static dev.rampgate.support.GrownDatabase.get;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rampgate.backoffice.audit.AuditStore.Filter;
import dev.rampgate.backoffice.audit.AuditStore.Page;
import dev.rampgate.database.ConnectionShare;
import dev.rampgate.support.GrownDatabase;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(GrownDatabase.Shared.class)
class AuditPlansTest {

    private final GrownDatabase database;
    private final AuditStore store;

    AuditPlansTest(GrownDatabase database) {
        this.database = database;
        this.store = new AuditStore(
                database.pool(), new ConnectionShare("back_office", 1, database.vertx(), new SimpleMeterRegistry()));
    }

    @BeforeEach
    void forget() {
        database.forgetPlans();
    }

    @Test
    void whatIsNotLinkedAndTheKnownHeadAreFoundByTheirIndexes() {
        get(store.look(7));
        get(store.link());
        get(store.unlinked());

        database.assertNoWholeTable(3);
        database.assertUsed("audit_entry_unlinked");
        database.assertUsed("audit_entry_by_position");
    }

    @Test
    void theChainIsReadByTheIndexOfPositions() {
        assertThat(get(store.part(10_000, 10)).entries()).hasSize(10);

        database.assertNoWholeTable(1);
        database.assertUsed("audit_entry_by_position");
    }

    @Test
    void aPageIsReadByTheIndexOfTimesAndEndsAfterSoManyRows() {
        Filter rare = new Filter(
                Optional.of("nobody"),
                Optional.empty(),
                List.of(),
                Instant.EPOCH,
                Instant.parse("9999-01-01T00:00:00Z"));
        Page first = get(store.page(rare, Optional.empty(), 10));
        Page second = get(store.page(rare, first.next(), 10));

        assertThat(first.entries()).isEmpty();
        assertThat(second.next()).isPresent();
        assertThat(get(store.page(rare, second.next(), 10)).next()).isEmpty();
        assertThat(get(store.part(rare, Optional.empty())).next()).isPresent();
        database.assertNoWholeTable(4);
        database.assertUsed("audit_entry_by_time");
    }

    @Test
    void theFirstEntriesExpireByTheIndexOfPositions() {
        assertThat(get(store.expire(Instant.EPOCH, 500))).isZero();

        database.assertNoWholeTable(1);
        database.assertUsed("audit_entry_by_position");
    }
}
