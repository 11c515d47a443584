package dev.rampgate.sandbox;

import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.QuarkusApplication;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Prints the addresses once Rampgate is ready, and then waits until the process is stopped. */
final class SandboxReadyMessage implements QuarkusApplication {

    private static final int ATTEMPTS = 240;
    private static final Duration PAUSE = Duration.ofMillis(250);

    @Override
    public int run(String... arguments) throws InterruptedException {
        SandboxEnvironment environment = SandboxEnvironment.ofThisProcess();
        String page = "http://localhost:" + environment.port("quarkus.http.port", Sandbox.PUBLIC_PORT);
        String simulator = "http://localhost:" + environment.port("sandbox.port", Sandbox.SIMULATOR_PORT);
        String health = "http://localhost:"
                + environment.port("quarkus.management.port", Sandbox.MANAGEMENT_PORT)
                + "/q/health";
        String operate = health.replace("/q/health", "/operate");
        if (becomesReady(health)) {
            System.out.println(String.join(
                    System.lineSeparator(),
                    "",
                    "Rampgate's sandbox is ready.",
                    "  checkout page       " + page + "/",
                    "  simulator of Proof  " + simulator + "/control",
                    "  health              " + health,
                    "  console             " + operate + "/console/, with the token " + SandboxActors.token("operator"),
                    "  back office         " + operate + ", with the same token",
                    "",
                    "Open a session and watch it complete:",
                    "  curl -X POST " + page + "/session -H 'Content-Type: application/json' \\",
                    "    -d '{\"network\":\"ERC20\",\"currency\":\"USDC\",\"amount\":\"42.75\",\"type\":\"buy\"}'",
                    "  curl " + page + "/transactions",
                    "",
                    "Ctrl+C stops the sandbox and deletes its data.",
                    ""));
        } else {
            System.err.println("Rampgate has started but is not ready; see " + health);
        }
        Quarkus.waitForExit();
        return 0;
    }

    private static boolean becomesReady(String health) throws InterruptedException {
        HttpClient client = HttpClient.newBuilder().connectTimeout(PAUSE).build();
        HttpRequest ask = HttpRequest.newBuilder(URI.create(health + "/ready"))
                .timeout(Duration.ofSeconds(2))
                .build();
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            try {
                if (client.send(ask, HttpResponse.BodyHandlers.discarding()).statusCode() == 200) {
                    return true;
                }
            } catch (IOException notYet) {
                // It is still starting.
            }
            TimeUnit.MILLISECONDS.sleep(PAUSE.toMillis());
        }
        return false;
    }
}
