package dev.rampgate.sandbox;

import dev.rampgate.sandbox.http.EventReceiver;
import dev.rampgate.sandbox.scenario.Scenarios;
import dev.rampgate.sandbox.transaction.LifeMode;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;

/** The sandbox's parts beside Rampgate: the simulator of Proof, actors of the back office and, unless one is configured, a PostgreSQL. */
final class Sandbox implements AutoCloseable {

    static final int SIMULATOR_PORT = 8090;
    static final int PUBLIC_PORT = 8080;
    static final int MANAGEMENT_PORT = 9000;

    /** The pages that development servers such as Vite serve, whatever their port is. */
    static final String LOCAL_PAGES = "http://localhost:*,http://127.0.0.1:*";

    /** The settings of the receiver whose events the checkout page shows. */
    private static final String ENDPOINT = "rampgate.outbox.endpoints.sandbox.";

    /** With it a buy takes about ten seconds, long enough to watch. */
    static final double DELAY_FACTOR = 0.1;

    /** How long an event loop may be busy without a warning. */
    private static final String BLOCKED = "10s";

    private final ProofSimulator simulator;
    private final SandboxActors actors;
    private final Optional<EmbeddedDatabase> database;
    private final ReceiverSecret receiverSecret;

    private Sandbox(
            ProofSimulator simulator,
            SandboxActors actors,
            Optional<EmbeddedDatabase> database,
            ReceiverSecret receiverSecret) {
        this.simulator = simulator;
        this.actors = actors;
        this.database = database;
        this.receiverSecret = receiverSecret;
    }

    /**
     * Starts the simulator and the database, and configures Rampgate to use them.
     *
     * @throws SandboxStartException if a port is taken or a setting is wrong
     */
    static Sandbox start(SandboxEnvironment environment) {
        int publicPort = environment.port("quarkus.http.port", PUBLIC_PORT);
        int managementPort = environment.port("quarkus.management.port", MANAGEMENT_PORT);
        // Development mode keeps Rampgate's ports open while it reloads.
        if (!environment.isOn("sandbox.reloads")) {
            requireFree(publicPort, "quarkus.http.port", "Rampgate");
            requireFree(managementPort, "quarkus.management.port", "Rampgate's health and metrics");
        }
        SimulatorSettings.Builder settings = simulatorSettings(environment);

        String webhookKey = secret("hook");
        ReceiverSecret receiverSecret = ReceiverSecret.create();
        ProofSimulator simulator = simulator(
                settings.clientToken(secret("tok"))
                        .webhookUrl("http://localhost:" + publicPort + "/proof-webhook/" + webhookKey)
                        .theme("auto")
                        .receiverSecret(receiverSecret.value())
                        .life(LifeMode.AUTOMATIC, environment.factor("sandbox.delay-factor", DELAY_FACTOR))
                        .build(),
                environment);
        environment.set("rampgate.proof.base-url", simulator.baseUrl());
        environment.set("rampgate.proof.client-token", simulator.clientToken());
        environment.set("rampgate.webhook.keys", webhookKey);
        environment.set("rampgate.identity.mode", "demo");
        environment.set(ENDPOINT + "url", simulator.baseUrl() + EventReceiver.PATH);
        environment.set(ENDPOINT + "secrets-file", receiverSecret.file().toString());
        String rampgate = "http://localhost:" + publicPort;
        environment.set("rampgate.hand-off.base-url", rampgate);
        environment.set("rampgate.hand-off.widget-script", simulator.baseUrl() + "/widget.2.0.js");
        environment.set("rampgate.session.redirect-origins", rampgate + ",shop-app://");
        environment.set("rampgate.cors.origins", LOCAL_PAGES);
        // At the start a slow machine keeps an event loop busy; a stack trace there would look like a failure.
        environment.set("quarkus.vertx.max-event-loop-execute-time", BLOCKED);
        environment.set("quarkus.vertx.warning-exception-time", BLOCKED);
        SandboxActors actors = SandboxActors.configure(environment);
        try {
            Optional<EmbeddedDatabase> database = database(environment);
            simulator.scenarioPlayer().onChange(new PausesOfRampgate(environment)::end);
            return new Sandbox(simulator, actors, database, receiverSecret);
        } catch (RuntimeException broken) {
            actors.close();
            simulator.close();
            receiverSecret.close();
            throw new SandboxStartException(broken.getMessage()
                    + ". To use your own PostgreSQL, set RAMPGATE_DATABASE_HOST, _PORT, _NAME, _USER and _PASSWORD.");
        }
    }

    /**
     * Reads a simulator's settings from the environment: its port, its host and the user's scenarios.
     *
     * @throws SandboxStartException if the port is taken, or a scenario cannot be read
     */
    static SimulatorSettings.Builder simulatorSettings(SandboxEnvironment environment) {
        int port = environment.port("sandbox.port", SIMULATOR_PORT);
        requireFree(port, "sandbox.port", "the simulator of Proof");
        SimulatorSettings.Builder settings = SimulatorSettings.builder().port(port);
        environment.find("sandbox.host").ifPresent(settings::host);
        environment.find("sandbox.other-client-token").ifPresent(settings::otherClientToken);
        try {
            environment
                    .find("sandbox.scenarios")
                    .ifPresent(folder -> settings.scenarios(Scenarios.builtIn().withFolder(Path.of(folder))));
        } catch (IllegalArgumentException unreadable) {
            throw new SandboxStartException("sandbox.scenarios: " + unreadable.getMessage());
        }
        return settings;
    }

    /**
     * Starts a simulator, and plays the scenario that the environment names.
     *
     * @throws SandboxStartException if it cannot start, or there is no such scenario
     */
    static ProofSimulator simulator(SimulatorSettings settings, SandboxEnvironment environment) {
        ProofSimulator simulator;
        try {
            simulator = ProofSimulator.started(settings);
        } catch (IllegalStateException broken) {
            throw new SandboxStartException(broken.getMessage());
        }
        try {
            environment
                    .find("sandbox.scenario")
                    .ifPresent(name -> simulator.scenarioPlayer().play(name));
            environment
                    .find("sandbox.seed")
                    .ifPresent(seed -> simulator.scenarioPlayer().play(Long.parseLong(seed)));
            simulator.webhooks().reportTo(System.err::println);
            return simulator;
        } catch (NumberFormatException noNumber) {
            simulator.close();
            throw new SandboxStartException("sandbox.seed (SANDBOX_SEED) must be a whole number such as 42");
        } catch (IllegalArgumentException unknown) {
            simulator.close();
            throw new SandboxStartException("sandbox.scenario (SANDBOX_SCENARIO): " + unknown.getMessage());
        }
    }

    private static Optional<EmbeddedDatabase> database(SandboxEnvironment environment) {
        if (environment.find("rampgate.database.host").isPresent()) {
            return Optional.empty();
        }
        EmbeddedDatabase embedded = EmbeddedDatabase.startUnguarded();
        environment.set("rampgate.database.host", embedded.host());
        environment.set("rampgate.database.port", Integer.toString(embedded.port()));
        environment.set("rampgate.database.name", embedded.name());
        environment.set("rampgate.database.user", embedded.user());
        environment.set("rampgate.database.password", embedded.password());
        return Optional.of(embedded);
    }

    @Override
    public void close() {
        try {
            simulator.close();
        } finally {
            receiverSecret.close();
            database.ifPresent(EmbeddedDatabase::close);
            actors.close();
        }
    }

    private static void requireFree(int port, String setting, String who) {
        try (ServerSocket probe = new ServerSocket()) {
            probe.setReuseAddress(true);
            probe.bind(new InetSocketAddress(port));
        } catch (IOException taken) {
            throw new SandboxStartException("port " + port + " is in use, but " + who
                    + " needs it. End the program that uses it, or set another port, for example "
                    + setting.toUpperCase(Locale.ROOT).replaceAll("[^A-Z]", "_") + "=" + (port + 100) + ".");
        }
    }

    /** Random at each start, so that a sandbox secret is never mistaken for a real one. */
    private static String secret(String prefix) {
        return prefix + "_" + HexFormat.of().toHexDigits(new Random().nextLong())
                + HexFormat.of().toHexDigits(new Random().nextLong());
    }
}
