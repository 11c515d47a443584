package dev.rampgate.session;

import dev.rampgate.database.housekeeping.Sweep;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;

/** Deletes expired idempotency keys with their answers, since the answers hold tokens. */
@ApplicationScoped
class IdempotencySweep implements Sweep {

    private final IdempotencyStore store;
    private final Duration interval;
    private final Counter swept;

    IdempotencySweep(IdempotencyStore store, SessionSettings settings, MeterRegistry meters) {
        this.store = store;
        this.interval = settings.idempotency().sweepInterval();
        this.swept = Counter.builder("rampgate.session.idempotency.swept")
                .description("Idempotency keys that expired and were deleted")
                .register(meters);
    }

    @Override
    public String name() {
        return "idempotency_sweep";
    }

    @Override
    public Duration interval() {
        return interval;
    }

    @Override
    public Uni<Integer> deleteSome() {
        return store.sweep().invoke(deleted -> swept.increment(deleted));
    }
}
