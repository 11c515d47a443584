package dev.rampgate.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Rampgate from its packaged artifact, told everything by its environment. */
record Rampgate(Child child, int port, int managementPort, Database database, double secondsToReady)
        implements AutoCloseable {

    /** What the image gives the JVM; before Java 25 there are no compact headers, and what malloc has free stays. */
    static final List<String> JVM_OPTIONS = Runtime.version().feature() < 25
            ? List.of("-Xmx112m", "-XX:+UseSerialGC")
            : List.of(
                    "-Xmx112m",
                    "-XX:+UseSerialGC",
                    "-XX:+UseCompactObjectHeaders",
                    "-XX:TrimNativeHeapInterval=5000");

    static final String WEBHOOK_PATH = "/proof-webhook/" + Request.WEBHOOK_KEY;

    /** Where the artifacts are. */
    record Artifact(Path jar, Optional<Path> executable) {

        static Artifact of(Path repository) {
            Path target = repository.resolve("target");
            Path jar = target.resolve("quarkus-app/quarkus-run.jar");
            if (!Files.isRegularFile(jar)) {
                throw new BenchFailure("there is no " + jar + ": mvn package -DskipTests");
            }
            try (var files = Files.newDirectoryStream(target, "rampgate-*-runner")) {
                for (Path file : files) {
                    if (Files.isExecutable(file)) {
                        return new Artifact(jar, Optional.of(file));
                    }
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return new Artifact(jar, Optional.empty());
        }

        List<String> onJvm(String... more) {
            List<String> command = new ArrayList<>(List.of("java"));
            command.addAll(JVM_OPTIONS);
            Path cache = jar.resolveSibling("rampgate.aot");
            command.add(
                    Files.exists(cache)
                            ? "-XX:AOTCache=" + cache
                            : "-XX:SharedArchiveFile=" + jar.resolveSibling("rampgate.jsa"));
            command.addAll(List.of(more));
            command.addAll(List.of("-jar", jar.toString()));
            return command;
        }
    }

    /**
     * Starts it and waits until it is ready.
     *
     * @param settings what differs from what it is told always
     */
    static Rampgate start(
            String name,
            Path logs,
            List<String> command,
            Database database,
            String proofUrl,
            Map<String, String> settings) {
        int port = Ports.free();
        int managementPort = Ports.free();
        Map<String, String> environment = new HashMap<>(database.rampgate());
        environment.put("QUARKUS_HTTP_HOST", "127.0.0.1");
        environment.put("QUARKUS_HTTP_PORT", Integer.toString(port));
        environment.put("QUARKUS_MANAGEMENT_HOST", "127.0.0.1");
        environment.put("QUARKUS_MANAGEMENT_PORT", Integer.toString(managementPort));
        environment.put("RAMPGATE_PROOF_BASE_URL", proofUrl);
        environment.put("RAMPGATE_PROOF_CLIENT_TOKEN", "client-token-canary");
        environment.put("RAMPGATE_WEBHOOK_KEYS", Request.WEBHOOK_KEY);
        environment.put("RAMPGATE_IDENTITY_MODE", "header");
        environment.put("RAMPGATE_IDENTITY_HEADER_SECRET", Request.GATEWAY_SECRET);
        environment.put("RAMPGATE_SESSION_LIMITS_USER", "off");
        environment.put("RAMPGATE_SESSION_LIMITS_ADDRESS", "off");
        environment.put("RAMPGATE_SESSION_LIMITS_UNFINISHED", "0");
        environment.put("RAMPGATE_LIVE_LIMITS_USER", "off"); // all reads are of one user
        environment.put("MALLOC_ARENA_MAX", "2"); // as the image has it
        environment.put("QUARKUS_SHUTDOWN_DELAY", "0s"); // nobody has to hear of its end first
        environment.putAll(settings);
        long started = System.nanoTime();
        Child child = Child.start(name, logs, environment, command);
        Ports.await(
                name + " is ready",
                Duration.ofSeconds(180),
                child,
                () -> Ports.answers200("http://127.0.0.1:" + managementPort + "/q/health/ready"));
        return new Rampgate(child, port, managementPort, database, (System.nanoTime() - started) / 1e9);
    }

    /** The sum of a metric over all its labels. */
    double metric(String name) {
        try {
            return Ports.HTTP
                    .send(
                            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + managementPort + "/q/metrics"))
                                    .header("Accept", "text/plain")
                                    .build(),
                            HttpResponse.BodyHandlers.ofString())
                    .body()
                    .lines()
                    .filter(line -> line.startsWith(name + " ") || line.startsWith(name + "{"))
                    .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                    .sum();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BenchFailure("interrupted", e);
        }
    }

    @Override
    public void close() {
        child.close();
    }
}
