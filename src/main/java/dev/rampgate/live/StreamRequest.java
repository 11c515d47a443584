package dev.rampgate.live;

import dev.rampgate.identity.Caller;
import dev.rampgate.identity.Tickets;
import dev.rampgate.problem.ProblemException;
import dev.rampgate.problem.ProblemType;
import dev.rampgate.wire.TransactionIds;
import io.smallrye.mutiny.Uni;
import io.vertx.core.http.HttpServerRequest;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;

/**
 * A request to follow a transaction from a position.
 *
 * @param transactionId the transaction
 * @param userId the reader; null if the request has a ticket for this transaction, which contains no user
 * @param seen the reader's position; null at the beginning
 */
record StreamRequest(String transactionId, String userId, EventId seen) {

    private static final String LAST_EVENT_ID = "Last-Event-ID";
    private static final String LAST_EVENT_ID_PARAMETER = "last_event_id";

    /** Whether the text has the form of a transaction id. */
    static boolean isId(String transactionId) {
        return TransactionIds.isPossible(transactionId);
    }

    /** Whether the request has a ticket. */
    boolean byTicket() {
        return userId == null;
    }

    /** Authenticates requests, by the caller's identity or by a ticket. */
    @ApplicationScoped
    static class Authenticator {

        private final Tickets tickets;

        Authenticator(Tickets tickets) {
            this.tickets = tickets;
        }

        /**
         * Authenticates a request. Does not check who owns the transaction.
         *
         * @param caller the caller's identity; subscribed to only if the request has no ticket
         * @return fails with a problem, or as the identity fails, if the request is not authenticated
         */
        Uni<StreamRequest> authenticate(HttpServerRequest request, String transactionId, Uni<Caller> caller) {
            EventId seen = seen(request);
            String ticket = request.getParam(Tickets.PARAMETER);
            if (ticket != null) {
                return isId(transactionId) && tickets.isValid(ticket, transactionId)
                        ? Uni.createFrom().item(new StreamRequest(transactionId, null, seen))
                        : Uni.createFrom().failure(new ProblemException(ProblemType.UNAUTHENTICATED));
            }
            return caller.map(Caller::userId).map(userId -> {
                if (!isId(transactionId)) {
                    throw new ProblemException(ProblemType.NOT_FOUND);
                }
                return new StreamRequest(transactionId, userId, seen);
            });
        }

        /** The header takes precedence, since a browser updates it by itself; an invalid id is ignored. */
        private static EventId seen(HttpServerRequest request) {
            return Optional.ofNullable(request.getHeader(LAST_EVENT_ID))
                    .or(() -> Optional.ofNullable(request.getParam(LAST_EVENT_ID_PARAMETER)))
                    .flatMap(EventId::parse)
                    .orElse(null);
        }
    }
}
