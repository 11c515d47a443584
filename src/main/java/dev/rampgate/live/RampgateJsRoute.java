package dev.rampgate.live;

import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

/**
 * {@code GET /rampgate.js}, the only file that we serve, out of {@code META-INF/resources}. It is the same for all, unlike
 * every other answer, and asked for again soon after an update.
 */
@ApplicationScoped
class RampgateJsRoute {

    void onRouter(@Observes Router router) {
        router.get("/rampgate.js").handler(RampgateJsRoute::cacheable);
    }

    private static void cacheable(RoutingContext routing) {
        routing.response().putHeader("Cache-Control", "public, max-age=300");
        routing.next();
    }
}
