package dev.rampgate.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.rampgate.support.ProofAndDatabase;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Test;

/** How the sandbox sets Rampgate up, and what it refuses. */
class SandboxTest {

    private final Properties properties = new Properties();

    @Test
    void itConfiguresRampgateForItsSimulatorAndLeavesAConfiguredDatabaseAlone() throws IOException {
        freePorts();
        try (Sandbox sandbox = Sandbox.start(environment(Map.of("RAMPGATE_DATABASE_HOST", "db.example.test")))) {
            assertThat(properties)
                    .containsEntry("rampgate.identity.mode", "demo")
                    .containsEntry("rampgate.proof.base-url", "http://localhost:" + properties.get("sandbox.port"))
                    .containsKeys("rampgate.proof.client-token", "rampgate.webhook.keys")
                    .doesNotContainKeys("rampgate.database.host", "rampgate.database.port");
            assertThat(sandbox).isNotNull();
        }
    }

    @Test
    void itStartsADatabaseIfNoneIsConfigured() throws IOException {
        freePorts();
        try (Sandbox sandbox = Sandbox.start(environment(Map.of()))) {
            assertThat(properties)
                    .containsKeys(
                            "rampgate.database.host",
                            "rampgate.database.port",
                            "rampgate.database.name",
                            "rampgate.database.user",
                            "rampgate.database.password");
            assertThat(sandbox).isNotNull();
        }
    }

    @Test
    void aNewScenarioEndsThePausesThatTheOneBeforeCaused() throws Exception {
        freePorts();
        try (Sandbox sandbox = Sandbox.start(environment(Map.of()))) {
            String url = "jdbc:postgresql://localhost:" + properties.get("rampgate.database.port") + "/"
                    + properties.get("rampgate.database.name") + "?user=" + properties.get("rampgate.database.user")
                    + "&password=" + properties.get("rampgate.database.password");
            Flyway.configure()
                    .dataSource(url, null, null)
                    .locations("filesystem:src/main/resources/db/migration")
                    .load()
                    .migrate();
            try (Connection connection = DriverManager.getConnection(url);
                    Statement statement = connection.createStatement()) {
                assertThat(statement.executeUpdate(
                                "UPDATE poll_budget SET refused = true, next_at = now() + interval '1 min'"))
                        .isPositive();

                play(properties.get("sandbox.port"), "calm");

                await().atMost(Duration.ofSeconds(30)).until(() -> {
                    try (ResultSet rows = statement.executeQuery(
                            "SELECT count(*) FROM poll_budget WHERE refused OR next_at > now() + interval '1 s'")) {
                        return rows.next() && rows.getInt(1) == 0;
                    }
                });
            }
            assertThat(sandbox).isNotNull();
        }
    }

    private static void play(Object port, String scenario) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://localhost:" + port + "/control/scenario"))
                .PUT(HttpRequest.BodyPublishers.ofString("{\"name\":\"" + scenario + "\"}"))
                .build();
        assertThat(HttpClient.newHttpClient()
                        .send(request, HttpResponse.BodyHandlers.discarding())
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    void aWebhookUrlWithoutASchemeAndAnUnknownScenarioAreRefusedAtTheStart() throws IOException {
        freePorts();
        assertThatThrownBy(() -> SimulatorMain.start(environment(Map.of("SANDBOX_WEBHOOK_URL", "localhost:3000/hook"))))
                .isInstanceOf(SandboxStartException.class)
                .hasMessageContaining("SANDBOX_WEBHOOK_URL")
                .hasMessageContaining("http://localhost:3000/proof-webhook");
        assertThatThrownBy(() -> SimulatorMain.start(environment(Map.of("SANDBOX_SCENARIO", "polls-onli"))))
                .isInstanceOf(SandboxStartException.class)
                .hasMessageContaining("did you mean 'polls-only'?");
    }

    @Test
    void itHasAnActorOfEachRoleWithATokenThatTheReadyMessageNames() throws IOException {
        freePorts();
        Path file;
        try (Sandbox sandbox = Sandbox.start(environment(Map.of("RAMPGATE_DATABASE_HOST", "db.example.test")))) {
            assertThat(sandbox).isNotNull();
            file = Path.of(properties.getProperty("rampgate.operate.actors.operator.token-file"));
            assertThat(properties)
                    .containsEntry("rampgate.operate.actors.operator.role", "operator")
                    .containsEntry("rampgate.operate.actors.support.role", "support")
                    .containsEntry("rampgate.operate.actors.auditor.role", "auditor")
                    .containsEntry("rampgate.operate.actors.service.role", "service");
            assertThat(file).content().isEqualToIgnoringNewLines("sandbox-operator-token");
        }
        assertThat(file).doesNotExist();
    }

    @Test
    void itHasAReceiverOfEventsWhoseSecretOnlyItsOwnerCanRead() throws IOException {
        freePorts();
        Path secret;
        try (Sandbox sandbox = Sandbox.start(environment(Map.of("RAMPGATE_DATABASE_HOST", "db.example.test")))) {
            assertThat(properties)
                    .containsEntry(
                            "rampgate.outbox.endpoints.sandbox.url",
                            "http://localhost:" + properties.get("sandbox.port") + "/receiver/events");
            secret = Path.of(properties.getProperty("rampgate.outbox.endpoints.sandbox.secrets-file"));
            assertThat(Files.readString(secret)).matches("whsec_[A-Za-z0-9+/]{43}=\n");
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(secret)))
                    .isEqualTo("rw-------");
            assertThat(sandbox).isNotNull();
        }
        assertThat(secret).doesNotExist();
    }

    @Test
    void aTakenPortIsNamedWithTheSettingThatMovesIt() throws IOException {
        freePorts();
        try (ServerSocket other = new ServerSocket(0)) {
            properties.setProperty("quarkus.management.port", Integer.toString(other.getLocalPort()));

            assertThatThrownBy(() -> Sandbox.start(environment(Map.of())))
                    .isInstanceOf(SandboxStartException.class)
                    .hasMessageContaining("port " + other.getLocalPort() + " is in use")
                    .hasMessageContaining("QUARKUS_MANAGEMENT_PORT=");
        }
    }

    @Test
    void aPortOrFactorThatIsNoneIsRefusedByName() {
        assertThatThrownBy(() -> Sandbox.start(environment(Map.of("QUARKUS_HTTP_PORT", "http"))))
                .isInstanceOf(SandboxStartException.class)
                .hasMessage("quarkus.http.port must be a TCP port (1 to 65535), not http");
        assertThatThrownBy(() ->
                        environment(Map.of("SANDBOX_DELAY_FACTOR", "fast")).factor("sandbox.delay-factor", 1))
                .hasMessageContaining("sandbox.delay-factor");
    }

    @Test
    void aReloadOfDevelopmentModeStartsAnewOnThePortsThatStayOpen() throws IOException {
        freePorts();
        properties.setProperty("sandbox.reloads", "true");
        Properties fromOutside = (Properties) properties.clone();
        try (ServerSocket open =
                new ServerSocket(Integer.parseInt(properties.getProperty("quarkus.http.port")), 1, null)) {
            SandboxEnvironment first = environment(Map.of());
            Sandbox.start(first).close();
            String firstToken = properties.getProperty("rampgate.proof.client-token");
            first.clear();

            assertThat(properties).isEqualTo(fromOutside);
            try (Sandbox second = Sandbox.start(environment(Map.of()))) {
                assertThat(properties.getProperty("rampgate.proof.client-token"))
                        .isNotEqualTo(firstToken);
                assertThat(properties).containsKey("rampgate.database.host");
                assertThat(second).isNotNull();
            }
            assertThat(open.isBound()).isTrue();
        }
    }

    @Test
    void aMisspeltSettingIsNamedWithTheOneThatWasMeant() {
        properties.setProperty("sandbox.delay-factor", "1");
        SandboxEnvironment environment = environment(
                Map.of("SANDBOX_SCENARO", "calm", "SANDBOX_PORT", "8090", "SANDBOX_QWERTZ", "1", "PATH", "/bin"));

        assertThat(environment.unknownSettings())
                .containsExactly(
                        "SANDBOX_QWERTZ is not a setting of the sandbox and has no effect; docs/sandbox.md lists all",
                        "SANDBOX_SCENARO is not a setting of the sandbox and has no effect; did you mean SANDBOX_SCENARIO?");
    }

    @Test
    void itEndsWithTheMavenThatStartedItAndWithNoOtherParent() throws IOException {
        Process shell = new ProcessBuilder("sh", "-c", "read line", "org.codehaus.plexus.classworlds.launcher.Launcher")
                .start();
        Process other = new ProcessBuilder("sh", "-c", "read line").start();
        try {
            assertThat(EndOfMaven.isMaven(shell.toHandle())).isTrue();
            assertThat(EndOfMaven.isMaven(other.toHandle())).isFalse();
            CountDownLatch ended = new CountDownLatch(1);
            EndOfMaven.runAfter(shell.toHandle(), ended::countDown);
            assertThat(ended.getCount()).isEqualTo(1);

            shell.destroy();

            await().atMost(Duration.ofSeconds(30)).until(() -> ended.getCount() == 0);
        } finally {
            shell.destroyForcibly();
            other.destroyForcibly();
        }
    }

    private SandboxEnvironment environment(Map<String, String> variables) {
        return new SandboxEnvironment(properties, variables);
    }

    private void freePorts() {
        for (String name : new String[] {"quarkus.http.port", "quarkus.management.port", "sandbox.port"}) {
            properties.setProperty(name, Integer.toString(ProofAndDatabase.freePort()));
        }
    }
}
