package dev.rampgate.session;

import dev.rampgate.edge.RateLimits;
import dev.rampgate.identity.Caller;
import dev.rampgate.problem.ProblemException;
import io.quarkus.runtime.Startup;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;
import java.util.function.Supplier;

/** Limits how many sessions a user, and an address, may ask for. A wrong setting fails startup. */
@Startup
@ApplicationScoped
public class SessionLimits {

    private final RateLimits.Gate user;
    private final RateLimits.Gate address;

    SessionLimits(SessionSettings settings, RateLimits limits) {
        this.user = limits.limit(
                "session_user",
                "rampgate.session.limits.user",
                settings.limits().user());
        this.address = limits.limit(
                "session_address",
                "rampgate.session.limits.address",
                settings.limits().address());
    }

    /**
     * Counts one request.
     *
     * @param source the client that is counted as one, as {@link dev.rampgate.edge.address.ClientAddress#source} says
     * @throws ProblemException 429 if there were too many
     */
    public void pass(Caller caller, Supplier<Optional<String>> source) {
        user.pass(caller.userId());
        address.pass(source);
    }
}
