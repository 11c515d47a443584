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
     * Secret ends of the registered URL, each 16 to 128 of {@code A-Z a-z 0-9 - _}; several while one is replaced.
     * Unit: keys. Default: none, and without {@link #open()} the channel is off.
     */
    Optional<List<String>> keys();

    /** Whether {@code /proof-webhook} without a key is taken too, always as advisory. Default: {@code false}. */
    @WithDefault("false")
    boolean open();

    /**
     * Networks (CIDR) or addresses that webhooks may come from; from other or unknown addresses,
     * the path is 404. Unit: networks. Default: none, they may come from anywhere.
     */
    Optional<List<String>> allowlist();

    /** What a webhook with a key may do. Default: {@code advisory}. */
    @WithDefault("advisory")
    Trust trust();

    /** How many webhooks one source may send. */
    Limits limits();

    /** Longest time until a webhook is acknowledged, stored or kept in memory. Default: {@code 1s}. */
    @WithDefault("1s")
    Duration ackTimeout();

    /**
     * Rates such as {@code 100/1s}, or {@code off}, for each address (for IPv6: each /64) and replica. Proof never repeats a
     * webhook that was refused, so that its observation waits for the next poll.
     */
    interface Limits {

        /**
         * Webhooks with a key that one source may send; the key is known to Proof alone, and what webhooks make us ask
         * has a budget. Unit: rate. Default: {@code off}.
         */
        @WithDefault("off")
        String keyed();

        /**
         * Webhooks without a key that one source may send, where {@link WebhookSettings#open()}. Unit: rate. Default:
         * {@code 100/1s}.
         */
        @WithDefault("100/1s")
        String open();
    }

    /** How far a webhook is believed. */
    enum Trust {
        /** A stranger may have sent it, so it only makes us poll. */
        ADVISORY,
        /**
         * It moves the ledger. The operator has made sure that only Proof can reach the URL, for example by mutual TLS in
         * front of it.
         */
        AUTHORITATIVE
    }
}
