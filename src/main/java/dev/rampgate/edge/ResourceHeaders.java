package dev.rampgate.edge;

import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.container.ContainerResponseContext;
import org.jboss.resteasy.reactive.server.ServerResponseFilter;

/**
 * Lets a resource's headers replace the default ones ({@code quarkus.http.header}), as {@code putHeader} does on a plain
 * route. Without this filter an answer would contain both.
 */
class ResourceHeaders {

    @ServerResponseFilter
    void replaceDefaults(ContainerResponseContext answer, RoutingContext routing) {
        MultiMap defaults = routing.response().headers();
        answer.getHeaders().keySet().stream()
                // Vary is a list, and the cross-origin filter's entry must stay.
                .filter(name -> !HttpHeaders.VARY.toString().equalsIgnoreCase(name))
                .forEach(defaults::remove);
    }
}
