package dev.rampgate.ledger;

/** A finding that an operator must look into. */
public enum Alarm {
    /** Proof contradicts a confirmed {@code completed}. */
    COMPLETED_CONTRADICTED,
    /** Proof reports another type, currency or network than recorded; the first value was kept. */
    DETAILS_CONTRADICTED,
    /** Proof reported a status that the contract does not know. */
    UNKNOWN_STATUS,
    /** Proof reported an end with an amount that cannot be read, or {@code completed} without any; polls go on. */
    AMOUNT_UNREADABLE
}
