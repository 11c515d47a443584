package dev.rampgate.sandbox;

import dev.rampgate.edge.ConnectionInitializer;
import dev.rampgate.startup.StartFailure;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.annotations.QuarkusMain;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * Starts everything that a demonstration needs in one process: a PostgreSQL unless one is configured, the simulator of
 * Proof, and then Rampgate itself, set up to use both. With {@code sandbox.alone=true} it is the simulator alone.
 *
 * <p>In Quarkus' development mode (the profile of the build sets {@code sandbox.reloads}) this process outlives
 * Rampgate: after each change of a source file Quarkus stops the application and calls {@link #main} again, out of another class
 * loader. What one call started ends with it, and the next call starts its own.
 */
@QuarkusMain(name = "sandbox")
public final class SandboxMain {

    private static final int DRAIN_LIMIT_SECONDS = 30;
    private static final String RUNNING = "sandbox.running";

    public static void main(String... arguments) {
        SandboxEnvironment environment = SandboxEnvironment.ofThisProcess();
        boolean reloads = environment.isOn("sandbox.reloads");
        if (!reloads) {
            // In development mode Maven ends the process itself.
            EndOfMaven.endsThisProcess();
        }
        environment.unknownSettings().forEach(System.err::println);
        if (environment.isOn("sandbox.alone")) {
            SimulatorMain.main(arguments);
            return;
        }
        if (reloads) {
            awaitEndOfPreviousRun();
        }
        Sandbox sandbox;
        try {
            if (!reloads) {
                // Where Rampgate reloads, Netty would keep the guards of the first class loader.
                ConnectionInitializer.exempt(environment.port("sandbox.port", Sandbox.SIMULATOR_PORT));
                ConnectionInitializer.install();
            }
            sandbox = Sandbox.start(environment);
        } catch (SandboxStartException refused) {
            System.err.println("The sandbox does not start: " + refused.getMessage());
            System.exit(1);
            return;
        }
        AtomicInteger exitCode = new AtomicInteger();
        CountDownLatch served = new CountDownLatch(1);
        // Rampgate drains on a signal while its database and Proof are still there; they go last.
        Thread atExit = new Thread(
                () -> {
                    awaitEnd(served);
                    sandbox.close();
                },
                "sandbox-exit");
        Runtime.getRuntime().addShutdownHook(atExit);
        try {
            Quarkus.run(
                    SandboxReadyMessage.class,
                    (code, cause) -> {
                        StartFailure.report(cause);
                        exitCode.set(code);
                        served.countDown();
                    },
                    arguments);
        } finally {
            served.countDown();
        }
        if (reloads) {
            endThisRun(sandbox, environment, atExit);
        } else {
            System.exit(exitCode.get());
        }
    }

    private static void endThisRun(Sandbox sandbox, SandboxEnvironment environment, Thread atExit) {
        try {
            Runtime.getRuntime().removeShutdownHook(atExit);
        } catch (IllegalStateException processEnds) {
            // The hook runs and closes the sandbox.
            return;
        }
        try {
            sandbox.close();
        } finally {
            environment.clear();
            System.clearProperty(RUNNING);
        }
    }

    /** Properties of the process are what two class loaders share. */
    private static void awaitEndOfPreviousRun() {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(DRAIN_LIMIT_SECONDS);
        while (System.getProperty(RUNNING) != null && System.nanoTime() < deadline) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
        }
        System.setProperty(RUNNING, "true");
    }

    private static void awaitEnd(CountDownLatch served) {
        try {
            served.await(DRAIN_LIMIT_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
