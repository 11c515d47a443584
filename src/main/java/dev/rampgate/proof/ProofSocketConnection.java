package dev.rampgate.proof;

/** An open socket for one transaction; made by {@link ProofSocket}. */
public interface ProofSocketConnection {

    /** The transaction that it tells about. */
    String transactionId();

    boolean isOpen();

    /** Begins to close it; {@link ProofSocket.Listener#onClosed()} tells when that is done. Closing twice is harmless. */
    void close();
}
