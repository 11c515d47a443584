package dev.rampgate.outbox;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Events for the company's other systems. */
@ConfigMapping(prefix = "rampgate.outbox")
public interface OutboxSettings {

    /** The field {@code livemode} of each event: whether real money moves. It is {@code false} in the sandbox. Default: {@code true}. */
    @WithDefault("true")
    boolean livemode();

    /** How long events are kept for the feed, at least {@code 1d}. Default: {@code 30d}. */
    @WithDefault("30d")
    Duration retention();

    /** How often events beyond the retention are deleted. Default: {@code 1m}. */
    @WithDefault("1m")
    Duration retentionInterval();

    /**
     * How often a replica looks for events that have no place in the feed yet; it also looks after each of its own commits.
     * Default: {@code 250ms}.
     */
    @WithDefault("250ms")
    Duration interval();

    /** HTTP receivers of the company. A name is 1 to 32 lower case letters and digits, and begins with a letter. */
    Map<String, Endpoint> endpoints();

    /** One receiver. */
    interface Endpoint {

        /**
         * Where events are posted to: {@code http} or {@code https}, without credentials and without a fragment. It may be a private
         * address. Redirects are not followed. Unit: URL. Default: none, it is required.
         */
        Optional<String> url();

        /**
         * A file with the secrets that sign, one a line, the newest first: {@code whsec_} and the base64 of 24 to 64 random bytes. All of
         * them sign. The file is read again within 10 s when it changes. Unit: path. Default: none, it is required.
         */
        Optional<String> secretsFile();

        /** Only events of these types are sent. Unit: types. Default: none, all types are sent. */
        Optional<List<String>> types();

        /**
         * Whether the endpoint also gets provisional events: a status that Proof's socket (or a webhook that is trusted) reported and no poll has confirmed
         * yet. They have no version, are sent once, beside the rate, and are lost if that fails. Default: {@code false}.
         */
        @WithDefault("false")
        boolean provisional();

        /** How long an attempt may take until its answer has a status, {@code 100ms} to {@code 30s}. Default: {@code 10s}. */
        @WithDefault("10s")
        Duration timeout();

        /** Maximum number of attempts of one replica at a time. Unit: attempts, 1 to 200. Default: {@code 16}. */
        @WithDefault("16")
        int concurrency();

        /** Maximum attempts per second of all replicas together. Unit: attempts per second, 1 to 10,000. Default: {@code 500}. */
        @WithDefault("500")
        int rate();
    }
}
