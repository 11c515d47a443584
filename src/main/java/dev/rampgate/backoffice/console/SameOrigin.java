package dev.rampgate.backoffice.console;

import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.HostAndPort;
import java.net.URI;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** Whether a form was submitted by a page of ours, as the browser says it. */
final class SameOrigin {

    private static final String SITE = "Sec-Fetch-Site";
    private static final Pattern LOOPBACK = Pattern.compile("localhost|.+\\.localhost|127(\\.[0-9]{1,3}){3}|\\[?::1]?");

    private SameOrigin() {}

    /** Whether a page of the same origin sent the request. A request that says nothing of where it comes from is none. */
    static boolean sent(HttpServerRequest request) {
        String site = request.getHeader(SITE);
        if (site != null) {
            return site.equals("same-origin");
        }
        Optional<URI> origin = origin(request);
        HostAndPort here = request.authority();
        return origin.isPresent()
                && here != null
                && origin.get().getRawAuthority().equalsIgnoreCase(here.toString());
    }

    /** Whether the browser reached us by an encrypted connection, as far as can be seen. */
    static boolean isEncrypted(HttpServerRequest request) {
        return origin(request).map(origin -> "https".equals(origin.getScheme())).orElse(request.isSSL());
    }

    /** Whether the browser runs on this machine, so that no network sees the connection. */
    static boolean isLoopback(HttpServerRequest request) {
        HostAndPort here = request.authority();
        return origin(request)
                .map(URI::getHost)
                .or(() -> Optional.ofNullable(here).map(HostAndPort::host))
                .filter(host -> LOOPBACK.matcher(host.toLowerCase(Locale.ROOT)).matches())
                .isPresent();
    }

    private static Optional<URI> origin(HttpServerRequest request) {
        try {
            return Optional.ofNullable(request.getHeader("Origin"))
                    .map(URI::create)
                    .filter(origin -> origin.getHost() != null);
        } catch (IllegalArgumentException nonsense) {
            return Optional.empty();
        }
    }
}
