package dev.rampgate.operate;

import dev.rampgate.database.migration.Migration;
import dev.rampgate.reconcile.Backlog;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownDelayInitiatedEvent;
import io.quarkus.runtime.Startup;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

/** Tells the metrics what the platform's probe is told, for Prometheus does not ask it. */
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
