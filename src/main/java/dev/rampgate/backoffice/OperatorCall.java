package dev.rampgate.backoffice;

import dev.rampgate.problem.Problem;
import dev.rampgate.problem.Problem.FieldError;
import dev.rampgate.problem.ProblemException;
import dev.rampgate.problem.ProblemType;
import dev.rampgate.problem.RequestId;
import dev.rampgate.wire.ByteOrderMark;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** One call of the back office by an actor that may make it. Only {@link OperatorRouter} creates it. */
public final class OperatorCall {

    private final RoutingContext routing;
    private final Actor actor;
    private final OperatorRoute route;

    OperatorCall(RoutingContext routing, Actor actor, OperatorRoute route) {
        this.routing = routing;
        this.actor = actor;
        this.route = route;
    }

    /** Who calls. */
    public Actor actor() {
        return actor;
    }

    /** What is called: its action, and the permission that the actor has. */
    public OperatorRoute route() {
        return route;
    }

    /** The id in the answer's header and in the log. */
    public String requestId() {
        return RequestId.of(routing);
    }

    /** The request and its response, for routes that write their answer themselves. */
    public RoutingContext routing() {
        return routing;
    }

    /** A part of the path that the route's template names. */
    public String path(String name) {
        return routing.pathParam(name);
    }

    /** The names of all query parameters. */
    public Set<String> queryNames() {
        return routing.queryParams().names();
    }

    /** Throws a 400 problem that names each query parameter that the route does not take. */
    void refuseUnknownParameters() {
        if (route.parameters() != OperatorRoute.ANY) {
            UnknownNames.refuseParameters(queryNames(), route.parameters());
        }
    }

    /** All values of a query parameter, in their order. */
    public List<String> query(String name) {
        return routing.queryParam(name);
    }

    /**
     * The value of a query parameter that may be given once; empty if it is not given.
     *
     * @throws ProblemException 400 if it is given more often
     */
    Optional<String> one(String name) {
        List<String> values = query(name);
        if (values.size() > 1) {
            throw invalid(name, "must be given once");
        }
        return values.stream().findFirst();
    }

    /** All values of a field of a submitted form, in their order. */
    public List<String> form(String name) {
        return routing.request().formAttributes().getAll(name);
    }

    /**
     * The body, which must be a JSON object. A misspelt field would have no effect, so it is refused.
     *
     * @param fields that it may have
     * @throws ProblemException 400 or 413 if it is none, too large, or has another field
     */
    public JsonObject body(String... fields) {
        JsonObject body = body();
        UnknownNames.refuseFields(body.fieldNames(), Set.of(fields));
        return body;
    }

    private JsonObject body() {
        // The management port reads bodies first, with a larger limit of its own.
        if (routing.body().length() > route.maxBody()) {
            throw new ProblemException(Problem.of(ProblemType.BODY_TOO_LARGE));
        }
        try {
            Buffer body = routing.body().buffer();
            if (body != null && body.length() > 0) {
                JsonObject object = new JsonObject(ByteOrderMark.strippedFrom(body));
                if (object.getMap() != null) {
                    return object;
                }
            }
        } catch (DecodeException | ClassCastException noObject) {
            // reported below, without the parser's message
        }
        throw new ProblemException(Problem.of(ProblemType.MALFORMED_BODY, "The body must be a JSON object"));
    }

    /**
     * A text of the body that is not empty.
     *
     * @throws ProblemException 400 if it is missing
     */
    public static String text(JsonObject body, String field) {
        if (body.getValue(field) instanceof String text && !text.isEmpty() && text.indexOf('\0') < 0) {
            return text;
        }
        throw invalid(field, "must be a string that is not empty");
    }

    /**
     * A point in time of the body.
     *
     * @throws ProblemException 400 if it is none
     */
    public static Instant time(JsonObject body, String field) {
        return time(text(body, field)).orElseThrow(() -> invalid(field, "must be a time such as 2026-05-02T08:00:00Z"));
    }

    /** A point in time as ISO 8601 spells it; empty if it is none that the database can hold. */
    public static Optional<Instant> time(String text) {
        try {
            Instant time = Instant.parse(text);
            return time.isBefore(EARLIEST) || time.isAfter(LATEST) ? Optional.empty() : Optional.of(time);
        } catch (DateTimeParseException noTime) {
            return Optional.empty();
        }
    }

    private static final Instant EARLIEST = Instant.EPOCH;
    private static final Instant LATEST = Instant.parse("9999-12-31T00:00:00Z");

    /** A 400 problem that names a field. */
    public static ProblemException invalid(String field, String expected) {
        return new ProblemException(
                Problem.of(ProblemType.INVALID_REQUEST).withErrors(List.of(new FieldError(field, expected))));
    }
}
