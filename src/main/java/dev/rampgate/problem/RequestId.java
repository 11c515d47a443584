package dev.rampgate.problem;

import io.vertx.ext.web.RoutingContext;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;
import org.jboss.logging.MDC;

/**
 * Gives every request an id. The id appears in the answer ({@code X-Request-Id}), in problem bodies and in the logging
 * context ({@code request_id}), so that support can find a user's request in the log.
 */
public final class RequestId {

    /** The header of requests and answers that contains the id. */
    public static final String HEADER = "X-Request-Id";

    /** The id's name in the logging context. */
    public static final String LOGGED_AS = "request_id";

    private static final String ATTRIBUTE = "rampgate.request-id";
    private static final Pattern SANE = Pattern.compile("[A-Za-z0-9._-]{1,64}");

    private RequestId() {}

    /** The id of a request; a request without one gets one. */
    public static String of(RoutingContext routing) {
        String known = routing.get(ATTRIBUTE);
        return known != null ? known : given(routing);
    }

    /** The caller's own id if it is valid, so that a request can be followed over several services; otherwise a new one. */
    private static String given(RoutingContext routing) {
        String id = orFresh(routing.request().getHeader(HEADER));
        routing.put(ATTRIBUTE, id);
        return id;
    }

    /**
     * The caller's id if it is 1 to 64 letters, digits, dots, dashes or underscores; otherwise a new one.
     *
     * @param asked the id that the caller sent; may be null
     */
    public static String orFresh(String asked) {
        return asked != null && SANE.matcher(asked).matches() ? asked : fresh();
    }

    /** Unique, and no secret: a generator of secrets would cost every request a microsecond. */
    private static String fresh() {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        return new UUID(random.nextLong(), random.nextLong()).toString();
    }

    /** Sets the id in the answer's header and in the logging context. */
    public static void mark(RoutingContext routing) {
        String id = of(routing);
        routing.response().putHeader(HEADER, id);
        MDC.put(LOGGED_AS, id);
        routing.next();
    }
}
