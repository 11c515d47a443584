package dev.rampgate.problem;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.exc.StreamReadException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import dev.rampgate.problem.Problem.FieldError;
import dev.rampgate.telemetry.ThrottledLog;
import dev.rampgate.wire.Misspelling;
import dev.rampgate.wire.PrintableText;
import io.quarkus.security.AuthenticationCompletionException;
import io.quarkus.security.AuthenticationFailedException;
import io.quarkus.security.ForbiddenException;
import io.quarkus.security.UnauthorizedException;
import io.vertx.ext.web.RoutingContext;
import jakarta.validation.ConstraintViolation;
import jakarta.validation.ConstraintViolationException;
import jakarta.validation.ElementKind;
import jakarta.validation.Path;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jboss.logging.Logger;
import org.jboss.logging.Logger.Level;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;
import org.jboss.resteasy.reactive.server.SimpleResourceInfo;

/** Turns what a resource, or the machinery in front of it, throws into a problem answer. */
class ResourceProblems {

    private static final Logger LOG = Logger.getLogger(ResourceProblems.class);

    private static final int LONGEST_NAME = 64;

    private final ProblemAnswers answers;
    private final AllowedMethods allowedMethods;
    private final ThrottledLog faults;

    ResourceProblems(ProblemAnswers answers, AllowedMethods allowedMethods, InstantSource clock) {
        this.faults = new ThrottledLog(LOG, clock);
        this.answers = answers;
        this.allowedMethods = allowedMethods;
    }

    @ServerExceptionMapper
    public Response problem(ProblemException refused, RoutingContext routing) {
        return answers.response(refused.problem(), routing);
    }

    @ServerExceptionMapper
    public Response broken(ConstraintViolationException broken, RoutingContext routing, SimpleResourceInfo resource) {
        if (broken.getConstraintViolations().stream().anyMatch(ResourceProblems::isOurs)) {
            return internal(broken, routing, resource);
        }
        List<FieldError> errors = broken.getConstraintViolations().stream()
                .map(violation -> new FieldError(field(violation.getPropertyPath()), violation.getMessage()))
                .sorted((one, other) -> (one.field() + one.detail()).compareTo(other.field() + other.detail()))
                .toList();
        return answers.response(Problem.of(ProblemType.INVALID_REQUEST).withErrors(errors), routing);
    }

    @ServerExceptionMapper
    public Response unreadable(JsonProcessingException unreadable, RoutingContext routing) {
        return answers.response(malformed(unreadable), routing);
    }

    /** Needed beside the general mapper, since Quarkus has a mapper of its own for this exception. */
    @ServerExceptionMapper
    public Response mismatched(MismatchedInputException mismatched, RoutingContext routing) {
        return answers.response(malformed(mismatched), routing);
    }

    @ServerExceptionMapper({
        UnauthorizedException.class,
        AuthenticationFailedException.class,
        AuthenticationCompletionException.class
    })
    public Response unauthenticated(SecurityException unknown, RoutingContext routing) {
        return answers.response(Problem.of(ProblemType.UNAUTHENTICATED), routing);
    }

    @ServerExceptionMapper
    public Response forbidden(ForbiddenException forbidden, RoutingContext routing) {
        return answers.response(Problem.of(ProblemType.FORBIDDEN), routing);
    }

    @ServerExceptionMapper
    public Response web(WebApplicationException thrown, RoutingContext routing, SimpleResourceInfo resource) {
        Response asked = thrown.getResponse();
        if (asked.getStatus() < 400) {
            return asked;
        }
        if (thrown.getCause() instanceof ProblemException refused) {
            return answers.response(refused.problem(), routing);
        }
        if (asked.getStatus() >= 500) {
            return internal(thrown, routing, resource);
        }
        if (asked.getStatus() == 400 && thrown.getCause() instanceof JsonProcessingException unreadable) {
            return answers.response(malformed(unreadable), routing);
        }
        Response answer = answers.response(Problem.of(RouteProblems.typeOf(asked.getStatus())), routing);
        return asked.getStatus() == 405
                ? Response.fromResponse(answer)
                        .header(HttpHeaders.ALLOW, allowedMethods.ofCurrentRequest())
                        .build()
                : answer;
    }

    @ServerExceptionMapper
    public Response internal(Throwable fault, RoutingContext routing, SimpleResourceInfo resource) {
        if (!CallerLeft.shows(fault, routing.response())) {
            faults.log(
                    Level.ERROR,
                    RedactedStackTrace.of(fault),
                    "Request %s failed in %s",
                    RequestId.of(routing),
                    name(resource));
        }
        return answers.response(Problem.of(ProblemType.INTERNAL_ERROR), routing);
    }

    /** The method, never the path: the path of a webhook contains its key. */
    private static String name(SimpleResourceInfo resource) {
        return resource == null || resource.getResourceClass() == null
                ? "no resource"
                : resource.getResourceClass().getSimpleName() + "." + resource.getMethodName();
    }

    /** Whether a return value broke the rule: a fault of Rampgate, not a mistake of the caller. */
    private static boolean isOurs(ConstraintViolation<?> violation) {
        for (Path.Node node : violation.getPropertyPath()) {
            if (node.getKind() == ElementKind.RETURN_VALUE) {
                return true;
            }
        }
        return false;
    }

    /** The field's name as the caller wrote it: in snake_case, without the Java names of the method and its parameter. */
    private static String field(Path path) {
        StringBuilder field = new StringBuilder();
        String parameter = "";
        for (Path.Node node : path) {
            switch (node.getKind()) {
                case PARAMETER -> parameter = node.getName();
                case PROPERTY -> {
                    // Bean Validation attaches an element's index to the property inside the element.
                    if (node.getIndex() != null) {
                        field.append('[').append(node.getIndex()).append(']');
                    }
                    field.append(field.length() == 0 ? "" : ".").append(snakeCase(node.getName()));
                }
                case CONTAINER_ELEMENT ->
                    field.append('[').append(node.getIndex()).append(']');
                case BEAN, CONSTRUCTOR, CROSS_PARAMETER, METHOD, RETURN_VALUE -> {
                    // Names of our code, not of the caller's body.
                }
            }
        }
        return field.length() == 0 ? snakeCase(parameter) : field.toString();
    }

    private static String snakeCase(String name) {
        return name.replaceAll("([a-z0-9])([A-Z])", "$1_$2").toLowerCase(Locale.ROOT);
    }

    private static Problem malformed(JsonProcessingException unreadable) {
        if (unreadable instanceof UnrecognizedPropertyException misspelt) {
            return Problem.of(ProblemType.INVALID_REQUEST)
                    .withErrors(List.of(new FieldError(
                            PrintableText.is(misspelt.getPropertyName(), LONGEST_NAME)
                                    ? misspelt.getPropertyName()
                                    : "body",
                            Misspelling.meant(
                                            misspelt.getPropertyName(),
                                            misspelt.getKnownPropertyIds().stream()
                                                    .map(Object::toString)
                                                    .toList())
                                    .map(meant -> "is not a field; did you mean " + meant + "?")
                                    .orElse("is not a field"))));
        }
        if (unreadable instanceof StreamReadException noJson && noJson.getLocation() != null) {
            return Problem.of(
                    ProblemType.MALFORMED_BODY,
                    "The body is not valid JSON, or repeats a name: see line "
                            + noJson.getLocation().getLineNr() + ", column "
                            + noJson.getLocation().getColumnNr());
        }
        Problem problem =
                Problem.of(ProblemType.MALFORMED_BODY, "The body must be a JSON object of the documented shape");
        if (unreadable instanceof JsonMappingException mapping
                && !mapping.getPath().isEmpty()) {
            return problem.withErrors(List.of(new FieldError(field(mapping), wrongType(mapping))));
        }
        return problem;
    }

    private static String wrongType(JsonMappingException mapping) {
        Class<?> wanted = mapping instanceof MismatchedInputException mismatched ? mismatched.getTargetType() : null;
        if (wanted == String.class) {
            return "has the wrong type: must be a string";
        }
        return wanted != null && Map.class.isAssignableFrom(wanted)
                ? "has the wrong type: must be an object"
                : "has the wrong type";
    }

    private static String field(JsonMappingException mapping) {
        StringBuilder field = new StringBuilder();
        for (JsonMappingException.Reference reference : mapping.getPath()) {
            if (reference.getFieldName() == null) {
                field.append('[').append(reference.getIndex()).append(']');
            } else {
                field.append(field.length() == 0 ? "" : ".").append(reference.getFieldName());
            }
        }
        return field.toString();
    }
}
