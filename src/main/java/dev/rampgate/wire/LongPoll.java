package dev.rampgate.wire;

import java.time.Duration;

/** What the route that lets readers wait and the port that it stands on must agree on. */
public final class LongPoll {

    /** The longest time that a reader may ask to wait for an event. No connection is closed for an answer that takes so long. */
    public static final Duration LONGEST_WAIT = Duration.ofSeconds(60);

    private LongPoll() {}
}
