package dev.rampgate.live;

import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import java.time.Instant;

/**
 * A ticket for the events and the socket of one transaction.
 *
 * @param ticket the value of the query parameter {@code ticket}
 * @param expiresAt until when the ticket opens streams; an open stream continues
 */
@JsonNaming(SnakeCaseStrategy.class)
public record TicketAnswer(String ticket, Instant expiresAt) {

    /** Without the ticket, which is a secret. */
    @Override
    public String toString() {
        return "TicketAnswer[until " + expiresAt + "]";
    }
}
