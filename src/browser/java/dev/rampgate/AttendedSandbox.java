package dev.rampgate;

import dev.rampgate.sandbox.EmbeddedDatabase;
import dev.rampgate.sandbox.ProofSimulator;
import dev.rampgate.sandbox.ReceiverSecret;
import dev.rampgate.sandbox.SimulatorSettings;
import dev.rampgate.sandbox.http.EventReceiver;
import dev.rampgate.sandbox.transaction.LifeMode;
import dev.rampgate.support.ProofAndDatabase;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.util.HashMap;
import java.util.Map;

/**
 * The sandbox as a person meets it: they act for the user, and what follows a payment comes by itself, soon. With the argument
 * {@value #RECEIVER} it has a receiver of events, too.
 */
public final class AttendedSandbox implements QuarkusTestResourceLifecycleManager {

    static final String RECEIVER = "receiver";

    private static final double DELAY_FACTOR = 0.01;

    private static ProofSimulator proof;
    private static EmbeddedDatabase database;
    private static ReceiverSecret receiverSecret;

    private boolean hasReceiver;

    static ProofSimulator proof() {
        return proof;
    }

    @Override
    public void init(Map<String, String> arguments) {
        hasReceiver = Boolean.parseBoolean(arguments.get(RECEIVER));
    }

    @Override
    public Map<String, String> start() {
        int httpPort = ProofAndDatabase.freePort();
        database = EmbeddedDatabase.start();
        receiverSecret = ReceiverSecret.create();
        proof = ProofSimulator.started(SimulatorSettings.builder()
                .clientToken(ProofAndDatabase.CLIENT_TOKEN)
                .webhookUrl("http://localhost:" + httpPort + "/proof-webhook/" + ProofAndDatabase.WEBHOOK_KEY)
                .theme("auto")
                .receiverSecret(hasReceiver ? receiverSecret.value() : null)
                .life(LifeMode.ATTENDED, DELAY_FACTOR)
                .build());
        Map<String, String> settings = new HashMap<>(ProofAndDatabase.settings(proof, database));
        settings.put("quarkus.http.test-port", Integer.toString(httpPort));
        if (hasReceiver) {
            String endpoint = "rampgate.outbox.endpoints.sandbox.";
            settings.put(endpoint + "url", proof.baseUrl() + EventReceiver.PATH);
            settings.put(endpoint + "secrets-file", receiverSecret.file().toString());
        }
        // As in the sandbox's own profile, whose pages these are.
        settings.put("rampgate.hand-off.base-url", "http://localhost:" + httpPort);
        settings.put("rampgate.hand-off.widget-script", proof.baseUrl() + "/widget.2.0.js");
        settings.put("rampgate.session.redirect-origins", "http://localhost:" + httpPort + ",shop-app://");
        settings.put("rampgate.cors.origins", "http://localhost:*,http://127.0.0.1:*");
        settings.put("quarkus.http.header.\"Content-Security-Policy\".value", "frame-ancestors 'none'");
        return settings;
    }

    @Override
    public void stop() {
        proof.close();
        receiverSecret.close();
        database.close();
    }
}
