package dev.rampgate.operate;

import dev.rampgate.database.migration.Migration;
import dev.rampgate.reconcile.Backlog;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownDelayInitiatedEvent;
import io.quarkus.runtime.Startup;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

/** Exports readiness as a gauge, since Prometheus does not call the readiness probe. */
@Startup
@ApplicationScoped
class ReadinessGauge {

    private volatile boolean draining;

    ReadinessGauge(Migration migration, Backlog backlog, MeterRegistry meters) {
        Gauge.builder(
                        "rampgate.ready",
                        this,
                        known -> migration.isDone() && !backlog.isFull() && !known.draining ? 1 : 0)
                .description("Whether this replica reports that it is ready")
                .register(meters);
    }

    void onDrain(@Observes ShutdownDelayInitiatedEvent leaving) {
        draining = true;
    }
}
