package dev.rampgate.backoffice;

import dev.rampgate.books.Statement;
import dev.rampgate.books.Statements;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;

/** The statement as a file to save, for the service API and for the console. */
@ApplicationScoped
public class StatementTable {

    private final Statements statements;
    private final StreamedAnswers answers;

    StatementTable(Statements statements, StreamedAnswers answers) {
        this.statements = statements;
        this.answers = answers;
    }

    /** Writes it as the answer of a call. */
    public Uni<OperatorAnswer> stream(OperatorCall call, Statement statement) {
        return answers.stream(
                call,
                "text/csv; charset=utf-8; header=present",
                Optional.of(fileName(statement)),
                statements.csv(statement));
    }

    /** Without colons, which some systems do not allow. */
    private static String fileName(Statement statement) {
        return "statement-" + statement.period() + "-as-known-at-"
                + statement.asKnownAt().toString().replaceAll("[:.-]", "") + ".csv";
    }
}
