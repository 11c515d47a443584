package dev.rampgate.packaged;

import static org.awaitility.Awaitility.await;

import dev.rampgate.support.ProofAndDatabase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/**
 * The packaged artifact as a process of its own, in the production profile, told everything by its environment: the
 * native executable where one is built ({@code -Dnative}), else {@code quarkus-run.jar}.
 */
public final class PackagedRampgate implements AutoCloseable {

    /** For what waits beside a test: from Java 25 on all that names no executor shares one thread on two processors. */
    static final Executor THREAD_EACH = task -> new Thread(task, "beside a test").start();

    /** For a test that looks at how it ends: how long it serves after SIGTERM. */
    public static final Map<String, String> SHUTDOWN_DELAY = Map.of("QUARKUS_SHUTDOWN_DELAY", "2s");

    private static final Duration START_LIMIT = Duration.ofSeconds(120);
    private static final Path TARGET = Path.of(System.getProperty("project.build.directory", "target"));

    private final Process process;
    private final Path log;
    private final int port;
    private final int managementPort;

    private PackagedRampgate(Process process, Path log, int port, int managementPort) {
        this.process = process;
        this.log = log;
        this.port = port;
        this.managementPort = managementPort;
    }

    /** Starts it, without waiting for anything. */
    public static PackagedRampgate launch(Map<String, String> environment, String... arguments) {
        return launch(environment, ProofAndDatabase.freePort(), ProofAndDatabase.freePort(), arguments);
    }

    /** As {@link #launch(Map, String...)}, on ports of the caller's choice. */
    public static PackagedRampgate launch(
            Map<String, String> environment, int port, int managementPort, String... arguments) {
        return launch(command(arguments), environment, port, managementPort);
    }

    /**
     * As {@link #launch(Map, int, int, String...)}, but another build's artifact for a JVM.
     *
     * @param application the folder of its {@code quarkus-run.jar}
     */
    public static PackagedRampgate launchOther(
            Path application, Map<String, String> environment, int port, int managementPort) {
        return launch(
                List.of(java(), "-jar", application.resolve("quarkus-run.jar").toString()),
                environment,
                port,
                managementPort);
    }

    private static PackagedRampgate launch(
            List<String> command, Map<String, String> environment, int port, int managementPort) {
        try {
            Path log = Files.createTempFile("rampgate-", ".log");
            ProcessBuilder builder =
                    new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
            builder.environment()
                    .keySet()
                    .removeIf(name -> name.startsWith("RAMPGATE_") || name.startsWith("QUARKUS_"));
            // No load balancer here needs the time that production gives it; tests of an end set SHUTDOWN_DELAY.
            builder.environment().put("QUARKUS_SHUTDOWN_DELAY", "200ms");
            // It lives for seconds or minutes: a quick start is worth more than the best code.
            builder.environment().put("JDK_JAVA_OPTIONS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xmx256m");
            builder.environment().putAll(environment);
            builder.environment().put("QUARKUS_HTTP_PORT", Integer.toString(port));
            builder.environment().put("QUARKUS_MANAGEMENT_PORT", Integer.toString(managementPort));
            return new PackagedRampgate(builder.start(), log, port, managementPort);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Starts it and waits until it is ready. */
    public static PackagedRampgate start(Map<String, String> environment) {
        PackagedRampgate rampgate = launch(environment);
        rampgate.awaitReady();
        return rampgate;
    }

    /** Waits until it is ready; fails with what it printed if it ends instead. */
    public void awaitReady() {
        await("ready").atMost(START_LIMIT).pollInterval(Duration.ofMillis(50)).until(this::isReadyOrGone);
        if (!process.isAlive()) {
            throw new IllegalStateException("it did not start:\n" + log());
        }
    }

    private static List<String> command(String... arguments) {
        List<String> command = new ArrayList<>();
        Optional<Path> executable = executable();
        if (executable.isPresent()) {
            command.add(executable.get().toString());
            command.addAll(List.of(arguments));
            return command;
        }
        command.add(java());
        command.add("-jar");
        command.add(TARGET.resolve("quarkus-app/quarkus-run.jar").toString());
        command.addAll(List.of(arguments));
        return command;
    }

    private static String java() {
        return ProcessHandle.current().info().command().orElse("java");
    }

    /** The native executable; none if the JVM's artifact is tested. One that was not built makes everything fail. */
    public static Optional<Path> executable() {
        return Optional.of(System.getProperty("native.image.path", "none"))
                .filter(path -> !path.equals("none"))
                .map(Path::of);
    }

    public String url(String path) {
        return "http://localhost:" + port + path;
    }

    public String managementUrl(String path) {
        return "http://localhost:" + managementPort + path;
    }

    /** Of its process. */
    public long pid() {
        return process.pid();
    }

    public int managementPort() {
        return managementPort;
    }

    public int port() {
        return port;
    }

    /** Everything it printed so far. */
    public String log() {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits for its end; the exit code. */
    public int exitCode() {
        await("its end").atMost(START_LIMIT).until(() -> !process.isAlive());
        return process.exitValue();
    }

    /** SIGTERM. */
    public void terminate() {
        process.destroy();
    }

    /** SIGKILL: no code of its own runs any more. */
    public void kill() {
        process.destroyForcibly();
        exitCode();
    }

    private boolean isReadyOrGone() {
        return !process.isAlive() || isReady();
    }

    /** Whether it says so. */
    public boolean isReady() {
        try {
            HttpRequest request = HttpRequest.newBuilder(URI.create(managementUrl("/q/health/ready")))
                    .timeout(Duration.ofSeconds(2))
                    .build();
            return HttpClient.newHttpClient()
                            .send(request, BodyHandlers.discarding())
                            .statusCode()
                    == 200;
        } catch (IOException notYet) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(20, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
            String printed = log();
            Files.deleteIfExists(log);
            PrintedSecretsIT.assertHoldsNoSecret("the packaged artifact", printed.lines());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
