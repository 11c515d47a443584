package dev.rampgate.problem;

/**
 * Ends a call with a problem answer. Any room may throw it, or fail a {@code Uni} with it; the edge turns it into the
 * answer. It is no fault of ours, so it is not logged and has no stack trace.
 */
public class ProblemException extends RuntimeException {

    private final transient Problem problem;

    public ProblemException(Problem problem) {
        super(problem.type().urn(), null, false, false);
        this.problem = problem;
    }

    public ProblemException(ProblemType type) {
        this(Problem.of(type));
    }

    public ProblemException(ProblemType type, String detail) {
        this(Problem.of(type, detail));
    }

    /** What the caller is told. */
    public Problem problem() {
        return problem;
    }
}
