package dev.rampgate.ledger;

import dev.rampgate.ledger.FollowUp.Contradiction;
import java.time.Instant;

/**
 * A fact for other systems, made of one decision.
 *
 * @param type what it says
 * @param version its number within the transaction, from 1, without gaps; 0 if it is provisional
 * @param record the transaction as this event leaves it
 * @param at when it was decided, by our clock
 * @param source the observation behind it
 * @param correction whether it replaces a status that no longer holds
 * @param replaces the version of the event that a correction revokes; null if that status was never published, and for all others
 * @param contradiction what Proof said against the record; null if this is no {@link EventType#CONFLICT}
 */
public record Event(
        EventType type,
        int version,
        TransactionRecord record,
        Instant at,
        Source source,
        boolean correction,
        Integer replaces,
        Contradiction contradiction) {

    /**
     * Which observation made the event; for a status the one that was accepted first.
     *
     * @param channel which way it came
     * @param occurredAt Proof's time of the change; null if it gave none
     * @param observedAt when it reached us
     * @param confirmedAt when a poll confirmed the status; null for an event that is about no status
     */
    public record Source(Channel channel, Instant occurredAt, Instant observedAt, Instant confirmedAt) {}

    /** Whether it shows a status that no poll has confirmed yet: it is in no feed, and another event follows. */
    public boolean isProvisional() {
        return version == 0;
    }

    /** Whether the transaction can never change again. */
    public boolean isFinal() {
        return type == EventType.SETTLED && record.state().isFinal();
    }
}
