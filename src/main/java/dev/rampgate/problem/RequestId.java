package dev.rampgate.problem;

import io.vertx.ext.web.RoutingContext;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jboss.logging.MDC;

/**
 * Gives every request an id, that stands in the answer ({@code X-Request-Id}), in problem bodies and in the logging
 * context ({@code request_id}), so that a user's complaint leads to the log.
 */
public final class RequestId {

    /** The header that carries it, in and out. */
    public static final String HEADER = "X-Request-Id";

    /** Its name in the logging context. */
    public static final String LOGGED_AS = "request_id";

    private static final String ATTRIBUTE = "rampgate.request-id";
    private static final Pattern SANE = Pattern.compile("[A-Za-z0-9._-]{1,64}");

    private RequestId() {}

    /** The id of a request; one is given to it if it has none yet. */
    public static String of(RoutingContext routing) {
        String known = routing.get(ATTRIBUTE);
        return known != null ? known : given(routing);
    }

    /** The caller's own id if it is sane, so that it can be followed over several services; a fresh one otherwise. */
    private static String given(RoutingContext routing) {
        String id = orFresh(routing.request().getHeader(HEADER));
        routing.put(ATTRIBUTE, id);
        return id;
    }

    /** @param asked what the caller wants; may be null */
    public static String orFresh(String asked) {
        return asked != null && SANE.matcher(asked).matches()
                ? asked
                : UUID.randomUUID().toString();
    }

    /** Gives a request its id before anything else looks at it. */
    public static void mark(RoutingContext routing) {
        String id = of(routing);
        routing.response().putHeader(HEADER, id);
        MDC.put(LOGGED_AS, id);
        routing.next();
    }
}
