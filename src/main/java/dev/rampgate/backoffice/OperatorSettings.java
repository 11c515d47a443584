package dev.rampgate.backoffice;

import dev.rampgate.settings.Bounds;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** The back office on the management port. */
@ConfigMapping(prefix = "rampgate.operate")
public interface OperatorSettings {

    /** Who may call; without an actor there are no such routes. A name is 1 to 32 lower case letters and digits. */
    Map<String, NamedActor> actors();

    /** How often the files of tokens are read again. Default: {@code 5s}. */
    @WithDefault("5s")
    Duration tokenRefresh();

    /**
     * Maximum number of exports that stream at once, in one replica; more get 429. Unit: exports. Default: {@code 10}.
     */
    @WithDefault("10")
    @Bounds(least = 1, most = 100)
    int maxExports();

    /**
     * A file of texts that replace those of cases, by key; the keys and the texts that come with Rampgate are in
     * {@code case-texts.properties}. Unit: path. Default: none, our own texts.
     */
    Optional<String> caseTexts();

    /** The console, for people. */
    Console console();

    /** Limits on calls. */
    Limits limits();

    /** An actor. */
    interface NamedActor {

        /**
         * What the actor may do: {@code service}, {@code support}, {@code operator} or {@code auditor}. Unit: role. Default:
         * none, it is required.
         */
        Optional<String> role();

        /**
         * A file with the actor's bearer tokens, one a line, each 16 to 256 printable characters; several while one is
         * replaced. It is read again when it changes. Unit: path. Default: none, it is required.
         */
        Optional<String> tokenFile();
    }

    /** The console, for people. */
    interface Console {

        /**
         * How long a session lasts without a call by its user, from {@code 1m} to {@code 24h}. Unit: duration. Default:
         * {@code 30m}.
         */
        @WithDefault("30m")
        Duration idle();

        /**
         * How long a session lasts at most, from {@code 1m} to {@code 24h}; then the user signs in again. Unit: duration.
         * Default: {@code 12h}.
         */
        @WithDefault("12h")
        Duration lifetime();
    }

    /** Limits on calls, each for one replica. */
    interface Limits {

        /** Calls of one actor; more get 429. Unit: rate, or {@code off}. Default: {@code 20/1s}. */
        @WithDefault("20/1s")
        String actor();

        /**
         * Wrong tokens from one address; beyond it, no token from there is compared, and its calls get 429. Unit: rate, or
         * {@code off}. Default: {@code 20/1m}.
         */
        @WithDefault("20/1m")
        String wrongToken();
    }
}
