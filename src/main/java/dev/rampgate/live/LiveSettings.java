package dev.rampgate.live;

import dev.rampgate.settings.Bounds;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Settings of the live view: streams of events, tickets, and reads of transactions. */
@ConfigMapping(prefix = "rampgate.live")
public interface LiveSettings {

    /**
     * Maximum number of open streams at one replica, events and sockets together; more are refused with 503. Unit: streams.
     * Default: {@code 10000}.
     */
    @WithDefault("10000")
    @Bounds(least = 1)
    int maxStreams();

    /**
     * Maximum number of open streams of one user at one replica; more are refused with 429. Unit: streams. Default:
     * {@code 20}.
     */
    @WithDefault("20")
    @Bounds(least = 1)
    int maxStreamsPerUser();

    /**
     * How often a stream sends a heartbeat, which contains this interval; {@code rampgate.js} connects again after two
     * missing heartbeats. Must be shorter than the idle timeouts of the server (75 s) and of proxies. Default:
     * {@code 20s}.
     */
    @WithDefault("20s")
    Duration heartbeat();

    /**
     * How often Rampgate reads all followed transactions without a notification of a change. Default:
     * {@code 30s}.
     */
    @WithDefault("30s")
    Duration fallbackInterval();

    /**
     * How long readers wait before they connect again; each gets a random time up to half longer or shorter. Default: {@code 2s}.
     */
    @WithDefault("2s")
    Duration retry();

    /** While draining, each reader is asked to connect again at a random time within this period. Default: {@code 5s}. */
    @WithDefault("5s")
    Duration reconnectSpread();

    /** A reader whose connection accepts no bytes for this long is disconnected. Default: {@code 10s}. */
    @WithDefault("10s")
    Duration readerPatience();

    /**
     * A stream older than this ends, and its reader connects and authenticates again. Default: {@code 1h}.
     */
    @WithDefault("1h")
    Duration maxAge();

    /** A stream ends this long after a terminal status that was not settled before. Default: {@code 10m}. */
    @WithDefault("10m")
    Duration terminalGrace();

    /**
     * Reading an unsettled transaction whose last observation is older than this makes its poll due. Default:
     * {@code 10s}.
     */
    @WithDefault("10s")
    Duration staleAfter();

    /** How long changes are collected before other replicas are notified. Default: {@code 5ms}. */
    @WithDefault("5ms")
    Duration notifyLinger();

    /**
     * Secrets that sign tickets, each of at least 32 characters, the same at all replicas. The first one signs; all are
     * accepted. Unit: secrets. Default: none, tickets are off.
     */
    Optional<List<String>> ticketKeys();

    /** How long a ticket opens a stream. Default: {@code 5m}. */
    @WithDefault("5m")
    Duration ticketLifetime();

    /** Rate limits of reads. */
    Limits limits();

    /** Rates such as {@code 300/1m}, or {@code off}; for each replica. */
    interface Limits {

        /**
         * Reads of transactions by one user, including lists, tickets, and opened streams and sockets; with a ticket, which
         * names no user, reads of its transaction. More are refused with 429. Unit: rate. Default: {@code 300/1m}.
         */
        @WithDefault("300/1m")
        String user();
    }
}
