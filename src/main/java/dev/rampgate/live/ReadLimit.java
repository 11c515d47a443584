package dev.rampgate.live;

import dev.rampgate.edge.RateLimits;
import dev.rampgate.problem.ProblemException;
import io.quarkus.runtime.Startup;
import jakarta.enterprise.context.ApplicationScoped;

/** Limits how often a user may read transactions. An invalid setting fails startup. */
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
     * @throws ProblemException 429 if the user read too often
     */
    void pass(String userId) {
        user.pass(userId);
    }
}
