package dev.rampgate.fault;

import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.rampgate.fault.Vitals.Sample;
import dev.rampgate.fault.WebhookSender.Sent;
import dev.rampgate.sandbox.EmbeddedDatabase;
import dev.rampgate.sandbox.fault.Fault;
import dev.rampgate.sandbox.fault.FaultRule;
import dev.rampgate.sandbox.fault.Place;
import dev.rampgate.sandbox.http.ReceivedCall;
import dev.rampgate.support.TestDatabase;
import io.quarkus.runtime.configuration.DurationConverter;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.Deque;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * An hour of steady traffic on three replicas while one harm follows the other, and an endpoint that is dead for most of it. Then the
 * invariants are checked. {@code -Dsoak.duration=5m} makes it shorter, {@code -Dsoak.sessions=20} lighter.
 */
class SoakFaultIT {

    private static final Duration DURATION = DurationConverter.parseDuration(System.getProperty("soak.duration", "1h"));
    private static final int SESSIONS = Integer.getInteger("soak.sessions", 100);
    private static final int REPLICAS = 3;
    /** Calls a second: a session of these users needs about five, and what sockets miss more. */
    private static final int BUDGET = Math.max(50, 6 * SESSIONS);
    /** World.checkBudget: what replicas may have reserved ahead, in bad times. */
    private static final int MOST_IN_A_SECOND = BUDGET * 11 / 10 + REPLICAS * (int) Math.ceil(BUDGET * 0.3);

    private static final Duration LIMIT = Duration.ofMinutes(3).plus(DURATION);
    /** What is acknowledged later than this may be kept in memory alone; the default of rampgate.webhook.ack-timeout is 1 s. */
    private static final Duration FROM_MEMORY = Duration.ofMillis(900);

    private static final Duration BEFORE_A_KILL = Duration.ofSeconds(5);
    private static final int MEBIBYTE = 1024 * 1024;

    /** Each happens once in each round, in random order. The first replica is never ended, so that its memory can be observed. */
    private enum Harm {
        KILL,
        KILL_AGAIN,
        DEPLOY,
        DATABASE_FAILS_OVER,
        ONE_REPLICA_CUT_OFF,
        ALL_REPLICAS_CUT_OFF,
        PROOF_SLOW
    }

    @TempDir
    Path folder;

    private final Random random = Scale.seeded();
    private final Vertx vertx = Vertx.vertx();
    private final PrimaryAndStandby databases = new PrimaryAndStandby();
    /** A way for each replica. */
    private final List<TcpSwitch> ways = IntStream.range(0, REPLICAS)
            .mapToObj(replica -> new TcpSwitch(databases.primary().port()))
            .toList();
    /** The test's own way, which is never cut. */
    private final TcpSwitch ownWay = new TcpSwitch(databases.primary().port());

    private final List<Instant> kills = new ArrayList<>();
    private final Map<Harm, List<Long>> untilNormal = new EnumMap<>(Harm.class);
    private Cluster cluster;

    @Test
    void theInvariantsHoldAfterTrafficAndHarmAndNothingGrows() throws Exception {
        EmbeddedDatabase primary = databases.primary();
        TestDatabase database = new TestDatabase(
                "localhost", ownWay.port(), primary.name(), primary.user(), primary.password(), () -> {});
        try (EventReceiver good = new EventReceiver(vertx, Duration.ZERO);
                EventReceiver slow = new EventReceiver(vertx, Duration.ofMillis(200));
                EventReceiver dead = new EventReceiver(vertx, Duration.ZERO).dead(true);
                Cluster started = new Cluster(
                        database,
                        REPLICAS,
                        replica -> settings(replica, Map.of("GOOD", good, "SLOW", slow, "DEAD", dead)));
                FeedReader reader = new FeedReader(started);
                Objectives objectives = new Objectives(started);
                Vitals vitals = new Vitals(started.replicas().get(0).pid());
                Calls calls = new Calls(started)) {
            cluster = started;
            Figures figures = new Figures("soak")
                    .line("lasted", DURATION)
                    .line("sessions asked for, per second", SESSIONS)
                    .line("calls to Proof per second, at most", BUDGET);
            WebhookSender sender = new WebhookSender();
            Payments payments = new Payments(cluster, sender, random).start(SESSIONS);
            Instant end = Instant.now().plus(DURATION);
            pass(DURATION.dividedBy(5));
            figures.line("objectives, no harm for a fifth of the time", objectives.shares());
            long heapBefore = Vitals.liveHeap(cluster.replicas().get(0).pid());
            harm(end);
            int requestsWhileDead = dead.requests();
            int goodMeanwhile = good.acceptedCount();
            figures.line("objectives, harm all the time", objectives.shares());
            long positionMeanwhile = cluster.ledger().count("SELECT last_position FROM feed");
            await("the good endpoint is not behind because another one is dead")
                    .atMost(LIMIT)
                    .until(() -> good.acceptedCount() >= positionMeanwhile);
            dead.dead(false);
            payments.close();

            payments.completeAll();
            List<String> opened = payments.opened();
            List<Sent> sent = sender.sent();
            await("the ledger equals Proof's")
                    .atMost(LIMIT)
                    .pollInterval(Duration.ofSeconds(2))
                    .untilAsserted(() -> assertThat(Truth.statusDifferences(cluster.proof(), cluster.ledger(), opened))
                            .isEmpty());
            await("all events have been read and delivered")
                    .atMost(LIMIT)
                    .pollInterval(Duration.ofSeconds(2))
                    .untilAsserted(() -> {
                        int events = cluster.ledger().count("SELECT count(*) FROM event");
                        assertThat(reader.broken()).isNull();
                        assertThat(reader.read()).isEqualTo(events);
                        assertThat(List.of(good.acceptedCount(), slow.acceptedCount(), dead.acceptedCount()))
                                .containsOnly(events);
                        assertThat(cluster.ledger().count("SELECT count(*) FROM delivery"))
                                .isZero();
                    });
            long heapAfter = Vitals.liveHeap(cluster.replicas().get(0).pid());

            Map<String, Long> bodies = bodies(database);
            Set<Long> lost = Truth.notArchived(cluster.ledger(), stored(sent));
            List<String> broken = TableInvariants.broken(cluster.ledger());
            untilNormal.forEach((harm, times) -> figures.times("until normal after " + harm, times));
            figures.line("sessions asked for and answered", payments.asked() + ", " + opened.size())
                    .line(
                            "webhooks by answer",
                            new TreeMap<>(sent.stream().collect(groupingBy(Sent::answer, counting()))))
                    .times(
                            "webhooks answered after",
                            sent.stream()
                                    .filter(Sent::isAcknowledged)
                                    .map(one -> one.took().toMillis())
                                    .toList())
                    .line("acknowledged and not in the archive", lost.size())
                    .line("events, each at three endpoints and in the feed", bodies.size())
                    .line("requests at the dead endpoint while it was dead", requestsWhileDead)
                    .line("events at the good endpoint meanwhile", goodMeanwhile)
                    .line("most calls to Proof in a sliding second", calls.most())
                    .line("MiB of live objects, first and last", heapBefore / MEBIBYTE + ", " + heapAfter / MEBIBYTE)
                    .line("resident MiB by fifths of the time", mebibytes(vitals.byFifths(Sample::resident)))
                    .line("file descriptors by fifths", vitals.byFifths(Sample::descriptors))
                    .line("threads by fifths", vitals.byFifths(Sample::threads))
                    .line("invariants broken", broken)
                    .publish();

            assertThat(broken).isEmpty();
            cluster.assertNoDeadlock();
            assertThat(Truth.historyDifferences(cluster.proof(), cluster.ledger(), opened))
                    .isEmpty();
            assertThat(Truth.ownerDifferences(cluster.proof(), cluster.ledger(), opened))
                    .isEmpty();
            assertThat(lost).isEmpty();
            assertThat(calls.most()).isLessThanOrEqualTo(MOST_IN_A_SECOND);
            for (EventReceiver receiver : List.of(good, slow, dead)) {
                assertThat(receiver.wrong()).isEmpty();
                assertThat(receiver.digests().equals(bodies))
                        .as("the bytes of the ledger")
                        .isTrue();
            }
            assertThat(requestsWhileDead).isPositive().isLessThan(goodMeanwhile);
            cluster.replicas().stream().flatMap(ReplicaProcess::logs).forEach(log -> assertThat(
                            Cluster.secrets().stream().filter(log::contains))
                    .as("secrets in a log")
                    .isEmpty());
            assertThat(untilNormal).isNotEmpty();
            assertThat(heapAfter - heapBefore).as("growth of live objects").isLessThan(48L * MEBIBYTE);
            assertFlat(vitals, Sample::descriptors, 40);
            assertFlat(vitals, Sample::threads, 20);
        } finally {
            ways.forEach(TcpSwitch::release);
            for (TcpSwitch way : ways) {
                way.close();
            }
            ownWay.close();
            databases.close();
            vertx.close().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
        }
    }

    private Map<String, String> settings(int replica, Map<String, EventReceiver> receivers) {
        Map<String, String> settings = new HashMap<>();
        settings.put(
                "RAMPGATE_DATABASE_PORT", Integer.toString(ways.get(replica).port()));
        settings.put("RAMPGATE_POLL_MAX_RATE", Integer.toString(BUDGET));
        settings.put("RAMPGATE_POLL_NUDGED_MAX_RATE", Integer.toString(BUDGET));
        receivers.forEach((name, receiver) -> {
            String prefix = "RAMPGATE_OUTBOX_ENDPOINTS_" + name;
            settings.put(prefix + "_URL", receiver.url().toString());
            settings.put(prefix + "_SECRETS_FILE", secrets(name).toString());
            settings.put(prefix + "_CONCURRENCY", "64");
            settings.put(prefix + "_RATE", "2000");
        });
        return settings;
    }

    private Path secrets(String endpoint) {
        try {
            return Files.writeString(
                    folder.resolve(endpoint),
                    "whsec_" + Base64.getEncoder().encodeToString("canary-of-the-fault-tests".getBytes()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Until the time has come, all of it at random. */
    private void harm(Instant end) throws InterruptedException {
        Deque<Harm> next = new ArrayDeque<>();
        while (Instant.now().isBefore(end)) {
            if (next.isEmpty()) {
                List<Harm> round = new ArrayList<>(List.of(Harm.values()));
                Collections.shuffle(round, random);
                next.addAll(round);
            }
            Harm harm = next.removeFirst();
            System.out.println(Instant.now() + " " + harm);
            happen(harm);
            long over = System.nanoTime();
            awaitNormal();
            untilNormal.computeIfAbsent(harm, first -> new ArrayList<>()).add((System.nanoTime() - over) / 1_000_000);
            pass(Duration.ofMillis(3_000 + random.nextInt(5_000)));
        }
    }

    private void happen(Harm harm) throws InterruptedException {
        switch (harm) {
            case KILL, KILL_AGAIN -> {
                ReplicaProcess victim = victim();
                kills.add(Instant.now());
                victim.kill();
                victim.launch();
                victim.awaitReady();
            }
            case DEPLOY -> {
                ReplicaProcess victim = victim();
                victim.terminate();
                victim.launch();
                victim.awaitReady();
            }
            case DATABASE_FAILS_OVER -> {
                databases.failOver();
                everyWay().forEach(way -> {
                    way.leadTo(databases.primary().port());
                    way.cut();
                });
                awaitNormal();
                databases.addStandby();
            }
            case ONE_REPLICA_CUT_OFF -> cutOff(List.of(ways.get(random.nextInt(REPLICAS))));
            case ALL_REPLICAS_CUT_OFF -> cutOff(ways);
            case PROOF_SLOW -> {
                for (Place place : List.of(Place.SESSION_CALL, Place.TRANSACTION_CALL)) {
                    cluster.proof()
                            .faults()
                            .add(FaultRule.always(place, Fault.Status.of(503)).rate(0.2))
                            .add(FaultRule.always(place, new Fault.Slow(1_500)).rate(0.5));
                }
                pass(Duration.ofSeconds(10));
                cluster.proof().faults().clear();
            }
        }
    }

    private List<TcpSwitch> everyWay() {
        List<TcpSwitch> all = new ArrayList<>(ways);
        all.add(ownWay);
        return all;
    }

    private void cutOff(List<TcpSwitch> some) throws InterruptedException {
        some.forEach(TcpSwitch::hold);
        pass(Duration.ofMillis(5_000 + random.nextInt(7_000)));
        some.forEach(TcpSwitch::release);
    }

    /** One that keeps nothing in memory alone. */
    private ReplicaProcess victim() {
        ReplicaProcess victim = cluster.replicas().get(1 + random.nextInt(REPLICAS - 1));
        await("it keeps nothing in memory alone")
                .atMost(LIMIT)
                .pollInterval(Duration.ofMillis(20))
                .until(() -> hasNoBacklog(victim));
        return victim;
    }

    /** The database answers all replicas, and they have stored what they kept. */
    private void awaitNormal() {
        await("all is as usual")
                .atMost(LIMIT)
                .pollInterval(Duration.ofMillis(100))
                .ignoreExceptions()
                .until(() -> cluster.databaseAway().stream().allMatch("0.0"::equals)
                        && cluster.replicas().stream().allMatch(SoakFaultIT::hasNoBacklog));
    }

    private static boolean hasNoBacklog(ReplicaProcess replica) {
        return replica.metrics("rampgate_backlog{").allMatch(line -> line.endsWith(" 0.0"));
    }

    /** All acknowledged webhooks except those that a killed replica may have kept in memory alone. */
    private List<Sent> stored(List<Sent> sent) {
        return sent.stream()
                .filter(Sent::isAcknowledged)
                .filter(one -> one.took().compareTo(FROM_MEMORY) < 0
                        || kills.stream()
                                .noneMatch(kill -> kill.isAfter(one.at())
                                        && kill.isBefore(
                                                one.at().plus(one.took()).plus(BEFORE_A_KILL))))
                .toList();
    }

    /** The digest of each event's body as the ledger has it, by its id. */
    private static Map<String, Long> bodies(TestDatabase database) throws SQLException {
        Map<String, Long> bodies = new HashMap<>();
        try (Connection connection = DriverManager.getConnection(database.jdbcUrl())) {
            // Rows come in portions only within a transaction.
            connection.setAutoCommit(false);
            try (Statement statement = connection.createStatement()) {
                statement.setFetchSize(1_000);
                try (ResultSet rows = statement.executeQuery("SELECT id, body FROM event")) {
                    while (rows.next()) {
                        bodies.put(rows.getString(1), EventReceiver.digest(rows.getString(2)));
                    }
                }
            }
        }
        return bodies;
    }

    private static List<Long> mebibytes(List<Long> bytes) {
        return bytes.stream().map(one -> one / MEBIBYTE).toList();
    }

    /** The last fifth of the time against the second, when everything was warm and the harm had begun. */
    private static void assertFlat(Vitals vitals, ToLongFunction<Sample> figure, int slack) {
        List<Long> fifths = vitals.byFifths(figure);
        assertThat(fifths.get(4)).isLessThanOrEqualTo(fifths.get(1) + slack);
    }

    /** Traffic and faults need time to meet each other. */
    private static void pass(Duration time) throws InterruptedException {
        TimeUnit.MILLISECONDS.sleep(time.toMillis());
    }

    /** Counts the polls that arrive at Proof, before its journal drops them. */
    private static final class Calls implements AutoCloseable {

        private static final int INTERVAL_SECONDS = 10;

        private final Cluster cluster;
        private final Stalls stalls = Stalls.watch();
        private final ScheduledExecutorService clockwork = Executors.newSingleThreadScheduledExecutor();
        private Instant seen = Instant.MIN;
        private int most;

        Calls(Cluster cluster) {
            this.cluster = cluster;
            clockwork.scheduleAtFixedRate(this::look, INTERVAL_SECONDS, INTERVAL_SECONDS, TimeUnit.SECONDS);
        }

        private synchronized void look() {
            // Those of the second before may belong to the same sliding second.
            Instant from = seen.equals(Instant.MIN) ? seen : seen.minusSeconds(1);
            List<Instant> calls = cluster.proof().calls().matching(ReceivedCall::isTransactionCall).stream()
                    .map(ReceivedCall::at)
                    .filter(at -> at.isAfter(from))
                    .sorted()
                    .toList();
            Deque<Instant> second = new ArrayDeque<>();
            for (Instant call : calls) {
                second.addLast(call);
                while (!second.peekFirst().isAfter(call.minusSeconds(1))) {
                    second.removeFirst();
                }
                if (second.size() > most && stalls.isSteady(second.peekFirst(), call)) {
                    most = second.size();
                }
            }
            if (!calls.isEmpty()) {
                seen = calls.get(calls.size() - 1);
            }
        }

        /** In any sliding second in which this machine did not stand still. */
        synchronized int most() {
            return most;
        }

        @Override
        public void close() {
            clockwork.shutdownNow();
            stalls.close();
        }
    }
}
