package dev.rampgate.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.rampgate.sandbox.fault.Fault;
import dev.rampgate.sandbox.fault.FaultRule;
import dev.rampgate.sandbox.fault.Place;
import dev.rampgate.sandbox.transaction.Action;
import dev.rampgate.sandbox.transaction.LifeMode;
import dev.rampgate.support.Missing;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The examples under {@code docs/examples}: partner backends that are not ours, against the simulator alone. */
class ExamplesTest {

    private static final Path EXAMPLES = Path.of("docs", "examples");
    private static final Duration LIMIT = Duration.ofSeconds(60);

    @TempDir
    Path folder;

    private final ProofSimulator simulator = ProofSimulator.started(
            SimulatorSettings.builder().life(LifeMode.MANUAL, 1).build());

    @AfterEach
    void stop() {
        simulator.close();
    }

    @Test
    void theShellScriptHearsASocketAndPolls() throws Exception {
        require("bash and curl", hasProgram("bash") && hasProgram("curl"), "install the packages bash and curl");
        try (Example script = new Example(Map.of("POLL_SECONDS", "0.2"), "bash", "follow.sh")) {
            await().atMost(LIMIT).until(() -> script.lines().contains("poll pending"));
            String id = simulator.transactions().all().get(0).id();
            await().atMost(LIMIT).until(() -> simulator.sockets().count(id) == 1);

            simulator.drive(id, Action.PAY);
            await().atMost(LIMIT).until(() -> script.lines().contains("poll processing"));
            await().atMost(LIMIT).until(() -> script.lines().contains("socket processing"));
            simulator.drive(id, Action.COMPLETE);

            assertThat(script.exitCode()).isZero();
            assertThat(script.lines())
                    .contains("session " + id, "poll completed", "socket processing", "socket completed");
        }
    }

    @Test
    void theShellScriptFollowsARetryToItsEnd() throws Exception {
        require("bash and curl", hasProgram("bash") && hasProgram("curl"), "install the packages bash and curl");
        simulator.scenarioPlayer().play("retry-in-widget");
        simulator.life().factor(0.05);
        try (Example script = new Example(Map.of("POLL_SECONDS", "0.2"), "bash", "follow.sh")) {
            assertThat(script.exitCode()).isZero();
            assertThat(script.lines())
                    .containsSubsequence("poll failed", "poll completed", "settled completed")
                    .contains("socket failed", "socket completed");
        }
    }

    @Test
    void theShellScriptWaitsAsProofAsksAndShowsNoErrorsOfCurl() throws Exception {
        require("bash and curl", hasProgram("bash") && hasProgram("curl"), "install the packages bash and curl");
        simulator.scenarioPlayer().play("proof-429");
        simulator
                .faults()
                .add(FaultRule.always(Place.TRANSACTION_CALL, new Fault.Cut()).times(1));
        try (Example script = new Example(Map.of("POLL_SECONDS", "0.2"), "bash", "follow.sh")) {
            await().atMost(LIMIT).until(() -> script.lines()
                    .contains("no poll: Proof answered 429 rate_limit_exceeded, again in 5 s"));
            await().atMost(LIMIT).until(() -> script.lines().contains("poll pending"));
            String id = simulator.transactions().all().get(0).id();
            simulator.drive(id, Action.PAY);
            simulator.drive(id, Action.COMPLETE);

            assertThat(script.exitCode()).isZero();
            assertThat(script.lines())
                    .contains("poll completed", "settled completed")
                    .noneMatch(line -> line.contains("curl"));
        }
    }

    @Test
    void theShellScriptEndsWhenAFailureStays() throws Exception {
        require("bash and curl", hasProgram("bash") && hasProgram("curl"), "install the packages bash and curl");
        simulator.scenarioPlayer().play("payment-fails");
        simulator.life().factor(0.02);
        try (Example script = new Example(Map.of("POLL_SECONDS", "0.2", "SETTLE_SECONDS", "2"), "bash", "follow.sh")) {
            assertThat(script.exitCode()).isZero();
            assertThat(script.lines()).containsSubsequence("poll failed", "settled failed");
        }
    }

    @Test
    void theShellScriptSaysInItsOwnWordsWhyThereIsNoSession() throws Exception {
        require("bash and curl", hasProgram("bash") && hasProgram("curl"), "install the packages bash and curl");
        simulator.scenarioPlayer().play("proof-forbidden");
        try (Example script = new Example(Map.of(), "bash", "follow.sh")) {
            assertThat(script.exitCode()).isEqualTo(1);
            assertThat(script.lines()).containsExactly("no session: Proof answered 403 forbidden_origin");
        }
    }

    @Test
    void theExpressHandlerTakesDuplicatesOnceAndASecondFailureForWhatItIs() throws Exception {
        try (Example handler = expressHandler()) {
            simulator.faults().doubleWebhooks();
            String id = new Partner(simulator).openSession();

            simulator.drive(id, Action.PAY);
            await().atMost(LIMIT).until(() -> handler.lines().contains("confirmed " + id + " processing"));
            simulator.drive(id, Action.FAIL);
            await().atMost(LIMIT).until(() -> handler.count("confirmed " + id + " failed") == 1);
            simulator.drive(id, Action.RETRY);
            await().atMost(LIMIT).until(() -> handler.count("confirmed " + id + " processing") == 2);
            simulator.drive(id, Action.FAIL);
            await().atMost(LIMIT).until(() -> handler.count("confirmed " + id + " failed") == 2);

            await().atMost(LIMIT)
                    .untilAsserted(() -> assertThat(simulator.webhooks().sent().all())
                            .hasSize(8)
                            .allMatch(sent -> sent.answer() == 200));
            await().atMost(LIMIT).until(() -> handler.count("webhook " + id + " failed") == 4);
            assertThat(handler.count("confirmed " + id + " failed")).isEqualTo(2);
        }
    }

    @Test
    void theExpressHandlerFollowsARetryInTheWidget() throws Exception {
        try (Example handler = expressHandler()) {
            simulator.scenarioPlayer().play("retry-in-widget");
            simulator.life().factor(0.05);
            String id = new Partner(simulator).openSession();

            await().atMost(LIMIT).until(() -> handler.lines().contains("confirmed " + id + " completed"));
            assertThat(handler.lines())
                    .containsSubsequence("confirmed " + id + " failed", "confirmed " + id + " completed");
        }
    }

    @Test
    void theExpressHandlerLosesNothingByRefusedCalls() throws Exception {
        try (Example handler = expressHandler()) {
            String id = new Partner(simulator).openSession();
            simulator.faults().answer(Place.TRANSACTION_CALL, 429, 1);
            simulator.faults().answer(Place.TRANSACTION_CALL, 500, 1);
            simulator.drive(id, Action.PAY);

            await().atMost(LIMIT).until(() -> handler.lines().contains("confirmed " + id + " processing"));
            assertThat(handler.lines())
                    .anyMatch(line -> line.startsWith("unconfirmed " + id + ": Proof answered 429"))
                    .anyMatch(line -> line.startsWith("unconfirmed " + id + ": Proof answered 500"));

            simulator.scenarioPlayer().play("proof-429");
            simulator.drive(id, Action.COMPLETE);
            await().atMost(LIMIT).until(() -> handler.lines().contains("confirmed " + id + " completed"));
        }
    }

    @Test
    void theExpressHandlerConfirmsAPaymentThatFails() throws Exception {
        try (Example handler = expressHandler()) {
            simulator.scenarioPlayer().play("payment-fails");
            simulator.life().factor(0.02);
            String id = new Partner(simulator).openSession();

            await().atMost(LIMIT).until(() -> handler.lines().contains("confirmed " + id + " failed"));
        }
    }

    /** Runs, and gets the simulator's webhooks. */
    private Example expressHandler() throws IOException {
        require(
                "Node.js and express",
                hasProgram("node") && Files.isDirectory(EXAMPLES.resolve("express-webhook/node_modules/express")),
                "run npm ci in docs/examples/express-webhook");
        Example handler = new Example(Map.of("PORT", "0"), "node", "express-webhook/server.js");
        await().atMost(LIMIT).until(() -> handler.lines().stream().anyMatch(line -> line.startsWith("listening ")));
        String port = handler.lines().get(0).replace("listening ", "");
        simulator.webhooks().url("http://127.0.0.1:" + port + "/proof-webhook");
        return handler;
    }

    private static void require(String what, boolean there, String remedy) {
        if (!there) {
            Missing.leaveOut("an example under docs/examples was LEFT OUT: it needs " + what + "; " + remedy);
        }
    }

    private static boolean hasProgram(String name) {
        return Stream.of(System.getenv("PATH").split(":"))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, name)));
    }

    /** A running example. */
    private final class Example implements AutoCloseable {
        private final Process process;
        private final Path output = folder.resolve("output");

        Example(Map<String, String> environment, String program, String file) throws IOException {
            ProcessBuilder builder = new ProcessBuilder(
                            program, EXAMPLES.resolve(file).toString())
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile());
            builder.environment().putAll(environment);
            builder.environment().put("PROOF_BASE_URL", simulator.baseUrl());
            builder.environment().put("PROOF_CLIENT_TOKEN", simulator.clientToken());
            process = builder.start();
        }

        List<String> lines() throws IOException {
            return Files.readAllLines(output);
        }

        long count(String line) throws IOException {
            return lines().stream().filter(line::equals).count();
        }

        int exitCode() throws InterruptedException {
            assertThat(process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
            return process.exitValue();
        }

        @Override
        public void close() throws InterruptedException {
            process.descendants().forEach(ProcessHandle::destroy);
            process.destroy();
            process.waitFor(10, TimeUnit.SECONDS);
        }
    }
}
