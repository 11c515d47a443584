package dev.rampgate.outbox.delivery;

import java.time.Instant;
import java.util.List;

/**
 * What an operator sees of an endpoint. No URL: it may have a secret in it.
 *
 * @param name its name
 * @param known whether the settings of the replica that answers have it
 * @param types the types of events that it wants; empty for all
 * @param state what its live events do
 * @param pausedBecause {@code operator} or {@code gone}; null if it is not paused
 * @param pausedAt null if it is not paused
 * @param openSince when its circuit opened; null if it is closed
 * @param nextProbeAt when one delivery is tried again; null if the circuit is closed
 * @param behind places of the feed that no deliveries were made of yet
 * @param queued deliveries that wait, up to {@link EndpointOperations#MOST_COUNTED}
 * @param parked deliveries that used up their attempts, up to the same number
 * @param oldestAt when its oldest event was made that is neither delivered nor parked; null if there is none
 * @param lost events that it never got and never will, since they became older than the retention
 * @param lostAt when it lost one last; null if it never did
 */
public record EndpointView(
        String name,
        boolean known,
        List<String> types,
        State state,
        String pausedBecause,
        Instant pausedAt,
        Instant openSince,
        Instant nextProbeAt,
        long behind,
        long queued,
        long parked,
        Instant oldestAt,
        long lost,
        Instant lostAt) {

    /** What its live events do. */
    public enum State {
        /** They are sent. */
        FLOWING,
        /** The circuit is open: one at a time is tried. */
        OPEN,
        /** They are kept. */
        PAUSED
    }
}
