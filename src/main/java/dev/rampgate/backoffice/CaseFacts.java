package dev.rampgate.backoffice;

import dev.rampgate.ledger.FollowUp;
import dev.rampgate.ledger.Status;
import java.time.Duration;
import java.time.Instant;

/**
 * What decides in which situation a transaction is.
 *
 * @param type {@code buy}, {@code sell}, or another word; null if it is unknown
 * @param status the recorded status
 * @param attempt 1, and one more for each correction
 * @param confirmed whether a poll has shown the recorded status
 * @param settled whether nothing more is expected
 * @param abandoned whether it is no longer polled although it has not ended
 * @param followUp what the rules remember
 * @param changedAt when we last accepted a change
 * @param poll the plan of the next poll
 * @param proofRefuses whether Proof refuses our token or address
 * @param now the database's time
 */
record CaseFacts(
        String type,
        Status status,
        int attempt,
        boolean confirmed,
        boolean settled,
        boolean abandoned,
        FollowUp followUp,
        Instant changedAt,
        Poll poll,
        boolean proofRefuses,
        Instant now) {

    /**
     * The plan of the next poll; all its times may be null.
     *
     * @param dueAt when Proof is asked next; null if no poll is planned
     * @param askedAt when Proof was asked last
     * @param failures how many polls in a row failed
     * @param missingSince since when Proof answers that there is no such transaction
     * @param inFlight whether it is asked at this time
     */
    record Poll(Instant dueAt, Instant askedAt, int failures, Instant missingSince, boolean inFlight) {
        static final Poll NONE = new Poll(null, null, 0, null, false);
    }

    /** How long nothing has changed. */
    Duration age() {
        return Duration.between(changedAt, now);
    }

    /** The status that a webhook claims and the ledger has not accepted; null if there is none. */
    String reported() {
        return TransactionJson.reported(followUp, status.wireName());
    }
}
