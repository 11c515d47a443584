package dev.rampgate.ledger;

/** Something that an operator should hear of. */
public enum Alarm {
    /** Proof contradicts a confirmed {@code completed}. */
    COMPLETED_CONTRADICTED,
    /** Proof tells another type, currency or network than recorded; the first value was kept. */
    DETAILS_CONTRADICTED,
    /** Proof told a status that the contract does not know. */
    UNKNOWN_STATUS,
    /** Proof told an end with an amount that cannot be read, or {@code completed} without any; it is asked again. */
    AMOUNT_UNREADABLE
}
