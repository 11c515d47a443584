package dev.rampgate.packaged;

import dev.rampgate.sandbox.ProofSimulator;
import dev.rampgate.sandbox.SimulatorSettings;
import dev.rampgate.sandbox.transaction.LifeMode;
import dev.rampgate.support.TestDatabase;
import java.util.HashMap;
import java.util.Map;

/**
 * What one test class of the packaged artifact has around it: a database of its own, a Proof in which nothing happens by itself, and
 * the settings for both, behind a gateway that signs users in.
 */
record Surroundings(TestDatabase database, ProofSimulator proof, Map<String, String> secrets) implements AutoCloseable {

    /** The secrets are the class's own, so that one that was printed says where it comes from. */
    static Surroundings start(String clientToken, String webhookKey, String gatewaySecret) {
        TestDatabase database = TestDatabase.start();
        ProofSimulator proof = ProofSimulator.started(SimulatorSettings.builder()
                .port(0)
                .clientToken(clientToken)
                .life(LifeMode.MANUAL, 1)
                .build());
        return new Surroundings(
                database,
                proof,
                Map.of(
                        "RAMPGATE_PROOF_CLIENT_TOKEN", clientToken,
                        "RAMPGATE_WEBHOOK_KEYS", webhookKey,
                        "RAMPGATE_IDENTITY_HEADER_SECRET", gatewaySecret));
    }

    /** A copy, to which a class adds its own. */
    Map<String, String> environment() {
        Map<String, String> environment = new HashMap<>(database.environment());
        environment.put("RAMPGATE_PROOF_BASE_URL", proof.baseUrl());
        environment.put("RAMPGATE_IDENTITY_MODE", "header");
        environment.putAll(secrets);
        return environment;
    }

    @Override
    public void close() throws Exception {
        proof.close();
        database.close();
    }
}
