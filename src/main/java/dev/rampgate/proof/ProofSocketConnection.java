package dev.rampgate.proof;

/** An open socket for one transaction; made by {@link ProofSockets}. */
public interface ProofSocketConnection {

    /** The transaction that it reports. */
    String transactionId();

    boolean isOpen();

    /** Begins to close it; {@link ProofSockets.Listener#onClosed()} is called when that is done. Closing twice is harmless. */
    void close();
}
