package dev.rampgate.channel.webhook;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Settings of the webhook that Proof calls. */
@ConfigMapping(prefix = "rampgate.webhook")
public interface WebhookSettings {

    /**
     * The keys that may stand at the end of the registered URL, each 16 to 128 of {@code A-Z a-z 0-9 - _}; several while
     * one is replaced. None, and not {@link #open()}: the channel is off.
     */
    Optional<List<String>> keys();

    /** Whether {@code /proof-webhook} without a key is taken too, always as advisory. */
    @WithDefault("false")
    boolean open();

    /** Networks (CIDR) or addresses that webhooks may come from; none for any. */
    Optional<List<String>> allowlist();

    /** What a webhook with a key may do: {@code advisory} makes us ask, {@code authoritative} moves the ledger. */
    @WithDefault("advisory")
    Trust trust();

    /** How many webhooks one source may send. */
    Limits limits();

    /** Longest time until a webhook is acknowledged, stored or kept in memory. */
    @WithDefault("1s")
    Duration ackTimeout();

    /**
     * Rates such as {@code 100/1s}, or {@code off}, for each address (for IPv6: each /64) and replica. Proof never repeats a
     * webhook that was refused, so that its news waits for the next poll.
     */
    interface Limits {

        /** With a key. Default: off, as the key is known to Proof alone and what webhooks make us ask has a budget. */
        @WithDefault("off")
        String keyed();

        /** Without a key, where {@link #open()}. Default: 100 in a second. */
        @WithDefault("100/1s")
        String open();
    }

    /** How far a webhook is believed. */
    enum Trust {
        /** Anybody may have sent it. */
        ADVISORY,
        /** The operator has made sure that only Proof can reach the URL, for example by mutual TLS in front of it. */
        AUTHORITATIVE
    }
}
