package dev.rampgate.problem;

/**
 * What of a fault may be logged: the classes of the exceptions and where they were thrown, but none of their messages,
 * since those may quote a token, an address or a body.
 */
final class RedactedStackTrace extends Exception {

    /** Longer chains are cut; one that bites its own tail would have no end. */
    private static final int MAX_CAUSES = 16;

    private RedactedStackTrace(Throwable fault, Throwable cause) {
        super(fault.getClass().getName(), cause, false, true);
        setStackTrace(fault.getStackTrace());
    }

    static RedactedStackTrace of(Throwable fault) {
        return of(fault, MAX_CAUSES);
    }

    private static RedactedStackTrace of(Throwable fault, int causesLeft) {
        Throwable cause = fault.getCause();
        return new RedactedStackTrace(fault, cause == null || causesLeft == 0 ? null : of(cause, causesLeft - 1));
    }

    /** Reads in the log as if the fault itself were printed. */
    @Override
    public String toString() {
        return getMessage();
    }
}
