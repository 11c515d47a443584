package dev.rampgate.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.rampgate.fault.WebhookSender.Sent;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/** One of two replicas gets SIGTERM, as in a deploy, under load, and whoever sends it webhooks hears of it late. */
@Isolated("it measures how its replicas serve")
@Tag("measures")
class TerminatedReplicaIT {

    private static final int WEBHOOKS_PER_SECOND = 200;
    /** Sent to both replicas after one of them has said that it is not ready: a second of them. */
    private static final int SENT_LATE = WEBHOOKS_PER_SECOND;
    /** Since SIGTERM; less than the delay, so that there is time for the way to the replica. */
    private static final Duration SERVED = Duration.ofSeconds(3);
    /** Nothing runs out while the test lasts: what changes hands was given back. */
    private static final Duration LEASE = Duration.ofMinutes(10);
    /** What Kubernetes gives a pod by default. */
    private static final Duration GRACE = Duration.ofSeconds(30);

    private static final Duration LIMIT = Duration.ofSeconds(60);

    @Test
    void itServesWhileOthersHearOfItGivesItsWorkUpAndEndsWhenEverythingIsCommitted() throws Exception {
        Random random = Scale.seeded();
        Map<String, String> settings = Map.of(
                "RAMPGATE_POLL_LEASE", LEASE.toSeconds() + "s",
                "RAMPGATE_SOCKET_LEASE", LEASE.toSeconds() + "s",
                "RAMPGATE_POLL_MAX_RATE", "100",
                "RAMPGATE_POLL_NUDGED_MAX_RATE", "50",
                // As in production.
                "QUARKUS_SHUTDOWN_DELAY", "5s");
        try (Cluster cluster = Cluster.start(2, settings)) {
            WebhookSender sender = new WebhookSender();
            Traffic traffic = new Traffic(cluster, sender, random).start(4, WEBHOOKS_PER_SECOND);
            Set<String> workers = new HashSet<>();
            await("both replicas hold something").atMost(LIMIT).until(() -> {
                workers.addAll(holders(cluster).values());
                return workers.size() == 2;
            });
            ReplicaProcess victim = cluster.replicas().get(random.nextInt(2));

            long terminatedAt = System.nanoTime();
            Instant terminated = Instant.now();
            victim.beginToEnd();
            await("it says that it goes").atMost(LIMIT).until(() -> !victim.saysReady());
            int until = sender.begun() + SENT_LATE;
            await("webhooks that come late").atMost(LIMIT).until(() -> sender.begun() >= until);
            victim.leaveEndpoints();
            await("the other replica holds what is to be held")
                    .atMost(LIMIT)
                    .until(() -> cluster.ledger().freeSockets() == 0
                            && Set.copyOf(holders(cluster).values()).size() == 1);
            Duration handedOver = Duration.ofNanos(System.nanoTime() - terminatedAt);
            int exitCode = victim.awaitEnd();
            Duration took = Duration.ofNanos(System.nanoTime() - terminatedAt);
            traffic.close();
            List<Sent> sent = sender.sent();
            List<Sent> acknowledged = sender.acknowledged();
            // What was acknowledged while the database was slow is stored a moment later, by whoever acknowledged it.
            cluster.awaitArchived(LIMIT, acknowledged);
            new Figures("terminated-replica")
                    .line("webhooks sent at " + WEBHOOKS_PER_SECOND + "/s to two replicas", sent.size())
                    .line("of these not acknowledged", sent.size() - acknowledged.size())
                    .line("from SIGTERM until the other one held all its work, in milliseconds", handedOver.toMillis())
                    .line("from SIGTERM to the end, in milliseconds", took.toMillis())
                    .publish();
            assertThat(exitCode).isEqualTo(143);
            assertThat(took).isLessThan(GRACE);
            // A busy machine may hear of it after the delay.
            assertThat(sent)
                    .filteredOn(one -> one.at().isBefore(terminated.plus(SERVED)))
                    .isNotEmpty()
                    .allMatch(one -> one.isAcknowledged() || one.isOverdue());
            assertThat(Truth.historyDifferences(cluster.proof(), cluster.ledger(), traffic.opened()))
                    .isEmpty();
        }
    }

    /** Who holds which poll or socket now. */
    private static Map<String, String> holders(Cluster cluster) {
        return cluster.ledger().held().entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey, held -> held.getValue().by()));
    }
}
