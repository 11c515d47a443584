package dev.rampgate.live;

import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import java.time.Instant;

/**
 * A ticket for the events and the socket of one transaction.
 *
 * @param ticket what to pass as {@code ticket} in the query
 * @param expiresAt until when a stream can be opened with it; one that is open goes on
 */
@JsonNaming(SnakeCaseStrategy.class)
public record TicketAnswer(String ticket, Instant expiresAt) {

    /** Never the ticket itself. */
    @Override
    public String toString() {
        return "TicketAnswer[until " + expiresAt + "]";
    }
}
