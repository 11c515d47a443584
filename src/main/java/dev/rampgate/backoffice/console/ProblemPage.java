package dev.rampgate.backoffice.console;

import dev.rampgate.problem.Problem;
import dev.rampgate.problem.Problem.FieldError;
import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import java.util.List;

/**
 * Says what went wrong.
 *
 * @param status of HTTP
 * @param detail a sentence about it; may be empty
 * @param errors the fields that are wrong
 * @param again when to try again; empty if that does not help
 * @param requestId by which the log knows the request
 */
@CheckedTemplate(basePath = "console", defaultName = CheckedTemplate.HYPHENATED_ELEMENT_NAME)
record ProblemPage(Frame frame, int status, String detail, List<FieldError> errors, String again, String requestId)
        implements TemplateInstance {

    static ProblemPage of(Frame frame, Problem problem, String requestId) {
        boolean passes = problem.retryAfter().isPresent() || problem.type().status() == 503;
        return new ProblemPage(
                frame,
                problem.type().status(),
                problem.detail().orElse(""),
                problem.errors(),
                passes ? ConsoleDoor.again(problem) : "",
                requestId);
    }
}
