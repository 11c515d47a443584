package dev.rampgate.operate;

import dev.rampgate.privacy.ErasureReplay;
import dev.rampgate.problem.Problem;
import dev.rampgate.problem.ProblemAnswers;
import dev.rampgate.problem.ProblemType;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

/**
 * Refuses users until the erasure ledger is applied, if the database did not answer before the ports were opened: after a restore it has users who
 * were erased. Webhooks pass, since they name no user.
 */
@ApplicationScoped
class ErasureGate {

    /** Behind the request id, in front of everything that reads. */
    private static final int ORDER = 800;

    private static final String WEBHOOKS = "/proof-webhook";

    private final ErasureReplay replay;
    private final ProblemAnswers answers;

    ErasureGate(ErasureReplay replay, ProblemAnswers answers) {
        this.replay = replay;
        this.answers = answers;
    }

    void inFrontOfAllRoutes(@Observes Filters filters) {
        filters.register(this::pass, ORDER);
    }

    private void pass(RoutingContext routing) {
        if (replay.isPending() && !routing.normalizedPath().startsWith(WEBHOOKS)) {
            answers.send(Problem.of(ProblemType.UNAVAILABLE), routing);
        } else {
            routing.next();
        }
    }
}
