package dev.rampgate.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.rampgate.support.TestDatabase;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.StringJoiner;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Endpoints of which one is dead and one is slow, while replicas are killed and a deploy adds another one. In full, with about 200 transitions a
 * second for a minute: {@code -Dfaults.deliveries.sessions=67 -Dfaults.deliveries.seconds=60}.
 */
class DeliveryFaultIT {

    private static final Duration LIMIT = Duration.ofSeconds(180);
    private static final Duration BETWEEN_KILLS = Duration.ofSeconds(3);
    private static final Duration SLOW = Duration.ofMillis(300);

    /** Outages that open the circuit, twice a replica's attempts at a time, and the first probes, which follow each other quickly. */
    private static final int REQUESTS_UNTIL_PROBES = 60;

    /** Polls that confirm what a session goes through, and some more. */
    private static final int POLLS_OF_A_SESSION = 20;

    private static final int SLOWEST = 5;

    @TempDir
    Path folder;

    private final Vertx vertx = Vertx.vertx();

    @Test
    void everyEndpointGetsEveryEventInOrderWhoeverIsKilledDeadSlowOrDeployedLater() throws Exception {
        Random random = Scale.seeded();
        int seconds = Scale.of("deliveries.seconds", 15, 15, 3_600);
        // About four events come of each session.
        int sessions = Scale.of("deliveries.sessions", 10, 10, 67);
        TestDatabase database = TestDatabase.start();
        Map<String, String> polls = Map.of(
                "RAMPGATE_POLL_MAX_RATE", String.valueOf(sessions * POLLS_OF_A_SESSION),
                "RAMPGATE_POLL_NUDGED_MAX_RATE", String.valueOf(sessions * POLLS_OF_A_SESSION));
        try (EventReceiver good = new EventReceiver(vertx, Duration.ZERO);
                EventReceiver slow = new EventReceiver(vertx, SLOW);
                EventReceiver dead = new EventReceiver(vertx, Duration.ZERO).dead(true);
                EventReceiver late = new EventReceiver(vertx, Duration.ZERO);
                Cluster cluster =
                        new Cluster(database, 2, settings(Map.of("GOOD", good, "SLOW", slow, "DEAD", dead), polls))) {
            Traffic traffic = new Traffic(cluster, new WebhookSender(), random).start(sessions, sessions * 4);
            Instant begun = Instant.now();
            List<Instant> kills = killForAWhile(cluster, Duration.ofSeconds(seconds), random);
            int requestsWhileDead = dead.requests();
            Instant allAlive = Instant.now();
            double took = Duration.between(begun, allAlive).toMillis() / 1_000.0;
            long transitions = number(database, "SELECT count(*) FROM transition");
            int acceptedMeanwhile = good.accepted().size();

            // A deploy adds an endpoint. For a while the one replica that knows it is gone, and events go on.
            Map<String, String> added = settings(Map.of("LATE", late), polls);
            ReplicaProcess first = cluster.replicas().get(0);
            kill(first, kills);
            first.with(added);
            first.launch();
            first.awaitReady();
            // A replica is ready once the database knows its endpoints: what is committed from now on is for the new
            // one, too.
            long readyAt = number(database, "SELECT last_position FROM feed");
            kill(first, kills);
            await("events are placed while no replica knows the endpoint")
                    .atMost(LIMIT)
                    .until(() -> number(database, "SELECT last_position FROM feed") > readyAt + sessions);
            first.launch();
            first.awaitReady();
            ReplicaProcess second = cluster.replicas().get(1);
            second.leaveEndpoints();
            second.beginToEnd();
            second.awaitEnd();
            second.with(added);
            second.launch();
            second.awaitReady();

            traffic.close();
            traffic.completeAll();
            cluster.awaitTruth(LIMIT, traffic.opened());
            dead.dead(false);
            Map<String, Stored> stored = new HashMap<>();
            await("everything has arrived").atMost(LIMIT).untilAsserted(() -> {
                stored.putAll(stored(database));
                assertThat(good.accepted().keySet()).containsAll(stored.keySet());
                assertThat(slow.accepted().keySet()).containsAll(stored.keySet());
                assertThat(dead.accepted().keySet()).containsAll(stored.keySet());
                assertThat(late.accepted().keySet()).containsAll(behind(readyAt, stored));
                assertThat(number(database, "SELECT count(*) FROM delivery")).isZero();
            });

            List<Arrival> arrivals = arrivals(good, stored, kills, allAlive);
            new Figures("deliveries")
                    .line("kills -9, two replicas", kills.size())
                    .line("events", stored.size())
                    .line("seconds in which replicas were killed", took)
                    .line("transitions a second meanwhile", Math.round(transitions / took))
                    .line("events a second at the good endpoint meanwhile", Math.round(acceptedMeanwhile / took))
                    .line("requests of the dead endpoint meanwhile", requestsWhileDead)
                    .line("requests of the good endpoint in all", good.requests())
                    .times(
                            "good endpoint, from the decision to its 2xx, outside the seconds of a kill",
                            times(arrivals.stream().filter(one -> !one.disturbed())))
                    .times(
                            "the same, in the seconds of a kill",
                            times(arrivals.stream().filter(Arrival::disturbed)))
                    .line("the slowest outside of them", slowest(database, arrivals))
                    .publish();
            cluster.assertNoDeadlock();
            assertThat(good.wrong()).isEmpty();
            assertThat(slow.wrong()).isEmpty();
            assertThat(dead.wrong()).isEmpty();
            assertThat(late.wrong()).isEmpty();
            // Its first event, and all behind it.
            long begins = late.accepted().keySet().stream()
                    .mapToLong(id -> stored.get(id).position())
                    .min()
                    .orElseThrow();
            assertThat(begins).isLessThanOrEqualTo(readyAt + 1);
            assertThat(late.accepted().keySet()).containsExactlyInAnyOrderElementsOf(behind(begins - 1, stored));
            assertThat(kills).isNotEmpty();
            assertThat(acceptedMeanwhile).isPositive();
            assertThat(requestsWhileDead).isLessThanOrEqualTo(REQUESTS_UNTIL_PROBES + seconds / 10);
        } finally {
            database.close();
            vertx.close().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
        }
    }

    private Map<String, String> settings(Map<String, EventReceiver> receivers, Map<String, String> more)
            throws IOException {
        Map<String, String> settings = new HashMap<>(more);
        for (Map.Entry<String, EventReceiver> one : receivers.entrySet()) {
            Path secrets = folder.resolve(one.getKey());
            Files.writeString(
                    secrets, "whsec_" + Base64.getEncoder().encodeToString("canary-of-the-fault-tests".getBytes()));
            String prefix = "RAMPGATE_OUTBOX_ENDPOINTS_" + one.getKey();
            settings.put(prefix + "_URL", one.getValue().url().toString());
            settings.put(prefix + "_SECRETS_FILE", secrets.toString());
        }
        return settings;
    }

    /** One replica after the other, and never both at a time. */
    private static List<Instant> killForAWhile(Cluster cluster, Duration time, Random random)
            throws InterruptedException {
        List<Instant> kills = new ArrayList<>();
        long end = System.nanoTime() + time.toNanos();
        while (System.nanoTime() < end) {
            long begun = System.nanoTime();
            ReplicaProcess victim = cluster.replicas().get(random.nextInt(2));
            kill(victim, kills);
            victim.launch();
            victim.awaitReady();
            // Traffic and faults need time to meet each other.
            long rest = BETWEEN_KILLS.toNanos() - (System.nanoTime() - begun);
            TimeUnit.NANOSECONDS.sleep(Math.max(0, rest));
        }
        return kills;
    }

    private static void kill(ReplicaProcess victim, List<Instant> kills) {
        victim.kill();
        kills.add(Instant.now());
    }

    private record Stored(long position, Instant createdAt) {}

    private static Map<String, Stored> stored(TestDatabase database) throws SQLException {
        Map<String, Stored> events = new LinkedHashMap<>();
        try (Connection connection = DriverManager.getConnection(database.jdbcUrl());
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(
                        "SELECT id, position, created_at FROM event WHERE position IS NOT NULL ORDER BY position")) {
            while (rows.next()) {
                events.put(
                        rows.getString(1),
                        new Stored(rows.getLong(2), rows.getTimestamp(3).toInstant()));
            }
        }
        return events;
    }

    private static List<String> behind(long position, Map<String, Stored> stored) {
        return stored.entrySet().stream()
                .filter(one -> one.getValue().position() > position)
                .map(Map.Entry::getKey)
                .toList();
    }

    private static long number(TestDatabase database, String query) throws SQLException {
        try (Connection connection = DriverManager.getConnection(database.jdbcUrl());
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            rows.next();
            return rows.getLong(1);
        }
    }

    /**
     * When the good endpoint took an event.
     *
     * @param disturbed whether a replica was killed while it was on its way, or in the second before or after
     */
    private record Arrival(String id, Instant decided, long millis, boolean disturbed) {}

    /** Of the events before the deploy. */
    private static List<Arrival> arrivals(
            EventReceiver good, Map<String, Stored> stored, List<Instant> kills, Instant before) {
        List<Arrival> arrivals = new ArrayList<>();
        good.accepted().forEach((id, at) -> {
            Instant decided = stored.get(id).createdAt();
            boolean disturbed = kills.stream()
                    .anyMatch(kill -> kill.isAfter(decided.minusSeconds(1)) && kill.isBefore(at.plusSeconds(1)));
            if (decided.isBefore(before)) {
                arrivals.add(
                        new Arrival(id, decided, Duration.between(decided, at).toMillis(), disturbed));
            }
        });
        return arrivals;
    }

    private static List<Long> times(Stream<Arrival> arrivals) {
        return arrivals.map(Arrival::millis).toList();
    }

    /** Of each: how long after the decision it arrived, and its attempts began. */
    private static String slowest(TestDatabase database, List<Arrival> arrivals) throws SQLException {
        List<Arrival> some = arrivals.stream()
                .filter(one -> !one.disturbed())
                .sorted(Comparator.comparing(Arrival::millis).reversed())
                .limit(SLOWEST)
                .toList();
        StringJoiner text = new StringJoiner("; ");
        try (Connection connection = DriverManager.getConnection(database.jdbcUrl());
                PreparedStatement statement = connection.prepareStatement("""
                        SELECT coalesce(string_agg(
                                   round(extract(epoch FROM attempted_at - event.created_at) * 1000) || ' ms (' || outcome || ')',
                                   ', ' ORDER BY delivery_attempt.number), 'none marked')
                        FROM event
                             JOIN delivery_attempt USING (transaction_id, version)
                        WHERE event.id = ? AND endpoint = 'good'
                        """)) {
            for (Arrival one : some) {
                statement.setString(1, one.id());
                try (ResultSet rows = statement.executeQuery()) {
                    rows.next();
                    text.add(one.millis() + " ms, attempts after " + rows.getString(1));
                }
            }
        }
        return text.toString();
    }
}
