package dev.rampgate.reconcile;

import dev.rampgate.eventloop.EventLoop;
import dev.rampgate.eventloop.VertxEventLoop;
import dev.rampgate.ledger.LedgerRules;
import dev.rampgate.telemetry.Traces;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.opentelemetry.api.OpenTelemetry;
import io.vertx.core.Vertx;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.Dependent;
import jakarta.enterprise.inject.Instance;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Puts the stream together from its parts. */
@ApplicationScoped
class LedgerBeans {

    /**
     * @param lagTolerance how long polls must contradict a status that no poll has confirmed, before they win
     */
    @Produces
    @Singleton
    LedgerRules rules(@ConfigProperty(name = "rampgate.poll.lag-tolerance") Duration lagTolerance) {
        return new LedgerRules(lagTolerance);
    }

    /** @param endpoint where traces go; without one there are none */
    @Produces
    @Singleton
    Traces traces(
            OpenTelemetry telemetry, @ConfigProperty(name = "rampgate.tracing.endpoint") Optional<String> endpoint) {
        return endpoint.isPresent() ? Traces.to(telemetry.getTracer("rampgate")) : Traces.off();
    }

    /** One for each who asks, spread over the threads of Vert.x. */
    @Produces
    @Dependent
    EventLoop eventLoop(Vertx vertx) {
        return new VertxEventLoop(vertx);
    }

    /** Asks as a batch does, for no transaction at all. */
    @Produces
    @Singleton
    DatabaseAvailability availability(LedgerStore store, EventLoop loop, InstantSource clock, MeterRegistry meters) {
        return new DatabaseAvailability(
                () -> store.inTransaction(unit -> unit.load(Set.of(), clock.instant()))
                        .replaceWithVoid(),
                loop,
                meters);
    }

    @Produces
    @Singleton
    ReconcileStream stream(
            LedgerStore store,
            LedgerRules rules,
            ReconcileSettings settings,
            Instance<EventLoop> loops,
            InstantSource clock,
            RandomGenerator random,
            DatabaseAvailability database,
            CommitListeners listeners,
            Traces traces,
            MeterRegistry meters) {
        ReconcileStream stream = new ReconcileStream(
                store,
                rules,
                settings,
                loops::get,
                clock,
                random,
                new StreamMetrics(meters),
                database,
                listeners,
                traces);
        Gauge.builder("rampgate.stream.waiting", stream, ReconcileStream::waiting)
                .description("Observations that wait for their batch")
                .register(meters);
        return stream;
    }
}
