package dev.rampgate.reconcile.postgres;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** Settings of the archive of observations. */
@ConfigMapping(prefix = "rampgate.archive")
public interface ArchiveSettings {

    /**
     * How long an observation is kept after its receipt, at least a day; then its whole day is dropped. Default:
     * {@code 90d}.
     */
    @WithDefault("90d")
    Duration retention();

    /** How often a replica looks whether a day of the archive is to be made or dropped. Default: {@code 10m}. */
    @WithDefault("10m")
    Duration interval();
}
