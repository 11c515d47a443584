package dev.rampgate.live;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Settings of what users see live: streams of events, tickets, and reads that make a transaction due. */
@ConfigMapping(prefix = "rampgate.live")
public interface LiveSettings {

    /** Most streams (events and sockets together) that one replica holds open; more are refused with 503. */
    @WithDefault("10000")
    @Min(1) int maxStreams();

    /** Most streams that one user holds open at one replica; more are refused with 429. */
    @WithDefault("20")
    @Min(1) int maxStreamsPerUser();

    /** How often a silent stream shows that it lives. Shorter than the idle timeouts of the server and of proxies. */
    @WithDefault("20s")
    Duration heartbeat();

    /** How often all transactions that somebody follows are read, though nobody said that they changed. */
    @WithDefault("30s")
    Duration fallbackInterval();

    /** How long readers are told to wait before they connect again; each is told up to half more or less. */
    @WithDefault("2s")
    Duration retry();

    /** While draining, streams are told to connect again at a random moment within this time. */
    @WithDefault("5s")
    Duration reconnectSpread();

    /** A reader whose connection takes nothing more for this long is dropped. */
    @WithDefault("10s")
    Duration readerPatience();

    /** A stream older than this is told to connect again, so that whoever may no longer read does not for long. */
    @WithDefault("1h")
    Duration maxAge();

    /** A stream ends this long after a terminal status that was not settled before. */
    @WithDefault("10m")
    Duration terminalGrace();

    /** Reading a transaction that is not settled, and whose news is older than this, makes it due to be polled. */
    @WithDefault("10s")
    Duration staleAfter();

    /** How long changes are collected before other replicas are told of them. */
    @WithDefault("5ms")
    Duration notifyLinger();

    /** Secrets that tickets are signed with: the first signs, all are believed. None: no tickets. */
    Optional<List<String>> ticketKeys();

    /** How long a ticket opens a stream. */
    @WithDefault("5m")
    Duration ticketLifetime();
}
