package dev.rampgate.outbox.delivery;

import java.time.Instant;

/**
 * What an attempt does to its delivery.
 *
 * @param attempt it
 * @param step whether it stays
 * @param attempts used from now on
 * @param dueAt when it is due again, if it stays
 */
record Mark(Attempt attempt, Step step, int attempts, Instant dueAt) {

    enum Step {
        /** It leaves the queue, and the next of its transaction is the head. */
        DONE,
        /** It stays the head. */
        RETRY,
        /** It stays for the operator; the next of its transaction is the head. */
        PARK
    }
}
