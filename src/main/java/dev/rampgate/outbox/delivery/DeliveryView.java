package dev.rampgate.outbox.delivery;

import java.time.Instant;

/**
 * What an operator sees of a delivery, or of an attempt.
 *
 * @param endpoint its name
 * @param state {@code pending}, {@code parked} or {@code delivered}
 * @param replay whether an operator asked for it
 * @param transactionId of the event
 * @param version of the event
 * @param attempts used so far; of an attempt 1
 * @param nextAttemptAt null if it waits for an earlier event of its transaction, or for nothing
 * @param lastOutcome how the last attempt ended; null if there was none
 * @param lastStatus its HTTP status; null if there was none
 * @param at when the event was made; of an attempt, when it was made
 */
public record DeliveryView(
        String endpoint,
        String state,
        boolean replay,
        String transactionId,
        int version,
        int attempts,
        Instant nextAttemptAt,
        String lastOutcome,
        Integer lastStatus,
        Instant at) {}
