package dev.rampgate.outbox;

import dev.rampgate.database.migration.SchemaMigrated;
import dev.rampgate.eventloop.EventLoop;
import dev.rampgate.eventloop.Ticker;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.time.InstantSource;
import java.util.random.RandomGenerator;

/** Deletes events that are older than the retention, the first of the feed first, in short statements. */
@ApplicationScoped
class EventRetention {

    private final EventStore store;
    private final OutboxSettings settings;
    private final InstantSource clock;
    private final Ticker ticker;
    private final Counter deleted;

    EventRetention(
            EventStore store,
            OutboxSettings settings,
            EventLoop loop,
            InstantSource clock,
            RandomGenerator random,
            MeterRegistry meters) {
        this.store = store;
        this.settings = settings;
        this.clock = clock;
        this.ticker = new Ticker("event retention", loop, settings.retentionInterval(), this::round, random);
        this.deleted = Counter.builder("rampgate.outbox.expired")
                .description("Events that were older than the retention and were deleted")
                .register(meters);
    }

    void onStart(@Observes @Priority(1) StartupEvent start) {
        if (settings.retention().compareTo(Duration.ofDays(1)) < 0) {
            throw new ConfigurationException(
                    "rampgate.outbox.retention (RAMPGATE_OUTBOX_RETENTION) must be a day or more, such as 30d");
        }
    }

    void onMigrated(@Observes SchemaMigrated migrated) {
        ticker.start();
    }

    void onShutdown(@Observes ShutdownEvent shutdown) {
        ticker.stop();
    }

    /** Repeats the statement as long as it deletes as many rows as it may. */
    Uni<Void> round() {
        return store.deleteSome(clock.instant().minus(settings.retention()))
                .invoke(number -> deleted.increment(number))
                .repeat()
                .until(number -> number < EventStore.MOST_DELETED)
                .onItem()
                .ignoreAsUni();
    }
}
