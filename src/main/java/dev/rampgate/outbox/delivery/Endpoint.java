package dev.rampgate.outbox.delivery;

import dev.rampgate.ledger.EventType;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * A receiver as the settings have it.
 *
 * @param name lower case letters and digits
 * @param url a secret: it may have one in its path or query, so it is never logged
 * @param secretsFile where its secrets stand
 * @param types only these; empty for all
 * @param provisional whether it also gets provisional events
 * @param timeout of one attempt
 * @param concurrency most attempts of this replica at a time
 * @param rate most attempts per second of all replicas
 */
record Endpoint(
        String name,
        URI url,
        Path secretsFile,
        List<EventType> types,
        boolean provisional,
        Duration timeout,
        int concurrency,
        int rate) {

    /** Longer than any timeout, so that a claim ends only if its replica has. */
    private static final Duration LEASE = Duration.ofSeconds(15);

    private static final Duration TIME_TO_MARK = Duration.ofSeconds(5);

    /** One that gets no provisional events. */
    Endpoint(
            String name,
            URI url,
            Path secretsFile,
            List<EventType> types,
            Duration timeout,
            int concurrency,
            int rate) {
        this(name, url, secretsFile, types, false, timeout, concurrency, rate);
    }

    /** Whether it wants events of a type. */
    boolean wants(EventType type) {
        return types.isEmpty() || types.contains(type);
    }

    /** Most provisional events that are being sent to it at a time; others are left out. */
    int provisionalConcurrency() {
        return provisional ? concurrency : 0;
    }

    /** How long a claim of its deliveries holds. */
    Duration lease() {
        Duration least = timeout.plus(TIME_TO_MARK);
        return least.compareTo(LEASE) > 0 ? least : LEASE;
    }

    /** The types as the tables have them; empty for all. */
    List<String> typeNames() {
        return types.stream().map(EventType::wireName).toList();
    }

    /** Replays have attempts of their own beside the live ones. */
    int replayConcurrency() {
        return Math.max(1, concurrency / 4);
    }

    /** Replays take a part of the rate, so that a receiver that keeps up with the live events keeps up with both. */
    double replayRate() {
        return Math.max(1.0, rate / 10.0);
    }

    @Override
    public String toString() {
        return "Endpoint[" + name + "]";
    }
}
