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

    /** How many sessions may be asked for. */
    Limits limits();

    /** Rates such as {@code 10/1m}, or {@code off}; for each replica. */
    interface Limits {

        /** By one user. Default: 10 in a minute. */
        @WithDefault("10/1m")
        String user();

        /** From one address (for IPv6: one /64), behind which many users may sit. Default: 60 in a minute. */
        @WithDefault("60/1m")
        String address();
    }
}
