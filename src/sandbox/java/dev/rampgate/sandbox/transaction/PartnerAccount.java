package dev.rampgate.sandbox.transaction;

/** The partner to which a transaction or a user belongs. For other partners it looks as if it did not exist. */
public enum PartnerAccount {
    /** The partner under test. */
    OWN,
    /** Another partner of Proof. It has no webhook URL. */
    OTHER
}
