package dev.rampgate.sandbox.transaction;

/** Whose a transaction or a user is. Proof tells a partner nothing about another one's: it looks as if it were not there. */
public enum PartnerAccount {
    /** The partner under test. */
    OWN,
    /** Another partner of Proof, whose ids are foreign to the first. It has no webhook URL. */
    OTHER
}
