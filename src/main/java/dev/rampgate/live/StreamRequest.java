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
 * Who wants to follow which transaction, from where on.
 *
 * @param transactionId the transaction
 * @param userId who asks; null if a ticket for this transaction was brought, which does not say
 * @param seen how far the reader has come; null if it begins
 */
record StreamRequest(String transactionId, String userId, EventId seen) {

    private static final String LAST_EVENT_ID = "Last-Event-ID";
    private static final String LAST_EVENT_ID_PARAMETER = "last_event_id";

    /** Whether a transaction can have this id. */
    static boolean isId(String transactionId) {
        return TransactionIds.isPossible(transactionId);
    }

    /** Whether it brings a ticket. */
    boolean byTicket() {
        return userId == null;
    }

    /** Reads requests, by the caller's identity or by a ticket. */
    @ApplicationScoped
    static class Authenticator {

        private final Tickets tickets;

        Authenticator(Tickets tickets) {
            this.tickets = tickets;
        }

        /**
         * Finds out who asks; whether the transaction is theirs is not asked yet.
         *
         * @param caller who asks, if no ticket was brought; only subscribed to then
         * @return fails with a problem, or as the identity does, if it is nobody
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

        /** The header is what a browser sends by itself, and so the newer one; one that we never gave counts for nothing. */
        private static EventId seen(HttpServerRequest request) {
            return Optional.ofNullable(request.getHeader(LAST_EVENT_ID))
                    .or(() -> Optional.ofNullable(request.getParam(LAST_EVENT_ID_PARAMETER)))
                    .flatMap(EventId::parse)
                    .orElse(null);
        }
    }
}
