package dev.rampgate.reconcile;

/** The database did not store a batch. Its message names no data. */
public final class StoreException extends RuntimeException {

    /** What to do about it. */
    public enum Kind {
        /** Another batch was in the way; doing it again helps. */
        COLLISION,
        /** The connection was lost, or was of no use any more; doing it again, on another one, helps if the database is there. */
        LOST,
        /** A value was refused, by the database or by the rules; doing it again does not help. */
        DATA,
        /** We had more to do than connections; doing it again later helps. The database is not to blame. */
        BUSY,
        /** It did not answer, or refused to work. */
        AWAY
    }

    private final Kind kind;

    public StoreException(Kind kind, String detail, Throwable cause) {
        super("the database did not store the batch: " + detail, cause);
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }
}
