package dev.rampgate.eventloop;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/**
 * A clock for pauses and limits of one process: it stands still for a moment where the clock below is set back, and goes on from there. It does
 * not tell the time of day. Safe from any thread.
 */
public final class SteadyClock implements InstantSource {

    private final InstantSource clock;
    private Instant last = Instant.MIN;
    private Duration setBack = Duration.ZERO;

    public SteadyClock(InstantSource clock) {
        this.clock = clock;
    }

    @Override
    public synchronized Instant instant() {
        Instant now = clock.instant().plus(setBack);
        if (now.isBefore(last)) {
            setBack = setBack.plus(Duration.between(now, last));
            now = last;
        }
        last = now;
        return now;
    }
}
