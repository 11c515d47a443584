package dev.rampgate.books;

/** There is no such statement, or the month cannot be closed so. The message is for the caller. */
public final class NoStatementException extends RuntimeException {

    /** Why there is none. */
    public enum Reason {
        /** The parameter {@code as_known_at} is wrong. */
        TIME,
        /** The state of the books forbids it. */
        STATE
    }

    private final Reason reason;

    NoStatementException(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }
}
