package dev.rampgate.outbox.delivery;

import java.time.Instant;

/**
 * What an attempt does to its delivery.
 *
 * @param attempt it
 * @param step whether it stays
 * @param attempts used from now on
 * @param dueAt when it is due again, if it stays
 * @param failingSince when the outage began that it met; null if it met none
 */
record Mark(Attempt attempt, Step step, int attempts, Instant dueAt, Instant failingSince) {

    /** Of an attempt that says nothing about the endpoint. */
    Mark(Attempt attempt, Step step, int attempts, Instant dueAt) {
        this(attempt, step, attempts, dueAt, null);
    }

    enum Step {
        /** It leaves the queue, and the next of its transaction is the head. */
        DONE,
        /** It stays the head. */
        RETRY,
        /** It stays for the operator; the next of its transaction is the head. */
        PARK
    }
}
