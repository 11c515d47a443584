package dev.rampgate.edge;

import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.container.ContainerResponseContext;
import org.jboss.resteasy.reactive.server.ServerResponseFilter;

/**
 * What a resource says in a header replaces what every answer says ({@code quarkus.http.header}), as a plain route's
 * {@code putHeader} does. By itself it would stand beside it, and callers would read the header twice.
 */
class ResourceHeaders {

    @ServerResponseFilter
    void replaceDefaults(ContainerResponseContext answer, RoutingContext routing) {
        MultiMap defaults = routing.response().headers();
        answer.getHeaders().keySet().stream()
                // A list: what the cross-origin rules say in it stays true.
                .filter(name -> !HttpHeaders.VARY.toString().equalsIgnoreCase(name))
                .forEach(defaults::remove);
    }
}
