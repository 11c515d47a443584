package dev.rampgate.proof;

import io.smallrye.mutiny.Uni;

/** Where Proof's sockets are opened; in the service that is {@link ProofSocket}. */
public interface ProofSockets {

    /** Receives what a socket reports; called on an event loop, one call after the other. */
    public interface Listener {

        /** The transaction's status changed. */
        void onReport(StatusReport report);

        /**
         * A frame that breaks the protocol was ignored: counted already.
         *
         * @param reason what was wrong with it, never what it said
         */
        void onProtocolError(String reason);

        /** The socket is closed, by whichever side; comes once for each opened socket, and after everything else. */
        void onClosed();
    }

    /**
     * Opens a socket.
     *
     * @param id the transaction, as Proof gave it
     * @return the open socket; fails with a {@link ProofFailure}, with nothing else, and then the listener hears nothing
     */
    Uni<ProofSocketConnection> connect(String id, Listener listener);
}
