package dev.rampgate.problem;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * An error answer in the form of RFC 9457. It contains only what callers may see: no secret, no class name, no exception
 * message.
 *
 * @param type the kind of problem; defines {@code type}, {@code title} and {@code status}
 * @param detail a sentence about this occurrence; empty if the title is enough
 * @param errors the invalid fields; empty if the problem does not concern fields
 * @param retryAfter when the caller may try again; becomes the header {@code Retry-After}, in whole seconds
 */
public record Problem(
        ProblemType type, Optional<String> detail, List<FieldError> errors, Optional<Duration> retryAfter) {

    /** The media type of every problem answer. */
    public static final String MEDIA_TYPE = "application/problem+json";

    public Problem {
        errors = List.copyOf(errors);
    }

    /**
     * One invalid field.
     *
     * @param field its name as the caller wrote it, for example {@code amount}; never its value
     * @param detail the rule that the value must meet
     */
    public record FieldError(String field, String detail) {}

    /** A problem without a detail. */
    public static Problem of(ProblemType type) {
        return new Problem(type, Optional.empty(), List.of(), Optional.empty());
    }

    /** A problem with a detail. */
    public static Problem of(ProblemType type, String detail) {
        return new Problem(type, Optional.of(detail), List.of(), Optional.empty());
    }

    /** A copy with invalid fields. */
    public Problem withErrors(List<FieldError> wrong) {
        return new Problem(type, detail, wrong, retryAfter);
    }

    /** A copy with the time after which the caller may try again. */
    public Problem withRetryAfter(Duration delay) {
        return new Problem(type, detail, errors, Optional.of(delay));
    }

    /** The value of the header {@code Retry-After}: whole seconds, rounded up, at least 1. */
    public Optional<String> retryAfterSeconds() {
        return retryAfter.map(delay -> Long.toString(Math.max(1, (delay.toMillis() + 999) / 1000)));
    }

    /**
     * The answer's body, as JSON.
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
