package dev.rampgate.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The simulator of Proof as a process of its own, in which nothing happens by itself. */
record ProofSandbox(Child child, int port) implements AutoCloseable {

    private static final Pattern CALL =
            Pattern.compile("\"at\":\"([^\"]+)\",\"method\":\"GET\",\"path\":\"/widget/transactions/");
    private static final Pattern SOCKETS = Pattern.compile("\"sockets\":(\\d+)");

    static ProofSandbox start(Path repository, Path logs, int port) {
        Path jar = repository.resolve("target/sandbox/quarkus-app/quarkus-run.jar");
        if (!Files.isRegularFile(jar)) {
            throw new BenchFailure("there is no " + jar + ": mvn -Psandbox package");
        }
        Child child = Child.start(
                "sandbox",
                logs,
                Map.of(
                        "SANDBOX_ALONE", "true",
                        "SANDBOX_HOST", "127.0.0.1",
                        "SANDBOX_PORT", Integer.toString(port),
                        "SANDBOX_CLIENT_TOKEN", "client-token-canary"),
                List.of("java", "-Xmx512m", "-XX:+UseSerialGC", "-jar", jar.toString()));
        Ports.await(
                "the sandbox answers",
                Duration.ofSeconds(60),
                child,
                () -> Ports.answers200("http://127.0.0.1:" + port + "/control"));
        ProofSandbox sandbox = new ProofSandbox(child, port);
        sandbox.call("PUT", "/control/life", "{\"mode\":\"manual\"}");
        return sandbox;
    }

    String url() {
        return "http://127.0.0.1:" + port;
    }

    /** @param url none if empty */
    void webhooksTo(String url) {
        call("PUT", "/control/webhook-url", url.isEmpty() ? "{\"url\":null}" : "{\"url\":\"" + url + "\"}");
    }

    void drive(String transactionId, String action) {
        call("POST", "/control/transactions/" + transactionId + "/" + action, "{}");
    }

    void open(String transactionId) {
        call(
                "POST",
                "/control/transactions",
                "{\"id\":\"" + transactionId + "\",\"partner_user_id\":\"" + Ledger.user() + "\"}");
    }

    int sockets(String transactionId) {
        Matcher sockets = SOCKETS.matcher(call("GET", "/control/transactions/" + transactionId, ""));
        return sockets.find() ? Integer.parseInt(sockets.group(1)) : 0;
    }

    void forgetCalls() {
        call("DELETE", "/control/calls", "");
    }

    /** When transactions were asked for, in order. */
    List<Instant> polls() {
        List<Instant> moments = new ArrayList<>();
        Matcher call = CALL.matcher(call("GET", "/control/calls", ""));
        while (call.find()) {
            moments.add(Instant.parse(call.group(1)));
        }
        return moments.stream().sorted().toList();
    }

    @Override
    public void close() {
        child.close();
    }

    private String call(String method, String path, String body) {
        try {
            HttpResponse<String> answer = Ports.HTTP.send(
                    HttpRequest.newBuilder(URI.create(url() + path))
                            .timeout(Duration.ofSeconds(10))
                            .method(
                                    method,
                                    body.isEmpty()
                                            ? HttpRequest.BodyPublishers.noBody()
                                            : HttpRequest.BodyPublishers.ofString(body))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            if (answer.statusCode() / 100 != 2) {
                throw new BenchFailure("the sandbox answers " + answer.statusCode() + " to " + method + " " + path
                        + ": " + answer.body());
            }
            return answer.body();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BenchFailure("interrupted", e);
        }
    }
}
