package dev.rampgate.problem;

/**
 * A copy of an exception that is safe to log: it has the exceptions' classes and stack traces, but not their messages, which
 * may quote a token, an address or a body.
 */
final class RedactedStackTrace extends Exception {

    /** Longer chains of causes are cut, also cyclic ones. */
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

    /** Only the class name, so that the log looks as for the exception itself. */
    @Override
    public String toString() {
        return getMessage();
    }
}
