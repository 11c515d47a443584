package dev.rampgate.operate;

import dev.rampgate.reconcile.Backlog;
import dev.rampgate.reconcile.Migration;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownDelayInitiatedEvent;
import io.quarkus.runtime.Startup;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

/** Tells the metrics what the platform's probe is told, for Prometheus does not ask it. */
@Startup
@ApplicationScoped
class ReadyFigure {

    private volatile boolean draining;

    ReadyFigure(Migration migration, Backlog backlog, MeterRegistry meters) {
        Gauge.builder(
                        "rampgate.ready",
                        this,
                        known -> migration.isDone() && !backlog.isFull() && !known.draining ? 1 : 0)
                .description("Whether this replica says that it is ready")
                .register(meters);
    }

    void onDrain(@Observes ShutdownDelayInitiatedEvent leaving) {
        draining = true;
    }
}
