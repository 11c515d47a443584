package dev.rampgate.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.rampgate.fault.LedgerTables.Moved;
import dev.rampgate.sandbox.fault.Fault;
import dev.rampgate.sandbox.fault.FaultRule;
import dev.rampgate.sandbox.fault.Place;
import dev.rampgate.sandbox.transaction.Action;
import dev.rampgate.sandbox.transaction.ProofTransaction;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Sockets that are cut, that die without a word, and that lose most of what they should tell. */
class LossySocketFaultIT {

    /** While a socket that seems healthy is attached, a poll comes once a minute, give or take. */
    private static final Duration PERIOD = Duration.ofSeconds(66);

    /** What a busy machine takes to look for work and to ask. */
    private static final Duration SLACK = Duration.ofSeconds(10);

    private static final Duration LIMIT = Duration.ofSeconds(60);

    private enum Loss {
        CUT(new Fault.Cut(), 1),
        HALF_OPEN(new Fault.Silence(), 1),
        MOST_FRAMES_LOST(new Fault.Lose(), 0.8);

        private final Fault fault;
        private final double rate;

        Loss(Fault fault, double rate) {
            this.fault = fault;
            this.rate = rate;
        }

        FaultRule of(String transactionId) {
            return FaultRule.always(Place.SOCKET_FRAME, fault).rate(rate).transaction(transactionId);
        }
    }

    @Test
    void whatSocketsLoseIsThereWithinOnePeriodOfPolls() throws Exception {
        int each = Scale.of("sockets", 10, 60, 300);
        Map<String, String> settings = Map.of(
                "RAMPGATE_PROOF_SOCKET_PING_INTERVAL", "2s",
                "RAMPGATE_PROOF_SOCKET_READ_IDLE_TIMEOUT", "6s",
                "RAMPGATE_POLL_MAX_RATE", "200",
                "RAMPGATE_POLL_NUDGED_MAX_RATE", "200");
        try (Cluster cluster = Cluster.start(2, settings)) {
            Map<Loss, List<String>> ids = new EnumMap<>(Loss.class);
            List<String> all = new ArrayList<>();
            for (Loss loss : Loss.values()) {
                ids.put(loss, cluster.openAtProof(each));
                ids.get(loss).forEach(id -> cluster.proof().faults().add(loss.of(id)));
                all.addAll(ids.get(loss));
            }
            List<ProofTransaction> transactions =
                    all.stream().map(cluster.proof().transactions()::get).toList();
            cluster.ledger().put(transactions, LedgerTables.Age.FRESH, 0, "0 s");
            cluster.ledger().heat(all);
            await("every transaction has a healthy socket and was asked for after it")
                    .atMost(LIMIT)
                    .until(() -> cluster.ledger().count("""
                            SELECT count(*)
                            FROM poll JOIN socket USING (transaction_id)
                            WHERE healthy_until > now() AND due_at > now() + interval '30 s'
                            """) == all.size());

            all.forEach(id -> cluster.proof().drive(id, Action.COMPLETE));
            cluster.awaitTruth(PERIOD.plus(LIMIT), all);

            Figures figures = new Figures("lossy-sockets").line("transactions of each kind", each);
            Map<Loss, List<Long>> delays = new EnumMap<>(Loss.class);
            ids.forEach((loss, some) -> {
                delays.put(loss, delays(cluster, some));
                figures.times("known after it was completed, " + loss, delays.get(loss));
            });
            figures.publish();
            assertThat(Truth.historyDifferences(cluster.proof(), cluster.ledger(), all))
                    .isEmpty();
            delays.values().forEach(some -> assertThat(some)
                    .hasSize(each)
                    .allMatch(delay -> delay <= PERIOD.plus(SLACK).toMillis()));
        }
    }

    /** From the change at Proof to its transition here, in milliseconds. */
    private static List<Long> delays(Cluster cluster, List<String> ids) {
        List<Long> delays = new ArrayList<>();
        for (Moved moved : cluster.ledger().transitions()) {
            if (ids.contains(moved.transactionId()) && moved.sequence() > 1) {
                cluster.proof().transactions().get(moved.transactionId()).history().stream()
                        .filter(change -> change.status().equals(moved.status()))
                        .forEach(change ->
                                delays.add(moved.observedAt() - change.at().toEpochMilli()));
            }
        }
        return delays;
    }
}
