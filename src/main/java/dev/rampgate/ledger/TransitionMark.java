package dev.rampgate.ledger;

import java.time.Instant;

/**
 * A time learned about an earlier transition; the first one stays.
 *
 * @param transactionId the transaction
 * @param attempt the attempt
 * @param status the status
 * @param reportedAt when a webhook first claimed it; null to leave it
 * @param confirmedAt when a poll first showed it; null to leave it
 */
public record TransitionMark(
        String transactionId, int attempt, Status status, Instant reportedAt, Instant confirmedAt) {}
