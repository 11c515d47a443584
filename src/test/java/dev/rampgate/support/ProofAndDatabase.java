package dev.rampgate.support;

import dev.rampgate.sandbox.EmbeddedDatabase;
import dev.rampgate.sandbox.ProofSimulator;
import dev.rampgate.sandbox.SimulatorSettings;
import dev.rampgate.sandbox.transaction.LifeMode;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;

/** What Rampgate needs around it in a test: a real PostgreSQL, and a Proof in which nothing happens by itself. */
public final class ProofAndDatabase implements QuarkusTestResourceLifecycleManager {

    /** The key of the webhook's URL. */
    public static final String WEBHOOK_KEY = "webhook-key-canary-0001";

    public static final String CLIENT_TOKEN = "client-token-canary-0001";

    private static ProofSimulator proof;
    private static EmbeddedDatabase database;
    private static Path erasureLedger;

    /** The simulated Proof of the tests that run now. */
    public static ProofSimulator proof() {
        return proof;
    }

    /** Their database. */
    public static EmbeddedDatabase database() {
        return database;
    }

    /** The directory of their erasure ledger. */
    public static Path erasureLedger() {
        return erasureLedger;
    }

    @Override
    public Map<String, String> start() {
        int httpPort = freePort();
        database = EmbeddedDatabase.start();
        proof = ProofSimulator.started(SimulatorSettings.builder()
                .port(0)
                .clientToken(CLIENT_TOKEN)
                .webhookUrl("http://localhost:" + httpPort + "/proof-webhook/" + WEBHOOK_KEY)
                .life(LifeMode.MANUAL, 1)
                .build());
        Map<String, String> settings = new HashMap<>(settings(proof, database));
        settings.putAll(CompanyPeople.settings());
        settings.put("quarkus.http.test-port", Integer.toString(httpPort));
        erasureLedger = newDirectory();
        settings.put("rampgate.privacy.erasure-ledger.directory", erasureLedger.toString());
        settings.put("rampgate.privacy.erasure-ledger.keys-file", "src/test/resources/erasure-keys");
        return settings;
    }

    private static Path newDirectory() {
        try {
            return Files.createTempDirectory("erasure-ledger");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What tells a Rampgate where they are. */
    public static Map<String, String> settings(ProofSimulator proof, EmbeddedDatabase database) {
        return Map.of(
                "rampgate.proof.base-url", proof.baseUrl(),
                "rampgate.proof.client-token", CLIENT_TOKEN,
                "rampgate.database.host", database.host(),
                "rampgate.database.port", Integer.toString(database.port()),
                "rampgate.database.name", database.name(),
                "rampgate.database.user", database.user(),
                "rampgate.database.password", database.password(),
                "rampgate.webhook.keys", WEBHOOK_KEY);
    }

    @Override
    public void stop() {
        proof.close();
        database.close();
    }

    /**
     * A free port below 32768. The system takes the ports of outgoing connections from there on, so none of them takes this
     * port before its server listens, or while its server is restarted.
     */
    public static int freePort() {
        Random random = new Random();
        while (true) {
            try (ServerSocket socket = new ServerSocket(16_000 + random.nextInt(16_000))) {
                return socket.getLocalPort();
            } catch (BindException taken) {
                // Another one is tried.
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
