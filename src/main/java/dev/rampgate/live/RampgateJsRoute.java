package dev.rampgate.live;

import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

/**
 * {@code GET /rampgate.js}, the only static file, from {@code META-INF/resources}. Unlike all other answers, caches may keep it,
 * for five minutes, so that browsers soon get an update.
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
