package dev.rampgate.fault;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;

import dev.rampgate.packaged.PackagedRampgate;
import dev.rampgate.sandbox.EmbeddedDatabase;
import dev.rampgate.sandbox.ProofSimulator;
import dev.rampgate.sandbox.SimulatorSettings;
import dev.rampgate.sandbox.transaction.Action;
import dev.rampgate.sandbox.transaction.LifeMode;
import dev.rampgate.support.EventReader;
import io.restassured.specification.RequestSpecification;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What stands between a replica and PostgreSQL: a pooler, or somebody who lets only the migration in. */
class PgBouncerFaultIT {

    private static final String WEBHOOK_KEY = "webhook-key-canary-0016";
    private static final String GATEWAY_SECRET = "gateway-secret-canary-0016";
    private static final String CLIENT_TOKEN = "client-token-canary-0016";
    private static final String ORDER = """
            {"network": "ERC20", "currency": "USDC", "amount": "42.75", "type": "buy"}""";

    /** Of the connections that serve, and of no others. */
    private static final String REFUSAL = """
            CREATE FUNCTION keeper.refuse() RETURNS event_trigger LANGUAGE plpgsql AS $$
            BEGIN
                IF current_setting('application_name') = 'rampgate' THEN
                    RAISE EXCEPTION 'unsupported';
                END IF;
            END $$
            """;

    private static final Duration LIMIT = Duration.ofSeconds(60);

    private EmbeddedDatabase database;
    private ProofSimulator proof;

    @BeforeEach
    void start() {
        database = EmbeddedDatabase.start();
        proof = ProofSimulator.started(SimulatorSettings.builder()
                .port(0)
                .clientToken(CLIENT_TOKEN)
                .life(LifeMode.MANUAL, 1)
                .build());
    }

    @AfterEach
    void stop() {
        proof.close();
        database.close();
    }

    @Test
    void everythingWorksBehindAPoolerThatPoolsBySession() throws Exception {
        try (PgBouncer pooler = new PgBouncer(database, "session");
                // Migrates through it, too.
                PackagedRampgate rampgate =
                        PackagedRampgate.start(environment(pooler.database().environment()));
                PackagedRampgate other =
                        PackagedRampgate.start(environment(pooler.database().environment()))) {
            String id = order("pooled")
                    .post(rampgate.url("/session"))
                    .then()
                    .statusCode(201)
                    .extract()
                    .path("merchant_transaction_id");
            order("pooled")
                    .post(other.url("/session"))
                    .then()
                    .statusCode(201)
                    .body("merchant_transaction_id", equalTo(id));
            await("both listen").atMost(LIMIT).untilAsserted(() -> {
                assertThat(metrics(rampgate)).contains("rampgate_live_listening 1.0");
                assertThat(metrics(other)).contains("rampgate_live_listening 1.0");
            });
            try (EventReader reader = EventReader.open(other.url("/transactions/" + id + "/events"), signedIn())) {
                proof.drive(id, Action.PAY);
                proof.drive(id, Action.COMPLETE);
                given().body("{\"merchant_transaction_id\":\"" + id + "\",\"status\":\"completed\"}")
                        .post(rampgate.url("/proof-webhook/" + WEBHOOK_KEY))
                        .then()
                        .statusCode(204);
                await("the end").atMost(LIMIT).untilAsserted(() -> user().get(rampgate.url("/transactions/" + id))
                        .then()
                        .statusCode(200)
                        .body("status", equalTo("completed"))
                        .body("confirmed", equalTo(true)));
                await("the reader at the other replica knows").atMost(LIMIT).until(() -> reader.events().stream()
                        .anyMatch(event -> event.toString().endsWith("completed+")));
            }
            assertThat(metrics(rampgate)).contains("rampgate_database_away 0.0");
            assertThat(rampgate.log()).doesNotContain("unsupported startup parameter");
        }
    }

    @Test
    void whatAPoolerByTransactionCannotDoGoesToTheDatabaseItself() throws Exception {
        try (PgBouncer pooler = new PgBouncer(database, "session")) {
            Map<String, String> known = new HashMap<>(pooler.database().environment());
            known.put("RAMPGATE_DATABASE_DIRECT_HOST", database.host());
            known.put("RAMPGATE_DATABASE_DIRECT_PORT", Integer.toString(database.port()));
            try (PackagedRampgate rampgate = PackagedRampgate.start(environment(known))) {
                await("it listens").atMost(LIMIT).untilAsserted(() -> assertThat(metrics(rampgate))
                        .contains("rampgate_live_listening 1.0"));
                pooler.stop();
                await("the pooler is gone").atMost(LIMIT).untilAsserted(() -> user().get(rampgate.url("/transactions"))
                        .then()
                        .statusCode(503));
                assertThat(metrics(rampgate)).contains("rampgate_live_listening 1.0");

                try (PackagedRampgate migration = PackagedRampgate.launch(environment(known), "--migrate")) {
                    assertThat(migration.exitCode()).as(migration.log()).isZero();
                }
            }
        }
    }

    @Test
    void aReplicaWhoseOwnConnectionsDoNotWorkIsNotReadyThoughTheMigrationWent() throws Exception {
        // In a schema of its own, since Flyway takes none that holds something already.
        asAdministrator(
                "CREATE SCHEMA keeper",
                "GRANT USAGE ON SCHEMA keeper TO PUBLIC",
                REFUSAL,
                "CREATE EVENT TRIGGER refuse ON login EXECUTE FUNCTION keeper.refuse()");
        Map<String, String> known = new HashMap<>();
        known.put("RAMPGATE_DATABASE_HOST", database.host());
        known.put("RAMPGATE_DATABASE_PORT", Integer.toString(database.port()));
        known.put("RAMPGATE_DATABASE_NAME", database.name());
        known.put("RAMPGATE_DATABASE_USER", database.user());
        known.put("RAMPGATE_DATABASE_PASSWORD", database.password());
        try (PackagedRampgate rampgate = PackagedRampgate.launch(environment(known))) {
            await("it says why").atMost(LIMIT).until(() -> rampgate.log()
                    .contains("The database is migrated, but the connections that serve do not work"));
            assertThat(rampgate.isReady()).isFalse();

            asAdministrator("DROP EVENT TRIGGER refuse");
            rampgate.awaitReady();
            order("first").post(rampgate.url("/session")).then().statusCode(201);
        }
    }

    private void asAdministrator(String... statements) throws SQLException {
        try (Connection connection = DriverManager.getConnection(
                        "jdbc:postgresql://localhost:" + database.port() + "/" + database.name() + "?user=postgres");
                Statement run = connection.createStatement()) {
            for (String statement : statements) {
                run.execute(statement);
            }
        }
    }

    private static String metrics(PackagedRampgate rampgate) {
        return given().get(rampgate.managementUrl("/q/metrics")).asString();
    }

    private static RequestSpecification order(String key) {
        return user().header("Idempotency-Key", "key-of-" + key + "-0001").body(ORDER);
    }

    private static RequestSpecification user() {
        return given().contentType("application/json")
                .header("X-User-Id", "cust-1")
                .header("X-User-Email", "jo@example.test")
                .header("X-Gateway-Secret", GATEWAY_SECRET);
    }

    private static String[] signedIn() {
        return new String[] {
            "X-User-Id", "cust-1", "X-User-Email", "jo@example.test", "X-Gateway-Secret", GATEWAY_SECRET
        };
    }

    private Map<String, String> environment(Map<String, String> database) {
        Map<String, String> environment = new HashMap<>(database);
        environment.put("RAMPGATE_PROOF_BASE_URL", proof.baseUrl());
        environment.put("RAMPGATE_PROOF_CLIENT_TOKEN", CLIENT_TOKEN);
        environment.put("RAMPGATE_WEBHOOK_KEYS", WEBHOOK_KEY);
        environment.put("RAMPGATE_IDENTITY_MODE", "header");
        environment.put("RAMPGATE_IDENTITY_HEADER_SECRET", GATEWAY_SECRET);
        return environment;
    }
}
