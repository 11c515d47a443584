package dev.rampgate.edge;

import dev.rampgate.problem.ProblemType;
import dev.rampgate.problem.RequestId;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Checks the request line and the host of a request to either port (RFC 9112, sections 2.3 and 3). */
final class RequestHead {

    /** The supported methods; any other gets 501, and never becomes a metric label. */
    static final Set<HttpMethod> METHODS = Set.of(
            HttpMethod.GET,
            HttpMethod.HEAD,
            HttpMethod.POST,
            HttpMethod.PUT,
            HttpMethod.PATCH,
            HttpMethod.DELETE,
            HttpMethod.OPTIONS);

    /** What a host name consists of, beside letters and digits. Percent-encoded octets are refused: real host names have none. */
    private static final String NAME_MARKS = "._~!$&'()*+,;=-";

    private static final int MAX_PORT_DIGITS = 5;
    private static final int MAX_PORT = 65_535;

    private static final Pattern ABSOLUTE = Pattern.compile("(?i:https?)://([^/?#]*)(.*)");

    private RequestHead() {}

    /**
     * The answer to a request that is refused; empty if it passes. Replaces a target in absolute form by its path.
     *
     * @param request as decoded, which may have failed
     */
    static Optional<Refusal> refusal(HttpRequest request) {
        if (isOptionsOfTheServer(request)) {
            return Optional.of(new Refusal(
                    204, Optional.empty(), requestId(request), "Allow: GET, HEAD, POST, OPTIONS\r\n", false));
        }
        return problem(request)
                .map(type ->
                        Refusal.of(type, requestId(request), !request.method().equals(HttpMethod.HEAD)));
    }

    private static Optional<ProblemType> problem(HttpRequest request) {
        if (request.decoderResult().isFailure()) {
            return Optional.of(undecoded(request.decoderResult().cause()));
        }
        // By identity: the decoder creates another object for similar texts such as "http/1.1".
        if (request.protocolVersion() != HttpVersion.HTTP_1_1 && request.protocolVersion() != HttpVersion.HTTP_1_0) {
            return Optional.of(ProblemType.BAD_REQUEST);
        }
        if (!METHODS.contains(request.method())) {
            return Optional.of(ProblemType.NOT_IMPLEMENTED);
        }
        return hasOneHost(request) && hasPath(request) ? Optional.empty() : Optional.of(ProblemType.BAD_REQUEST);
    }

    private static ProblemType undecoded(Throwable cause) {
        if (cause instanceof TooLongHttpLineException) {
            return ProblemType.URI_TOO_LONG;
        }
        return cause instanceof TooLongHttpHeaderException ? ProblemType.HEADERS_TOO_LARGE : ProblemType.BAD_REQUEST;
    }

    private static boolean hasOneHost(HttpRequest request) {
        List<String> hosts = request.headers().getAll(HttpHeaderNames.HOST);
        if (hosts.isEmpty()) {
            return request.protocolVersion() == HttpVersion.HTTP_1_0;
        }
        return hosts.size() == 1 && isAuthority(hosts.get(0));
    }

    /** A host name or an address, and optionally a port. Every request passes here, so it takes no pattern (decision 0050). */
    private static boolean isAuthority(String host) {
        int end = host.startsWith("[") ? endOfAddress(host) : endOfName(host);
        return end > 0 && (end == host.length() || isPort(host, end));
    }

    private static int endOfName(String host) {
        int end = 0;
        while (end < host.length() && isInName(host.charAt(end))) {
            end++;
        }
        return end;
    }

    private static boolean isInName(char octet) {
        return isDigit(octet)
                || octet >= 'a' && octet <= 'z'
                || octet >= 'A' && octet <= 'Z'
                || NAME_MARKS.indexOf(octet) >= 0;
    }

    /** Behind the bracket that ends a literal IPv6 address; 0 if there is none. */
    private static int endOfAddress(String host) {
        int end = 1;
        while (end < host.length() && isInAddress(host.charAt(end))) {
            end++;
        }
        return end > 1 && end < host.length() && host.charAt(end) == ']' ? end + 1 : 0;
    }

    private static boolean isInAddress(char octet) {
        return isHexDigit(octet) || octet == ':' || octet == '.';
    }

    private static boolean isHexDigit(char octet) {
        return isDigit(octet) || octet >= 'a' && octet <= 'f' || octet >= 'A' && octet <= 'F';
    }

    private static boolean isDigit(char octet) {
        return octet >= '0' && octet <= '9';
    }

    private static boolean isPort(String host, int colon) {
        int digits = host.length() - colon - 1;
        if (host.charAt(colon) != ':' || digits < 1 || digits > MAX_PORT_DIGITS) {
            return false;
        }
        int port = 0;
        for (int i = colon + 1; i < host.length(); i++) {
            if (!isDigit(host.charAt(i))) {
                return false;
            }
            port = port * 10 + host.charAt(i) - '0';
        }
        return port <= MAX_PORT;
    }

    private static boolean hasPath(HttpRequest request) {
        String target = request.uri();
        if (!isDecodable(target)) {
            return false;
        }
        if (target.startsWith("/")) {
            return true;
        }
        Matcher absolute = ABSOLUTE.matcher(target);
        if (!absolute.matches() || !isSameHost(absolute.group(1), request)) {
            return false;
        }
        request.setUri(absolute.group(2).startsWith("/") ? absolute.group(2) : "/" + absolute.group(2));
        return true;
    }

    /** Whether a target is visible ASCII, and each percent sign in its path starts an encoded octet; in a query any may stand. */
    private static boolean isDecodable(String target) {
        boolean inQuery = false;
        for (int i = 0; i < target.length(); i++) {
            char octet = target.charAt(i);
            inQuery |= octet == '?';
            if (octet <= ' ' || octet >= 0x7f || octet == '%' && !inQuery && !isEncodedOctet(target, i)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isEncodedOctet(String target, int percent) {
        return percent + 2 < target.length()
                && isHexDigit(target.charAt(percent + 1))
                && isHexDigit(target.charAt(percent + 2));
    }

    /** Refuses a target whose host differs from the header, since two servers could choose different ones. */
    private static boolean isSameHost(String authority, HttpRequest request) {
        String host = request.headers().get(HttpHeaderNames.HOST);
        return isAuthority(authority) && (host == null || host.equalsIgnoreCase(authority));
    }

    private static boolean isOptionsOfTheServer(HttpRequest request) {
        return request.decoderResult().isSuccess()
                && request.method().equals(HttpMethod.OPTIONS)
                && request.uri().equals("*")
                && (request.protocolVersion() == HttpVersion.HTTP_1_1
                        || request.protocolVersion() == HttpVersion.HTTP_1_0)
                && hasOneHost(request);
    }

    private static String requestId(HttpRequest request) {
        return RequestId.orFresh(request.headers().get(RequestId.HEADER));
    }
}
