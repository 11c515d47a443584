package dev.rampgate.backoffice;

import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.util.List;
import java.util.Set;

/**
 * Reads the bodies of the management port in Quarkus' place, up to its limit, except those of the routes that stream theirs: these begin
 * paused. Quarkus' own reader is the first route of the port, and no other can be put before it.
 */
public final class StreamedBodies {

    private static final String STREAMED = "rampgate.streamed";
    private static final Set<HttpMethod> WITH_BODY =
            Set.of(HttpMethod.POST, HttpMethod.PUT, HttpMethod.PATCH, HttpMethod.DELETE);

    /** A body that nobody wants is taken for so long, so that its client reads the answer; then the connection ends. */
    private static final long LINGER_MILLIS = 1_000;

    private StreamedBodies() {}

    /**
     * @param most bytes of a body that is not streamed
     * @param routes those that stream theirs
     */
    static void replaceReader(Router router, long most, List<OperatorRoute> routes) {
        router.getRoutes().stream()
                .filter(route -> route.getPath() == null && !route.isRegexPath())
                .findFirst()
                // Removing it would not find it among routes of the same order.
                .ifPresent(Route::disable);
        BodyHandler reader = BodyHandler.create(false).setBodyLimit(most);
        router.route().order(Integer.MIN_VALUE).handler(routing -> {
            if (isStreamed(routing, routes)) {
                routing.put(STREAMED, true);
                routing.request().pause();
                routing.next();
            } else if (WITH_BODY.contains(routing.request().method())) {
                routing.request().resume();
                reader.handle(routing);
            } else {
                routing.request().resume();
                routing.next();
            }
        });
    }

    private static boolean isStreamed(RoutingContext routing, List<OperatorRoute> routes) {
        return routes.stream()
                .anyMatch(route -> route.method().equals(routing.request().method())
                        && route.path().equals(routing.normalizedPath()));
    }

    /** Whether the body of this request is read by its route. */
    public static boolean isStreamed(RoutingContext routing) {
        return routing.get(STREAMED) != null;
    }

    /** After an answer to a streamed request whose body was not read to its end. */
    static void discardRest(RoutingContext routing) {
        if (!isStreamed(routing) || routing.request().isEnded()) {
            return;
        }
        routing.request()
                .handler(piece -> {})
                .endHandler(ended -> {})
                .exceptionHandler(gone -> {})
                .resume();
        routing.vertx().setTimer(LINGER_MILLIS, late -> {
            if (!routing.request().isEnded()) {
                routing.request().connection().close();
            }
        });
    }
}
