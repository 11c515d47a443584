package dev.rampgate.outbox.delivery;

import static dev.rampgate.support.GrownDatabase.get;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rampgate.outbox.delivery.Claimed.Queue;
import dev.rampgate.support.GrownDatabase;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(GrownDatabase.Shared.class)
class DeliveryPlansTest {

    private static final Duration LEASE = Duration.ofSeconds(15);
    private static final UUID CLAIM = new UUID(1, 1);

    private final GrownDatabase database;
    private final DeliveryStore store;

    DeliveryPlansTest(GrownDatabase database) {
        this.database = database;
        this.store = new DeliveryStore(database.pool());
    }

    @BeforeEach
    void forget() {
        database.forgetPlans();
    }

    @Test
    void aRoundReadsWhatItNeedsByIndex() {
        List<Claimed> claimed = get(store.locked("orders", round -> round.claim(Queue.LIVE, 16, CLAIM, LEASE)
                        .chain(found -> round.make().replaceWith(found))))
                .orElseThrow();
        assertThat(claimed).isNotEmpty();
        List<Mark> marks = claimed.stream().map(DeliveryPlansTest::delivered).toList();
        get(store.locked("orders", round -> round.mark(marks)
                .chain(round::makeRetriesDue)
                .chain(round::save)
                .replaceWith(true)));

        database.assertNoWholeTable(6);
        database.assertUsed("delivery_due");
        database.assertUsed("delivery_line");
        database.assertUsed("delivery_pkey");
    }

    @Test
    void theHeadToProbeIsFoundByThePrimaryKey() {
        get(store.locked("orders", round -> round.claimProbe(CLAIM, LEASE)));

        database.assertNoWholeTable(2);
        database.assertUsed("delivery_pkey");
    }

    @Test
    void whetherThereIsWorkIsSeenByIndex() {
        get(store.hasWork("orders"));

        database.assertNoWholeTable(1);
        database.assertUsed("delivery_due");
    }

    private static Mark delivered(Claimed claimed) {
        return new Mark(
                new Attempt(claimed, Outcome.DELIVERED, 204, Optional.empty(), Duration.ofMillis(1)),
                Mark.Step.DONE,
                0,
                Instant.EPOCH);
    }
}
