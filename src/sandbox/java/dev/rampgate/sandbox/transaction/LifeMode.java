package dev.rampgate.sandbox.transaction;

/** Who changes a transaction's status. */
public enum LifeMode {
    /** The simulator plays the user and the payment: a session completes by itself. */
    AUTOMATIC,
    /** A person pays, deposits, cancels or retries; the simulator does what follows a payment, and ends the deposit window. */
    ATTENDED,
    /** Nothing happens by itself. */
    MANUAL
}
