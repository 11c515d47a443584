package dev.rampgate.edge;

import dev.rampgate.problem.Problem;
import dev.rampgate.problem.ProblemAnswers;
import dev.rampgate.problem.ProblemType;
import io.quarkus.runtime.Startup;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Decides which web pages may call (the CORS protocol, Fetch standard, section 3.3): pages of our own host and of the configured
 * origins. It refuses all other pages, also for WebSockets, which browsers open without a preflight. Callers that are no
 * browsers send no {@code Origin} and pass. An invalid setting fails startup.
 */
@Startup
@ApplicationScoped
public class CrossOriginFilter {

    private static final String SETTING = "rampgate.cors.origins";
    private static final String REFUSAL =
            "Pages of this origin are not allowed to call. If the page is your own, add its origin"
                    + " (scheme, host and port) to rampgate.cors.origins (RAMPGATE_CORS_ORIGINS)";
    private static final String HEADERS_SETTING = "rampgate.cors.headers";
    private static final Pattern HEADER_NAME = Pattern.compile("[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}");
    private static final Pattern OF_THE_WEB = Pattern.compile("https?://.*");
    private static final String METHODS = "GET, POST, OPTIONS";
    private static final String HEADERS =
            "Authorization, Content-Type, Idempotency-Key, If-None-Match, Last-Event-ID, Rampgate-Hand-Off,"
                    + " X-Request-Id";
    private static final String EXPOSED = "X-Request-Id, Retry-After, ETag, Age, Rampgate-Ticket, Rampgate-Hand-Off";
    private static final String PREFLIGHT_SECONDS = "600";

    /** Proof's webhooks come from no page, so that no {@code Origin} in them may lead to a refusal. */
    private static final String WEBHOOKS = "/proof-webhook";

    private final ProblemAnswers answers;
    private final Set<String> allowed;
    private final String allowedHeaders;

    /** @throws ConfigurationException naming a setting with an invalid origin or header, or with {@code *} */
    public CrossOriginFilter(ProblemAnswers answers, CorsSettings settings) {
        this.answers = answers;
        this.allowed = settings.origins().orElse(List.of()).stream()
                .map(String::strip)
                .map(CrossOriginFilter::checked)
                .collect(Collectors.toUnmodifiableSet());
        this.allowedHeaders = Stream.concat(
                        Stream.of(HEADERS), settings.headers().stream().map(CrossOriginFilter::checkedHeader))
                .collect(Collectors.joining(", "));
    }

    void inFrontOfAllRoutes(@Observes Filters filters) {
        filters.register(this::enter, FilterOrder.CROSS_ORIGIN);
    }

    private void enter(RoutingContext routing) {
        HttpServerResponse response = routing.response();
        if (!allowed.isEmpty()) {
            // Caches must not serve one page's answer to another page.
            response.headers().add(HttpHeaders.VARY, HttpHeaders.ORIGIN);
        }
        List<String> origins = routing.request().headers().getAll(HttpHeaders.ORIGIN);
        if (origins.isEmpty() || isWebhook(routing)) {
            routing.next();
            return;
        }
        String origin = origins.get(0);
        boolean named = origins.size() == 1 && isNamed(origin);
        if (!named
                && !(origins.size() == 1 && isOurHost(origin, routing.request().getHeader(HttpHeaders.HOST)))) {
            answers.send(Problem.of(ProblemType.FORBIDDEN, REFUSAL), routing);
            return;
        }
        if (named) {
            response.putHeader(HttpHeaders.ACCESS_CONTROL_ALLOW_ORIGIN, origin)
                    .putHeader(HttpHeaders.ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
            if (isPreflight(routing)) {
                response.setStatusCode(204)
                        .putHeader(HttpHeaders.ACCESS_CONTROL_ALLOW_METHODS, METHODS)
                        .putHeader(HttpHeaders.ACCESS_CONTROL_ALLOW_HEADERS, allowedHeaders)
                        .putHeader(HttpHeaders.ACCESS_CONTROL_MAX_AGE, PREFLIGHT_SECONDS)
                        .end();
                return;
            }
        }
        routing.next();
    }

    private boolean isNamed(String origin) {
        return Origin.normalized(origin)
                .filter(normalized -> allowed.contains(normalized) || allowed.contains(Origin.ofAnyPort(normalized)))
                .isPresent();
    }

    /** Takes the path as the router reads it: {@code /proof-webhook/%2e%2e/session} is no webhook. */
    private static boolean isWebhook(RoutingContext routing) {
        String path;
        try {
            path = routing.normalizedPath();
        } catch (IllegalArgumentException undecodable) {
            return false;
        }
        return path.equals(WEBHOOKS) || path.startsWith(WEBHOOKS + "/");
    }

    private static boolean isPreflight(RoutingContext routing) {
        return routing.request().method() == HttpMethod.OPTIONS
                && routing.request().headers().contains(HttpHeaders.ACCESS_CONTROL_REQUEST_METHOD);
    }

    /** Ignores the scheme, since a proxy may terminate TLS. A page cannot choose the {@code Host} header of its calls. */
    private static boolean isOurHost(String origin, String host) {
        int scheme = origin.indexOf("://");
        return host != null
                && scheme > 0
                && OF_THE_WEB.matcher(origin.toLowerCase(Locale.ROOT)).matches()
                && withoutPort(origin.substring(scheme + 3)).equals(withoutPort(host));
    }

    /** Without a default port. */
    private static String withoutPort(String authority) {
        return authority.toLowerCase(Locale.ROOT).replaceFirst(":(80|443)$", "");
    }

    private static String checked(String origin) {
        if (origin.equals("null")) {
            throw wrong(
                    SETTING,
                    origin,
                    "is what every page without an origin sends, including pages of others; serve the page from an origin of its own");
        }
        return Origin.written(origin)
                .orElseThrow(() -> wrong(
                        SETTING,
                        origin,
                        "is not an origin; write the scheme, the host, and the port if it is not the default, for example"
                                + " https://shop.example.com or capacitor://localhost, without a path. * is allowed for the port"
                                + " of localhost only: http://localhost:*"));
    }

    private static String checkedHeader(String name) {
        String header = name.strip();
        if (!HEADER_NAME.matcher(header).matches() || header.equals("*")) {
            throw wrong(HEADERS_SETTING, header, "is not a header name such as traceparent; * is not allowed");
        }
        return header;
    }

    private static ConfigurationException wrong(String setting, String value, String why) {
        return new ConfigurationException(setting + ": '" + value + "' " + why, Set.of(setting));
    }
}
