package dev.rampgate.ledger;

/** Which way an observation came to us. */
public enum Channel {
    /** The answer of Proof's session call, which starts a transaction. */
    SESSION,
    /** Proof's unsigned, best-effort callback, which anybody may forge. */
    WEBHOOK,
    /** Our own call for one transaction. */
    POLL,
    /** Our own WebSocket for one transaction. */
    SOCKET
}
