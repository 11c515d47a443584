package dev.rampgate.edge;

import dev.rampgate.problem.RequestId;
import io.quarkus.vertx.http.runtime.filters.Filters;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

/** Gives every request of the public port its {@link RequestId}, before any filter that may refuse the request. */
@ApplicationScoped
class RequestIdFilter {

    void beforeEverything(@Observes Filters filters) {
        filters.register(RequestId::mark, FilterOrder.REQUEST_ID);
    }
}
