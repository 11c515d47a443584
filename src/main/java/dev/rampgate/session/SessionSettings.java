package dev.rampgate.session;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** Settings of the session call. */
@ConfigMapping(prefix = "rampgate.session")
public interface SessionSettings {

    /** How long a session that Proof opened waits to be stored before the user gets it all the same. */
    @WithDefault("1s")
    Duration storeTimeout();
}
