package dev.rampgate.identity;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.util.Optional;

/** How a user's call proves who makes it. */
@ConfigMapping(prefix = "rampgate.identity")
public interface IdentitySettings {

    /** What is believed; must be set, but for the profiles {@code dev}, {@code test} and {@code sandbox}. */
    Optional<Mode> mode();

    /** For {@code header} mode. */
    Header header();

    /** Where a caller's identity comes from. */
    enum Mode {
        /** A gateway in front of us has signed the user in, and says who it is in headers, with a secret of its own. */
        HEADER,
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
}
