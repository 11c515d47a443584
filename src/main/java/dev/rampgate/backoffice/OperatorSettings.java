package dev.rampgate.backoffice;

import dev.rampgate.settings.Bounds;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.List;
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

    /** People who bring a token of the company's issuer. */
    Jwt jwt();

    /** People whom a proxy in front of the back office has signed in. */
    Proxy proxy();

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
         * How long a session lasts without a call by its user, from {@code 1m} to {@code 24h}. Unit: time. Default:
         * {@code 30m}.
         */
        @WithDefault("30m")
        Duration idle();

        /**
         * How long a session lasts at most, from {@code 1m} to {@code 24h}; then the user signs in again. Unit: time.
         * Default: {@code 12h}.
         */
        @WithDefault("12h")
        Duration lifetime();
    }

    /** Which tokens of people are believed, and what they say. */
    interface Jwt {

        /** The {@code iss} of every token; with it, people may call. Unit: text. Default: none, tokens of people are not taken. */
        Optional<String> issuer();

        /** What the {@code aud} of a token must name, at least one of these. Unit: text. Default: none, required with an issuer. */
        Optional<List<String>> audience();

        /** Where the issuer publishes its keys. This or {@link #keyFile()} is required with an issuer. Unit: URL. Default: none. */
        Optional<String> jwksUrl();

        /**
         * Instead of the URL: a file that holds the issuer's keys, a JSON Web Key set, or PEM public keys or certificates; may be replaced at
         * any time. Unit: path. Default: none.
         */
        Optional<String> keyFile();

        /** What tokens may be signed with, as {@code rampgate.identity.jwt.algorithms} says. Unit: algorithms. Default: {@code RS256,ES256}. */
        @WithDefault("RS256,ES256")
        List<String> algorithms();

        /**
         * The claim that is the person's name, 1 to 64 printable ASCII characters without spaces; in the audit it stands behind {@code jwt:}. Unit:
         * claim name. Default: {@code sub}.
         */
        @WithDefault("sub")
        String nameClaim();

        /**
         * The claim whose words mean roles, a string or a list of them; or a path with dots, such as {@code realm_access.roles}. Unit: claim name.
         * Default: {@code roles}.
         */
        @WithDefault("roles")
        String roleClaim();

        /**
         * Which words of that claim mean which role, such as {@code rampgate.operate.jwt.roles.operator=ramp-oncall}. Of several roles, the
         * first of operator, support, auditor and service counts; without one the call is 403. Unit: words. Default: none, required with an issuer.
         */
        Map<String, List<String>> roles();
    }

    /** What the proxy sends. It must remove these headers from what clients send. */
    interface Proxy {

        /**
         * A file with the secret that the proxy sends to prove itself, by the rules of an actor's tokens; two lines while it is replaced. It
         * is read again when it changes. Unit: path. Default: none, such headers are ignored.
         */
        Optional<String> secretFile();

        /** The header that carries the secret. Unit: header name. Default: {@code X-Operate-Secret}. */
        @WithDefault("X-Operate-Secret")
        String secretName();

        /**
         * The header that carries the person's name, 1 to 64 printable ASCII characters without spaces; in the audit it stands behind
         * {@code proxy:}. Unit: header name. Default: {@code X-Forwarded-User}.
         */
        @WithDefault("X-Forwarded-User")
        String nameHeader();

        /** The role of everybody whom the proxy lets through. This or {@link #roles()} is required with a secret. Unit: role. Default: none. */
        Optional<String> role();

        /** The header whose words, separated by commas, mean roles. Unit: header name. Default: {@code X-Forwarded-Groups}. */
        @WithDefault("X-Forwarded-Groups")
        String roleHeader();

        /** Which words of that header mean which role, as {@code rampgate.operate.jwt.roles} does for tokens. Unit: words. Default: none. */
        Map<String, List<String>> roles();
    }

    /** Limits on calls, each for one replica. */
    interface Limits {

        /** Calls of one actor; more get 429. Unit: rate. Default: {@code 20/1s}. */
        @WithDefault("20/1s")
        String actor();

        /**
         * Wrong tokens from one address; beyond it, no token from there is compared, and its calls get 429. Unit: rate. Default: {@code 20/1m}.
         */
        @WithDefault("20/1m")
        String wrongToken();
    }
}
