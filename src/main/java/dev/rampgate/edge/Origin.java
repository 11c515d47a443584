package dev.rampgate.edge;

import dev.rampgate.edge.address.Networks;
import dev.rampgate.wire.AsciiNumber;
import inet.ipaddr.IPAddress;
import java.net.IDN;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Origins (RFC 6454) as browsers and the shells of apps write them: scheme, host and port, such as
 * {@code https://shop.example.com}, {@code http://[::1]:3000}, {@code capacitor://localhost}, {@code chrome-extension://...}
 * and {@code file://}. Pure; for {@link CrossOriginFilter}.
 */
final class Origin {

    private static final Pattern ORIGIN = Pattern.compile(
            "(?<scheme>[a-z][a-z0-9+.-]{0,63})://(?<host>[a-z0-9_](?:[a-z0-9._-]{0,252})|\\[[0-9a-f.]*:[0-9a-f:.]{1,45}]|)(?::(?<port>[0-9]{1,5}))?");
    private static final int HIGHEST_PORT = 65_535;

    /** Any port of the machine that the browser runs on. */
    private static final Pattern ANY_LOCAL_PORT = Pattern.compile("https?://(?:localhost|127\\.0\\.0\\.1|\\[::1]):\\*");

    private static final Pattern PORT = Pattern.compile(":[0-9]+$");

    private Origin() {}

    /**
     * The form in which origins are compared: lower case, without the default port of the scheme. Empty if the text is no
     * origin; {@code null} is none.
     */
    static Optional<String> normalized(String origin) {
        Matcher parts = ORIGIN.matcher(origin.toLowerCase(Locale.ROOT));
        if (!parts.matches()) {
            return Optional.empty();
        }
        String scheme = parts.group("scheme");
        String host = parts.group("host");
        String port = parts.group("port");
        boolean ofTheWeb = scheme.equals("http") || scheme.equals("https");
        if (host.isEmpty() && (ofTheWeb || port != null)
                || port != null && AsciiNumber.toInt(port) > HIGHEST_PORT
                || host.startsWith("[")
                        && Networks.address(host.substring(1, host.length() - 1))
                                .isEmpty()) {
            return Optional.empty();
        }
        if (host.startsWith("[")) {
            // Browsers send the shortest form of an IPv6 address.
            host = Networks.address(host.substring(1, host.length() - 1))
                    .filter(IPAddress::isIPv6)
                    .map(address -> "[" + address.toCanonicalString() + "]")
                    .orElse(host);
        }
        boolean usual = port == null
                || scheme.equals("http") && AsciiNumber.toInt(port) == 80
                || scheme.equals("https") && AsciiNumber.toInt(port) == 443;
        return Optional.of(scheme + "://" + host + (usual ? "" : ":" + AsciiNumber.toInt(port)));
    }

    /**
     * The form in which all ports of the origin's host are compared, such as {@code http://localhost:*}.
     *
     * @param origin a normalized origin
     */
    static String ofAnyPort(String origin) {
        return PORT.matcher(origin).replaceFirst("") + ":*";
    }

    /**
     * Normalizes an origin from a setting. {@code *} may stand for the port of {@code localhost}, {@code 127.0.0.1} and
     * {@code [::1]}, and for nothing else. Its host may be in Unicode; browsers send hosts in ASCII.
     */
    static Optional<String> written(String origin) {
        if (ANY_LOCAL_PORT.matcher(origin.toLowerCase(Locale.ROOT)).matches()) {
            return Optional.of(origin.toLowerCase(Locale.ROOT));
        }
        int host = origin.indexOf("://") + 3;
        if (host < 3 || origin.startsWith("[", host) || origin.chars().allMatch(c -> c < 128)) {
            return normalized(origin);
        }
        try {
            int port = origin.indexOf(':', host);
            String rest = port < 0 ? "" : origin.substring(port);
            String ascii = IDN.toASCII(origin.substring(host, port < 0 ? origin.length() : port));
            return normalized(origin.substring(0, host) + ascii + rest);
        } catch (IllegalArgumentException noHost) {
            return Optional.empty();
        }
    }
}
