package dev.rampgate.reconcile;

/** Hears of every committed batch of this replica; implemented by those who act on it, such as the channels. */
public interface CommitListener {

    /** Called after the commit, on an event loop; must return quickly. */
    void committed(BatchChanges changes);

    /** Whether nothing is left to do about what was committed until now; asked before the process ends. */
    default boolean isDone() {
        return true;
    }
}
