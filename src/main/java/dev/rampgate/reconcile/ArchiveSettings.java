package dev.rampgate.reconcile;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** Settings of the archive of observations. */
@ConfigMapping(prefix = "rampgate.archive")
public interface ArchiveSettings {

    /** How long an observation is kept after its receipt, at least a day; then its whole day is dropped. */
    @WithDefault("90d")
    Duration retention();

    /** How often a replica looks whether a day is to be made or dropped. */
    @WithDefault("10m")
    Duration interval();
}
