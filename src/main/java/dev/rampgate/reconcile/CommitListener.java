package dev.rampgate.reconcile;

/** Acts on every committed batch of this replica, as the channels do. */
public interface CommitListener {

    /** Called after the commit, on an event loop; must return quickly. */
    void committed(BatchChanges changes);

    /** Whether nothing is left to do about what was committed until now; asked before the process ends. */
    default boolean isDone() {
        return true;
    }
}
