package dev.rampgate.operate;

import dev.rampgate.problem.Problem;
import dev.rampgate.problem.ProblemAnswers;
import dev.rampgate.problem.ProblemType;
import io.quarkus.vertx.http.ManagementInterface;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;

/**
 * Answers 404 for health groups that do not exist. SmallRye Health would create a group for each name that is asked for, up to
 * a limit, and then fail for the real one, too.
 */
@ApplicationScoped
class HealthGroups {

    private static final String GROUPS = "/health/group/";

    private final ProblemAnswers answers;

    @Inject
    HealthGroups(ProblemAnswers answers) {
        this.answers = answers;
    }

    void inFrontOfHealth(@Observes ManagementInterface management) {
        management.router().route().order(Integer.MIN_VALUE).handler(this::enter);
    }

    private void enter(RoutingContext routing) {
        if (isUnknown(routing.normalizedPath())) {
            answers.send(Problem.of(ProblemType.NOT_FOUND), routing);
        } else {
            routing.next();
        }
    }

    /** @param path normalized, as the route of SmallRye Health gets it */
    static boolean isUnknown(String path) {
        int at = path.indexOf(GROUPS);
        return at >= 0 && !path.substring(at + GROUPS.length()).equals(Health.DATABASE_GROUP);
    }
}
