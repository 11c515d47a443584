package dev.rampgate.problem;

import dev.rampgate.telemetry.ThrottledLog;
import io.quarkus.security.AuthenticationFailedException;
import io.quarkus.security.ForbiddenException;
import io.quarkus.security.UnauthorizedException;
import io.quarkus.vertx.http.ManagementInterface;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.InstantSource;
import java.util.List;
import org.jboss.logging.Logger;
import org.jboss.logging.Logger.Level;

/** Answers problems outside resources: unknown paths, undecodable paths, and failures of plain routes. */
@ApplicationScoped
class RouteProblems {

    private static final Logger LOG = Logger.getLogger(RouteProblems.class);

    /** The statuses that the router answers when no route handles a request. */
    private static final List<Integer> UNROUTED = List.of(400, 404, 405, 406, 413, 415);

    private final ProblemAnswers answers;
    private final ThrottledLog faults;

    RouteProblems(ProblemAnswers answers, InstantSource clock) {
        this.faults = new ThrottledLog(LOG, clock);
        this.answers = answers;
    }

    /** The problem type of an HTTP status. */
    static ProblemType typeOf(int status) {
        return switch (status) {
            case 401 -> ProblemType.UNAUTHENTICATED;
            case 403 -> ProblemType.FORBIDDEN;
            case 404 -> ProblemType.NOT_FOUND;
            case 405 -> ProblemType.METHOD_NOT_ALLOWED;
            case 406 -> ProblemType.NOT_ACCEPTABLE;
            case 408 -> ProblemType.REQUEST_TIMEOUT;
            case 409 -> ProblemType.CONFLICT;
            case 413 -> ProblemType.BODY_TOO_LARGE;
            case 414 -> ProblemType.URI_TOO_LONG;
            case 415 -> ProblemType.UNSUPPORTED_MEDIA_TYPE;
            case 429 -> ProblemType.TOO_MANY_REQUESTS;
            case 431 -> ProblemType.HEADERS_TOO_LARGE;
            case 501 -> ProblemType.NOT_IMPLEMENTED;
            case 503 -> ProblemType.UNAVAILABLE;
            default -> status >= 500 ? ProblemType.INTERNAL_ERROR : ProblemType.BAD_REQUEST;
        };
    }

    void behindAllRoutes(@Observes Router router) {
        for (int status : UNROUTED) {
            router.errorHandler(status, routing -> answers.send(Problem.of(typeOf(status)), routing));
        }
        // First in order, so that it runs before Quarkus' own failure handler, which logs the path.
        router.route().order(Integer.MIN_VALUE).failureHandler(this::failed);
    }

    /** Quarkus' own handler on the management port would log a caller's mistake as a fault, with the path. */
    void inFrontOfManagement(@Observes ManagementInterface management) {
        management.router().route().order(Integer.MIN_VALUE).failureHandler(this::failedAtManagement);
    }

    private void failedAtManagement(RoutingContext routing) {
        boolean refused = routing.statusCode() >= 400 && routing.statusCode() < 500;
        if (refused && routing.failure() != null) {
            answers.send(Problem.of(typeOf(routing.statusCode())), routing);
        } else if (!CallerLeft.shows(routing.failure(), routing.response())) {
            routing.next();
        }
    }

    private void failed(RoutingContext routing) {
        if (CallerLeft.shows(routing.failure(), routing.response())) {
            if (!routing.response().ended() && !routing.response().closed()) {
                routing.request().connection().close();
            }
            return;
        }
        answers.send(problem(routing), routing);
        if (!routing.response().ended()) {
            // The head of another answer was already sent, so that only closing the connection shows the failure.
            routing.request().connection().close();
        }
    }

    private Problem problem(RoutingContext routing) {
        Throwable failure = routing.failure();
        if (failure instanceof ProblemException refused) {
            return refused.problem();
        }
        if (failure instanceof UnauthorizedException || failure instanceof AuthenticationFailedException) {
            return Problem.of(ProblemType.UNAUTHENTICATED);
        }
        if (failure instanceof ForbiddenException) {
            return Problem.of(ProblemType.FORBIDDEN);
        }
        if (failure == null || (routing.statusCode() >= 400 && routing.statusCode() < 500)) {
            return Problem.of(typeOf(routing.statusCode()));
        }
        faults.log(
                Level.ERROR,
                RedactedStackTrace.of(failure),
                "Request %s failed outside of any resource",
                RequestId.of(routing));
        return Problem.of(ProblemType.INTERNAL_ERROR);
    }
}
