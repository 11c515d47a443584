package dev.rampgate.edge;

import dev.rampgate.settings.Bounds;
import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** Limits on the size and the duration of what callers send. */
@ConfigMapping(prefix = "rampgate.edge")
public interface EdgeSettings {

    /** The largest body that any route reads, in bytes; a larger one gets 413. Default: {@code 64K}. */
    @WithDefault("64K")
    MemorySize maxBodySize();

    /**
     * How long a body may take to arrive, from the request's headers to its last byte. A slower one gets 408, and the
     * connection is closed. Default: {@code 10s}.
     */
    @WithDefault("10s")
    Duration bodyTimeout();

    /**
     * A connection is closed when bytes from it stay unanswered for this long, for example headers that arrive byte by byte.
     * Must be longer than any answer takes, and longer than {@code rampgate.live.heartbeat}. At the management port it is 60 s longer,
     * for readers who wait for events. Default: {@code 30s}.
     */
    @WithDefault("30s")
    Duration answerTimeout();

    /**
     * Maximum number of requests that one connection may have queued behind an unanswered one, or send at once; with more,
     * the connection is closed. Their heads and bodies share 64 KiB. Unit: requests. Default: {@code 32}.
     */
    @WithDefault("32")
    @Bounds(least = 0, most = 1_000)
    int maxPipelined();

    /**
     * A connection that leaves more bytes than this unread is closed when Rampgate has to write more to it. Must be larger
     * than any answer that is not streamed. Default: {@code 256K}.
     */
    @WithDefault("256K")
    MemorySize maxUnread();

    /**
     * Maximum bytes of unread answers and queued requests, over all connections. Beyond it, a connection that holds such bytes
     * is closed when it adds more. Incomplete requests may have as many bytes again: beyond them, the oldest is closed.
     * Default: {@code 8M}.
     */
    @WithDefault("8M")
    MemorySize unreadBudget();

    /**
     * Maximum bytes of bodies in memory over all connections, from a body's first byte until its request is answered; the
     * first 1 KiB of each body do not count. Beyond it, larger bodies are refused with 503. Default: {@code 8M}.
     */
    @WithDefault("8M")
    MemorySize bodyBudget();

    /**
     * Maximum number of connections to the public port from one address; more are closed. IPv6 addresses count by
     * {@code /64}. The proxies of {@code rampgate.client-address.trusted-proxies} have no limit, and with the PROXY protocol
     * there is none. Unit: connections. Default: {@code 6000}.
     */
    @WithDefault("6000")
    @Bounds(least = 1)
    int maxConnectionsPerAddress();

    /**
     * Maximum number of connections of the management port; more are closed. Unit: connections. Default: {@code 1000}.
     */
    @WithDefault("1000")
    @Bounds(least = 1)
    int maxManagementConnections();
}
