package dev.rampgate.session;

import io.quarkus.runtime.configuration.ConfigurationException;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where users may be sent after the widget: pages of the company's own origins, and its own apps by their scheme. Anything
 * else would let a stranger use the company's name to send users to his page. Pure.
 */
final class RedirectOrigins {

    private static final String SETTING = "rampgate.session.redirect-origins";
    private static final Pattern APP = Pattern.compile("([a-z][a-z0-9+.-]*):(//)?");

    /**
     * Schemes that a browser or a telephone runs or opens by itself belong to no app of the company; by some of them a link
     * reaches any app.
     */
    private static final Set<String> NOBODYS = Set.of(
            ("http https ws wss ftp ftps file filesystem data blob javascript vbscript livescript jar about view-source"
                            + " chrome chrome-extension chrome-untrusted devtools edge resource moz-extension webkit"
                            + " content cid mid intent intents android-app market itms itms-apps itms-appss shortcuts"
                            + " tel sms mms mailto facetime facetime-audio callto geo maps ssh sftp smb ldap ldaps")
                    .split(" "));

    private static final Set<String> THIS_MACHINE = Set.of("localhost", "127.0.0.1", "[::1]");
    private static final int HTTPS_PORT = 443;
    private static final int HTTP_PORT = 80;

    private final Set<String> allowed;

    private RedirectOrigins(Set<String> allowed) {
        this.allowed = allowed;
    }

    /**
     * Reads the setting.
     *
     * @param entries origins such as {@code https://shop.example.com}, and schemes such as {@code myapp://} or
     *     {@code com.example.shop:}
     * @throws ConfigurationException if one is neither
     */
    static RedirectOrigins of(List<String> entries) {
        Set<String> allowed = new HashSet<>();
        for (String entry : entries) {
            allowed.add(origin(entry.strip()));
        }
        return new RedirectOrigins(Set.copyOf(allowed));
    }

    /** Whether a user may be sent to this URL. */
    boolean allow(String url) {
        return parsed(url)
                .map(RedirectOrigins::origin)
                .filter(allowed::contains)
                .isPresent();
    }

    private static String origin(String entry) {
        Matcher app = APP.matcher(entry);
        if (app.matches() && !NOBODYS.contains(app.group(1))) {
            return app.group(1) + "://";
        }
        Optional<URI> uri = parsed(entry).filter(RedirectOrigins::isPage);
        if (uri.isEmpty() || !uri.get().getRawPath().isEmpty() || hasMore(uri.get())) {
            throw new ConfigurationException(
                    SETTING + ": '" + entry + "' is not an origin; write https:// and a host, for example"
                            + " https://shop.example.com, or the scheme of your own app, for example myapp:// or"
                            + " com.example.shop:",
                    Set.of(SETTING));
        }
        return origin(uri.get());
    }

    private static Optional<URI> parsed(String url) {
        try {
            URI uri = new URI(url);
            return uri.getScheme() == null || uri.getRawUserInfo() != null ? Optional.empty() : Optional.of(uri);
        } catch (URISyntaxException noUrl) {
            return Optional.empty();
        }
    }

    private static String origin(URI uri) {
        String scheme = uri.getScheme().toLowerCase(Locale.ROOT);
        if (!scheme.equals("https") && !scheme.equals("http")) {
            return scheme + "://";
        }
        // Without a host there is nothing that could be allowed; what Java cannot read as one, a browser might.
        String host = uri.getHost() == null ? "" : uri.getHost().toLowerCase(Locale.ROOT);
        int usual = scheme.equals("https") ? HTTPS_PORT : HTTP_PORT;
        return scheme + "://" + host + ":" + (uri.getPort() == -1 ? usual : uri.getPort());
    }

    private static boolean isPage(URI uri) {
        if (uri.getHost() == null) {
            return false;
        }
        return uri.getScheme().equals("https")
                || (uri.getScheme().equals("http") && THIS_MACHINE.contains(uri.getHost()));
    }

    private static boolean hasMore(URI uri) {
        return uri.getRawQuery() != null || uri.getRawFragment() != null;
    }
}
