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

    /**
     * Base URL as Proof handed it over, {@code http} or {@code https}, without query. Unit: URL. Default: none, it is
     * required.
     */
    Optional<String> baseUrl();

    /** The bearer secret of every call. Unit: text. Default: none, it is required. */
    Optional<String> clientToken();

    /**
     * The other client token while Proof rotates it; tried once when the first is refused. Unit: text. Default: none.
     */
    Optional<String> clientTokenNext();

    /** A file that holds the client token instead; may be replaced at any time. Unit: path. Default: none. */
    Optional<String> clientTokenFile();

    /** The same for the other token. Unit: path. Default: none. */
    Optional<String> clientTokenNextFile();

    /** How often these files are looked at. Default: {@code 10s}. */
    @WithDefault("10s")
    Duration tokenRefresh();

    /**
     * {@code Origin} of every call and socket, one that is registered with Proof (Proof contract, C2). Unit: origin.
     * Default: none is sent.
     */
    Optional<String> origin();

    /**
     * Proxy for every call and socket, since Proof knows us by our address: {@code http://} or {@code socks5://},
     * optionally {@code user:password@}, host and port. Unit: URL. Default: none.
     */
    Optional<String> proxy();

    /**
     * A PEM file with the authorities that may have signed Proof's certificate, for calls and sockets; read at the start. Unit:
     * path. Default: none, the well-known ones.
     */
    Optional<String> caFile();

    /** How long one attempt of a call, or the opening of a socket, may take. Default: {@code 5s}. */
    @WithDefault("5s")
    Duration attemptTimeout();

    /** How long the session call may take with all its attempts and the waits between them. Default: {@code 15s}. */
    @WithDefault("15s")
    Duration sessionDeadline();

    /**
     * Maximum number of HTTP connections for session calls, and as many again for transaction calls, so that neither can starve the
     * other; sockets are not counted. Unit: connections. Default: {@code 32}.
     */
    @WithDefault("32")
    int maxConnections();

    /** How often an open socket is pinged. Default: {@code 20s}. */
    @WithDefault("20s")
    Duration socketPingInterval();

    /**
     * A socket that is silent this long, answers to pings included, is taken for dead. Must be longer than the ping
     * interval. Default: {@code 60s}.
     */
    @WithDefault("60s")
    Duration socketReadIdleTimeout();
}
