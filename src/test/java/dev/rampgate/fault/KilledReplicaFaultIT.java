package dev.rampgate.fault;

import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.rampgate.fault.LedgerTables.Held;
import dev.rampgate.fault.LedgerTables.Moved;
import dev.rampgate.fault.WebhookSender.Sent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Replicas that are killed at random moments while webhooks, polls, sockets and sessions go on. */
@Tag("measures")
class KilledReplicaFaultIT {

    private static final int WEBHOOKS_PER_SECOND = 200;
    /** A lease, and what a busy machine takes to look. */
    private static final Duration TAKEOVER_LIMIT = Cluster.LEASE.plusSeconds(2);

    private static final Duration LIMIT = Duration.ofSeconds(120);

    @Test
    void nothingAcknowledgedIsLostNothingIsAnnouncedTwiceAndItsWorkGoesOn() throws Exception {
        Random random = Scale.seeded();
        int kills = Scale.of("kills", 3, 20, 100);
        // However busy this machine is, an acknowledgement shall mean a commit here; one replica can hold all sockets.
        Map<String, String> settings = Map.of(
                "RAMPGATE_SOCKET_MAX_CONNECTIONS", "5000",
                "RAMPGATE_WEBHOOK_ACK_TIMEOUT", "10s",
                "RAMPGATE_SESSION_STORE_TIMEOUT", "10s",
                "RAMPGATE_RECONCILE_BATCH_DEADLINE", "10s",
                "QUARKUS_DATASOURCE_REACTIVE_ADDITIONAL_PROPERTIES_STATEMENT_TIMEOUT", "10000",
                "RAMPGATE_POLL_MAX_RATE", "100",
                "RAMPGATE_POLL_NUDGED_MAX_RATE", "50");
        try (Cluster cluster = Cluster.start(2, settings);
                FeedReader reader = new FeedReader(cluster)) {
            WebhookSender sender = new WebhookSender();
            Traffic traffic = new Traffic(cluster, sender, random).start(4, WEBHOOKS_PER_SECOND);
            List<Long> takeovers = new ArrayList<>();
            for (int round = 0; round < kills; round++) {
                TimeUnit.MILLISECONDS.sleep(200 + random.nextInt(1_500)); // A random time: a kill may hit anything.
                ReplicaProcess victim = cluster.replicas().get(random.nextInt(2));
                victim.kill();
                Map<String, Held> before = cluster.ledger().held();
                long killedAt = System.nanoTime();
                victim.launch();
                takeovers.addAll(takeovers(cluster.ledger(), before, killedAt));
                victim.awaitReady();
                if ((round + 1) % 10 == 0) {
                    System.out.println(
                            (round + 1) + " kills, " + traffic.opened().size() + " sessions");
                }
            }
            traffic.close();
            List<Sent> acknowledged = sender.acknowledged();
            traffic.completeAll();
            cluster.awaitTruth(LIMIT, traffic.opened());

            await("all events have been read").atMost(LIMIT).untilAsserted(() -> {
                assertThat(reader.broken()).isNull();
                assertThat(reader.read()).isEqualTo(cluster.ledger().count("SELECT count(*) FROM event"));
            });
            int events = reader.read();
            List<Moved> transitions = cluster.ledger().transitions();
            Map<String, Long> announced = cluster.announcements();
            Set<String> written = transitions.stream()
                    .map(moved -> moved.transactionId() + " " + moved.sequence())
                    .collect(toSet());
            new Figures("killed-replicas")
                    .line("kills -9, two replicas, lease " + Cluster.LEASE.toSeconds() + " s", kills)
                    .line("sessions opened", traffic.opened().size())
                    .line(
                            "webhooks sent at " + WEBHOOKS_PER_SECOND + "/s",
                            sender.sent().size())
                    .line("of these acknowledged", acknowledged.size())
                    .line(
                            "acknowledged and not in the archive",
                            Truth.notArchived(cluster.ledger(), acknowledged).size())
                    .line("transitions", transitions.size())
                    .line("events read from the feed", events)
                    .line(
                            "announced twice",
                            announced.values().stream()
                                    .filter(times -> times > 1)
                                    .count())
                    .line("log lines that died with their replica", written.size() - announced.size())
                    .times("polls and sockets of the dead taken over after", takeovers)
                    .publish();
            cluster.assertNoDeadlock();
            assertThat(Truth.historyDifferences(cluster.proof(), cluster.ledger(), traffic.opened()))
                    .isEmpty();
            assertThat(cluster.ledger().count("""
                            SELECT count(*)
                            FROM transaction
                            WHERE version <> (SELECT count(*) FROM event WHERE event.transaction_id = transaction.id)
                            """))
                    .as("transactions that count other events than there are")
                    .isZero();
            assertThat(cluster.ledger()
                            .count("SELECT count(*) FROM event WHERE position IS NULL OR position > "
                                    + "(SELECT last_position FROM feed)"))
                    .as("events without a place")
                    .isZero();
            assertThat(cluster.ledger().count("SELECT last_position - (SELECT count(*) FROM event) FROM feed"))
                    .as("places without an event")
                    .isZero();
            assertThat(events).isGreaterThan(traffic.opened().size());
            assertThat(acknowledged).isNotEmpty();
            assertThat(Truth.notArchived(cluster.ledger(), acknowledged)).isEmpty();
            assertThat(announced.keySet()).isSubsetOf(written);
            assertThat(announced.values()).allMatch(times -> times == 1);
            // The longest is this machine's matter, too; it stands among the figures.
            assertThat(takeovers).isNotEmpty();
            assertThat(median(takeovers)).isLessThanOrEqualTo(TAKEOVER_LIMIT.toMillis());
        }
    }

    private static long median(List<Long> some) {
        return some.stream().sorted().skip(some.size() / 2).findFirst().orElseThrow();
    }

    /** How long it took until each lease was another one's, in milliseconds. Waits until none is the dead one's. */
    private static List<Long> takeovers(LedgerTables ledger, Map<String, Held> before, long killedAt) {
        Map<String, Held> waiting = new HashMap<>(before);
        List<Long> takeovers = new ArrayList<>();
        await("the work of the dead is taken over")
                .atMost(LIMIT)
                .pollInterval(Duration.ofMillis(50))
                .until(() -> {
                    Map<String, Held> now = ledger.held();
                    for (String held : new HashSet<>(waiting.keySet())) {
                        Held holder = now.get(held);
                        if (holder == null || !holder.equals(waiting.get(held))) {
                            if (holder != null
                                    && !holder.by().equals(waiting.get(held).by())) {
                                takeovers.add((System.nanoTime() - killedAt) / 1_000_000);
                            }
                            waiting.remove(held);
                        }
                    }
                    return waiting.isEmpty();
                });
        return takeovers;
    }
}
