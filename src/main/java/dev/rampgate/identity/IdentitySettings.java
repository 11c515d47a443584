package dev.rampgate.identity;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** How a user's call proves who makes it. */
@ConfigMapping(prefix = "rampgate.identity")
public interface IdentitySettings {

    /** What is believed; must be set, but for the profiles {@code dev}, {@code test} and {@code sandbox}. */
    Optional<Mode> mode();

    /** For {@code header} mode. */
    Header header();

    /** For {@code jwt} mode. */
    Jwt jwt();

    /** Where a caller's identity comes from. */
    enum Mode {
        /** A gateway in front of us has signed the user in, and says who it is in headers, with a secret of its own. */
        HEADER,
        /** The user brings a signed token of the company's own issuer. */
        JWT,
        /** Anybody is the demo user. Never in production. */
        DEMO
    }

    /** What the gateway sends. */
    interface Header {

        /** The secret that proves the gateway; at least 16 characters. No default. */
        Optional<String> secret();

        /** The header that carries the secret. Default: {@code X-Gateway-Secret}. */
        @WithDefault("X-Gateway-Secret")
        String secretName();

        /** The header that carries the user's id. Default: {@code X-User-Id}. */
        @WithDefault("X-User-Id")
        String userIdName();

        /** The header that carries the user's e-mail address. Default: {@code X-User-Email}. */
        @WithDefault("X-User-Email")
        String emailName();
    }

    /** Which tokens are believed, and what they say. */
    interface Jwt {

        /** The {@code iss} of every token. Required, no default. */
        Optional<String> issuer();

        /** What the {@code aud} of a token must name, at least one of these. Required, no default. */
        Optional<List<String>> audience();

        /** Where the issuer publishes its keys. This or {@link #keyFile()} is required. */
        Optional<String> jwksUrl();

        /** A file that holds the issuer's keys: a set of JSON Web Keys, or PEM keys or certificates. */
        Optional<String> keyFile();

        /** The claim that is the user's id. Default: {@code sub}. */
        @WithDefault("sub")
        String userIdClaim();

        /** The claim that is the user's e-mail address. Default: {@code email}. */
        @WithDefault("email")
        String emailClaim();

        /** Algorithms that a token may be signed with; asymmetric ones only. Default: {@code RS256, ES256}. */
        @WithDefault("RS256,ES256")
        List<String> algorithms();

        /** How far the clocks of issuer and Rampgate may be apart. Default: 30 s. */
        @WithDefault("30s")
        Duration clockSkew();

        /** At which age the keys are read again; at once when a token names an unknown one. Default: 10 min. */
        @WithDefault("10m")
        Duration keysRefresh();

        /** How long the reading from {@link #jwksUrl()} may take. Default: 5 s. */
        @WithDefault("5s")
        Duration fetchTimeout();
    }
}
