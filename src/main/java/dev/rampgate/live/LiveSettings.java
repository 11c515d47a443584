package dev.rampgate.live;

import dev.rampgate.settings.Bounds;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Settings of what users see live: streams of events, tickets, and reads that make a transaction due. */
@ConfigMapping(prefix = "rampgate.live")
public interface LiveSettings {

    /**
     * Most streams, events and sockets together, that one replica holds open; more are refused with 503. Unit: streams.
     * Default: {@code 10000}.
     */
    @WithDefault("10000")
    @Bounds(least = 1)
    int maxStreams();

    /**
     * Most streams that one user holds open at one replica; more are refused with 429. Unit: streams. Default:
     * {@code 20}.
     */
    @WithDefault("20")
    @Bounds(least = 1)
    int maxStreamsPerUser();

    /**
     * How often a stream shows that it lives, by an event that tells readers this interval; {@code rampgate.js} connects
     * again after two of them in silence. Shorter than the idle timeouts of the server (75 s) and of proxies. Default:
     * {@code 20s}.
     */
    @WithDefault("20s")
    Duration heartbeat();

    /**
     * How often all transactions that somebody follows are read, though nobody said that they changed. Default:
     * {@code 30s}.
     */
    @WithDefault("30s")
    Duration fallbackInterval();

    /**
     * How long readers are told to wait before they connect again, each up to half more or less. Default: {@code 2s}.
     */
    @WithDefault("2s")
    Duration retry();

    /** While draining, readers are told to come back at a random moment within this time. Default: {@code 5s}. */
    @WithDefault("5s")
    Duration reconnectSpread();

    /** A reader whose connection takes nothing more for this long is dropped. Default: {@code 10s}. */
    @WithDefault("10s")
    Duration readerPatience();

    /**
     * A stream older than this is told to connect again, and so its reader shows anew who it is. Default: {@code 1h}.
     */
    @WithDefault("1h")
    Duration maxAge();

    /** A stream ends this long after a terminal status that was not settled before. Default: {@code 10m}. */
    @WithDefault("10m")
    Duration terminalGrace();

    /**
     * Reading a transaction that is not settled, and whose news is older than this, makes it due to be polled. Default:
     * {@code 10s}.
     */
    @WithDefault("10s")
    Duration staleAfter();

    /** How long changes are collected before other replicas are told of them. Default: {@code 5ms}. */
    @WithDefault("5ms")
    Duration notifyLinger();

    /**
     * Secrets that tickets are signed with, each at least 32 characters, the same at all replicas: the first signs, all
     * are believed. Unit: secrets. Default: none, there are no tickets.
     */
    Optional<List<String>> ticketKeys();

    /** How long a ticket opens a stream. Default: {@code 5m}. */
    @WithDefault("5m")
    Duration ticketLifetime();

    /** How often transactions may be read. */
    Limits limits();

    /** Rates such as {@code 300/1m}, or {@code off}; for each replica. */
    interface Limits {

        /**
         * Reads of transactions that one user may ask for, lists and tickets for streams among them; more are refused with
         * 429. Unit: rate. Default: {@code 300/1m}.
         */
        @WithDefault("300/1m")
        String user();
    }
}
