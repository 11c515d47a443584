package dev.rampgate.fault;

import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.rampgate.fault.WebhookSender.Sent;
import dev.rampgate.support.Missing;
import dev.rampgate.support.TestDatabase;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * From the build of the commit in .ci/upgrade-from to this one and back, a replica at a time, while users and Proof go on. The CI
 * builds that artifact and names its folder: {@code -Dupgrade.from=}.
 */
class UpgradeFaultIT {

    private static final int WEBHOOKS_PER_SECOND = 20;
    private static final Duration LIMIT = Duration.ofSeconds(120);

    /** Transactions with an end whose newest amount revision does not say so. */
    private static final String NOT_IN_THE_BOOKS = """
            SELECT count(*)
            FROM transaction
            WHERE confirmed
              AND status IN ('completed', 'failed', 'cancelled')
              AND status IS DISTINCT FROM (
                  SELECT status
                  FROM amount_revision
                  WHERE transaction_id = transaction.id AND period_at IS NOT NULL
                  ORDER BY number DESC
                  LIMIT 1
              )
            """;

    private static Path earlier;

    @BeforeAll
    static void findTheEarlierBuild() {
        earlier = Path.of(System.getProperty("upgrade.from", "none"));
        // A checkout without history has nothing to upgrade from; .ci/run says so.
        Assumptions.assumeFalse(earlier.toString().equals("left-out"));
        if (!Files.exists(earlier.resolve("quarkus-run.jar"))) {
            Missing.leaveOut(
                    "the upgrade was LEFT OUT: -Dupgrade.from names no build of the commit in .ci/upgrade-from");
        }
    }

    @Test
    void anUpgradeAndARollBackLoseNothingAndRefuseNoWebhook() throws Exception {
        WebhookSender sender = new WebhookSender();
        try (Cluster cluster = new Cluster(
                        TestDatabase.start(),
                        2,
                        Map.of("RAMPGATE_POLL_MAX_RATE", "100", "RAMPGATE_POLL_NUDGED_MAX_RATE", "50"),
                        earlier);
                Traffic traffic = new Traffic(cluster, sender, Scale.seeded()).start(2, WEBHOOKS_PER_SECOND)) {
            awaitSessions(traffic, 6);
            roll(cluster, null);
            awaitSessions(traffic, 6);
            roll(cluster, earlier);
            awaitSessions(traffic, 6);
            traffic.close();
            traffic.completeAll();

            List<Sent> sent = sender.sent();
            cluster.awaitTruth(LIMIT, traffic.opened());
            cluster.awaitArchived(LIMIT, sender.acknowledged());
            new Figures("upgrade-and-roll-back")
                    .line("webhooks by answer", sent.stream().collect(groupingBy(Sent::answer, counting())))
                    .line("sessions opened", traffic.opened().size())
                    .publish();
            assertThat(sent).filteredOn(one -> !one.isOverdue()).allMatch(Sent::isAcknowledged);
            assertThat(cluster.announcements().values()).containsOnly(1L);
            assertThatTheBooksLearnWhatTheEarlierBuildSettled(cluster);
        }
    }

    /** Which knows no books, and wrote no amount revision. */
    private static void assertThatTheBooksLearnWhatTheEarlierBuildSettled(Cluster cluster) {
        assertThat(cluster.ledger().count(NOT_IN_THE_BOOKS))
                .as("settled by the earlier build")
                .isPositive();
        replace(cluster.replicas().get(0), null);
        await("all are in the books").atMost(LIMIT).until(() -> cluster.ledger().count(NOT_IN_THE_BOOKS) == 0);
    }

    private static void awaitSessions(Traffic traffic, int more) {
        int before = traffic.opened().size();
        await("sessions").atMost(LIMIT).until(() -> traffic.opened().size() >= before + more);
    }

    /** One at a time, as a rolling update does it: the other one takes everything meanwhile. */
    private static void roll(Cluster cluster, Path application) {
        cluster.replicas().forEach(replica -> replace(replica, application));
    }

    private static void replace(ReplicaProcess replica, Path application) {
        replica.terminate();
        replica.becomes(application);
        replica.launch();
        replica.awaitReady();
    }
}
