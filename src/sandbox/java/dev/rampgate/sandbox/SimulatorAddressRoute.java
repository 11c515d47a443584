package dev.rampgate.sandbox;

import io.vertx.core.http.HttpHeaders;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * {@code GET /sandbox.json}: {@code {"simulator": "http://localhost:8090"}}, the address of the simulator that Rampgate calls.
 * The checkout page is a static file and learns the simulator's port by this.
 */
@ApplicationScoped
class SimulatorAddressRoute {

    private final String simulator;

    SimulatorAddressRoute(@ConfigProperty(name = "rampgate.proof.base-url") String simulator) {
        this.simulator = simulator;
    }

    void onRouter(@Observes Router router) {
        String body = new JsonObject().put("simulator", simulator).encode();
        router.get("/sandbox.json").handler(routing -> routing.response()
                .putHeader(HttpHeaders.CONTENT_TYPE, "application/json")
                .end(body));
    }
}
