package dev.rampgate.channel.poll;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.DecimalMin;
import java.time.Duration;

/** Settings of the calls that ask Proof for transactions. */
@ConfigMapping(prefix = "rampgate.poll")
public interface PollSettings {

    /** Most calls per second, of all replicas together. */
    @WithDefault("20")
    @DecimalMin("0.01") double maxRate();

    /** Most of these calls per second that webhooks and other claims may cause. */
    @WithDefault("10")
    @DecimalMin("0.01") double nudgedMaxRate();

    /** Most of these calls per second for ids that nobody but a webhook named. */
    @WithDefault("2")
    @DecimalMin("0.01") double unknownMaxRate();

    /** How long polls must contradict a status that no poll has confirmed, before they win. */
    @WithDefault("30s")
    Duration lagTolerance();

    /** How often a replica looks for work; it also looks when it knows of some. */
    @WithDefault("250ms")
    Duration interval();

    /** How long a replica keeps a transaction to itself; then another one may ask. Must exceed the call's timeout. */
    @WithDefault("15s")
    Duration lease();

    /** After Proof refused our token or address, all replicas together make one call in this time until one is answered. */
    @WithDefault("1m")
    Duration refusedPause();
}
