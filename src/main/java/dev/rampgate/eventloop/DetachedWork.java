package dev.rampgate.eventloop;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Work that has an effect at Proof or in the database and therefore runs to its end, also after the client that asked for it
 * has gone: Quarkus REST cancels what a resource returned when the connection closes. Every caller that begins such work for
 * a client passes it through here; the shutdown of the process waits for what is still pending.
 */
@ApplicationScoped
public class DetachedWork {

    private final AtomicInteger pending = new AtomicInteger();

    DetachedWork(MeterRegistry meters) {
        Gauge.builder("rampgate.work.pending", pending, AtomicInteger::get)
                .description("Calls of clients with an effect at Proof or in the database that have not ended")
                .register(meters);
    }

    /**
     * The same work, which begins with the subscription, once for each, and cannot be cancelled: a subscriber that cancels only
     * stops listening. The work must end by itself, since nothing else ends it.
     */
    public <T> Uni<T> toItsEnd(Uni<T> work) {
        return uncancelled(Uni.createFrom().deferred(() -> {
            pending.incrementAndGet();
            return work.onTermination().invoke(pending::decrementAndGet);
        }));
    }

    /** How many pieces of work have not ended. */
    public int pending() {
        return pending.get();
    }

    /** As {@link #toItsEnd}, for work inside of such work, or that no client waits for: the shutdown does not wait for it. */
    public static <T> Uni<T> uncancelled(Uni<T> work) {
        return Uni.createFrom().emitter(emitter -> work.subscribe().with(emitter::complete, emitter::fail));
    }
}
