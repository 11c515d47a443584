package dev.rampgate.live;

import dev.rampgate.edge.RateLimits;
import dev.rampgate.problem.ProblemException;
import io.quarkus.runtime.Startup;
import jakarta.enterprise.context.ApplicationScoped;

/**
 * Limits how often a user may read transactions, and how often one transaction may be read with tickets, which do not name
 * their user. Opening a stream is a read. An invalid setting fails startup.
 */
@Startup
@ApplicationScoped
class ReadLimit {

    private final RateLimits.Gate user;
    private final RateLimits.Gate ticket;

    ReadLimit(LiveSettings settings, RateLimits limits) {
        this.user = limit(limits, "read_user", settings);
        this.ticket = limit(limits, "read_ticket", settings);
    }

    private static RateLimits.Gate limit(RateLimits limits, String name, LiveSettings settings) {
        return limits.limit(name, "rampgate.live.limits.user", settings.limits().user());
    }

    /**
     * Counts one read by a user.
     *
     * @throws ProblemException 429 if the user read too often
     */
    void pass(String userId) {
        user.pass(userId);
    }

    /**
     * Counts one read of a transaction, or one stream that is opened: for the user, or for the transaction if a ticket was
     * brought.
     *
     * @throws ProblemException 429 if there were too many
     */
    void pass(StreamRequest request) {
        if (request.byTicket()) {
            ticket.pass(request.transactionId());
        } else {
            user.pass(request.userId());
        }
    }
}
