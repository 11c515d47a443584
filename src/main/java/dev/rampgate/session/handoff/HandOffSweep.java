package dev.rampgate.session.handoff;

import dev.rampgate.database.housekeeping.Sweep;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;

/**
 * Deletes sessions that no page fetched in time, since they hold tokens. It also runs when hand-off is switched off, for the
 * sessions stored before.
 */
@ApplicationScoped
class HandOffSweep implements Sweep {

    private final HandOffStore store;
    private final Duration interval;
    private final Counter swept;

    HandOffSweep(HandOffStore store, HandOffSettings settings, MeterRegistry meters) {
        this.store = store;
        this.interval = settings.sweepInterval();
        this.swept = Counter.builder("rampgate.session.hand.off.swept")
                .description("Sessions that were to be handed off, that no page fetched in time, and that were deleted")
                .register(meters);
    }

    @Override
    public String name() {
        return "hand_off_sweep";
    }

    @Override
    public Duration interval() {
        return interval;
    }

    @Override
    public Uni<Integer> deleteSome() {
        return store.sweep()
                .invoke(deleted -> swept.increment(deleted.unused()))
                .map(HandOffStore.Swept::rows);
    }
}
