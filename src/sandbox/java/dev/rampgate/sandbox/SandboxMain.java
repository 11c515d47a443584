package dev.rampgate.sandbox;

import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.annotations.QuarkusMain;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Starts everything that a demonstration needs in one process: a PostgreSQL unless one is configured, the simulator of
 * Proof, and then Rampgate itself, set up to use both. With {@code sandbox.alone=true} it is the simulator alone.
 */
@QuarkusMain(name = "sandbox")
public final class SandboxMain {

    private static final int DRAIN_LIMIT_SECONDS = 30;

    public static void main(String... arguments) {
        if (SandboxEnvironment.ofThisProcess()
                .find("sandbox.alone")
                .filter(value -> !value.equals("false"))
                .isPresent()) {
            SimulatorMain.main(arguments);
            return;
        }
        Sandbox sandbox;
        try {
            sandbox = Sandbox.start(SandboxEnvironment.ofThisProcess());
        } catch (SandboxRefused refused) {
            System.err.println("The sandbox does not start: " + refused.getMessage());
            System.exit(1);
            return;
        }
        AtomicInteger exitCode = new AtomicInteger();
        CountDownLatch served = new CountDownLatch(1);
        // Rampgate drains on a signal while its database and Proof are still there; they go last.
        Runtime.getRuntime()
                .addShutdownHook(new Thread(
                        () -> {
                            awaitEnd(served);
                            sandbox.close();
                        },
                        "sandbox-exit"));
        try {
            Quarkus.run(
                    SandboxAnnouncement.class,
                    (code, cause) -> {
                        exitCode.set(code);
                        served.countDown();
                    },
                    arguments);
        } finally {
            served.countDown();
        }
        System.exit(exitCode.get());
    }

    private static void awaitEnd(CountDownLatch served) {
        try {
            served.await(DRAIN_LIMIT_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
