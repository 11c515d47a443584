package dev.rampgate.reconcile;

import io.quarkus.arc.All;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;

/** Passes each committed batch on to its listeners, one after the other. */
@ApplicationScoped
public class CommitListeners {

    private final List<CommitListener> listeners;

    /** @param listeners are called in this order; of beans, the one with the highest priority first */
    public CommitListeners(@All List<CommitListener> listeners) {
        this.listeners = listeners;
    }

    /** Called once for each committed batch, on an event loop. */
    void committed(BatchChanges changes) {
        listeners.forEach(listener -> listener.committed(changes));
    }

    /** Whether every listener has acted on what was committed until now. */
    public boolean isDone() {
        return listeners.stream().allMatch(CommitListener::isDone);
    }
}
