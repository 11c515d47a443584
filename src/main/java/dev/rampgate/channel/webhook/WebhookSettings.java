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

    /** Longest time until a webhook is acknowledged, stored or kept in memory. */
    @WithDefault("1s")
    Duration ackTimeout();

    /** How far a webhook is believed. */
    enum Trust {
        /** Anybody may have sent it. */
        ADVISORY,
        /** The operator has made sure that only Proof can reach the URL, for example by mutual TLS in front of it. */
        AUTHORITATIVE
    }
}
