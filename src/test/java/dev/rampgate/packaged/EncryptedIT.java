package dev.rampgate.packaged;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;

import dev.rampgate.sandbox.EmbeddedDatabase;
import dev.rampgate.sandbox.ProofSimulator;
import dev.rampgate.sandbox.SimulatorSettings;
import dev.rampgate.sandbox.http.ReceivedCall;
import dev.rampgate.sandbox.transaction.Action;
import dev.rampgate.sandbox.transaction.LifeMode;
import dev.rampgate.support.Certificates;
import io.restassured.specification.RequestSpecification;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packaged artifact between a Proof and a PostgreSQL that are only reached by TLS, with authorities of their own. */
class EncryptedIT {

    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final String CLIENT_TOKEN = "client-token-canary-0006";
    private static final String GATEWAY_SECRET = "gateway-secret-canary-0006";
    private static final String ORDER = """
            {"network": "ERC20", "currency": "USDC", "amount": "42.75", "type": "buy"}""";

    @TempDir
    static Path directory;

    private static Certificates trusted;
    private static Certificates foreign;
    private static EmbeddedDatabase database;
    private static ProofSimulator proof;
    private static TlsProxy tlsProxy;

    @BeforeAll
    static void start() {
        trusted = Certificates.selfSigned(directory, "trusted");
        foreign = Certificates.selfSigned(directory, "foreign");
        database = EncryptedDatabase.start(directory, trusted);
        proof = ProofSimulator.started(SimulatorSettings.builder()
                .port(0)
                .clientToken(CLIENT_TOKEN)
                .life(LifeMode.MANUAL, 1)
                .build());
        tlsProxy = new TlsProxy(URI.create(proof.baseUrl()).getPort(), trusted);
    }

    @AfterAll
    static void stop() {
        tlsProxy.close();
        proof.close();
        database.close();
    }

    @Test
    void allOfItWorksOverVerifiedConnections() {
        try (PackagedRampgate rampgate = PackagedRampgate.start(environment(trusted))) {
            String id = user().body(ORDER)
                    .post(rampgate.url("/session"))
                    .then()
                    .statusCode(201)
                    .extract()
                    .path("merchant_transaction_id");
            await("a socket to Proof")
                    .atMost(LIMIT)
                    .until(() -> proof.calls().count(ReceivedCall::isSocketUpgrade) > 0);
            proof.drive(id, Action.PAY);
            proof.drive(id, Action.COMPLETE);
            await("the end").atMost(LIMIT).untilAsserted(() -> user().get(rampgate.url("/transactions/" + id))
                    .then()
                    .statusCode(200)
                    .body("status", equalTo("completed"))
                    .body("confirmed", equalTo(true)));
            // On a connection of its own, which listens.
            await("the wake-ups").atMost(LIMIT).untilAsserted(() -> assertThat(
                            given().get(rampgate.managementUrl("/q/metrics")).asString())
                    .contains("rampgate_live_listening 1.0"));
        }
    }

    @Test
    void secretsAreLiteralWhateverTheyContain() throws Exception {
        String password = " canary$$0008-${cd}-${user.home}\\\\\\$,'\"% ";
        String secret = "gate$$way-canary-${cd}-\\$0009";
        try (Connection server = DriverManager.getConnection("jdbc:postgresql://" + database.host() + ":"
                        + database.port() + "/" + database.name() + "?user=postgres");
                Statement statement = server.createStatement()) {
            statement.execute("CREATE ROLE \"o$$-${cd}\" LOGIN PASSWORD '" + password.replace("'", "''") + "'");
            statement.execute("CREATE DATABASE \"led ger$$/${cd}?%41\" OWNER \"o$$-${cd}\"");
        }
        Map<String, String> environment = environment(trusted);
        environment.put("RAMPGATE_DATABASE_NAME", "led ger$$/${cd}?%41");
        environment.put("RAMPGATE_DATABASE_USER", "o$$-${cd}");
        environment.put("RAMPGATE_DATABASE_PASSWORD", password);
        environment.put("RAMPGATE_IDENTITY_HEADER_SECRET", secret);
        isServed(environment, secret);

        environment.remove("RAMPGATE_DATABASE_PASSWORD");
        environment.put(
                "RAMPGATE_DATABASE_PASSWORD_FILE",
                Files.writeString(directory.resolve("password"), password + "\n")
                        .toString());
        environment.remove("RAMPGATE_IDENTITY_HEADER_SECRET");
        environment.put(
                "RAMPGATE_IDENTITY_HEADER_SECRET_FILE",
                Files.writeString(directory.resolve("secret"), secret + "\n").toString());
        isServed(environment, secret);
    }

    private static void isServed(Map<String, String> environment, String secret) {
        try (PackagedRampgate rampgate = PackagedRampgate.start(environment)) {
            given().header("X-User-Id", "auth0|5f7c1d")
                    .header("X-Gateway-Secret", secret)
                    .get(rampgate.url("/transactions"))
                    .then()
                    .statusCode(200);
        }
    }

    @Test
    void anAuthorityThatProofDoesNotHaveIsNotBelieved() {
        Map<String, String> environment = environment(trusted);
        environment.put("RAMPGATE_PROOF_CA_FILE", foreign.certificate().toString());
        try (PackagedRampgate rampgate = PackagedRampgate.start(environment)) {
            int before = (int) proof.calls().count(ReceivedCall::isSessionCall);
            assertThat(user().body(ORDER).post(rampgate.url("/session")).statusCode())
                    .isGreaterThanOrEqualTo(500);
            assertThat(proof.calls().count(ReceivedCall::isSessionCall)).isEqualTo(before);
        }
    }

    @Test
    void aMigrationWithoutEncryptionIsRefusedByTheServerAndSaysWhereToLook() {
        Map<String, String> environment = environment(trusted);
        environment.put("RAMPGATE_DATABASE_SSL_MODE", "disable");
        environment.remove("RAMPGATE_DATABASE_SSL_ROOT_CERT");
        try (PackagedRampgate plain = PackagedRampgate.launch(environment, "--migrate")) {
            assertThat(plain.exitCode()).isEqualTo(1);
            assertThat(plain.log()).contains("no encryption", "_SSL_MODE");
        }
    }

    @Test
    void aMigrationBelievesNoForeignAuthority() {
        try (PackagedRampgate misled = PackagedRampgate.launch(environment(foreign), "--migrate")) {
            assertThat(misled.exitCode()).isEqualTo(1);
            assertThat(misled.log()).contains("FAILED");
        }
    }

    private static RequestSpecification user() {
        return given().contentType("application/json")
                .header("X-User-Id", "cust-1")
                .header("X-User-Email", "jo@example.test")
                .header("X-Gateway-Secret", GATEWAY_SECRET);
    }

    private static Map<String, String> environment(Certificates believed) {
        return new HashMap<>(Map.ofEntries(
                Map.entry("RAMPGATE_DATABASE_HOST", database.host()),
                Map.entry("RAMPGATE_DATABASE_PORT", Integer.toString(database.port())),
                Map.entry("RAMPGATE_DATABASE_NAME", database.name()),
                Map.entry("RAMPGATE_DATABASE_USER", database.user()),
                Map.entry("RAMPGATE_DATABASE_PASSWORD", database.password()),
                Map.entry("RAMPGATE_DATABASE_SSL_MODE", "verify-full"),
                Map.entry(
                        "RAMPGATE_DATABASE_SSL_ROOT_CERT",
                        believed.certificate().toString()),
                Map.entry("RAMPGATE_PROOF_BASE_URL", "https://localhost:" + tlsProxy.port()),
                Map.entry("RAMPGATE_PROOF_CA_FILE", trusted.certificate().toString()),
                Map.entry("RAMPGATE_PROOF_CLIENT_TOKEN", CLIENT_TOKEN),
                Map.entry("RAMPGATE_IDENTITY_MODE", "header"),
                Map.entry("RAMPGATE_IDENTITY_HEADER_SECRET", GATEWAY_SECRET)));
    }
}
