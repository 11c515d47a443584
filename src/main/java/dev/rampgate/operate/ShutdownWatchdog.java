package dev.rampgate.operate;

import io.quarkus.runtime.LaunchMode;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * Ends the process if an orderly shutdown does not finish in time. A process without memory, or one that waits forever, must not
 * keep its port until the platform kills it. The watchdog's thread is started with the application, since a broken process may
 * be unable to create one.
 */
@ApplicationScoped
class ShutdownWatchdog {

    /** As after SIGKILL: the shutdown was not orderly. */
    private static final int EXIT_CODE = 137;

    /** Added to the time that {@link OrderlyShutdown} may take, for a busy machine. */
    private static final Duration MARGIN = Duration.ofSeconds(3);

    private static final byte[] MESSAGE =
            "Shutdown timed out; ending the process\n".getBytes(StandardCharsets.US_ASCII);

    private final Duration limit;

    ShutdownWatchdog(
            @ConfigProperty(name = "quarkus.shutdown.delay") Optional<Duration> delay,
            @ConfigProperty(name = "quarkus.shutdown.timeout") Optional<Duration> timeout) {
        this.limit = delay.orElse(Duration.ZERO)
                .plus(timeout.orElse(Duration.ZERO))
                .plus(OrderlyShutdown.LIMIT_FOR_CALLS)
                .plus(MARGIN);
    }

    void onStart(@Observes StartupEvent start) {
        if (LaunchMode.current() != LaunchMode.NORMAL) {
            // The process belongs to a test runner or to development mode.
            return;
        }
        CountDownLatch shutdown = new CountDownLatch(1);
        Thread waiting = new Thread(() -> endAfter(shutdown), "shutdown-watchdog");
        waiting.setDaemon(true);
        waiting.start();
        Runtime.getRuntime().addShutdownHook(new Thread(shutdown::countDown, "shutdown-watchdog-hook"));
    }

    private void endAfter(CountDownLatch shutdown) {
        try {
            shutdown.await();
            TimeUnit.NANOSECONDS.sleep(limit.toNanos());
            System.err.write(MESSAGE, 0, MESSAGE.length);
        } catch (InterruptedException ends) {
            // Ends the process now.
        } finally {
            Runtime.getRuntime().halt(EXIT_CODE);
        }
    }
}
