package dev.rampgate.ledger;

import java.time.Instant;

/**
 * A status change that the ledger accepted; at most one per transaction, attempt and status.
 *
 * @param transactionId the transaction
 * @param sequence its number within the transaction, from 1, without gaps
 * @param attempt the attempt it belongs to
 * @param status the status it led to
 * @param channel whose observation was accepted
 * @param reportedAt when a webhook first claimed it; null if none did before
 * @param occurredAt Proof's time of the change; null if the observation had none
 * @param observedAt when the accepted observation reached us
 * @param confirmedAt when the first poll that showed it reached us; null if none has
 * @param correction whether it replaced a status that no longer held, and so opened its attempt
 */
public record Transition(
        String transactionId,
        int sequence,
        int attempt,
        Status status,
        Channel channel,
        Instant reportedAt,
        Instant occurredAt,
        Instant observedAt,
        Instant confirmedAt,
        boolean correction) {}
