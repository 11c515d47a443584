package dev.rampgate.backoffice;

import dev.rampgate.problem.Problem;
import dev.rampgate.problem.ProblemType;
import dev.rampgate.problem.RequestId;
import io.smallrye.mutiny.Uni;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;

/** The service API: bearer tokens, and problems as JSON. */
@ApplicationScoped
class ApiDoor implements OperatorDoor {

    private final ActorAuthentication authentication;

    ApiDoor(ActorAuthentication authentication) {
        this.authentication = authentication;
    }

    @Override
    public String prefix() {
        return "/operate/";
    }

    @Override
    public Uni<Actor> actor(RoutingContext routing) {
        return authentication.caller(routing);
    }

    @Override
    public void refuse(RoutingContext routing, Problem problem) {
        HttpServerResponse response = routing.response();
        String id = RequestId.of(routing);
        problem.retryAfterSeconds().ifPresent(seconds -> response.putHeader("Retry-After", seconds));
        if (problem.type() == ProblemType.UNAUTHENTICATED) {
            response.putHeader("WWW-Authenticate", "Bearer realm=\"operate\"");
        }
        response.setStatusCode(problem.type().status())
                .putHeader("Content-Type", Problem.MEDIA_TYPE)
                .putHeader("Cache-Control", "no-store")
                .putHeader(RequestId.HEADER, id)
                .end(problem.encode(id));
    }
}
