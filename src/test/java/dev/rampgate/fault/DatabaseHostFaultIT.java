package dev.rampgate.fault;

import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.rampgate.fault.WebhookSender.Sent;
import dev.rampgate.support.TestDatabase;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** Faults of the primary's machine: its disks are full, or its network to the standby or to Rampgate is cut. */
class DatabaseHostFaultIT {

    private static final int WEBHOOKS_PER_SECOND = 20;
    private static final int SESSIONS_BEFORE = 6;
    private static final Duration LIMIT = Duration.ofSeconds(120);
    /** How long each of them lasts. */
    private static final Duration LASTS = Duration.ofSeconds(Scale.of("host.seconds", 5, 5, 30));

    private static final String ROLE = "rampgate";
    private static final String PASSWORD = "password-of-fault-tests";

    private static final Predicate<List<String>> AWAY = away -> away.contains("1.0");
    private static final Predicate<List<String>> ANYTHING = away -> true;

    private final List<Harm> harms = new ArrayList<>();
    private WebhookSender sender;
    private Cluster cluster;

    @Test
    void nothingIsLostWhateverHappensToTheMachineOfThePrimary() throws Exception {
        if (!PostgresHost.isPossible()) {
            String message =
                    "full disks and pulled cables were LEFT OUT: this process may not mount or set up networks, or there is "
                            + "no installed PostgreSQL";
            System.err.println(message);
            Assumptions.abort(message);
        }
        // Several of these tests may run on one machine.
        long number = ProcessHandle.current().pid() % 60;
        String names = "rg" + ProcessHandle.current().pid();
        try (PostgresHost primary = new PostgresHost(names + "p", "10.213." + number);
                PostgresHost standby = new PostgresHost(names + "s", "10.213." + (60 + number))) {
            String between = "10.213." + (120 + number);
            PostgresHost.connect(primary, standby, between);
            primary.initialize(ROLE, PASSWORD);
            standby.follow(between + ".1");
            TestDatabase database =
                    new TestDatabase(primary.address(), PostgresHost.PORT, ROLE, ROLE, PASSWORD, () -> {});
            try (Cluster started = new Cluster(
                    database, 2, Map.of("RAMPGATE_POLL_MAX_RATE", "100", "RAMPGATE_POLL_NUDGED_MAX_RATE", "50"))) {
                cluster = started;
                sender = new WebhookSender();
                try (Traffic traffic = new Traffic(cluster, sender, Scale.seeded()).start(2, WEBHOOKS_PER_SECOND)) {
                    await("sessions").atMost(LIMIT).until(() -> traffic.opened().size() >= SESSIONS_BEFORE);
                    Set<String> before = Set.copyOf(traffic.opened());
                    happen("network-to-standby-cut-asynchronous", primary::pullPeer, ANYTHING, primary::plugPeer);
                    replicateSynchronously(primary);
                    happen("network-to-standby-cut-synchronous", primary::pullPeer, ANYTHING, primary::plugPeer);
                    happen("network-to-primary-cut", primary::pullCable, AWAY, primary::plugCable);
                    happen("disk-of-data-full", () -> primary.fill("data"), AWAY, () -> makeSpace(primary, "data"));
                    happen("disk-of-log-full", () -> fillLog(primary), AWAY, () -> makeSpace(primary, "log"));
                    traffic.close();
                    harms.forEach(this::publish);
                    assertNothingIsLost(traffic, before);
                }
            }
        }
    }

    private static void replicateSynchronously(PostgresHost primary) {
        await("the standby is back")
                .atMost(LIMIT)
                .until(() ->
                        primary.isTrue("SELECT EXISTS (SELECT 1 FROM pg_stat_replication WHERE state = 'streaming')"));
        primary.execute("ALTER SYSTEM SET synchronous_standby_names = '*'");
        primary.execute("SELECT pg_reload_conf()");
    }

    /** Also uses up the space that the log has reserved already. */
    private static void fillLog(PostgresHost primary) {
        primary.fill("log");
        await("no log fits")
                .atMost(LIMIT)
                .until(() -> !primary.takes("SELECT pg_logical_emit_message(false, 'a test', repeat('x', 500000))"));
    }

    /** An administrator makes space, and a supervisor of processes starts the server again. */
    private static void makeSpace(PostgresHost primary, String disk) {
        primary.makeSpace(disk);
        primary.restartIfEnded();
    }

    /** A harm that was repaired, and what was seen of it. */
    private record Harm(
            String what, Instant from, Instant repaired, Duration back, String away, Map<Integer, Long> reads) {}

    private void happen(String what, Runnable harm, Predicate<List<String>> seen, Runnable repair)
            throws InterruptedException {
        Instant from = Instant.now();
        Reads reads = new Reads();
        harm.run();
        await("the replicas see: " + what).atMost(LIMIT).until(cluster::databaseAway, seen);
        TimeUnit.MILLISECONDS.sleep(LASTS.toMillis()); // The length of this trouble.
        String away = cluster.databaseAway().toString();
        repair.run();
        Instant repaired = Instant.now();
        cluster.awaitDatabaseBack(LIMIT);
        await("what was kept is stored").atMost(LIMIT).until(() -> cluster.replicas().stream()
                .flatMap(replica -> replica.metrics("rampgate_backlog{"))
                .allMatch(line -> line.endsWith(" 0.0")));
        harms.add(new Harm(what, from, repaired, Duration.between(repaired, Instant.now()), away, reads.close()));
    }

    /** What users saw meanwhile, and how long it took until all was as usual. */
    private void publish(Harm harm) {
        List<Sent> meanwhile = sender.sent().stream()
                .filter(one -> one.at().isAfter(harm.from()) && one.at().isBefore(harm.repaired()))
                .toList();
        new Figures("database-" + harm.what())
                .line(
                        "lasted, in milliseconds",
                        Duration.between(harm.from(), harm.repaired()).toMillis())
                .line("rampgate_database_away at its end", harm.away())
                .line(
                        "webhooks by answer",
                        new TreeMap<>(meanwhile.stream().collect(groupingBy(Sent::answer, counting()))))
                .times(
                        "answered after",
                        meanwhile.stream().map(one -> one.took().toMillis()).toList())
                .line("reads by answer", harm.reads())
                .line("back after, in milliseconds", harm.back().toMillis())
                .publish();
        assertThat(meanwhile)
                .as(harm.what())
                .isNotEmpty()
                .filteredOn(one -> !one.isOverdue())
                .allMatch(Sent::isAcknowledged);
    }

    private void assertNothingIsLost(Traffic traffic, Set<String> before) {
        List<Sent> acknowledged = sender.acknowledged().stream()
                .filter(one -> before.contains(one.transactionId()))
                .toList();
        assertThat(acknowledged).isNotEmpty();
        traffic.completeAll();
        cluster.awaitTruth(LIMIT, traffic.opened());
        cluster.awaitArchived(LIMIT, acknowledged);
        await("events have their places").atMost(LIMIT).untilAsserted(() -> assertThat(
                        TableInvariants.broken(cluster.ledger()))
                .isEmpty());
    }

    /** A user who looks at their transactions again and again. */
    private final class Reads implements Runnable {

        private final HttpClient client = HttpClient.newHttpClient();
        private final Map<Integer, Long> answers = new TreeMap<>();
        private final Thread thread = new Thread(this, "reads");
        private volatile boolean closed;

        Reads() {
            thread.start();
        }

        @Override
        public void run() {
            HttpRequest request = HttpRequest.newBuilder(
                            URI.create(cluster.replicas().get(0).url("/transactions")))
                    .headers(Cluster.signedIn("cust-1"))
                    .timeout(Duration.ofSeconds(20))
                    .build();
            try {
                while (!closed) {
                    answers.merge(status(request), 1L, Long::sum);
                    TimeUnit.MILLISECONDS.sleep(100); // A user's pace.
                }
            } catch (InterruptedException ended) {
                Thread.currentThread().interrupt();
            }
        }

        private int status(HttpRequest request) throws InterruptedException {
            try {
                return client.send(request, BodyHandlers.discarding()).statusCode();
            } catch (IOException unanswered) {
                return 0;
            }
        }

        /** How many answers of each status; 0 is none. */
        Map<Integer, Long> close() throws InterruptedException {
            closed = true;
            thread.join();
            return answers;
        }
    }
}
