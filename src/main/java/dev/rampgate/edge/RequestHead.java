package dev.rampgate.edge;

import dev.rampgate.problem.ProblemType;
import dev.rampgate.problem.RequestId;
import dev.rampgate.wire.AsciiNumber;
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

    /** A host name or an address, and optionally a port. Percent-encoded octets are refused: real host names have none. */
    private static final Pattern AUTHORITY =
            Pattern.compile("([A-Za-z0-9._~!$&'()*+,;=-]+|\\[[0-9A-Fa-f:.]+])(:[0-9]{1,5})?");

    private static final Pattern ABSOLUTE = Pattern.compile("(?i:https?)://([^/?#]*)(.*)");

    /** A decodable path: each percent sign starts an encoded octet. The query is not checked here. */
    private static final Pattern DECODABLE = Pattern.compile("([^%?]|%[0-9A-Fa-f]{2})*+(\\?.*)?");

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

    private static boolean isAuthority(String host) {
        Matcher authority = AUTHORITY.matcher(host);
        return authority.matches()
                && (authority.group(2) == null
                        || AsciiNumber.toInt(authority.group(2).substring(1)) <= 65_535);
    }

    private static boolean hasPath(HttpRequest request) {
        String target = request.uri();
        if (!target.chars().allMatch(octet -> octet > ' ' && octet < 0x7f)
                || !DECODABLE.matcher(target).matches()) {
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
