package dev.rampgate.outbox.delivery;

import java.time.Instant;
import java.util.UUID;

/**
 * A delivery that this replica may attempt once, until its lease ends.
 *
 * @param queue live or replay
 * @param position the event's place
 * @param transactionId of the event
 * @param version of the event
 * @param attempts used so far
 * @param dueAt when it was due
 * @param claimedAt when it was claimed
 * @param claim fences the mark
 * @param probe whether it was claimed to find out if the endpoint works again
 * @param again whether it is the one that was probed last, or that opened the circuit: what it says is known
 * @param eventId null if the event was deleted, as is the body
 * @param body what is sent, byte for byte
 */
record Claimed(
        Queue queue,
        long position,
        String transactionId,
        int version,
        int attempts,
        Instant dueAt,
        Instant claimedAt,
        UUID claim,
        boolean probe,
        boolean again,
        String eventId,
        String body) {

    /** Deliveries of different queues do not wait for each other. */
    enum Queue {
        /** Events as they come. */
        LIVE,
        /** Events that an operator has sent once more. */
        REPLAY;

        short column() {
            return (short) ordinal();
        }
    }

    @Override
    public String toString() {
        return "Claimed[" + position + "]";
    }
}
