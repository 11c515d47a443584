package dev.rampgate.session;

import dev.rampgate.identity.Caller;
import dev.rampgate.ledger.OwnReference;
import java.time.Instant;
import java.util.Optional;

/**
 * A session that a signed-in user asked for.
 *
 * @param caller whose it will be
 * @param request a valid body
 * @param clientAddress the user's own address, if it is known
 * @param own what the company calls it, by the gateway or else by the body
 * @param requestId our id of the request, for the log
 * @param askedAt when it was asked for, by our clock
 */
public record RequestedSession(
        Caller caller,
        SessionRequest request,
        Optional<String> clientAddress,
        OwnReference own,
        String requestId,
        Instant askedAt) {

    /** Without addresses. */
    @Override
    public String toString() {
        return "RequestedSession[" + requestId + ", " + request + "]";
    }
}
