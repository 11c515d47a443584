package dev.rampgate.ledger;

/** What became of an observation. */
public enum Outcome {
    /** It opened the transaction, or moved it to a higher status. */
    ACCEPTED,
    /** A poll showed the recorded status. */
    CONFIRMED,
    /** It said what was known. */
    DUPLICATE,
    /** It was older than what was known. */
    STALE,
    /** It changed nothing but made a poll due. */
    NUDGE,
    /** A poll showed that the recorded status no longer holds; the next attempt was opened. */
    CORRECTION,
    /** It contradicts what cannot change; the first value was kept. */
    CONFLICT,
    /** It carried a status that the contract does not know. */
    UNKNOWN_STATUS,
    /** Nothing is known about its transaction. */
    UNKNOWN_TRANSACTION
}
