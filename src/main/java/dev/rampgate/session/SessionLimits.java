package dev.rampgate.session;

import dev.rampgate.edge.Networks;
import dev.rampgate.edge.ProblemException;
import dev.rampgate.edge.RateLimits;
import dev.rampgate.identity.Caller;
import io.quarkus.runtime.Startup;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;

/** How many sessions a user, and an address, may ask for. A wrong setting stops the start. */
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
     * Counts one request. Who has no known address is not counted by it: one bucket for all of them would let one lock out
     * the others.
     *
     * @throws ProblemException 429 if there were too many
     */
    public void pass(Caller caller, Optional<String> clientAddress) {
        user.pass(caller.userId());
        clientAddress.map(Networks::source).ifPresent(address::pass);
    }
}
