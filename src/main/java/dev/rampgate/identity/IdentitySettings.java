package dev.rampgate.identity;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** How a user's call proves who makes it. */
@ConfigMapping(prefix = "rampgate.identity")
public interface IdentitySettings {

    /**
     * What is believed of who calls. {@code demo} only in the profiles {@code dev}, {@code test} and {@code sandbox}.
     * Default: none, and the start stops.
     */
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
        /** Every caller is the demo user. Never in production. */
        DEMO
    }

    /** What the gateway sends. */
    interface Header {

        /**
         * What the gateway sends to prove itself, at least 16 characters, without which {@code header} mode does not
         * start. Unit: text. Default: none.
         */
        Optional<String> secret();

        /** The header that carries the secret. Unit: header name. Default: {@code X-Gateway-Secret}. */
        @WithDefault("X-Gateway-Secret")
        String secretName();

        /**
         * The header that carries the user's id in UTF-8: 1 to 128 printable characters, spaces only between others, not
         * {@code .} or {@code ..}. Unit: header name. Default: {@code X-User-Id}.
         */
        @WithDefault("X-User-Id")
        String userIdName();

        /**
         * The header that carries the user's e-mail address in UTF-8; only {@code POST /session} needs it. Unit: header name.
         * Default: {@code X-User-Email}.
         */
        @WithDefault("X-User-Email")
        String emailName();

        /**
         * The header that carries the company's own reference of a session in UTF-8: 1 to 128 printable characters, spaces only
         * between others; an empty one counts as none. It goes before the one of the body of {@code POST /session}. The gateway
         * must remove what a client sends under this name. Unit: header name. Default: {@code X-Reference}.
         */
        @WithDefault("X-Reference")
        String referenceName();
    }

    /** Which tokens are believed, and what they say. */
    interface Jwt {

        /** The {@code iss} of every token. Unit: text. Default: none, required in {@code jwt} mode. */
        Optional<String> issuer();

        /**
         * What the {@code aud} of a token must name, at least one of these. Unit: text. Default: none, required in
         * {@code jwt} mode.
         */
        Optional<List<String>> audience();

        /**
         * Where the issuer publishes its keys; {@code https}, but for a network that is yours alone. This or
         * {@link #keyFile()} is required in {@code jwt} mode. Unit: URL. Default: none.
         */
        Optional<String> jwksUrl();

        /**
         * Instead of the URL: a file that holds the issuer's keys, a JSON Web Key set, or PEM public keys or
         * certificates; may be replaced at any time. Unit: path. Default: none.
         */
        Optional<String> keyFile();

        /** The claim that is the user's id; the same rule as for the header. Unit: claim name. Default: {@code sub}. */
        @WithDefault("sub")
        String userIdClaim();

        /**
         * The claim that is the user's e-mail address; only {@code POST /session} needs it. Unit: claim name. Default:
         * {@code email}.
         */
        @WithDefault("email")
        String emailClaim();

        /**
         * The claim that is the company's own reference of a session, a string or an integer; the same rule as for the header.
         * It goes before the one of the body of {@code POST /session}, for each session that is opened with the token. Unit:
         * claim name. Default: none, and no claim is read.
         */
        Optional<String> referenceClaim();

        /**
         * What tokens may be signed with, of {@code RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512}; never a
         * shared secret. Unit: algorithms. Default: {@code RS256,ES256}.
         */
        @WithDefault("RS256,ES256")
        List<String> algorithms();

        /** How far the clocks of issuer and Rampgate may be apart. Default: {@code 30s}. */
        @WithDefault("30s")
        Duration clockSkew();

        /** At which age the keys are read again; at once, but at most every 10 s, when a token is signed by none of them. Default: {@code 10m}. */
        @WithDefault("10m")
        Duration keysRefresh();

        /** How long the reading from {@link #jwksUrl()} may take. Default: {@code 5s}. */
        @WithDefault("5s")
        Duration fetchTimeout();
    }
}
