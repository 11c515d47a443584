package dev.rampgate.packaged;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;

import com.sun.net.httpserver.HttpServer;
import dev.rampgate.identity.Issuer;
import dev.rampgate.sandbox.EmbeddedDatabase;
import dev.rampgate.sandbox.ProofSimulator;
import dev.rampgate.sandbox.SimulatorSettings;
import dev.rampgate.sandbox.transaction.Action;
import dev.rampgate.sandbox.transaction.LifeMode;
import dev.rampgate.support.Certificates;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.restassured.specification.RequestSpecification;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.jose4j.jwk.PublicJsonWebKey;
import org.jose4j.jwt.JwtClaims;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The packaged artifact with the settings and files that the production overlay gives it, on a database that was prepared by
 * deploy/database/roles.sql. Only addresses differ.
 */
class ProductionOverlayIT {

    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final String SECRETS = "/etc/rampgate/secrets/";
    private static final String AUTHORITY = "/etc/rampgate/database-ca/ca.pem";
    private static final String WEBHOOK_KEY = "webhook-key-canary-0071";
    private static final String OPERATE_TOKEN = "operate-token-canary-0071";
    private static final String MIGRATION_PASSWORD = "migration-password-canary-0071";
    private static final String SERVICE_PASSWORD = "service-password-canary-0071";
    private static final String ORDER = """
            {"network": "ERC20", "currency": "USDC", "amount": "42.75", "type": "buy"}""";

    @TempDir
    Path directory;

    private final Rendered rendered = Rendered.recorded();
    private final Issuer issuer = new Issuer();
    private final PublicJsonWebKey key = issuer.rsa("rsa");

    private Certificates certificates;
    private EmbeddedDatabase database;
    private ProofSimulator proof;
    private HttpServer keys;

    @BeforeEach
    void start() throws Exception {
        certificates = Certificates.selfSigned(directory, "database");
        database = EncryptedDatabase.start(directory, certificates);
        administrator("postgres", "DROP DATABASE rampgate");
        administrator("postgres", "DROP ROLE rampgate");
        String[] roles = Files.readString(Path.of("deploy/database/roles.sql"))
                .replace(":'migration_password'", "'" + MIGRATION_PASSWORD + "'")
                .replace(":'service_password'", "'" + SERVICE_PASSWORD + "'")
                .split("\\\\connect rampgate");
        administrator("postgres", statements(roles[0]));
        administrator("rampgate", statements(roles[1]));
        proof = ProofSimulator.started(SimulatorSettings.builder()
                .port(0)
                .clientToken("client-token-canary-0071")
                .life(LifeMode.MANUAL, 1)
                .build());
        keys = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        keys.createContext("/", exchange -> {
            byte[] body = issuer.keySet().getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().add("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        keys.start();
    }

    @AfterEach
    void stop() {
        keys.stop(0);
        proof.close();
        database.close();
    }

    @Test
    void itMigratesSignsUsersInTakesWebhooksAndKeepsItsArchiveWithRowsAloneAsItsRight() throws Exception {
        try (PackagedRampgate migration = PackagedRampgate.launch(
                environment(
                        rendered.one(Job.class, "rampgate-migrate").getSpec().getTemplate(),
                        Map.of("database-password", MIGRATION_PASSWORD)),
                "--migrate")) {
            assertThat(migration.exitCode()).as(migration.log()).isZero();
        }
        asRole("rampgate_migration", MIGRATION_PASSWORD, "SELECT archive_make_day('2020-01-01')");

        try (PackagedRampgate rampgate = PackagedRampgate.start(environment(
                rendered.one(Deployment.class, "rampgate").getSpec().getTemplate(),
                Map.of(
                        "proof-client-token",
                        "client-token-canary-0071",
                        "database-password",
                        SERVICE_PASSWORD,
                        "webhook-keys",
                        WEBHOOK_KEY,
                        "ticket-keys",
                        "ticket-key-canary-0071-of-32-characters",
                        "audit-keys",
                        "audit-key-canary-0071-of-32-characters",
                        "operator-tokens",
                        OPERATE_TOKEN)))) {
            usersSignInByTheirTokensAlone(rampgate);
            String id = aSessionIsFollowedByItsTicket(rampgate);
            aWebhookNeedsItsKeyAlone(rampgate, id);
            theHostedPageNeedsNoSignIn(rampgate);
            theArchiveIsMadeAndDropped(rampgate);
            // As the objectives of deploy/monitoring spell them.
            assertThat(given().get(rampgate.managementUrl("/q/metrics")).asString())
                    .contains(
                            "rampgate_webhook_ack_seconds_bucket{le=\"0.5\"}",
                            "rampgate_transition_delay_seconds_bucket{channel=\"poll\",le=\"10.0\"}");
            given().header("Authorization", "Bearer " + OPERATE_TOKEN)
                    .contentType("application/json")
                    .body("{\"user_id\": \"cust-8841\"}")
                    .post(rampgate.managementUrl("/operate/users/erase"))
                    .then()
                    .statusCode(200);
            assertThat(rampgate.log()).doesNotContain("42501", "permission denied", "must be owner");
        }
        theAuditIsAddedToAndNothingElse();
        assertThatThrownBy(() -> asRole("rampgate", SERVICE_PASSWORD, "CREATE TABLE mine (id integer)"))
                .hasMessageContaining("permission denied");
        assertThatThrownBy(
                        () -> asRole("rampgate", SERVICE_PASSWORD, "ALTER TABLE transaction ADD COLUMN mine integer"))
                .hasMessageContaining("must be owner");
        assertThatThrownBy(() -> asRole("rampgate", SERVICE_PASSWORD, "DROP TABLE observation_other"))
                .hasMessageContaining("must be owner");
    }

    private void theAuditIsAddedToAndNothingElse() throws Exception {
        asRole("rampgate", SERVICE_PASSWORD, "SELECT audit_link(1000)");
        asRole(
                "rampgate_migration",
                MIGRATION_PASSWORD,
                "DO $$ BEGIN ASSERT EXISTS (SELECT FROM audit_entry WHERE action = 'erase_user' AND position IS NOT NULL); END $$");
        asRole("rampgate", SERVICE_PASSWORD, "INSERT INTO audit_entry (action, result) VALUES ('read_case', 'begun')");
        for (String forbidden : new String[] {
            "DELETE FROM audit_entry",
            "TRUNCATE audit_entry",
            "UPDATE audit_entry SET actor = 'desk'",
            "UPDATE audit_entry SET position = 1",
            "INSERT INTO audit_entry (at, action, result) VALUES ('2020-01-01Z', 'read_case', 'begun')",
            "INSERT INTO audit_entry (action, result, position, previous, hash) VALUES ('read_case', 'begun', 7, '', '')",
            "UPDATE audit_chain SET last_position = 0",
            "INSERT INTO audit_chain DEFAULT VALUES",
            "DELETE FROM audit_chain"
        }) {
            assertThatThrownBy(() -> asRole("rampgate", SERVICE_PASSWORD, forbidden))
                    .as(forbidden)
                    .hasMessageContaining("permission denied");
        }
        assertThatThrownBy(() -> asRole("rampgate", SERVICE_PASSWORD, "SELECT audit_expire(now(), 500)"))
                .hasMessageContaining("kept for 30 days");
    }

    private void usersSignInByTheirTokensAlone(PackagedRampgate rampgate) {
        user().get(rampgate.url("/transactions")).then().statusCode(200);
        given().get(rampgate.url("/transactions")).then().statusCode(401);
        given().header("X-User-Id", "cust-8841")
                .header("X-Gateway-Secret", "whatever")
                .get(rampgate.url("/transactions"))
                .then()
                .statusCode(401);
    }

    private String aSessionIsFollowedByItsTicket(PackagedRampgate rampgate) {
        var answer = user().contentType("application/json")
                .body(ORDER)
                .post(rampgate.url("/session"))
                .then()
                .statusCode(201)
                .extract();
        String id = answer.path("merchant_transaction_id");
        given().header("Accept", "application/json")
                .queryParam("ticket", answer.header("Rampgate-Ticket"))
                .get(rampgate.url("/transactions/" + id + "/events"))
                .then()
                .statusCode(200);
        return id;
    }

    private void aWebhookNeedsItsKeyAlone(PackagedRampgate rampgate, String id) {
        proof.drive(id, Action.PAY);
        proof.drive(id, Action.COMPLETE);
        given().contentType("application/json")
                .body("{\"merchant_transaction_id\": \"" + id + "\", \"status\": \"completed\"}")
                .post(rampgate.url("/proof-webhook/" + WEBHOOK_KEY))
                .then()
                .statusCode(204);
        await("the end").atMost(LIMIT).untilAsserted(() -> user().get(rampgate.url("/transactions/" + id))
                .then()
                .statusCode(200)
                .body("status", equalTo("completed"))
                .body("confirmed", equalTo(true)));
    }

    private void theHostedPageNeedsNoSignIn(PackagedRampgate rampgate) {
        String address = user().contentType("application/json")
                .header("Rampgate-Hand-Off", "true")
                .body(ORDER)
                .post(rampgate.url("/session"))
                .then()
                .statusCode(201)
                .extract()
                .header("Rampgate-Hand-Off");
        assertThat(address).startsWith("https://ramp.example.com/hand-off#");
        given().get(rampgate.url("/hand-off")).then().statusCode(200);
    }

    private static void theArchiveIsMadeAndDropped(PackagedRampgate rampgate) {
        await("days of the archive").atMost(LIMIT).untilAsserted(() -> assertThat(
                        given().get(rampgate.managementUrl("/q/metrics")).asString())
                .contains("rampgate_archive_days_ahead 7.0", "rampgate_archive_days_dropped_total 1.0"));
    }

    private RequestSpecification user() {
        JwtClaims claims = Issuer.claims(System.currentTimeMillis());
        claims.setIssuer(settings().get("RAMPGATE_IDENTITY_JWT_ISSUER"));
        claims.setAudience(settings().get("RAMPGATE_IDENTITY_JWT_AUDIENCE"));
        return given().header("Authorization", "Bearer " + Issuer.token(key, claims));
    }

    /** As the container has it, with files and addresses of this machine. */
    private Map<String, String> environment(PodTemplateSpec pod, Map<String, String> secrets) throws IOException {
        Container container = pod.getSpec().getContainers().get(0);
        Path mounted = Files.createTempDirectory(directory, "secrets");
        for (Map.Entry<String, String> secret : secrets.entrySet()) {
            Files.writeString(mounted.resolve(secret.getKey()), secret.getValue() + "\n");
        }
        Map<String, String> environment = new HashMap<>(settings());
        container.getEnv().forEach(variable -> environment.put(variable.getName(), variable.getValue()));
        environment.replaceAll((name, value) -> value.startsWith(SECRETS)
                ? mounted.resolve(value.substring(SECRETS.length())).toString()
                : value.replace(AUTHORITY, certificates.certificate().toString()));
        environment.put("RAMPGATE_PROOF_BASE_URL", proof.baseUrl());
        environment.put("RAMPGATE_DATABASE_HOST", database.host());
        environment.put("RAMPGATE_DATABASE_PORT", Integer.toString(database.port()));
        environment.put(
                "RAMPGATE_IDENTITY_JWT_JWKS_URL",
                "http://localhost:" + keys.getAddress().getPort() + "/keys");
        environment.remove("RAMPGATE_TRACING_ENDPOINT");
        return environment;
    }

    private Map<String, String> settings() {
        return rendered.all(ConfigMap.class).stream()
                .map(ConfigMap::getData)
                .filter(data -> data.containsKey("RAMPGATE_PROOF_BASE_URL"))
                .findFirst()
                .orElseThrow();
    }

    /** What psql runs of it, without its own commands. */
    private static String statements(String script) {
        return script.lines()
                .filter(line -> !line.startsWith("\\") && !line.startsWith("--"))
                .collect(Collectors.joining("\n"));
    }

    private void administrator(String name, String statements) throws SQLException {
        try (Connection connection = DriverManager.getConnection(
                "jdbc:postgresql://localhost:" + database.port() + "/" + name + "?user=postgres")) {
            // One by one: some of them run in no transaction.
            for (String statement : statements.split(";")) {
                if (!statement.isBlank()) {
                    try (Statement run = connection.createStatement()) {
                        run.execute(statement);
                    }
                }
            }
        }
    }

    private void asRole(String role, String password, String statement) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:postgresql://localhost:" + database.port()
                        + "/rampgate?sslmode=require&user=" + role + "&password=" + password);
                Statement run = connection.createStatement()) {
            run.execute(statement);
        }
    }
}
