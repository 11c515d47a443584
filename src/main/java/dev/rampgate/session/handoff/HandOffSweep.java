package dev.rampgate.session.handoff;

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

/** Deletes what nobody fetched in time, since it holds tokens; also where hand-off was switched off meanwhile. */
@ApplicationScoped
class HandOffSweep {

    private final HandOffStore store;
    private final Counter swept;
    private final Ticker ticker;

    HandOffSweep(
            HandOffStore store, HandOffSettings settings, Vertx vertx, RandomGenerator random, MeterRegistry meters) {
        this.store = store;
        this.swept = Counter.builder("rampgate.session.hand.off.swept")
                .description("Hand-offs that expired before a page fetched their session, and were deleted")
                .register(meters);
        this.ticker =
                new Ticker("hand-off sweep", new VertxEventLoop(vertx), settings.sweepInterval(), this::round, random);
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
                .invoke(deleted -> swept.increment(deleted.unused()))
                .repeat()
                .until(deleted -> deleted.rows() < HandOffStore.SWEEP_LIMIT)
                .onItem()
                .ignoreAsUni();
    }
}
