package dev.rampgate.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
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

    private SandboxEnvironment environment(Map<String, String> variables) {
        return new SandboxEnvironment(properties, variables::get);
    }

    private void freePorts() throws IOException {
        for (String name : new String[] {"quarkus.http.port", "quarkus.management.port", "sandbox.port"}) {
            try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                properties.setProperty(name, Integer.toString(probe.getLocalPort()));
            }
        }
    }
}
