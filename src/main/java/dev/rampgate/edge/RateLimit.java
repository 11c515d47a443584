package dev.rampgate.edge;

import dev.rampgate.eventloop.SteadyClock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A token bucket for each key. Thread-safe. It remembers a bounded number of keys and evicts the least recently used one, so
 * that invented keys cannot exhaust memory, and do not evict a key in use.
 */
public final class RateLimit {

    private final long intervalMicros;
    private final long burstMicros;
    private final InstantSource clock;
    /** When each key's bucket will be full again, in microseconds since 1970; an unknown key has a full bucket. */
    private final Map<String, Long> fullAt;

    /**
     * @param capacity the number of remembered keys, at least 1; each takes about 150 bytes
     */
    public RateLimit(Rate rate, int capacity, InstantSource clock) {
        this.intervalMicros = rate.intervalMicros();
        this.burstMicros = intervalMicros * (rate.calls() - 1);
        this.clock = new SteadyClock(clock);
        this.fullAt = new LinkedHashMap<>(16, 0.75f, true) {
            @Override
            protected boolean removeEldestEntry(Map.Entry<String, Long> eldest) {
                return size() > capacity;
            }
        };
    }

    /** The time until the key's next call may proceed, without taking one; empty if it may proceed now. */
    public synchronized Optional<Duration> waitOf(String key) {
        long now = now();
        long wait = fullAt.getOrDefault(key, now) - now - burstMicros;
        return wait > 0 ? Optional.of(Duration.of(wait, ChronoUnit.MICROS)) : Optional.empty();
    }

    /** Takes one call from a key's bucket: empty if the call may proceed, otherwise the time until the next call may. */
    public synchronized Optional<Duration> take(String key) {
        long now = now();
        long full = Math.max(now, fullAt.getOrDefault(key, now));
        long wait = full - now - burstMicros;
        if (wait > 0) {
            return Optional.of(Duration.of(wait, ChronoUnit.MICROS));
        }
        fullAt.put(key, full + intervalMicros);
        return Optional.empty();
    }

    private long now() {
        return ChronoUnit.MICROS.between(Instant.EPOCH, clock.instant());
    }

    /** The number of remembered keys. */
    synchronized int size() {
        return fullAt.size();
    }
}
