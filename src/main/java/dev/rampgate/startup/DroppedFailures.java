package dev.rampgate.startup;

import dev.rampgate.telemetry.ThrottledLog;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.InstantSource;
import org.jboss.logging.Logger;

/**
 * Logs failures that came after their caller had stopped waiting, such as the answer of a database after the deadline of its
 * batch. They are no faults: the caller has dealt with the delay. Mutiny would log each at ERROR, with its message, which may
 * quote what must not be logged.
 */
@ApplicationScoped
class DroppedFailures {

    private final ThrottledLog log;

    DroppedFailures(InstantSource clock) {
        this.log = new ThrottledLog(Logger.getLogger(DroppedFailures.class), clock);
    }

    void onStart(@Observes StartupEvent start) {
        Infrastructure.setDroppedExceptionHandler(failure -> log.warn(
                "A failure came after its caller had stopped waiting: %s",
                failure.getClass().getName()));
    }
}
