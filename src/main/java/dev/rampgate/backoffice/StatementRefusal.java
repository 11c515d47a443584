package dev.rampgate.backoffice;

import dev.rampgate.books.NoStatementException;
import dev.rampgate.books.NoStatementException.Reason;
import dev.rampgate.problem.Problem;
import dev.rampgate.problem.ProblemException;
import dev.rampgate.problem.ProblemType;

/** What a caller is answered if there is no such statement, or a month cannot be closed so. */
public final class StatementRefusal {

    private StatementRefusal() {}

    /** 400 that names {@code as_known_at}, or 409. */
    public static ProblemException of(NoStatementException failure) {
        return failure.reason() == Reason.TIME
                ? OperatorCall.invalid("as_known_at", failure.getMessage())
                : new ProblemException(Problem.of(ProblemType.CONFLICT, failure.getMessage()));
    }
}
