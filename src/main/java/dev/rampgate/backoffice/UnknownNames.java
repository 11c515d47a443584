package dev.rampgate.backoffice;

import dev.rampgate.problem.Problem;
import dev.rampgate.problem.Problem.FieldError;
import dev.rampgate.problem.ProblemException;
import dev.rampgate.problem.ProblemType;
import dev.rampgate.wire.PrintableText;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Names of parameters or fields that a call has and does not know. A misspelt one would have no effect, and the caller would take the
 * answer for another one.
 */
final class UnknownNames {

    private static final int MOST_NAMED = 20;
    private static final int LONGEST_NAMED = 64;

    private UnknownNames() {}

    /** An error for each query parameter that is not known, up to {@value #MOST_NAMED}. */
    static List<FieldError> ofParameters(Collection<String> given, Set<String> known) {
        return errors(given, known, "parameter", "query");
    }

    /** Throws a 400 problem if a query parameter is not known. */
    static void refuseParameters(Collection<String> given, Set<String> known) {
        refuse(ofParameters(given, known));
    }

    /** Throws a 400 problem if a field of a body is not known. */
    static void refuseFields(Collection<String> given, Set<String> known) {
        refuse(errors(given, known, "field", "body"));
    }

    private static void refuse(List<FieldError> errors) {
        if (!errors.isEmpty()) {
            throw new ProblemException(Problem.of(ProblemType.INVALID_REQUEST).withErrors(errors));
        }
    }

    /** @param whole names what is wrong if the name itself cannot be printed */
    private static List<FieldError> errors(Collection<String> given, Set<String> known, String kind, String whole) {
        String there = known.isEmpty()
                ? "there is none"
                : known.stream().sorted().collect(Collectors.joining(", ", "there are ", ""));
        return given.stream()
                .filter(name -> !known.contains(name))
                .sorted()
                .limit(MOST_NAMED)
                .map(name -> new FieldError(
                        PrintableText.is(name, LONGEST_NAMED) ? name : whole, "is no " + kind + "; " + there))
                .toList();
    }
}
