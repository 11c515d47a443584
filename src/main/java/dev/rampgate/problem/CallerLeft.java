package dev.rampgate.problem;

import io.vertx.core.VertxException;
import io.vertx.core.http.HttpClosedException;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.StreamResetException;
import java.io.IOException;
import java.net.SocketException;
import java.nio.channels.ClosedChannelException;
import java.util.regex.Pattern;

/** Tells a caller's hang-up, which is no fault and leaves no line, from a fault of ours. */
public final class CallerLeft {

    /** What the operating system says of a connection that the other end gave up. */
    private static final Pattern GIVEN_UP =
            Pattern.compile("Broken pipe|Connection (was )?(reset|closed|aborted|timed out)", Pattern.CASE_INSENSITIVE);

    private CallerLeft() {}

    /** Whether a request failed since its connection ended. */
    public static boolean shows(Throwable failure, HttpServerResponse response) {
        return shows(failure, response.headWritten(), response.closed());
    }

    /**
     * As {@link #shows(Throwable, HttpServerResponse)}. Before the head of an answer was sent, a connection that failed may
     * be another one, such as the database's.
     */
    static boolean shows(Throwable failure, boolean headSent, boolean closed) {
        if (failure instanceof HttpClosedException) {
            return true;
        }
        if (closed && failure instanceof IllegalStateException) {
            return saysOf(failure, "Response ");
        }
        return (headSent || closed) && isOfAConnection(failure);
    }

    private static boolean isOfAConnection(Throwable failure) {
        return failure instanceof ClosedChannelException
                || failure instanceof SocketException
                || failure instanceof StreamResetException
                || ((failure instanceof IOException || failure instanceof VertxException)
                        && failure.getMessage() != null
                        && GIVEN_UP.matcher(failure.getMessage()).find());
    }

    private static boolean saysOf(Throwable failure, String start) {
        return failure.getMessage() != null && failure.getMessage().startsWith(start);
    }
}
