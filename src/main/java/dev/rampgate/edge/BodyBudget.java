package dev.rampgate.edge;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Limits the bytes of bodies in memory over all connections, from a body's first byte until its request is answered. The
 * first {@value #FREE_BYTES} bytes of each body are free. Webhooks and session calls are not larger, so that large bodies
 * can exhaust the budget for other large bodies only. Thread-safe.
 */
@ApplicationScoped
class BodyBudget {

    /**
     * Bytes of each body that do not count here. {@link ConnectionLimits} counts them while the body is incomplete; afterwards
     * the number of connections bounds their sum.
     */
    static final int FREE_BYTES = 1024;

    private final long most;
    private final AtomicLong kept = new AtomicLong();
    private final Counter refused;

    BodyBudget(EdgeSettings settings, MeterRegistry meters) {
        this.most = settings.bodyBudget().asLongValue();
        this.refused = Counter.builder("rampgate.edge.bodies.refused")
                .description("Bodies refused because the budget for bodies in memory was used up")
                .register(meters);
        Gauge.builder("rampgate.edge.body.bytes", kept, AtomicLong::doubleValue)
                .description("Bytes of bodies in memory, without the free bytes of each body")
                .register(meters);
    }

    /**
     * Reserves bytes for a body that grows.
     *
     * @param from its length so far, in bytes
     * @param to its new length, in bytes
     * @return whether the budget allows it; if so, the caller must call {@link #release} once the body is no longer needed
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

    /** Returns the bytes of a body of this length to the budget. */
    void release(int length) {
        kept.addAndGet(-(long) (Math.max(length, FREE_BYTES) - FREE_BYTES));
    }
}
