package dev.rampgate.operate;

import io.quarkus.vertx.http.ManagementInterface;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/**
 * {@code GET /q/openapi} on the management port: serves {@code docs/openapi.yaml} as packaged. It is a file, since
 * generating the description at each start would take longer than starting the rest of the management port.
 */
@ApplicationScoped
class OpenApiRoute {

    private static final String FILE = "openapi.yaml";

    void add(@Observes ManagementInterface management) {
        management.router().get("/q/openapi").handler(OpenApiRoute::answer);
    }

    private static void answer(RoutingContext routing) {
        routing.vertx()
                .executeBlocking(OpenApiRoute::read)
                .onSuccess(text -> routing.response()
                        .putHeader("Content-Type", "application/yaml")
                        .end(text))
                .onFailure(routing::fail);
    }

    private static Buffer read() {
        try (InputStream file = Thread.currentThread().getContextClassLoader().getResourceAsStream(FILE)) {
            return Buffer.buffer(file.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
