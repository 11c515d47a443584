package dev.rampgate.fault;

import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.rampgate.fault.WebhookSender.Sent;
import dev.rampgate.sandbox.EmbeddedDatabase;
import dev.rampgate.support.TestDatabase;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The way to the database leads to a hot standby, which answers, and cannot write. */
class StandbyFaultIT {

    private static final int WEBHOOKS_PER_SECOND = 20;

    /** Promised after the primary is there again; what a busy machine takes on top. */
    private static final Duration BACK_WITHIN = Duration.ofSeconds(5);

    private static final Duration SLACK = Scale.slack(Duration.ofSeconds(3));
    private static final Duration LIMIT = Duration.ofSeconds(120);
    /** So many are opened before anything happens to the database. */
    private static final int SESSIONS_BEFORE = 6;

    private static final Pattern AWAY = Pattern.compile("The database is away");
    private static final Pattern FAULT = Pattern.compile("Mutiny had to drop[^\\n]*");

    private EmbeddedDatabase primary;
    private EmbeddedDatabase standby;
    private TcpSwitch way;
    private Cluster cluster;
    private WebhookSender sender;
    private Traffic traffic;
    /** Transactions that were opened before anything happened to the database. */
    private Set<String> before;

    @BeforeEach
    void start() throws InterruptedException {
        primary = EmbeddedDatabase.start();
        standby = primary.startStandby();
        way = new TcpSwitch(primary.port());
        TestDatabase behind =
                new TestDatabase("localhost", way.port(), primary.name(), primary.user(), primary.password(), () -> {});
        cluster =
                new Cluster(behind, 2, Map.of("RAMPGATE_POLL_MAX_RATE", "100", "RAMPGATE_POLL_NUDGED_MAX_RATE", "50"));
        sender = new WebhookSender();
        traffic = new Traffic(cluster, sender, Scale.seeded()).start(2, WEBHOOKS_PER_SECOND);
        await("sessions").atMost(LIMIT).until(() -> traffic.opened().size() >= SESSIONS_BEFORE);
        before = Set.copyOf(traffic.opened());
    }

    @AfterEach
    void stop() throws Exception {
        if (traffic != null) {
            traffic.close();
        }
        if (cluster != null) {
            cluster.close();
        }
        way.close();
        standby.close();
        primary.close();
    }

    @Test
    void connectionsThatLedToAStandbyAreDiscardedAndEverythingIsStoredSoonAfterThePrimaryIsBack() throws Exception {
        way.leadTo(standby.port());
        way.cut();
        awaitAway(1);
        TimeUnit.SECONDS.sleep(10); // The length of this outage: connections must be used again and again meanwhile.
        // What is open stays open, and useless.
        way.leadTo(primary.port());
        Duration back = cluster.awaitDatabaseBack(LIMIT);
        TimeUnit.SECONDS.sleep(3); // It must stay so, which no condition can show.
        assertThat(cluster.databaseAway()).containsOnly("0.0");

        assertNothingIsLost(back, "standby");
    }

    @Test
    void aStandbyThatIsPromotedTakesOverWithNothingLost() throws Exception {
        way.leadTo(standby.port());
        way.cut();
        awaitAway(1);
        primary.stop();
        cluster.replicas().forEach(this::awaitBacklog);
        standby.promote();
        Duration back = cluster.awaitDatabaseBack(LIMIT);

        assertNothingIsLost(back, "promoted");
    }

    @Test
    void aReplicaThatIsTerminatedMeanwhileEndsWhenWhatItAcknowledgedIsStored() throws Exception {
        way.leadTo(standby.port());
        way.cut();
        awaitAway(1);
        ReplicaProcess ending = cluster.replicas().get(0);
        awaitBacklog(ending);
        ending.beginToEnd();
        await("it says that it goes").atMost(LIMIT).until(() -> !ending.saysReady());
        ending.leaveEndpoints();
        TimeUnit.SECONDS.sleep(14); // Longer than the shutdown waits for anything but the backlog.
        way.leadTo(primary.port());
        Instant returned = Instant.now();
        assertThat(ending.awaitEnd()).isEqualTo(143);

        assertNothingIsLost(Duration.between(returned, Instant.now()), "terminated-on-standby");
        assertThat(cluster.replicas().stream().flatMap(ReplicaProcess::logs))
                .noneMatch(log -> log.contains("are lost"));
    }

    private void assertNothingIsLost(Duration back, String figures) throws Exception {
        traffic.close();
        List<Sent> sent = sender.sent();
        // Of a transaction that was opened meanwhile a replica may store webhooks before another one stores its
        // session; of what
        // is not known, nothing is archived. The ledger must equal Proof's all the same.
        List<Sent> acknowledged = sender.acknowledged().stream()
                .filter(one -> before.contains(one.transactionId()))
                .toList();
        assertThat(acknowledged).isNotEmpty();
        traffic.completeAll();
        cluster.awaitTruth(LIMIT, traffic.opened());
        cluster.awaitArchived(LIMIT, acknowledged);
        String logs = String.join(
                "\n", cluster.replicas().stream().flatMap(ReplicaProcess::logs).toList());
        long alarms = AWAY.matcher(logs).results().count();
        new Figures("database-" + figures)
                .line("webhooks by answer", sent.stream().collect(groupingBy(Sent::answer, counting())))
                .line("sessions opened", traffic.opened().size())
                .line("back after, in milliseconds", back.toMillis())
                .line("times that a replica said that the database is away", alarms)
                .publish();
        assertThat(back).isLessThan(BACK_WITHIN.plus(SLACK));
        assertThat(alarms)
                .as("once for each replica; a busy machine may be late again after a second that was good")
                .isLessThanOrEqualTo((long) cluster.replicas().size() * Scale.of("alarms", 3, 3, 1));
        assertThat(FAULT.matcher(logs).results().map(MatchResult::group)).isEmpty();
    }

    /** Waits until the replica has acknowledged a webhook that it keeps in memory. */
    private void awaitBacklog(ReplicaProcess replica) {
        await("webhooks in memory").atMost(LIMIT).until(() -> replica.metrics("rampgate_backlog{")
                .filter(line -> line.contains("what=\"webhook\""))
                .anyMatch(line -> !line.endsWith(" 0.0")));
    }

    private void awaitAway(int replicas) {
        await("it is away")
                .atMost(LIMIT)
                .until(() ->
                        cluster.databaseAway().stream().filter("1.0"::equals).count() >= replicas);
    }
}
