package dev.rampgate.problem;

/**
 * Ends a call with a problem answer. Any package may throw it, or fail a {@code Uni} with it. It is not a fault of Rampgate,
 * so that it is not logged and has no stack trace.
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

    /** The answer to the caller. */
    public Problem problem() {
        return problem;
    }
}
