package dev.rampgate.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.rampgate.fault.LedgerTables.Age;
import dev.rampgate.fault.LedgerTables.Moved;
import dev.rampgate.sandbox.transaction.Action;
import dev.rampgate.sandbox.transaction.ProofTransaction;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;
import org.junit.jupiter.api.Test;

/** Each channel alone leads to the truth; how soon is a figure. */
class OneChannelFaultIT {

    private static final Duration LIMIT = Duration.ofSeconds(60);

    private enum Channel {
        /** Asked for every 5 to 10 s, and told nothing. */
        POLLS,
        /** Asked for every 5 minutes, but told by a webhook, which makes us ask. */
        WEBHOOKS,
        /** Asked for every 5 minutes, but told by a socket, whose end makes us ask once. */
        SOCKETS
    }

    @Test
    void polls_webhooks_and_sockets_convergeEachAlone() throws Exception {
        Random random = Scale.seeded();
        int each = Scale.of("converging", 20, 100, 1_000);
        Map<String, String> settings = Map.of(
                "RAMPGATE_SOCKET_MAX_CONNECTIONS", "2000",
                "RAMPGATE_POLL_MAX_RATE", "300",
                "RAMPGATE_POLL_NUDGED_MAX_RATE", "100");
        try (Cluster cluster = Cluster.start(2, settings)) {
            Map<Channel, List<String>> ids = new EnumMap<>(Channel.class);
            for (Channel channel : Channel.values()) {
                ids.put(channel, cluster.openAtProof(each));
                put(cluster, channel, ids.get(channel));
            }
            cluster.ledger().heat(ids.get(Channel.SOCKETS));
            await("sockets are healthy, and what came before them was asked for")
                    .atMost(LIMIT)
                    .until(() -> cluster.ledger().count("""
                            SELECT count(*)
                            FROM poll JOIN socket USING (transaction_id)
                            WHERE healthy_until > now() AND due_at > now() + interval '30 s'
                            """) == each);

            WebhookSender sender = new WebhookSender();
            for (int i = 0; i < each; i++) {
                cluster.proof().drive(ids.get(Channel.POLLS).get(i), Action.COMPLETE);
                cluster.proof().drive(ids.get(Channel.SOCKETS).get(i), Action.COMPLETE);
                sender.tell(
                        cluster.anyReady(random).url("/proof-webhook/" + Cluster.WEBHOOK_KEY),
                        cluster.proof().drive(ids.get(Channel.WEBHOOKS).get(i), Action.COMPLETE));
                TimeUnit.MILLISECONDS.sleep(40); // Paces the changes: 25 of each a second, less than the budgets.
            }
            List<String> all = ids.values().stream().flatMap(List::stream).toList();
            cluster.awaitTruth(LIMIT, all);

            Figures figures = new Figures("one-channel").line("transactions of each", each);
            ids.forEach((channel, some) -> figures.times(
                            channel + " alone: known after", delays(cluster, some, Moved::observedAt))
                    .times(channel + " alone: confirmed after", delays(cluster, some, Moved::confirmedAt)));
            figures.publish();
            assertThat(Truth.historyDifferences(cluster.proof(), cluster.ledger(), all))
                    .isEmpty();
            assertThat(channels(cluster, ids.get(Channel.POLLS))).containsOnly("POLL");
            assertThat(channels(cluster, ids.get(Channel.WEBHOOKS))).containsOnly("POLL");
            assertThat(channels(cluster, ids.get(Channel.SOCKETS))).containsOnly("SOCKET");
        }
    }

    private static void put(Cluster cluster, Channel channel, List<String> ids) {
        List<ProofTransaction> transactions =
                ids.stream().map(cluster.proof().transactions()::get).toList();
        if (channel == Channel.POLLS) {
            cluster.ledger().put(transactions, Age.FRESH, 0, "0 s");
        } else {
            cluster.ledger().put(transactions, Age.HOURS, 0, "5 min");
        }
    }

    private static List<String> channels(Cluster cluster, List<String> ids) {
        return ends(cluster, ids).stream().map(Moved::channel).toList();
    }

    /** From the change at Proof, in milliseconds. */
    private static List<Long> delays(Cluster cluster, List<String> ids, ToLongFunction<Moved> until) {
        return ends(cluster, ids).stream()
                .map(moved -> until.applyAsLong(moved)
                        - cluster.proof()
                                .transactions()
                                .get(moved.transactionId())
                                .updatedAt()
                                .toEpochMilli())
                .toList();
    }

    private static List<Moved> ends(Cluster cluster, List<String> ids) {
        List<Moved> ends = new ArrayList<>(cluster.ledger().transitions());
        ends.removeIf(moved -> moved.sequence() == 1 || !ids.contains(moved.transactionId()));
        return ends;
    }
}
