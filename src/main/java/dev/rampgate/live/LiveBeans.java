package dev.rampgate.live;

import dev.rampgate.database.migration.SchemaMigrated;
import dev.rampgate.eventloop.EventLoop;
import dev.rampgate.telemetry.Traces;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownDelayInitiatedEvent;
import io.quarkus.runtime.ShutdownEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.InstantSource;
import java.util.random.RandomGenerator;

/** Creates the beans of this package, starts them once the database is migrated, and drains them at shutdown. */
@ApplicationScoped
class LiveBeans {

    @Produces
    @Singleton
    LiveStream.Environment environment(
            LiveSettings settings, InstantSource clock, RandomGenerator random, LiveCounters counters, Traces traces) {
        return new LiveStream.Environment(settings, clock, random, counters, traces);
    }

    @Produces
    @Singleton
    LiveHub hub(
            TransactionReader reader,
            LiveSettings settings,
            EventLoop loop,
            InstantSource clock,
            RandomGenerator random,
            LiveCounters counters,
            MeterRegistry meters) {
        LiveHub hub = new LiveHub(reader::snapshots, loop, settings, clock, random, counters);
        Gauge.builder("rampgate.live.streams", hub, LiveHub::streams)
                .description("Open streams of events and sockets")
                .register(meters);
        return hub;
    }

    void onMigrated(@Observes SchemaMigrated migrated, LiveHub hub) {
        hub.startFallback();
    }

    /** Before the server waits for requests in flight, which open streams are. */
    void onDrain(@Observes ShutdownDelayInitiatedEvent draining, LiveHub hub) {
        hub.drain();
    }

    void onShutdown(@Observes ShutdownEvent shutdown, LiveHub hub) {
        hub.drain();
    }
}
