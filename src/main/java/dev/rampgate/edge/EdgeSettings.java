package dev.rampgate.edge;

import dev.rampgate.settings.Bounds;
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

    /**
     * Most requests of one connection that may wait behind one that is not answered yet, or come at once; beyond it the
     * connection is closed. Their heads and bodies have 64 KiB together. Unit: requests. Default: {@code 32}.
     */
    @WithDefault("32")
    @Bounds(least = 0, most = 1_000)
    int maxPipelined();

    /**
     * A connection that leaves more than this unread is closed when it makes us write more. Larger than any answer that is
     * not streamed. Default: {@code 256K}.
     */
    @WithDefault("256K")
    MemorySize maxUnread();

    /**
     * Most bytes of unread answers, of heads that are not complete, and of requests that wait behind another one, over all
     * connections. Beyond it, each connection that has some and adds to them is closed. Default: {@code 8M}.
     */
    @WithDefault("8M")
    MemorySize unreadBudget();

    /**
     * Most bytes of bodies over all connections, from their first byte until their request is answered; the first 4 KiB of
     * each are free. Beyond it, a body that grows is refused with 503. Default: {@code 8M}.
     */
    @WithDefault("8M")
    MemorySize bodyBudget();

    /**
     * Most connections of the management port; more are closed. Unit: connections. Default: {@code 1000}.
     */
    @WithDefault("1000")
    @Bounds(least = 1)
    int maxManagementConnections();
}
