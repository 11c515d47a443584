package dev.rampgate.proof;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.Optional;

/**
 * How Proof is reached. What Proof handed over at onboarding has no default; {@link ProofAccess} checks all of it at the
 * start.
 */
@ConfigMapping(prefix = "rampgate.proof")
public interface ProofSettings {

    /** Base URL as Proof handed it over, {@code http} or {@code https}, without query. Required, no default. */
    Optional<String> baseUrl();

    /** The bearer secret of every call. Required, no default. */
    Optional<String> clientToken();

    /** The other client token while Proof rotates it: tried once when the first is refused. Default: none. */
    Optional<String> clientTokenNext();

    /** A file that holds the client token instead; may be replaced at any time. Default: none. */
    Optional<String> clientTokenFile();

    /** The same for the other token. Default: none. */
    Optional<String> clientTokenNextFile();

    /** How often these files are looked at. Default 10 s. */
    @WithDefault("10s")
    Duration tokenRefresh();

    /**
     * {@code Origin} header of every call and socket; must be one that is registered with Proof. Default: none is sent
     * (Proof contract, C2).
     */
    Optional<String> origin();

    /**
     * Proxy for every call and socket, since Proof knows us by our address: {@code http://} or {@code socks5://},
     * optionally {@code user:password@}, host and port. Default: none.
     */
    Optional<String> proxy();

    /**
     * PEM file with the authorities that may have signed Proof's certificate, instead of the well-known ones. Default: none.
     */
    Optional<String> caFile();

    /** How long one attempt of a call, or the opening of a socket, may take. Default 5 s. */
    @WithDefault("5s")
    Duration attemptTimeout();

    /** How long the session call may take with all its attempts and the waits between them. Default 15 s. */
    @WithDefault("15s")
    Duration sessionDeadline();

    /**
     * Most HTTP connections for session calls, and as many again for transaction calls, so that neither can starve the
     * other. Sockets are not counted. Default 32.
     */
    @WithDefault("32")
    int maxConnections();

    /** How often an open socket is pinged. Default 20 s. */
    @WithDefault("20s")
    Duration socketPingInterval();

    /**
     * After how long without a byte from Proof, answers to pings included, a socket is taken for dead. Must be longer
     * than the ping interval. Default 60 s.
     */
    @WithDefault("60s")
    Duration socketReadIdleTimeout();
}
