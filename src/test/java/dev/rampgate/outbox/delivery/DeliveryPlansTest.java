package dev.rampgate.outbox.delivery;

import static dev.rampgate.support.GrownDatabase.get;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rampgate.outbox.delivery.Claimed.Queue;
import dev.rampgate.outbox.delivery.DeliveryStore.Round;
import dev.rampgate.support.GrownDatabase;
import io.smallrye.mutiny.Uni;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Stream;
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
                        .chain(found -> round.make(DeliveryStore.MOST_MADE).replaceWith(found))))
                .orElseThrow();
        assertThat(claimed).isNotEmpty();
        List<Mark> marks = claimed.stream().map(DeliveryPlansTest::delivered).toList();
        get(store.locked("orders", round -> round.mark(marks)
                .chain(() -> round.makeRetriesDue(Instant.EPOCH))
                .chain(round::save)
                .replaceWith(true)));

        database.assertNoWholeTable(6);
        database.assertUsed("delivery_due");
        database.assertUsed("delivery_line");
        database.assertUsed("delivery_pkey");
    }

    @Test
    void theHeadToProbeIsFoundByIndex() {
        get(store.locked("orders", round -> round.claimProbe(CLAIM, LEASE, true)));

        database.assertNoWholeTable(2);
        database.assertUsed("delivery_due");
    }

    @Test
    void whetherThereIsWorkIsSeenByIndex() {
        get(store.hasWork("orders"));

        database.assertNoWholeTable(1);
        database.assertUsed("delivery_due");
    }

    // --- what a long transaction of others costs

    private static final String CHURNED = "churned";
    private static final int A_FEW = 10;
    private static final int MANY = 120;

    /** Words that no other statement has. */
    private static final String CLAIM_COST = "due AS MATERIALIZED";

    private static final String MARK_COST = "headed AS (";
    private static final String PROBE_COST = "head AS MATERIALIZED";

    @Test
    void whatIsDeliveredWhileALongTransactionRunsMakesNeitherClaimsNorMarksNorProbesExpensive() throws SQLException {
        get(store.register(CHURNED, List.of()));
        get(database.pool()
                .query("UPDATE endpoint SET position = 0 WHERE name = '" + CHURNED + "'")
                .execute());
        Map<String, Long> before = costsOf(A_FEW);
        Map<String, Long> after;
        try (Connection others = database.longTransaction()) {
            costsOf(MANY);
            after = costsOf(A_FEW);
            others.rollback();
        }
        get(database.pool()
                .query("DELETE FROM delivery WHERE endpoint = '" + CHURNED + "'; DELETE FROM endpoint WHERE name = '"
                        + CHURNED + "'")
                .execute());
        System.out.println("pages read by " + before + " and then " + after);

        assertThat(after.get(CLAIM_COST)).isLessThanOrEqualTo(2 * before.get(CLAIM_COST));
        assertThat(after.get(MARK_COST)).isLessThanOrEqualTo(2 * before.get(MARK_COST));
        // It passes what was delivered of the deliveries that were made together with the first that is due, and no
        // others.
        assertThat(after.get(PROBE_COST)).isLessThanOrEqualTo(before.get(PROBE_COST) + DeliveryStore.MOST_MADE);
    }

    // --- the rows that every round changes

    private static final int ROUNDS = 1_500;
    private static final String LOCK_COST = "locked AS MATERIALIZED";
    private static final String SAVE_COST = "rounds = rounds + 1";
    private static final String LOOK_COST = "AS work";
    private static final int FEW_PAGES = 12;

    @Test
    void theEndpointsRowIsFoundAndWrittenAtTheSameCostWhileALongTransactionKeepsItsOldVersions() throws SQLException {
        get(store.register(CHURNED, List.of()));
        Map<String, Long> before = roundCosts(A_FEW);
        Map<String, Long> after;
        try (Connection others = database.longTransaction()) {
            roundCosts(ROUNDS);
            // Autovacuum does so every minute; until then plans may be those for a table of one page.
            get(database.pool().query("ANALYZE endpoint").execute());
            after = roundCosts(A_FEW);
            others.rollback();
        }
        get(database.pool()
                .query("DELETE FROM endpoint WHERE name = '" + CHURNED + "'")
                .execute());
        get(database.pool().query("VACUUM ANALYZE endpoint").execute());
        System.out.println("pages read by " + before + " and then " + after);

        after.forEach((words, pages) ->
                assertThat(pages).as(words).isLessThanOrEqualTo(Math.max(2 * before.get(words), FEW_PAGES)));
    }

    /** The median of the pages of each statement that reads or writes the endpoint's row. */
    private Map<String, Long> roundCosts(int rounds) {
        database.forgetPlans();
        for (int i = 0; i < rounds; i++) {
            get(store.hasWork(CHURNED));
            assertThat(get(store.locked(CHURNED, round -> round.save().replaceWith(true))))
                    .isPresent();
        }
        Map<String, Long> costs = new TreeMap<>();
        List.of(LOCK_COST, SAVE_COST, LOOK_COST).forEach(words -> costs.put(words, median(database.buffers(words))));
        return costs;
    }

    /** The median of each statement's pages in so many rounds that deliver. */
    private Map<String, Long> costsOf(int rounds) {
        database.forgetPlans();
        for (int i = 0; i < rounds; i++) {
            List<Claimed> claimed =
                    get(store.locked(CHURNED, DeliveryPlansTest::claimOrMake)).orElseThrow();
            assertThat(claimed).hasSize(CLAIMED);
            List<Mark> marks =
                    claimed.stream().map(DeliveryPlansTest::delivered).toList();
            get(store.locked(
                    CHURNED, round -> round.mark(marks).chain(round::save).replaceWith(true)));
            get(store.locked(CHURNED, round -> round.claimProbe(CLAIM, LEASE, true)
                    .chain(probed -> round.mark(
                            probed.stream().map(DeliveryPlansTest::delivered).toList()))));
        }
        Map<String, Long> costs = new TreeMap<>();
        List.of(CLAIM_COST, MARK_COST, PROBE_COST).forEach(words -> costs.put(words, median(database.buffers(words))));
        return costs;
    }

    private static final int CLAIMED = 40;

    private static Uni<List<Claimed>> claimOrMake(Round round) {
        return round.claim(Queue.LIVE, CLAIMED, CLAIM, LEASE)
                .chain(first -> first.size() == CLAIMED
                        ? Uni.createFrom().item(first)
                        : round.make(DeliveryStore.MOST_MADE)
                                .chain(() -> round.claim(Queue.LIVE, CLAIMED - first.size(), CLAIM, LEASE))
                                .map(second -> Stream.concat(first.stream(), second.stream())
                                        .toList()))
                .chain(claimed -> round.save().replaceWith(claimed));
    }

    private static long median(List<Long> some) {
        return some.stream().sorted().skip(some.size() / 2).findFirst().orElseThrow();
    }

    private static Mark delivered(Claimed claimed) {
        return new Mark(
                new Attempt(claimed, Outcome.DELIVERED, 204, Optional.empty(), Duration.ofMillis(1)),
                Mark.Step.DONE,
                0,
                Instant.EPOCH);
    }
}
