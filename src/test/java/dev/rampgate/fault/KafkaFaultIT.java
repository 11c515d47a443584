package dev.rampgate.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.rampgate.support.KafkaBroker;
import dev.rampgate.support.TestDatabase;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;

/** A broker that is away, restarted and slow, and replicas that are killed, while transactions go on. */
class KafkaFaultIT {

    private static final String TOPIC = "rampgate.events";
    private static final Duration LIMIT = Duration.ofSeconds(120);

    @Test
    void everyEventArrivesAndTheVersionsOfATransactionArriveInOrder() throws Exception {
        Random random = Scale.seeded();
        int rounds = Scale.of("kafka.rounds", 1, 1, 20);
        TestDatabase database = TestDatabase.start();
        try (KafkaBroker broker = KafkaBroker.start();
                Cluster cluster =
                        new Cluster(database, 2, Map.of("RAMPGATE_OUTBOX_KAFKA_BOOTSTRAP_SERVERS", broker.address()))) {
            broker.create(TOPIC);
            Traffic traffic = new Traffic(cluster, new WebhookSender(), random).start(4, 40);
            for (int round = 0; round < rounds; round++) {
                pass(Duration.ofSeconds(5));
                broker.kill();
                pass(Duration.ofSeconds(30));
                broker.launch();
                broker.awaitReady();
                awaitAll(broker, database, traffic);

                slow(broker, Duration.ofSeconds(15), random);
                restartOneOf(cluster, random);
                broker.terminate();
                broker.launch();
                broker.awaitReady();
                restartOneOf(cluster, random);
            }
            traffic.close();
            traffic.completeAll();
            cluster.awaitTruth(LIMIT, traffic.opened());
            awaitAll(broker, database, traffic);

            Map<String, Map<String, String>> stored = stored(database);
            List<ConsumerRecord<String, byte[]>> records = broker.committed(TOPIC);
            new Figures("kafka")
                    .line("rounds: broker away for 30 s, slow, restarted; replicas killed", rounds)
                    .line("events", stored.values().stream().mapToInt(Map::size).sum())
                    .line("messages", records.size())
                    .publish();
            // By transaction: ids with bodies, in the order of the versions and of the first arrivals.
            assertThat(firstArrivals(records)).isEqualTo(stored);
            assertThat(stored.keySet()).containsAll(traffic.opened());
            stored.forEach((transaction, events) -> assertThat(
                            List.copyOf(firstArrivals(records).get(transaction).keySet()))
                    .isEqualTo(List.copyOf(events.keySet())));
        } finally {
            database.close();
        }
    }

    private static void awaitAll(KafkaBroker broker, TestDatabase database, Traffic traffic) {
        await("what was committed until now has arrived").atMost(LIMIT).until(() -> !traffic.opened()
                .isEmpty());
        Set<String> ids = new HashSet<>();
        stored(database).values().forEach(events -> ids.addAll(events.keySet()));
        await("what was committed until now has arrived").atMost(LIMIT).until(() -> {
            Set<String> arrived = new HashSet<>();
            firstArrivals(broker.committed(TOPIC)).values().forEach(events -> arrived.addAll(events.keySet()));
            return arrived.containsAll(ids);
        });
    }

    /** It answers for a short time now and then. */
    private static void slow(KafkaBroker broker, Duration time, Random random) throws InterruptedException {
        long end = System.nanoTime() + time.toNanos();
        while (System.nanoTime() < end) {
            broker.freeze();
            pass(Duration.ofMillis(500 + random.nextInt(2_500)));
            broker.thaw();
            pass(Duration.ofMillis(50 + random.nextInt(100)));
        }
    }

    private static void restartOneOf(Cluster cluster, Random random) throws InterruptedException {
        ReplicaProcess victim = cluster.replicas().get(random.nextInt(2));
        pass(Duration.ofMillis(random.nextInt(2_000)));
        victim.kill();
        victim.launch();
        victim.awaitReady();
    }

    /** Traffic and faults need time to meet each other. */
    private static void pass(Duration time) throws InterruptedException {
        TimeUnit.MILLISECONDS.sleep(time.toMillis());
    }

    private static Map<String, Map<String, String>> firstArrivals(List<ConsumerRecord<String, byte[]>> records) {
        Map<String, Map<String, String>> arrivals = new HashMap<>();
        records.forEach(record -> {
            String id = new String(record.headers().lastHeader("ce_id").value(), StandardCharsets.UTF_8);
            String body = new String(record.value(), StandardCharsets.UTF_8);
            String before = arrivals.computeIfAbsent(record.key(), key -> new LinkedHashMap<>())
                    .putIfAbsent(id, body);
            assertThat(before == null || before.equals(body)).as(id).isTrue();
        });
        return arrivals;
    }

    private static Map<String, Map<String, String>> stored(TestDatabase database) {
        Map<String, Map<String, String>> events = new TreeMap<>();
        try (Connection connection = DriverManager.getConnection(database.jdbcUrl());
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(
                        "SELECT transaction_id, id, body FROM event ORDER BY transaction_id, version")) {
            while (rows.next()) {
                events.computeIfAbsent(rows.getString(1), key -> new LinkedHashMap<>())
                        .put(rows.getString(2), rows.getString(3));
            }
            return events;
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
