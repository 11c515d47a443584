package dev.rampgate.edge;

import io.netty.channel.Channel;

/** The incomplete request of one connection, as {@link ConnectionLimits} counts it. One object serves all its requests in turn. */
final class IncompleteRequest {

    final Channel connection;

    /** Position among all incomplete requests, oldest first; 0 if the request is complete. Guarded by this. */
    long position;

    /** Bytes that count at present. Guarded by this. */
    long bytes;

    /** The connection is being closed and counts no longer. Guarded by this. */
    boolean dropped;

    IncompleteRequest(Channel connection) {
        this.connection = connection;
    }
}
