package dev.rampgate.reconcile;

/** Hears that a committed batch made polls due at once; implemented by the poll channel. */
public interface PollsDue {

    /** Called after the commit, on an event loop; must return quickly. */
    void wake();
}
