package dev.rampgate.outbox.kafka;

import java.time.Instant;

/**
 * An event in its place of the feed.
 *
 * @param number with id and time it tells this event from any other that had this place in a history that was lost
 * @param type for example {@code transaction.completed}
 * @param body the frozen bytes, as text
 */
record PlacedEvent(
        long position, long number, String id, String transactionId, String type, Instant createdAt, String body) {}
