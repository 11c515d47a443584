package dev.rampgate.session;

import dev.rampgate.database.migration.SchemaMigrated;
import dev.rampgate.eventloop.Ticker;
import dev.rampgate.eventloop.VertxEventLoop;
import io.quarkus.arc.All;
import io.quarkus.runtime.ShutdownEvent;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.List;
import java.util.random.RandomGenerator;

/** Runs every {@link Sweep} at its interval, from the migration of the schema to the shutdown. */
@ApplicationScoped
class Sweeps {

    private final List<Ticker> tickers;

    Sweeps(@All List<Sweep> sweeps, Vertx vertx, RandomGenerator random) {
        this.tickers = sweeps.stream()
                .map(sweep -> new Ticker(
                        sweep.name(), new VertxEventLoop(vertx), sweep.interval(), () -> round(sweep), random))
                .toList();
    }

    void onMigrated(@Observes SchemaMigrated migrated) {
        tickers.forEach(Ticker::start);
    }

    void onShutdown(@Observes ShutdownEvent shutdown) {
        tickers.forEach(Ticker::stop);
    }

    /** Repeats the statement as long as it deletes as many rows as it may. */
    private static Uni<Void> round(Sweep sweep) {
        return sweep.deleteSome()
                .repeat()
                .until(deleted -> deleted < Sweep.MOST_ROWS)
                .onItem()
                .ignoreAsUni();
    }
}
