package dev.rampgate.reconcile;

import dev.rampgate.telemetry.ThrottledLog;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.arc.All;
import io.quarkus.arc.ClientProxy;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.InstantSource;
import java.util.List;
import org.jboss.logging.Logger;

/** Passes each committed batch on to its listeners, one after the other. */
@ApplicationScoped
public class CommitListeners {

    private static final Logger LOG = Logger.getLogger(CommitListeners.class);

    private final List<CommitListener> listeners;
    private final MeterRegistry meters;
    private final ThrottledLog failures;

    /** @param listeners are called in this order; of beans, the one with the highest priority first */
    public CommitListeners(@All List<CommitListener> listeners, InstantSource clock, MeterRegistry meters) {
        this.listeners = listeners;
        this.meters = meters;
        this.failures = new ThrottledLog(LOG, clock);
    }

    /** Called once for each committed batch, on an event loop. The batch stays committed, whatever a listener throws. */
    void committed(BatchChanges changes) {
        listeners.forEach(listener -> notify(listener, changes));
    }

    private void notify(CommitListener listener, BatchChanges changes) {
        try {
            listener.committed(changes);
        } catch (RuntimeException broken) {
            failed(ClientProxy.unwrap(listener).getClass().getSimpleName(), broken);
        }
    }

    /** Names the class of what was thrown only: its message may quote data of users. */
    private void failed(String listener, RuntimeException broken) {
        Counter.builder("rampgate.commit.listener.failures")
                .description(
                        "Committed batches on which a listener failed; the batch stays committed, and the others are notified")
                .tag("listener", listener)
                .register(meters)
                .increment();
        failures.error(
                "%s failed on a batch that is committed: %s at %s; report this as a fault of Rampgate",
                listener, broken.getClass().getName(), place(broken));
    }

    private static String place(RuntimeException broken) {
        StackTraceElement[] stack = broken.getStackTrace();
        return stack.length == 0 ? "an unknown place" : stack[0].toString();
    }

    /** Whether every listener has acted on what was committed until now. */
    public boolean isDone() {
        return listeners.stream().allMatch(CommitListener::isDone);
    }
}
