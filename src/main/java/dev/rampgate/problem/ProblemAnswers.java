package dev.rampgate.problem;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.Startup;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.core.Response;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;

/**
 * Turns a {@link Problem} into an answer, for resources and plain routes, and counts it in
 * {@code rampgate.edge.problems}, by type.
 */
@Startup // Its counters are there before the first refusal.
@ApplicationScoped
public class ProblemAnswers {

    private final Map<ProblemType, Counter> counters = new EnumMap<>(ProblemType.class);

    private final AuthenticationChallenge challenge;

    public ProblemAnswers(MeterRegistry registry, AuthenticationChallenge challenge) {
        this.challenge = challenge;
        for (ProblemType type : ProblemType.values()) {
            counters.put(
                    type,
                    Counter.builder("rampgate.edge.problems")
                            .description("Calls answered with a problem")
                            .tag("type", type.metricName())
                            .register(registry));
        }
    }

    /** Counts a problem that was answered outside routes and resources. */
    public void count(ProblemType type) {
        counters.get(type).increment();
    }

    /** Creates a resource's answer, and counts it. */
    public Response response(Problem problem, RoutingContext routing) {
        counters.get(problem.type()).increment();
        Response.ResponseBuilder response = Response.status(problem.type().status())
                .type(Problem.MEDIA_TYPE)
                .entity(problem.encode(RequestId.of(routing)));
        headers(problem, routing).forEach(response::header);
        return response.build();
    }

    /** Answers a call on a plain route, and counts it. Does nothing if the head of another answer was already sent. */
    public void send(Problem problem, RoutingContext routing) {
        HttpServerResponse response = routing.response();
        if (response.ended() || response.headWritten() || response.closed()) {
            return;
        }
        counters.get(problem.type()).increment();
        String id = RequestId.of(routing);
        response.setStatusCode(problem.type().status())
                .putHeader(RequestId.HEADER, id)
                .putHeader(HttpHeaders.CONTENT_TYPE, Problem.MEDIA_TYPE);
        headers(problem, routing).forEach(response::putHeader);
        response.end(problem.encode(id));
    }

    /** The headers of a problem. */
    private Map<String, String> headers(Problem problem, RoutingContext routing) {
        Map<String, String> headers = new HashMap<>();
        problem.retryAfterSeconds().ifPresent(seconds -> headers.put("Retry-After", seconds));
        if (problem.type().status() == 401) {
            headers.put("WWW-Authenticate", challenge.of(routing));
        }
        return headers;
    }
}
