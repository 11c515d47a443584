package dev.rampgate.edge;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** How much and how slowly a caller may send. */
@ConfigMapping(prefix = "rampgate.edge")
public interface EdgeSettings {

    /** The largest body that is read, on every route; beyond it the answer is 413. Default: {@code 64K}. */
    @WithDefault("64K")
    MemorySize maxBodySize();

    /**
     * How long a body may take to arrive, from the request's headers to its last byte; beyond it the answer is 408, and
     * the connection ends. Default: {@code 10s}.
     */
    @WithDefault("10s")
    Duration bodyTimeout();

    /**
     * A connection whose bytes get no answer for this long is closed: headers that drip in never become a request. Longer
     * than any answer takes, and than {@code rampgate.live.heartbeat}. Default: {@code 30s}.
     */
    @WithDefault("30s")
    Duration answerTimeout();
}
