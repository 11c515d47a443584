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
 * Ends the process when an orderly shutdown does not: a process that has no memory left, or waits for what never comes, must
 * not keep its port until the platform kills it. The thread waits from the start, since a broken process may not be able to
 * make one.
 */
@ApplicationScoped
class ShutdownWatchdog {

    /** As after SIGKILL: the end was not orderly. */
    private static final int EXIT_CODE = 137;

    /** Beside the time that {@link OrderlyShutdown} may take, for a busy machine. */
    private static final Duration MARGIN = Duration.ofSeconds(3);

    private static final byte[] MESSAGE = "The orderly shutdown did not end in time; the process ends without it\n"
            .getBytes(StandardCharsets.US_ASCII);

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
            // The process is not ours alone.
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
            // The process may as well end now.
        } finally {
            Runtime.getRuntime().halt(EXIT_CODE);
        }
    }
}
