package dev.rampgate.packaged;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.not;

import dev.rampgate.sandbox.ProofSimulator;
import dev.rampgate.sandbox.transaction.Action;
import dev.rampgate.support.KafkaBroker;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packaged artifact with a broker, and what it costs without. */
class KafkaIT {

    private static final String CLIENT_TOKEN = "client-token-canary-0069";
    private static final String GATEWAY_SECRET = "gateway-secret-canary-0069";
    private static final String TOPIC = "rampgate.events";
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private static Surroundings around;
    private static ProofSimulator proof;

    @TempDir
    Path folder;

    @BeforeAll
    static void start() {
        around = Surroundings.start(CLIENT_TOKEN, "webhook-key-canary-0069", GATEWAY_SECRET);
        proof = around.proof();
    }

    @AfterAll
    static void stop() throws Exception {
        around.close();
    }

    @Test
    void withoutBrokersNoClassOfKafkaIsLoadedAndNoThreadRuns() throws IOException, SQLException {
        Path classes = folder.resolve("classes");
        Map<String, String> environment = new HashMap<>(environment());
        environment.put(
                "JDK_JAVA_OPTIONS",
                "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xmx256m -Xlog:class+load:file=" + classes);
        try (PackagedRampgate rampgate = PackagedRampgate.start(environment)) {
            String id = open(rampgate);
            await().atMost(LIMIT).until(() -> !stored(id).isEmpty());

            assertThat(threads(rampgate)).noneMatch(name -> name.contains("kafka"));
            assertThat(rampgate.log().lines())
                    .noneMatch(line -> line.matches(".*\"loggerName\":\"[^\"]*kafka.*"))
                    .noneMatch(line -> line.matches(".*\"level\":\"(WARN|ERROR)\".*(?i:kafka).*"));
            given().get(rampgate.managementUrl("/q/metrics"))
                    .then()
                    .statusCode(200)
                    .body(not(containsString("rampgate_outbox_kafka")));
        }
        if (PackagedRampgate.executable().isEmpty()) {
            List<String> loaded = Files.readAllLines(classes);
            assertThat(loaded).anyMatch(line -> line.contains("dev.rampgate.outbox.kafka.KafkaPublisher"));
            assertThat(loaded).noneMatch(line -> line.contains("org.apache.kafka."));
        }
    }

    @Test
    void withBrokersEveryEventOfTheFeedArrivesAndAnEndGivesTheClaimBack() throws SQLException {
        try (KafkaBroker broker = KafkaBroker.start()) {
            broker.create(TOPIC);
            Map<String, String> environment = new HashMap<>(environment());
            environment.putAll(PackagedRampgate.SHUTDOWN_DELAY);
            environment.put("RAMPGATE_OUTBOX_KAFKA_BOOTSTRAP_SERVERS", broker.secureAddress());
            environment.put("RAMPGATE_OUTBOX_KAFKA_SECURITY_PROTOCOL", "sasl-ssl");
            environment.put("RAMPGATE_OUTBOX_KAFKA_SASL_MECHANISM", "PLAIN");
            environment.put("RAMPGATE_OUTBOX_KAFKA_USERNAME", KafkaBroker.USER);
            environment.put("RAMPGATE_OUTBOX_KAFKA_PASSWORD", KafkaBroker.PASSWORD);
            environment.put(
                    "RAMPGATE_OUTBOX_KAFKA_CA_FILE", broker.certificate().toString());
            try (PackagedRampgate rampgate = PackagedRampgate.start(environment)) {
                String id = open(rampgate);
                proof.drive(id, Action.PAY);
                proof.drive(id, Action.COMPLETE);
                await().atMost(LIMIT).until(() -> eventsOf(broker, id).stream()
                        .anyMatch(event -> event.contains("transaction.settled")));

                assertThat(eventsOf(broker, id)).isEqualTo(stored(id));
                given().get(rampgate.managementUrl("/q/metrics"))
                        .then()
                        .statusCode(200)
                        .body(containsString("rampgate_outbox_kafka_publisher 1.0"));

                rampgate.terminate();
                assertThat(rampgate.exitCode()).isEqualTo(143);
            }
            // Its lease would last for 10 s.
            try (PackagedRampgate next = PackagedRampgate.start(environment)) {
                String id = open(next);
                await().atMost(LIMIT).until(() -> !eventsOf(broker, id).isEmpty());
                assertThat(next.log()).doesNotContain("Events wait for Kafka");
            }
        }
    }

    @Test
    void brokersThatCannotBeUsedStopTheStartAndAreNamed() {
        Map<String, String> environment = new HashMap<>(environment());
        environment.put("RAMPGATE_OUTBOX_KAFKA_BOOTSTRAP_SERVERS", "kafka");
        try (PackagedRampgate refused = PackagedRampgate.launch(environment)) {
            assertThat(refused.exitCode()).isNotZero();
            assertThat(refused.log()).contains("rampgate.outbox.kafka.bootstrap-servers");
        }
    }

    // --- what the tests do

    private static String open(PackagedRampgate rampgate) {
        return given().contentType("application/json")
                .header("X-User-Id", "cust-1")
                .header("X-User-Email", "jo.canary@example.test")
                .header("X-Gateway-Secret", GATEWAY_SECRET)
                .body("""
                        {"network": "ERC20", "currency": "USDC", "amount": "42.75", "type": "buy"}
                        """)
                .post(rampgate.url("/session"))
                .then()
                .statusCode(201)
                .extract()
                .path("merchant_transaction_id");
    }

    /** The bodies of the feed, in the order of their versions. */
    private static List<String> stored(String id) throws SQLException {
        List<String> bodies = new ArrayList<>();
        try (Connection connection =
                        DriverManager.getConnection(around.database().jdbcUrl());
                PreparedStatement statement = connection.prepareStatement(
                        "SELECT body FROM event WHERE transaction_id = ? AND position IS NOT NULL ORDER BY version")) {
            statement.setString(1, id);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    bodies.add(rows.getString(1));
                }
            }
        }
        return bodies;
    }

    private static List<String> eventsOf(KafkaBroker broker, String id) {
        return broker.committed(TOPIC).stream()
                .filter(record -> record.key().equals(id))
                .map(ConsumerRecord::value)
                .map(value -> new String(value, StandardCharsets.UTF_8))
                .toList();
    }

    /** As Linux names them, with 15 characters. */
    private static List<String> threads(PackagedRampgate rampgate) throws IOException {
        try (Stream<Path> tasks = Files.list(Path.of("/proc", Long.toString(rampgate.pid()), "task"))) {
            return tasks.map(task -> {
                        try {
                            return Files.readString(task.resolve("comm"));
                        } catch (IOException ended) {
                            return "";
                        }
                    })
                    .toList();
        }
    }

    private static Map<String, String> environment() {
        Map<String, String> environment = around.environment();
        return environment;
    }
}
