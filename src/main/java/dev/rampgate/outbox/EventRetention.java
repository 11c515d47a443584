package dev.rampgate.outbox;

import dev.rampgate.database.housekeeping.Sweep;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.time.InstantSource;

/** Deletes events that are older than the retention, the first of the feed first, in short statements. */
@ApplicationScoped
class EventRetention implements Sweep {

    private final EventStore store;
    private final OutboxSettings settings;
    private final InstantSource clock;
    private final Counter deleted;

    EventRetention(EventStore store, OutboxSettings settings, InstantSource clock, MeterRegistry meters) {
        this.store = store;
        this.settings = settings;
        this.clock = clock;
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

    @Override
    public String name() {
        return "event_retention";
    }

    @Override
    public Duration interval() {
        return settings.retentionInterval();
    }

    @Override
    public Uni<Integer> deleteSome() {
        return store.deleteSome(clock.instant().minus(settings.retention()))
                .invoke(number -> deleted.increment(number));
    }
}
