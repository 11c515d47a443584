package dev.rampgate.live;

import dev.rampgate.edge.RateLimits;
import dev.rampgate.problem.ProblemException;
import io.quarkus.runtime.Startup;
import jakarta.enterprise.context.ApplicationScoped;

/** How often a user may read transactions. A wrong setting stops the start. */
@Startup
@ApplicationScoped
class ReadLimit {

    private final RateLimits.Gate user;

    ReadLimit(LiveSettings settings, RateLimits limits) {
        this.user = limits.limit(
                "read_user", "rampgate.live.limits.user", settings.limits().user());
    }

    /**
     * Counts one read.
     *
     * @throws ProblemException 429 if there were too many
     */
    void pass(String userId) {
        user.pass(userId);
    }
}
