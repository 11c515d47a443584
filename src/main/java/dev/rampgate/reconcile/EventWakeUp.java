package dev.rampgate.reconcile;

import dev.rampgate.outbox.Sequencer;
import jakarta.enterprise.context.ApplicationScoped;

/** Wakes the sequencer after each commit that has events. */
@ApplicationScoped
class EventWakeUp implements CommitListener {

    private final Sequencer sequencer;

    EventWakeUp(Sequencer sequencer) {
        this.sequencer = sequencer;
    }

    @Override
    public void committed(BatchChanges changes) {
        if (!changes.events().isEmpty()) {
            sequencer.wake();
        }
    }
}
