package dev.rampgate.pollqueue;

import dev.rampgate.settings.Bounds;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** Settings of the calls that ask Proof for transactions. */
@ConfigMapping(prefix = "rampgate.poll")
public interface PollSettings {

    /**
     * Maximum calls per second to Proof that ask for a transaction, of all replicas together. Unit: calls per second. Default:
     * {@code 20}.
     */
    @WithDefault("20")
    @Bounds(least = 0.01)
    double maxRate();

    /** Maximum calls per second, out of these, that webhooks and other claims may cause. Unit: calls per second. Default: {@code 10}. */
    @WithDefault("10")
    @Bounds(least = 0.01)
    double nudgedMaxRate();

    /** Maximum calls per second, out of these, for ids known only from webhooks. Unit: calls per second. Default: {@code 2}. */
    @WithDefault("2")
    @Bounds(least = 0.01)
    double unknownMaxRate();

    /** How long polls must contradict a status that no poll has confirmed, before they win. Default: {@code 30s}. */
    @WithDefault("30s")
    Duration lagTolerance();

    /** How often a replica looks for work; it also looks when it knows of some. Default: {@code 250ms}. */
    @WithDefault("250ms")
    Duration interval();

    /**
     * How long a replica keeps a transaction to itself; then another one may ask. Must be longer than
     * {@code rampgate.proof.attempt-timeout}. Default: {@code 15s}.
     */
    @WithDefault("15s")
    Duration lease();

    /**
     * After Proof refused our token or address, all replicas together make one call in this time until one is answered.
     * Default: {@code 1m}.
     */
    @WithDefault("1m")
    Duration refusedPause();
}
