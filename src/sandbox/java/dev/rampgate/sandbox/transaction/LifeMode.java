package dev.rampgate.sandbox.transaction;

/** Who moves a transaction on. */
public enum LifeMode {
    /** The simulator plays the user as well as the payment's way: a session completes by itself. */
    AUTOMATIC,
    /** A person pays, deposits, cancels or retries; what follows a payment, and the deposit window, goes by itself. */
    ATTENDED,
    /** Nothing happens by itself. */
    MANUAL
}
