package dev.rampgate.outbox;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** Events for the company's other systems. */
@ConfigMapping(prefix = "rampgate.outbox")
public interface OutboxSettings {

    /** The field {@code livemode} of each event: whether real money moves. It is {@code false} in the sandbox. Default: {@code true}. */
    @WithDefault("true")
    boolean livemode();

    /** How long events are kept for the feed, at least {@code 1d}. Default: {@code 30d}. */
    @WithDefault("30d")
    Duration retention();

    /** How often events beyond the retention are deleted. Default: {@code 1m}. */
    @WithDefault("1m")
    Duration retentionInterval();

    /**
     * How often a replica looks for events that have no place in the feed yet; it also looks after each of its own commits.
     * Default: {@code 250ms}.
     */
    @WithDefault("250ms")
    Duration interval();
}
