package dev.rampgate.packaged;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.rampgate.sandbox.EmbeddedDatabase;
import dev.rampgate.sandbox.ProofSimulator;
import dev.rampgate.sandbox.SimulatorSettings;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How the packaged artifact's tables come into an empty database: by {@code --migrate}, or by replicas that start. */
class MigrateIT {

    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final AtomicInteger EMPTY = new AtomicInteger();

    private static EmbeddedDatabase server;
    private static ProofSimulator proof;

    private String database;

    @BeforeAll
    static void start() {
        server = EmbeddedDatabase.start();
        proof = ProofSimulator.started(SimulatorSettings.builder()
                .port(0)
                .clientToken("client-token-canary-0005")
                .build());
    }

    @AfterAll
    static void stop() {
        proof.close();
        server.close();
    }

    @BeforeEach
    void anEmptyDatabase() {
        database = "empty_" + EMPTY.incrementAndGet();
        server.createDatabase(database);
    }

    @Test
    void theTaskNeedsOnlyTheDatabaseAndMayBeRepeated() throws SQLException {
        try (PackagedRampgate first = PackagedRampgate.launch(databaseAlone(), "--migrate")) {
            assertThat(first.exitCode()).as(first.log()).isZero();
            assertThat(first.log())
                    .contains("The database is at version")
                    .doesNotContain("Listening on", "applied: 0", "housekeeping job");
        }
        List<String> history = history();
        assertThat(history).isNotEmpty();
        Map<String, String> ofAService = databaseAlone();
        ofAService.put("QUARKUS_SHUTDOWN_DELAY", "60s");
        try (PackagedRampgate second = PackagedRampgate.launch(ofAService, "--migrate")) {
            await("its report").atMost(LIMIT).until(() -> second.log().contains("applied: "));
            long reported = System.nanoTime();
            assertThat(second.exitCode()).as(second.log()).isZero();
            assertThat(Duration.ofNanos(System.nanoTime() - reported))
                    .as("a task does not wait as a service does")
                    .isLessThan(Duration.ofSeconds(30));
            assertThat(second.log()).contains("applied: 0");
        }
        assertThat(history()).isEqualTo(history);
    }

    @Test
    void theTaskFailsWithTheReasonAndTheSettingsToCheck() {
        Map<String, String> wrong = databaseAlone();
        wrong.put("RAMPGATE_DATABASE_NAME", "nowhere");
        try (PackagedRampgate migration = PackagedRampgate.launch(wrong, "--migrate")) {
            assertThat(migration.exitCode()).isEqualTo(1);
            assertThat(migration.log())
                    .contains("FAILED", "nowhere", "RAMPGATE_DATABASE_HOST")
                    .doesNotContain(server.password());
        }
        wrong.remove("RAMPGATE_DATABASE_NAME");
        try (PackagedRampgate migration = PackagedRampgate.launch(wrong, "--migrate")) {
            assertThat(migration.exitCode()).isEqualTo(1);
            assertThat(migration.log()).contains("rampgate.database.name");
        }
    }

    @Test
    void aReplicaThatMayNotMigrateWaitsForTheTaskAndThenServes() throws SQLException {
        Map<String, String> environment = complete();
        environment.put("RAMPGATE_DATABASE_MIGRATE_AT_START", "false");
        try (PackagedRampgate waiting = PackagedRampgate.launch(environment)) {
            await("alive").atMost(LIMIT).until(() -> status(waiting, "live") == 200);
            assertThat(status(waiting, "ready")).isEqualTo(503);
            assertThat(waiting.log()).contains("--migrate");
            assertThat(history()).isEmpty();
            try (PackagedRampgate migration = PackagedRampgate.launch(databaseAlone(), "--migrate")) {
                assertThat(migration.exitCode()).as(migration.log()).isZero();
            }
            await("ready by itself").atMost(LIMIT).until(() -> status(waiting, "ready") == 200);
            given().header("X-User-Id", "cust-1")
                    .header("X-User-Email", "jo@example.test")
                    .header("X-Gateway-Secret", "gateway-secret-canary-0005")
                    .get(waiting.url("/transactions"))
                    .then()
                    .statusCode(200);
            // Without the tables each job would have failed.
            assertThat(waiting.log()).doesNotContain("housekeeping job");
        }
    }

    @Test
    void manyThatMigrateAtOnceDoItOnceTogether() throws SQLException {
        List<PackagedRampgate> all = new ArrayList<>();
        try {
            PackagedRampgate replica = PackagedRampgate.launch(complete());
            all.add(replica);
            IntStream.range(0, 2).forEach(i -> all.add(PackagedRampgate.launch(databaseAlone(), "--migrate")));
            replica.awaitReady();
            all.subList(1, 3)
                    .forEach(task -> assertThat(task.exitCode()).as(task.log()).isZero());
            assertThat(history()).isNotEmpty().doesNotHaveDuplicates();
        } finally {
            all.forEach(PackagedRampgate::close);
        }
    }

    private static int status(PackagedRampgate rampgate, String check) {
        try {
            return given().get(rampgate.managementUrl("/q/health/" + check)).statusCode();
        } catch (Exception notYet) {
            return 0;
        }
    }

    /** The versions that the database has. */
    private List<String> history() throws SQLException {
        List<String> versions = new ArrayList<>();
        try (Connection connection = DriverManager.getConnection(
                        server.jdbcUrl().replace("/" + server.name() + "?", "/" + database + "?"));
                ResultSet tables = connection.getMetaData().getTables(null, null, "flyway_schema_history", null)) {
            if (!tables.next()) {
                return versions;
            }
            try (ResultSet rows = connection
                    .createStatement()
                    .executeQuery("SELECT version FROM flyway_schema_history ORDER BY installed_rank")) {
                while (rows.next()) {
                    versions.add(rows.getString("version"));
                }
            }
        }
        return versions;
    }

    private Map<String, String> databaseAlone() {
        return new HashMap<>(Map.of(
                "RAMPGATE_DATABASE_HOST", server.host(),
                "RAMPGATE_DATABASE_PORT", Integer.toString(server.port()),
                "RAMPGATE_DATABASE_NAME", database,
                "RAMPGATE_DATABASE_USER", server.user(),
                "RAMPGATE_DATABASE_PASSWORD", server.password()));
    }

    private Map<String, String> complete() {
        Map<String, String> environment = databaseAlone();
        environment.put("RAMPGATE_PROOF_BASE_URL", proof.baseUrl());
        environment.put("RAMPGATE_PROOF_CLIENT_TOKEN", "client-token-canary-0005");
        environment.put("RAMPGATE_IDENTITY_MODE", "header");
        environment.put("RAMPGATE_IDENTITY_HEADER_SECRET", "gateway-secret-canary-0005");
        return environment;
    }
}
