package dev.rampgate.proof;

import io.quarkus.runtime.Startup;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.core.net.ProxyOptions;
import io.vertx.core.net.ProxyType;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The settings of {@link ProofSettings}, checked: it exists only if every one of them can be used. The application does
 * not start otherwise, and says which setting is wrong and what would be right, but never what a secret one holds.
 */
@Startup
@Singleton
final class ProofAccess {
    private static final Pattern TOKEN = Pattern.compile("[\\x21-\\x7e]+");
    private static final Pattern ORIGIN = Pattern.compile("https?://[A-Za-z0-9.:\\[\\]-]+");
    private static final String HANDED_OVER = "what Proof handed over at onboarding";

    private final URI baseUrl;
    private final ClientTokens tokens;
    private final String origin;
    private final ProxyOptions proxy;
    private final Buffer authorities;
    private final ProofSettings settings;

    /** @throws ConfigurationException naming the first setting that cannot be used */
    @Inject
    ProofAccess(ProofSettings settings) {
        this.settings = settings;
        this.baseUrl = baseUrl(required("base-url", settings.baseUrl(), HANDED_OVER));
        this.tokens = tokens(settings);
        this.origin = settings.origin().map(ProofAccess::origin).orElse(null);
        this.proxy = settings.proxy().map(ProofAccess::proxy).orElse(null);
        this.authorities = settings.caFile().map(ProofAccess::authorities).orElse(null);
        positive("token-refresh", settings.tokenRefresh());
        positive("attempt-timeout", settings.attemptTimeout());
        positive("session-deadline", settings.sessionDeadline());
        positive("socket-ping-interval", settings.socketPingInterval());
        positive("socket-read-idle-timeout", settings.socketReadIdleTimeout());
        if (settings.maxConnections() < 1) {
            throw wrong("max-connections", "must be 1 or more");
        }
        if (settings.socketReadIdleTimeout().compareTo(settings.socketPingInterval()) <= 0) {
            throw wrong("socket-read-idle-timeout", "must be longer than rampgate.proof.socket-ping-interval");
        }
    }

    /** Absolute, without a slash at its end, without query. */
    URI baseUrl() {
        return baseUrl;
    }

    ClientTokens tokens() {
        return tokens;
    }

    /** Null if no {@code Origin} is to be sent. */
    String origin() {
        return origin;
    }

    Optional<ProxyOptions> proxy() {
        return Optional.ofNullable(proxy).map(ProxyOptions::new);
    }

    /** None if the well-known authorities count. */
    Optional<PemTrustOptions> authorities() {
        return Optional.ofNullable(authorities).map(pem -> new PemTrustOptions().addCertValue(pem));
    }

    Duration attemptTimeout() {
        return settings.attemptTimeout();
    }

    Duration sessionDeadline() {
        return settings.sessionDeadline();
    }

    int maxConnections() {
        return settings.maxConnections();
    }

    Duration socketPingInterval() {
        return settings.socketPingInterval();
    }

    Duration socketReadIdleTimeout() {
        return settings.socketReadIdleTimeout();
    }

    private static URI baseUrl(String text) {
        String expected = "must be " + HANDED_OVER
                + ", an absolute http or https URL without query, such as https://api.proof.example";
        URI url = uri(text).orElseThrow(() -> wrong("base-url", expected));
        if (!isHttp(url) || url.getHost() == null || url.getRawUserInfo() != null) {
            throw wrong("base-url", expected);
        }
        if (url.getRawQuery() != null
                || url.getRawFragment() != null
                || !url.getRawPath().equals(url.getPath())) {
            throw wrong("base-url", expected);
        }
        return URI.create(text.replaceAll("/+$", ""));
    }

    private static boolean isHttp(URI url) {
        return "http".equalsIgnoreCase(url.getScheme()) || "https".equalsIgnoreCase(url.getScheme());
    }

    private static ClientTokens tokens(ProofSettings settings) {
        String current = token("client-token", required("client-token", settings.clientToken(), HANDED_OVER));
        Stream<String> next = settings.clientTokenNext().map(text -> token("client-token-next", text)).stream();
        return new ClientTokens(Stream.concat(Stream.of(current), next).toList());
    }

    /** Whether a text can be a client token. */
    static boolean isToken(String text) {
        return TOKEN.matcher(text).matches();
    }

    private static String token(String name, String text) {
        if (!isToken(text)) {
            throw wrong(name, "must be " + HANDED_OVER + ": printable ASCII without spaces or line ends");
        }
        return text;
    }

    private static String origin(String text) {
        if (!ORIGIN.matcher(text).matches()) {
            throw wrong(
                    "origin", "must be scheme, host and optionally port, such as https://app.example.com, or absent");
        }
        return text;
    }

    private static ProxyOptions proxy(String text) {
        String expected = "must be such as http://proxy.example.com:3128 or socks5://user:password@10.0.0.7:1080";
        URI url = uri(text).orElseThrow(() -> wrong("proxy", expected));
        ProxyType type = proxyType(url).orElseThrow(() -> wrong("proxy", expected));
        if (url.getHost() == null || url.getPort() < 1 || url.getPort() > 65535) {
            throw wrong("proxy", expected);
        }
        ProxyOptions proxy =
                new ProxyOptions().setType(type).setHost(url.getHost()).setPort(url.getPort());
        if (url.getUserInfo() != null) {
            String[] credentials = url.getUserInfo().split(":", 2);
            proxy.setUsername(credentials[0]).setPassword(credentials.length == 2 ? credentials[1] : "");
        }
        return proxy;
    }

    /** Read once; what it holds is no secret. */
    private static Buffer authorities(String file) {
        try {
            String text = Files.readString(Path.of(file));
            if (text.contains("-----BEGIN CERTIFICATE-----")) {
                return Buffer.buffer(text);
            }
            throw wrong("ca-file", "must name a PEM file with certificates; this one has none");
        } catch (IOException | IllegalArgumentException unreadable) {
            throw wrong(
                    "ca-file",
                    "must name a PEM file that can be read ("
                            + unreadable.getClass().getSimpleName() + ")");
        }
    }

    private static Optional<ProxyType> proxyType(URI url) {
        if ("http".equalsIgnoreCase(url.getScheme())) {
            return Optional.of(ProxyType.HTTP);
        }
        return "socks5".equalsIgnoreCase(url.getScheme()) ? Optional.of(ProxyType.SOCKS5) : Optional.empty();
    }

    private static Optional<URI> uri(String text) {
        try {
            return Optional.of(new URI(text));
        } catch (URISyntaxException noUri) {
            return Optional.empty();
        }
    }

    private static String required(String name, Optional<String> value, String example) {
        return value.map(String::strip)
                .filter(text -> !text.isEmpty())
                .orElseThrow(() -> wrong(name, "is required and not set; set it to " + example));
    }

    private static void positive(String name, Duration value) {
        if (value.isNegative() || value.isZero()) {
            throw wrong(name, "must be a duration above zero, such as 5s");
        }
    }

    private static ConfigurationException wrong(String name, String problem) {
        String setting = "rampgate.proof." + name;
        String variable = setting.replaceAll("[.-]", "_").toUpperCase(Locale.ROOT);
        return new ConfigurationException(
                setting + " (environment variable " + variable + ") " + problem, Set.of(setting));
    }
}
