package dev.rampgate.live;

import dev.rampgate.problem.Problem;
import java.time.Duration;
import java.util.List;

/** How events reach one reader: a response of server-sent events, or a socket. Called on the reader's own loop only. */
interface Transport {

    /** Answers with a problem instead of a stream. Only before {@link #open()}. */
    void refuse(Problem problem);

    /** Answers that there was nothing left to tell. Only before {@link #open()}. */
    void nothingLeft();

    /** Begins the stream. */
    void open();

    /** Whether it takes more at the moment. */
    boolean isWritable();

    /** Calls the stream back, once or more, after it became writable again. */
    void onWritable(Runnable again);

    /** Sends events. */
    void send(List<LiveEvent> events);

    /** Shows that the stream lives, in a way that a page in a browser can see, and how often it does. */
    void beat();

    /** Ends the stream after {@code end}. */
    void end();

    /**
     * Ends the stream before its end.
     *
     * @param retry when to connect again
     */
    void leave(Departure why, Duration retry);

    /** Why a stream ends though more is to be expected. */
    enum Departure {
        /** This replica shuts down. */
        DRAINING,
        /** The stream has been open for long. */
        AGE,
        /** The reader takes nothing more. */
        SLOW,
        /** The transaction is no longer there, or no longer the reader's: its owner was erased. */
        GONE
    }
}
