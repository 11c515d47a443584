package dev.rampgate.backoffice;

import dev.rampgate.problem.Problem;
import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;

/**
 * How a part of the back office finds out who calls, and how it shows a problem: the service API by bearer tokens and JSON, the console by
 * sessions and pages. {@link OperatorRouter} asks the door whose prefix fits a path best.
 */
public interface OperatorDoor {

    /** What the paths behind this door begin with, such as {@code /operate/}. */
    String prefix();

    /**
     * Who calls. Fails with {@link dev.rampgate.problem.ProblemException}: 401 for a caller who is not known, 403 if the call was forged, 429 after too
     * many wrong tokens.
     */
    Uni<Actor> actor(RoutingContext routing);

    /** Whether this door lets a role in at all; beyond that, the route's permission decides. */
    default boolean admits(Role role) {
        return true;
    }

    /** Answers with a problem. The response's head is not written. */
    void refuse(RoutingContext routing, Problem problem);
}
