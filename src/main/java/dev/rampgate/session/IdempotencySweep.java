package dev.rampgate.session;

import dev.rampgate.database.migration.SchemaMigrated;
import dev.rampgate.eventloop.Ticker;
import dev.rampgate.eventloop.VertxEventLoop;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.random.RandomGenerator;

/** Deletes the answers under idempotency keys when they expire, since they hold tokens. */
@ApplicationScoped
class IdempotencySweep {

    private final IdempotencyStore store;
    private final Counter swept;
    private final Ticker ticker;

    IdempotencySweep(
            IdempotencyStore store,
            SessionSettings settings,
            Vertx vertx,
            RandomGenerator random,
            MeterRegistry meters) {
        this.store = store;
        this.swept = Counter.builder("rampgate.session.idempotency.swept")
                .description("Idempotency keys that expired and were deleted")
                .register(meters);
        this.ticker = new Ticker(
                "idempotency sweep",
                new VertxEventLoop(vertx),
                settings.idempotency().sweepInterval(),
                this::round,
                random);
    }

    void onMigrated(@Observes SchemaMigrated migrated) {
        ticker.start();
    }

    void onShutdown(@Observes ShutdownEvent shutdown) {
        ticker.stop();
    }

    /** One statement deletes a bounded number; the next follows as long as there are more. */
    private Uni<Void> round() {
        return store.sweep()
                .invoke(deleted -> swept.increment(deleted))
                .repeat()
                .until(deleted -> deleted < IdempotencyStore.SWEEP_LIMIT)
                .onItem()
                .ignoreAsUni();
    }
}
