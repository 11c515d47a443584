package dev.rampgate.live;

import dev.rampgate.problem.Problem;
import java.time.Duration;
import java.util.List;

/** Sends events to one reader: by server-sent events, or by a WebSocket. Called only on the event loop of the connection. */
interface Transport {

    /** Answers with a problem instead of a stream. Only before {@link #open()}. */
    void refuse(Problem problem);

    /** Answers that the stream has ended, and that the reader has received all events. Only before {@link #open()}. */
    void nothingLeft();

    /** Begins the stream. */
    void open();

    /** Whether the connection accepts more bytes now. */
    boolean isWritable();

    /** Sets the callback that runs, once or more, after the connection became writable again. */
    void onWritable(Runnable again);

    /** Sends events. */
    void send(List<LiveEvent> events);

    /** Sends a heartbeat with its interval, in a form that a page in a browser can see. */
    void beat();

    /** Ends the stream after the event {@code end}. */
    void end();

    /**
     * Ends the stream before its end.
     *
     * @param retry after what time the reader shall connect again
     */
    void leave(Departure why, Duration retry);

    /** Why a stream ends although more events may follow. */
    enum Departure {
        /** This replica shuts down. */
        DRAINING,
        /** The stream has reached its maximum age. */
        AGE,
        /** The reader does not read fast enough. */
        SLOW,
        /** The transaction no longer exists, or its owner was erased. */
        GONE
    }
}
