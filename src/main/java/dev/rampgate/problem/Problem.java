package dev.rampgate.problem;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What a refused caller is told, as RFC 9457 shapes it. Holds nothing that a caller may not see: no secret, no name of
 * a class, no text of an exception.
 *
 * @param type what kind of problem; gives {@code type}, {@code title} and {@code status}
 * @param detail a sentence about this occurrence; none if the title says it all
 * @param errors the fields that are wrong; empty if it is not about fields
 * @param retryAfter when another try makes sense; becomes the header {@code Retry-After}, in whole seconds
 */
public record Problem(
        ProblemType type, Optional<String> detail, List<FieldError> errors, Optional<Duration> retryAfter) {

    /** The media type of every problem answer. */
    public static final String MEDIA_TYPE = "application/problem+json";

    public Problem {
        errors = List.copyOf(errors);
    }

    /**
     * One wrong field.
     *
     * @param field as the caller spelled it, for example {@code amount}; never its value
     * @param detail what would be right
     */
    public record FieldError(String field, String detail) {}

    /** A problem that its title says completely. */
    public static Problem of(ProblemType type) {
        return new Problem(type, Optional.empty(), List.of(), Optional.empty());
    }

    /** A problem with a sentence about this occurrence. */
    public static Problem of(ProblemType type, String detail) {
        return new Problem(type, Optional.of(detail), List.of(), Optional.empty());
    }

    /** The same with the fields that are wrong. */
    public Problem withErrors(List<FieldError> wrong) {
        return new Problem(type, detail, wrong, retryAfter);
    }

    /** The same with a time after which another try makes sense. */
    public Problem withRetryAfter(Duration delay) {
        return new Problem(type, detail, errors, Optional.of(delay));
    }

    /** The value of the header {@code Retry-After}: whole seconds, rounded up, at least 1. */
    public Optional<String> retryAfterSeconds() {
        return retryAfter.map(delay -> Long.toString(Math.max(1, (delay.toMillis() + 999) / 1000)));
    }

    /**
     * The body of the answer.
     *
     * @param requestId as in the header {@code X-Request-Id}
     */
    public String encode(String requestId) {
        JsonObject body = new JsonObject()
                .put("type", type.urn())
                .put("title", type.title())
                .put("status", type.status());
        detail.ifPresent(text -> body.put("detail", text));
        body.put("request_id", requestId);
        if (!errors.isEmpty()) {
            JsonArray list = new JsonArray();
            errors.forEach(error ->
                    list.add(new JsonObject().put("field", error.field()).put("detail", error.detail())));
            body.put("errors", list);
        }
        return body.encode();
    }
}
