package dev.rampgate.backoffice.audit;

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

/** Deletes entries of the audit that are older than the retention, the first of the chain first, in short statements. */
@ApplicationScoped
class AuditRetention implements Sweep {

    /** The database refuses a shorter one, too. */
    private static final Duration SHORTEST = Duration.ofDays(30);

    private final AuditStore store;
    private final AuditSettings settings;
    private final InstantSource clock;
    private final Counter expired;

    AuditRetention(AuditStore store, AuditSettings settings, InstantSource clock, MeterRegistry meters) {
        this.store = store;
        this.settings = settings;
        this.clock = clock;
        this.expired = Counter.builder("rampgate.audit.expired")
                .description("Entries of the audit that were older than the retention and were deleted")
                .register(meters);
    }

    void onStart(@Observes @Priority(1) StartupEvent start) {
        if (settings.retention().compareTo(SHORTEST) < 0) {
            throw new ConfigurationException(
                    "rampgate.operate.audit.retention (RAMPGATE_OPERATE_AUDIT_RETENTION) must be 30 days or more, such as 400d");
        }
    }

    @Override
    public String name() {
        return "audit_retention";
    }

    @Override
    public Duration interval() {
        return Duration.ofHours(1);
    }

    @Override
    public Uni<Integer> deleteSome() {
        // A minute less than the database counts, whose clock may be ahead of or behind ours.
        return store.expire(clock.instant().minus(settings.retention()).minus(Duration.ofMinutes(1)), MOST_ROWS)
                .invoke(number -> expired.increment(number));
    }
}
