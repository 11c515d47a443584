package dev.rampgate.reconcile;

/** Too many observations wait for the database. */
public final class StreamFullException extends RuntimeException {

    StreamFullException() {
        super("too many observations wait to be reconciled", null, false, false);
    }
}
