package dev.rampgate.packaged;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.rampgate.sandbox.ProofSimulator;
import dev.rampgate.sandbox.SimulatorSettings;
import dev.rampgate.sandbox.http.ReceivedCall;
import dev.rampgate.sandbox.transaction.LifeMode;
import dev.rampgate.support.ProofAndDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code --smoke} of the packaged artifact: no database, no port, only Proof. */
class SmokeIT {

    private static final String CLIENT_TOKEN = "client-token-canary-0003";

    private static final Duration LIMIT = Duration.ofSeconds(60);

    private static ProofSimulator proof;

    @TempDir
    Path mounted;

    @BeforeAll
    static void start() {
        proof = ProofSimulator.started(SimulatorSettings.builder()
                .port(0)
                .clientToken(CLIENT_TOKEN)
                .life(LifeMode.MANUAL, 1)
                .build());
    }

    @AfterAll
    static void stop() {
        proof.close();
    }

    @BeforeEach
    void forget() {
        proof.calls().clear();
    }

    @Test
    void itEndsWellIfEveryPairBringsAnAddress() {
        try (PackagedRampgate smoke = smoke("USDC/ERC20, USDT/TRC20", Map.of())) {
            assertThat(smoke.exitCode()).as(smoke.log()).isZero();
            assertThat(smoke.log()).contains("USDC/ERC20: ok", "USDT/TRC20: ok").doesNotContain("FAILED");
        }
        assertThat(proof.calls().count(ReceivedCall::isSessionCall)).isEqualTo(2);
        assertThat(proof.calls().count(ReceivedCall::isTransactionCall)).isZero();
        assertThat(proof.calls().count(ReceivedCall::isSocketUpgrade)).isZero();
    }

    @Test
    void itFailsAndNamesThePairsThatDoNotWork() throws IOException {
        String token =
                Files.writeString(mounted.resolve("token"), CLIENT_TOKEN + "\n").toString();
        Map<String, String> fromFile =
                Map.of("RAMPGATE_PROOF_CLIENT_TOKEN", "", "RAMPGATE_PROOF_CLIENT_TOKEN_FILE", token);
        try (PackagedRampgate smoke = smoke("DOGE/ERC20, USDC/ERC20, USDC/SOLANA", fromFile)) {
            assertThat(smoke.exitCode()).isEqualTo(1);
            assertThat(smoke.log())
                    .contains(
                            "DOGE/ERC20: FAILED, currency_not_allowed",
                            "USDC/ERC20: ok",
                            "USDC/SOLANA: FAILED, wallet_not_supported");
        }
    }

    @Test
    void whereProofCannotBeReachedItSaysSoAndNamesTheAddressAndTheSettings() {
        String nowhere = "http://localhost:" + ProofAndDatabase.freePort();
        try (PackagedRampgate smoke = smoke("USDC/ERC20", Map.of("RAMPGATE_PROOF_BASE_URL", nowhere))) {
            assertThat(smoke.exitCode()).isEqualTo(1);
            assertThat(smoke.log())
                    .contains(
                            "USDC/ERC20: FAILED, unreachable: no connection to Proof at " + nowhere,
                            "RAMPGATE_PROOF_BASE_URL")
                    .doesNotContain("without id", "quote request");
        }
    }

    @Test
    void aWrongClientTokenIsNamedAsTheReason() {
        try (PackagedRampgate smoke =
                smoke("USDC/ERC20", Map.of("RAMPGATE_PROOF_CLIENT_TOKEN", "other-client-token-canary-0003"))) {
            assertThat(smoke.exitCode()).isEqualTo(1);
            assertThat(smoke.log()).contains("unauthorised", "RAMPGATE_PROOF_CLIENT_TOKEN", "quote request req_");
        }
    }

    @Test
    void itEndsWithItsTaskAndDoesNotWaitAsAServiceDoes() {
        // The service would keep its port open for a minute; the watchdog would end it after more than that.
        try (PackagedRampgate smoke = smoke("USDC/ERC20", Map.of("QUARKUS_SHUTDOWN_DELAY", "60s"))) {
            await("its report").atMost(LIMIT).until(() -> smoke.log().contains("USDC/ERC20: ok"));
            long reported = System.nanoTime();
            assertThat(smoke.exitCode()).as(smoke.log()).isZero();
            assertThat(Duration.ofNanos(System.nanoTime() - reported)).isLessThan(Duration.ofSeconds(30));
        }
    }

    @Test
    void withoutPairsThereIsNothingToTestWhichIsNoSuccess() {
        try (PackagedRampgate smoke = smoke("", Map.of())) {
            assertThat(smoke.exitCode()).isEqualTo(1);
            assertThat(smoke.log()).contains("rampgate.session.pairs");
        }
    }

    @Test
    void anUnknownArgumentIsRefused() {
        try (PackagedRampgate confused = PackagedRampgate.launch(Map.of(), "--smok")) {
            assertThat(confused.exitCode()).isEqualTo(2);
            assertThat(confused.log()).contains("--smoke");
        }
    }

    private static PackagedRampgate smoke(String pairs, Map<String, String> more) {
        Map<String, String> environment = new HashMap<>();
        environment.put("RAMPGATE_PROOF_BASE_URL", proof.baseUrl());
        environment.put("RAMPGATE_PROOF_CLIENT_TOKEN", CLIENT_TOKEN);
        environment.put("RAMPGATE_IDENTITY_MODE", "header");
        environment.put("RAMPGATE_IDENTITY_HEADER_SECRET", "gateway-secret-canary-0003");
        environment.put("RAMPGATE_SESSION_PAIRS", pairs);
        environment.putAll(more);
        return PackagedRampgate.launch(environment, "--smoke");
    }
}
