package dev.rampgate.outbox.kafka;

import static java.util.stream.Collectors.groupingBy;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.rampgate.eventloop.EventLoop;
import dev.rampgate.eventloop.VertxEventLoop;
import dev.rampgate.outbox.TestFeed;
import dev.rampgate.outbox.kafka.KafkaTopics.Page;
import dev.rampgate.outbox.kafka.PublicationException.Reason;
import dev.rampgate.support.KafkaBroker;
import dev.rampgate.support.MigratedDatabase;
import dev.rampgate.support.ProofAndDatabase;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.pgclient.PgBuilder;
import io.vertx.sqlclient.PoolOptions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The feed on a real PostgreSQL, published to a real broker. */
class KafkaPublicationTest {

    private static final Duration LIMIT = Duration.ofSeconds(90);
    private static final Duration LEASE = Duration.ofSeconds(10);

    private static MigratedDatabase database;
    private static KafkaBroker broker;
    private static Vertx vertx;
    private static EventLoop loop;
    private static Pool pool;
    private static int topics;

    private final TestFeed feed = new TestFeed(pool, loop);
    private final List<TopicPublisher> started = new ArrayList<>();
    private String topic;

    @BeforeAll
    static void start() {
        database = MigratedDatabase.start();
        broker = KafkaBroker.start();
        vertx = Vertx.vertx();
        loop = new VertxEventLoop(vertx);
        pool = Pool.newInstance(PgBuilder.pool()
                .connectingTo(database.options())
                .with(new PoolOptions().setMaxSize(10))
                .using(vertx)
                .build());
    }

    @AfterAll
    static void end() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
        broker.close();
        database.close();
    }

    @BeforeEach
    void begin() {
        sql("TRUNCATE event; UPDATE feed SET last_position = 0, expired_position = 0; TRUNCATE kafka_topic");
        topic = "events-" + topics++;
        broker.create(topic);
    }

    @AfterEach
    void stop() {
        started.forEach(TopicPublisher::stop);
        await("they stop").atMost(LIMIT).until(() -> started.stream().allMatch(TopicPublisher::isStopped));
    }

    @Test
    void everyEventArrivesOnceInTheOrderOfItsVersionsWithTheBytesOfTheFeed() {
        MeterRegistry meters = startPublisher();
        List<String> ids = IntStream.range(0, 120).mapToObj(i -> "t-" + i).toList();
        for (int version = 1; version <= 5; version++) {
            feed.append(version, ids);
        }
        List<ConsumerRecord<String, byte[]>> records = arrived(600);

        assertThat(byTransaction(records)).isEqualTo(stored());
        assertThat(meters.get("rampgate.outbox.kafka.published").counter().count())
                .isEqualTo(600);
        ConsumerRecord<String, byte[]> first = records.stream()
                .filter(record -> record.key().equals("t-0"))
                .findFirst()
                .orElseThrow();
        JsonObject body = new JsonObject(text(first.value()));
        Map<String, String> headers = new LinkedHashMap<>();
        for (Header header : first.headers()) {
            headers.put(header.key(), text(header.value()));
        }
        assertThat(headers)
                .containsExactlyInAnyOrderEntriesOf(Map.of(
                        "ce_specversion", "1.0",
                        "ce_id", text("SELECT id FROM event WHERE transaction_id = 't-0' AND version = 1"),
                        "ce_source", "/rampgate",
                        "ce_type", "transaction.opened",
                        "ce_time", body.getString("timestamp"),
                        "content-type", "application/json"));
    }

    @Test
    void aTopicThatIsNewBeginsAtThePresentAndOneThatIsKnownGoesOn() {
        feed.append(1, List.of("before"));
        startPublisher();
        awaitPublisher();
        feed.append(1, List.of("after"));
        assertThat(byTransaction(arrived(1))).containsOnlyKeys("after");

        stop();
        feed.append(2, List.of("after"));
        startPublisher();

        assertThat(byTransaction(arrived(2)).get("after")).hasSize(2);
    }

    @Test
    void ofTwoReplicasOnePublishesAndTheOtherGoesOnAtOnceWhenItStops() {
        MeterRegistry one = startPublisher();
        awaitPublisher();
        MeterRegistry other = startPublisher();
        feed.append(1, List.of("t-1"));
        arrived(1);
        assertThat(published(one)).isEqualTo(1);
        assertThat(published(other)).isZero();

        started.get(0).stop();
        await().atMost(LIMIT).until(started.get(0)::isStopped);
        feed.append(2, List.of("t-1"));

        assertThat(byTransaction(arrived(2)).get("t-1")).hasSize(2);
        assertThat(published(other)).isEqualTo(1);
    }

    @Test
    void aReplicaThatWasReplacedNeitherPublishesNorMovesThePosition() {
        KafkaTopics late = topics();
        KafkaTopics next = topics();
        get(late.register());
        long lateClaim = get(late.claim()).orElseThrow();
        assertThat(get(next.claim())).isEmpty();
        feed.append(1, List.of("t-1"));
        Page page = get(late.page(lateClaim, 10)).orElseThrow();
        try (EventProducer lateProducer = EventProducer.open(settings(Map.of()))) {
            sql("UPDATE kafka_topic SET lease_until = now()");
            long nextClaim = get(next.claim()).orElseThrow();
            try (EventProducer producer = EventProducer.open(settings(Map.of()))) {
                assertThatThrownBy(() -> lateProducer.publish(page.events()))
                        .isInstanceOfSatisfying(PublicationException.class, failure -> assertThat(failure.reason())
                                .isEqualTo(Reason.FENCED));
                assertThat(get(late.save(lateClaim, page))).isFalse();
                assertThat(get(late.renew(lateClaim))).isFalse();
                assertThat(get(late.page(lateClaim, 10))).isEmpty();

                Page same = get(next.page(nextClaim, 10)).orElseThrow();
                producer.publish(same.events());
                assertThat(get(next.save(nextClaim, same))).isTrue();
                assertThat(get(next.save(nextClaim, same))).isTrue();
            }
        }
        assertThat(byTransaction(arrived(1))).isEqualTo(stored());
    }

    @Test
    void whatTheDatabaseHasLostIsPublishedAgainAsItIsNow() {
        KafkaTopics positions = topics();
        get(positions.register());
        long claim = get(positions.claim()).orElseThrow();
        feed.append(1, List.of("t-1", "t-2"));
        Page lost = get(positions.page(claim, 10)).orElseThrow();
        // A failover without these commits; others then have their places.
        sql("DELETE FROM event; UPDATE feed SET last_position = 0");
        new TestFeed(pool, loop).append(1, List.of("t-3", "t-4"));

        assertThat(get(positions.save(claim, lost))).isFalse();
        assertThat(get(positions.page(claim, 10)).orElseThrow().events())
                .extracting(PlacedEvent::transactionId)
                .containsExactly("t-3", "t-4");
    }

    @Test
    void eventsThatExpireWhileNoBrokerAnswersAreCountedAndTheRestArrives() {
        get(topics().register());
        for (int version = 1; version <= 3; version++) {
            feed.append(version, List.of("t-1"));
        }
        feed.expire();
        MeterRegistry meters = startPublisher();
        arrived(1);

        assertThat(byTransaction(broker.committed(topic))).isEqualTo(stored());
        assertThat(meters.get("rampgate.outbox.kafka.expired").counter().count())
                .isEqualTo(2);
        assertThat(meters.get("rampgate.alarms")
                        .tag("alarm", "kafka_events_expired")
                        .counter()
                        .count())
                .isEqualTo(1);
    }

    @Test
    void theFiguresShowWhatIsNotPublished() {
        KafkaTopics positions = topics();
        get(positions.register());
        assertThat(get(positions.figures())).isEqualTo(new KafkaTopics.Figures(0, Duration.ZERO));
        feed.append(1, List.of("t-1", "t-2"));
        sql("UPDATE event SET created_at = created_at - interval '90 s' WHERE transaction_id = 't-1'");

        assertThat(get(positions.figures()).lag()).isEqualTo(2);
        assertThat(get(positions.figures()).age()).isBetween(Duration.ofSeconds(90), Duration.ofSeconds(150));
    }

    @Test
    void aUserIsAuthenticatedOverTlsAndAWrongPasswordIsReportedAsThat() {
        Map<String, String> secured = new HashMap<>(Map.of(
                "bootstrap-servers",
                broker.secureAddress(),
                "security-protocol",
                "sasl-ssl",
                "sasl-mechanism",
                "PLAIN",
                "username",
                KafkaBroker.USER,
                "password",
                KafkaBroker.PASSWORD,
                "ca-file",
                broker.certificate().toString()));
        MeterRegistry meters = startPublisher(settings(secured));
        awaitPublisher();
        feed.append(1, List.of("t-1"));
        arrived(1);
        assertThat(published(meters)).isEqualTo(1);

        secured.put("password", "wrong-canary");
        assertThatThrownBy(() -> EventProducer.open(settings(secured)))
                .isInstanceOfSatisfying(PublicationException.class, failure -> assertThat(failure.reason())
                        .isEqualTo(Reason.AUTHENTICATION))
                .hasMessageNotContaining("canary");
    }

    @Test
    void whileNoBrokerAnswersItTriesAgainAndNothingIsLost(@TempDir Path directory) throws IOException {
        Path impatient = Files.writeString(directory.resolve("client.properties"), "max.block.ms=1000");
        MeterRegistry meters = startPublisher(settings(Map.of(
                "bootstrap-servers",
                "localhost:" + ProofAndDatabase.freePort(),
                "client-properties-file",
                impatient.toString())));
        await("known").atMost(LIMIT).until(() -> number("SELECT count(*) FROM kafka_topic") == 1);
        feed.append(1, List.of("t-1"));
        await("a failure")
                .atMost(LIMIT)
                .until(() -> meters.get("rampgate.outbox.kafka.failures")
                                .tag("reason", "unavailable")
                                .counter()
                                .count()
                        > 0);
        stop();
        startPublisher();

        assertThat(byTransaction(arrived(1))).isEqualTo(stored());
    }

    // --- what the tests do

    private MeterRegistry startPublisher() {
        return startPublisher(settings(Map.of()));
    }

    private MeterRegistry startPublisher(KafkaSettings settings) {
        MeterRegistry meters = new SimpleMeterRegistry();
        TopicPublisher publisher = new TopicPublisher(
                topic,
                topics(),
                () -> EventProducer.open(settings),
                loop,
                InstantSource.system(),
                new SplittableRandom(1),
                new KafkaMetrics(meters));
        started.add(publisher);
        feed.sequencer().addListener(publisher::wake);
        publisher.start();
        return meters;
    }

    private static double published(MeterRegistry meters) {
        return meters.get("rampgate.outbox.kafka.published").counter().count();
    }

    private KafkaTopics topics() {
        return new KafkaTopics(pool, topic, UUID.randomUUID(), LEASE);
    }

    private KafkaSettings settings(Map<String, String> more) {
        Map<String, String> all = new HashMap<>(more);
        String brokers = all.containsKey("bootstrap-servers") ? all.remove("bootstrap-servers") : broker.address();
        return TestKafkaSettings.of(brokers, topic, all);
    }

    private static void awaitPublisher() {
        await("a claim")
                .atMost(LIMIT)
                .until(() -> number("SELECT count(*) FROM kafka_topic WHERE lease_until > now()") == 1);
    }

    private List<ConsumerRecord<String, byte[]>> arrived(int number) {
        await(number + " events")
                .atMost(LIMIT)
                .until(() -> broker.committed(topic).size() >= number);
        List<ConsumerRecord<String, byte[]>> records = broker.committed(topic);
        assertThat(records).hasSize(number);
        return records;
    }

    private static Map<String, List<String>> byTransaction(List<ConsumerRecord<String, byte[]>> records) {
        Map<String, List<ConsumerRecord<String, byte[]>>> byKey =
                records.stream().collect(groupingBy(ConsumerRecord::key));
        Map<String, List<String>> bodies = new HashMap<>();
        byKey.forEach((key, some) ->
                bodies.put(key, some.stream().map(one -> text(one.value())).toList()));
        return bodies;
    }

    /** The bodies of the table, in the order of the versions. */
    private static Map<String, List<String>> stored() {
        Map<String, List<String>> bodies = new HashMap<>();
        get(pool.query("SELECT transaction_id, body FROM event ORDER BY transaction_id, version")
                        .execute())
                .forEach(row -> bodies.computeIfAbsent(row.getString("transaction_id"), id -> new ArrayList<>())
                        .add(row.getString("body")));
        return bodies;
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static String text(String statement) {
        return get(pool.query(statement).execute()).iterator().next().getString(0);
    }

    private static long number(String statement) {
        return get(pool.query(statement).execute()).iterator().next().getLong(0);
    }

    private static void sql(String statements) {
        get(pool.query(statements).execute());
    }

    private static <T> T get(Uni<T> work) {
        return work.await().atMost(LIMIT);
    }
}
