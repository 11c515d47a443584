package dev.rampgate.edge;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A token bucket for each of many keys. Pure but for the clock; any thread may ask. Remembers a bounded number of keys and
 * forgets the one that was asked longest ago, so that inventing keys costs no memory; a key in use is not forgotten by that.
 */
public final class RateLimit {

    private final long intervalMicros;
    private final long burstMicros;
    private final InstantSource clock;
    /** When a key's bucket will be full again, in microseconds since 1970; a key that is not here has a full one. */
    private final Map<String, Long> fullAt;

    /**
     * @param capacity how many keys are remembered, at least 1; about 150 bytes each
     */
    public RateLimit(Rate rate, int capacity, InstantSource clock) {
        this.intervalMicros = rate.intervalMicros();
        this.burstMicros = intervalMicros * (rate.calls() - 1);
        this.clock = clock;
        this.fullAt = new LinkedHashMap<>(16, 0.75f, true) {
            @Override
            protected boolean removeEldestEntry(Map.Entry<String, Long> eldest) {
                return size() > capacity;
            }
        };
    }

    /** Takes one call of a key: empty if it may go on, otherwise how long until the next one may. */
    public synchronized Optional<Duration> take(String key) {
        long now = ChronoUnit.MICROS.between(Instant.EPOCH, clock.instant());
        long full = Math.max(now, fullAt.getOrDefault(key, now));
        long wait = full - now - burstMicros;
        if (wait > 0) {
            return Optional.of(Duration.of(wait, ChronoUnit.MICROS));
        }
        fullAt.put(key, full + intervalMicros);
        return Optional.empty();
    }

    /** How many keys are remembered. */
    synchronized int size() {
        return fullAt.size();
    }
}
