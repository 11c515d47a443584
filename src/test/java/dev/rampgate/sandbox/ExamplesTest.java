package dev.rampgate.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

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
    void theExpressHandlerAcknowledgesDuplicatesAndConfirms() throws Exception {
        require(
                "Node.js and express",
                hasProgram("node") && Files.isDirectory(EXAMPLES.resolve("express-webhook/node_modules/express")),
                "run npm ci in docs/examples/express-webhook");
        try (Example handler = new Example(Map.of("PORT", "0"), "node", "express-webhook/server.js")) {
            await().atMost(LIMIT).until(() -> handler.lines().stream().anyMatch(line -> line.startsWith("listening ")));
            String port = handler.lines().get(0).replace("listening ", "");
            simulator.webhooks().url("http://127.0.0.1:" + port + "/proof-webhook");
            simulator.faults().doubleWebhooks();
            String id = new Partner(simulator).openSession();

            simulator.drive(id, Action.PAY);
            await().atMost(LIMIT).until(() -> handler.lines().contains("confirmed " + id + " processing"));
            simulator.drive(id, Action.COMPLETE);
            await().atMost(LIMIT).until(() -> handler.lines().contains("confirmed " + id + " completed"));

            await().atMost(LIMIT)
                    .untilAsserted(() -> assertThat(simulator.webhooks().sent().all())
                            .hasSize(4)
                            .allMatch(sent -> sent.answer() == 200));
            await().atMost(LIMIT).untilAsserted(() -> assertThat(handler.lines())
                    .containsOnlyOnce("webhook " + id + " completed", "duplicate " + id + " completed"));
        }
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
