package dev.rampgate.edge;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How many bytes of bodies are kept over all connections, from their first byte until their request is answered. The first
 * {@value #FREE_BYTES} of each are free: a webhook or a session is not larger, so that large bodies, however many, refuse
 * only each other. Safe from any thread.
 */
@ApplicationScoped
class BodyBudget {

    /** What every body may have; the number of connections bounds these. */
    static final int FREE_BYTES = 4 * 1024;

    private final long most;
    private final AtomicLong kept = new AtomicLong();
    private final Counter refused;

    BodyBudget(EdgeSettings settings, MeterRegistry meters) {
        this.most = settings.bodyBudget().asLongValue();
        this.refused = Counter.builder("rampgate.edge.bodies.refused")
                .description("Bodies that were not read since too many bytes of others were being kept")
                .register(meters);
        Gauge.builder("rampgate.edge.body.bytes", kept, AtomicLong::doubleValue)
                .description("Bytes of bodies that are kept, but for the free ones of each")
                .register(meters);
    }

    /**
     * One body grows.
     *
     * @param from its length so far
     * @param to its new length
     * @return whether it may; if so, {@link #release} must follow in the end
     */
    boolean grow(int from, int to) {
        long more = Math.max(to, FREE_BYTES) - Math.max(from, FREE_BYTES);
        if (kept.addAndGet(more) <= most || more == 0) {
            return true;
        }
        kept.addAndGet(-more);
        refused.increment();
        return false;
    }

    /** A body of this length is kept no longer. */
    void release(int length) {
        kept.addAndGet(-(long) (Math.max(length, FREE_BYTES) - FREE_BYTES));
    }
}
