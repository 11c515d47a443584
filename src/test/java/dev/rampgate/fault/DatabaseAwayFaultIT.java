package dev.rampgate.fault;

import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.rampgate.fault.WebhookSender.Sent;
import dev.rampgate.sandbox.EmbeddedDatabase;
import dev.rampgate.support.TestDatabase;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** PostgreSQL goes away in the middle of webhooks, polls, sockets and sessions. */
@Tag("measures")
class DatabaseAwayFaultIT {

    /** The default of rampgate.webhook.ack-timeout. */
    private static final Duration ACK_LIMIT = Duration.ofSeconds(1);

    /** What a busy machine takes on top. */
    private static final Duration SLACK = Scale.slack(Duration.ofSeconds(1));

    private static final Duration LIMIT = Duration.ofSeconds(120);
    /** So many are opened before the outage, and after it. */
    private static final int SESSIONS_AROUND = 15;

    private static EmbeddedDatabase database;
    private static DatabaseProcesses processes;
    private static Cluster cluster;

    private enum Absence {
        STOPPED,
        FROZEN,
        FAILED_OVER;

        void last(int seconds) throws InterruptedException {
            switch (this) {
                case STOPPED -> database.stop();
                case FROZEN -> processes.freeze();
                case FAILED_OVER -> {
                    processes.failOver();
                    return;
                }
            }
            TimeUnit.SECONDS.sleep(seconds); // The length of the outage is what is tested.
            switch (this) {
                case STOPPED -> database.restart();
                case FROZEN -> processes.thaw();
                case FAILED_OVER -> throw new IllegalStateException("it is back at once");
            }
        }
    }

    @BeforeAll
    static void start() {
        database = EmbeddedDatabase.start();
        processes = new DatabaseProcesses(database);
        TestDatabase known = new TestDatabase(
                database.host(), database.port(), database.name(), database.user(), database.password(), database);
        cluster = new Cluster(known, 2, Map.of("RAMPGATE_POLL_MAX_RATE", "100", "RAMPGATE_POLL_NUDGED_MAX_RATE", "50"));
    }

    @AfterAll
    static void stop() throws Exception {
        cluster.close();
    }

    @ParameterizedTest
    @EnumSource
    void webhooksAreAcknowledgedMeanwhileAndTheLedgerEqualsProofsAfterwards(Absence absence) throws Exception {
        int seconds = Scale.of("away.seconds", 5, 12, 30);
        int webhooksPerSecond = Scale.of("away.webhooks", 20, 50, 100);
        WebhookSender sender = new WebhookSender();
        Traffic traffic = new Traffic(cluster, sender, Scale.seeded()).start(3, webhooksPerSecond);
        HealthProbe health = new HealthProbe();
        await("sessions").atMost(LIMIT).until(() -> traffic.opened().size() >= SESSIONS_AROUND);
        // Nothing is archived of a transaction that nobody knows, and one opened meanwhile may be known a little later.
        Set<String> known = cluster.ledger().transactions().keySet();
        Instant left = Instant.now();
        absence.last(seconds);
        Instant back = Instant.now();
        int openedMeanwhile = traffic.opened().size();
        await("sessions again").atMost(LIMIT).until(() -> traffic.opened().size() >= openedMeanwhile + SESSIONS_AROUND);
        traffic.close();
        List<Sent> sent = sender.sent();
        Map<String, Long> answers = health.close();
        traffic.completeAll();
        cluster.awaitTruth(LIMIT, traffic.opened());
        // What was acknowledged while the database was slow is stored later.
        cluster.awaitArchived(
                LIMIT,
                sender.acknowledged().stream()
                        .filter(one -> known.contains(one.transactionId()))
                        .toList());
        List<Long> ofKnown = sent.stream()
                .filter(one -> one.at().isAfter(left) && known.contains(one.transactionId()))
                .map(Sent::mark)
                .toList();
        await("they are in the archive")
                .atMost(LIMIT)
                .until(() -> cluster.ledger().archivedMarks().containsAll(ofKnown));

        List<Long> archived = cluster.ledger().archivedMarks().stream()
                .filter(sent.stream().map(Sent::mark).collect(toSet())::contains)
                .toList();
        List<Sent> meanwhile = sent.stream()
                .filter(one -> one.at().isAfter(left) && one.at().isBefore(back))
                .toList();
        Map<Integer, Long> byAnswer = sent.stream().collect(groupingBy(Sent::answer, counting()));
        new Figures("database-" + absence.name().toLowerCase().replace('_', '-'))
                .line("seconds away", Duration.between(left, back).toSeconds())
                .line("sessions opened", traffic.opened().size())
                .line("webhooks by answer", byAnswer)
                .times(
                        "answered in, while it was away",
                        meanwhile.stream().map(one -> one.took().toMillis()).toList())
                .line(
                        "of these in the archive once",
                        archived.stream().distinct().count())
                .line(
                        "in the archive twice",
                        archived.size() - archived.stream().distinct().count())
                .line("ready and live", answers)
                .publish();
        assertThat(byAnswer).containsOnlyKeys(204);
        // How long the longest took is this machine's matter, too; it stands among the figures.
        assertThat(meanwhile).isNotEmpty();
        assertThat(median(meanwhile)).isLessThanOrEqualTo(ACK_LIMIT.plus(SLACK));
        assertThat(answers).containsKeys("/q/health/live 200", "/q/health/ready 200");
        assertThat(answers.keySet())
                .as("unanswered at worst, when this machine is busy")
                .isSubsetOf("/q/health/live 200", "/q/health/ready 200", "/q/health/live 0", "/q/health/ready 0");
        assertThat(archived).doesNotHaveDuplicates().containsAll(ofKnown);
        assertThat(Truth.historyDifferences(cluster.proof(), cluster.ledger(), traffic.opened()))
                .isEmpty();
    }

    @Test
    void aBrakeStaysInForceWithoutTheDatabaseAndAReplicaThatStartsMeanwhileOpensNoSession() throws Exception {
        ReplicaProcess steady = cluster.replicas().get(0);
        ReplicaProcess restarted = cluster.replicas().get(1);
        assertThat(Brake.put(steady, "night", Duration.ofSeconds(12))).isEqualTo(200);
        Instant expired = Instant.now().plusSeconds(13);
        await("the brake").atMost(LIMIT).until(() -> Brake.session(restarted).equals("503 sessions-paused"));

        database.stop();
        restarted.kill();
        restarted.launch();
        await("its port").atMost(LIMIT).until(() -> !Brake.session(restarted).startsWith("0"));
        assertThat(Brake.session(restarted)).isEqualTo("503 unavailable");
        assertThat(restarted.saysReady()).isFalse();
        await("the expiry").atMost(LIMIT).until(() -> Instant.now().isAfter(expired));
        assertThat(Brake.session(steady)).isEqualTo("503 sessions-paused");
        database.restart();

        restarted.awaitReady();
        for (ReplicaProcess replica : List.of(steady, restarted)) {
            await("sessions").atMost(LIMIT).until(() -> Brake.session(replica).equals("201 "));
        }
    }

    private static Duration median(List<Sent> some) {
        return some.stream()
                .map(Sent::took)
                .sorted()
                .skip(some.size() / 2)
                .findFirst()
                .orElseThrow();
    }

    /** Asks all replicas twice a second whether they are ready and live. */
    private static final class HealthProbe {

        private final HttpClient client = HttpClient.newHttpClient();
        private final Queue<String> answers = new ConcurrentLinkedQueue<>();
        private final ScheduledExecutorService clockwork = Executors.newSingleThreadScheduledExecutor();

        HealthProbe() {
            clockwork.scheduleAtFixedRate(
                    () -> cluster.replicas().forEach(replica -> List.of("/q/health/ready", "/q/health/live")
                            .forEach(path -> ask(replica, path))),
                    0,
                    500,
                    TimeUnit.MILLISECONDS);
        }

        private void ask(ReplicaProcess replica, String path) {
            HttpRequest request = HttpRequest.newBuilder(URI.create(replica.managementUrl(path)))
                    .timeout(Duration.ofSeconds(5))
                    .build();
            client.sendAsync(request, BodyHandlers.discarding())
                    .thenApply(HttpResponse::statusCode)
                    .exceptionally(unanswered -> 0)
                    .thenAccept(status -> answers.add(path + " " + status));
        }

        /** How often each was answered how. */
        Map<String, Long> close() {
            clockwork.shutdownNow();
            return new TreeMap<>(answers.stream().collect(groupingBy(answer -> answer, counting())));
        }
    }
}
