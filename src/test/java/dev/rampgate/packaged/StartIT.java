package dev.rampgate.packaged;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.rampgate.support.ProofAndDatabase;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What the packaged artifact says about its settings when it starts. Nothing here needs a database or Proof. */
class StartIT {

    private static final Duration LIMIT = Duration.ofSeconds(60);

    @Test
    void allMissingSettingsAreNamedAtOnce() {
        try (PackagedRampgate started = PackagedRampgate.launch(Map.of())) {
            assertThat(started.exitCode()).isEqualTo(1);
            assertThat(started.log())
                    .contains(
                            "RAMPGATE_DATABASE_HOST",
                            "RAMPGATE_DATABASE_NAME",
                            "RAMPGATE_DATABASE_USER",
                            "RAMPGATE_DATABASE_PASSWORD",
                            "RAMPGATE_PROOF_BASE_URL",
                            "RAMPGATE_PROOF_CLIENT_TOKEN",
                            "RAMPGATE_IDENTITY_MODE");
        }
    }

    @Test
    void anUnknownNameIsReportedWithTheNearestKnownOneAndWithoutItsValue() {
        Map<String, String> misspelt = Map.of(
                "RAMPGATE_WEBHOK_KEYS", "webhook-key-canary-0001",
                "RAMPGATE_PORT_8080_TCP_ADDR", "10.0.0.1",
                "RAMPGATE_TRACING_RATIO", "0.5");
        try (PackagedRampgate started = PackagedRampgate.launch(misspelt)) {
            assertThat(started.exitCode()).isEqualTo(1);
            assertThat(started.log())
                    .contains("There is no setting RAMPGATE_WEBHOK_KEYS; did you mean RAMPGATE_WEBHOOK_KEYS?")
                    .containsOnlyOnce("There is no setting")
                    .doesNotContain("webhook-key-canary");
        }
    }

    @Test
    void valuesOfTheWrongFormAreNamedAtOnceWithVariableValueAndExample() {
        Map<String, String> wrong = Map.of(
                "RAMPGATE_LIVE_HEARTBEAT", "20sec",
                "RAMPGATE_DATABASE_MAX_CONNECTIONS", "many",
                "RAMPGATE_SESSION_SELL", "ture",
                "RAMPGATE_EDGE_MAX_BODY_SIZE", "64KB",
                "RAMPGATE_IDENTITY_MODE", "gateway");
        try (PackagedRampgate started = PackagedRampgate.launch(wrong)) {
            assertThat(started.exitCode()).isEqualTo(1);
            assertThat(started.log())
                    .contains(
                            "rampgate.live.heartbeat (RAMPGATE_LIVE_HEARTBEAT) is \"20sec\"; it must be a time such as",
                            "rampgate.database.max-connections (RAMPGATE_DATABASE_MAX_CONNECTIONS) is \"many\"; it must be a"
                                    + " whole number such as",
                            "rampgate.session.sell (RAMPGATE_SESSION_SELL) is \"ture\"; it must be true or false",
                            "rampgate.edge.max-body-size (RAMPGATE_EDGE_MAX_BODY_SIZE) is \"64KB\"; it must be a size such as",
                            "rampgate.identity.mode (RAMPGATE_IDENTITY_MODE) is \"gateway\"; it must be one of")
                    .doesNotContain("SRCFG", "Exception");
        }
    }

    @Test
    void oneLineSaysWhatIsOff() {
        Map<String, String> lean = complete();
        lean.put("RAMPGATE_SESSION_SELL", "true");
        try (PackagedRampgate started = PackagedRampgate.launch(lean)) {
            await("the line").atMost(LIMIT).until(() -> started.log().contains("Off, since the settings say so"));
            assertThat(started.log().lines().filter(line -> line.contains("Off, since the settings say so")))
                    .singleElement()
                    .asString()
                    .contains(
                            "webhooks from Proof (RAMPGATE_WEBHOOK_KEYS)",
                            "RAMPGATE_LIVE_TICKET_KEYS",
                            "TLS to the database (RAMPGATE_DATABASE_SSL_MODE)")
                    .doesNotContain("RAMPGATE_SESSION_SELL");
        }
    }

    @Test
    void aTakenPortIsNamedWithTheSettingsThatMoveIt() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("0.0.0.0"))) {
            try (PackagedRampgate started =
                    PackagedRampgate.launch(complete(), taken.getLocalPort(), ProofAndDatabase.freePort())) {
                assertThat(started.exitCode()).isEqualTo(1);
                assertThat(started.log())
                        .contains("Port " + taken.getLocalPort(), "is in use", "QUARKUS_HTTP_PORT")
                        .doesNotContain("BindException", "\tat ");
            }
        }
    }

    @Test
    void aTakenManagementPortIsNamedWithTheSettingThatMovesIt() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("0.0.0.0"));
                PackagedRampgate started =
                        PackagedRampgate.launch(complete(), ProofAndDatabase.freePort(), taken.getLocalPort())) {
            assertThat(started.exitCode()).isEqualTo(1);
            assertThat(started.log())
                    .contains("Port " + taken.getLocalPort(), "is in use", "QUARKUS_MANAGEMENT_PORT")
                    .doesNotContain("BindException", "\tat ");
        }
    }

    private static Map<String, String> complete() {
        return new HashMap<>(Map.of(
                "RAMPGATE_DATABASE_HOST", "localhost",
                "RAMPGATE_DATABASE_PORT", Integer.toString(ProofAndDatabase.freePort()),
                "RAMPGATE_DATABASE_NAME", "nowhere",
                "RAMPGATE_DATABASE_USER", "nobody",
                "RAMPGATE_DATABASE_PASSWORD", "password-canary-0009",
                "RAMPGATE_PROOF_BASE_URL", "http://localhost:1",
                "RAMPGATE_PROOF_CLIENT_TOKEN", "client-token-canary-0009",
                "RAMPGATE_IDENTITY_MODE", "header",
                "RAMPGATE_IDENTITY_HEADER_SECRET", "gateway-secret-canary-0009"));
    }
}
