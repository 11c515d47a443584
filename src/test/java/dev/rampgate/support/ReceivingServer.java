package dev.rampgate.support;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;

/** An HTTP server of a system of the company, to which events are posted. What it answers is the test's affair. */
public final class ReceivingServer implements AutoCloseable {

    private final HttpServer server;
    private final boolean tls;

    /** @param received gets each request with its body, on an event loop, and answers it */
    public ReceivingServer(Vertx vertx, BiConsumer<HttpServerRequest, String> received) {
        this(vertx, new HttpServerOptions(), received);
    }

    /** @param options of TLS, for example; as {@code localhost}, to which certificates are made */
    public ReceivingServer(Vertx vertx, HttpServerOptions options, BiConsumer<HttpServerRequest, String> received) {
        tls = options.isSsl();
        server = vertx.createHttpServer(options).requestHandler(request -> request.body()
                .onSuccess(body -> received.accept(request, body.toString(StandardCharsets.UTF_8))));
        join(server.listen(0, tls ? "localhost" : "127.0.0.1"));
    }

    /** Where it listens, at this path. */
    public URI url(String path) {
        return URI.create((tls ? "https://localhost:" : "http://127.0.0.1:") + server.actualPort() + path);
    }

    @Override
    public void close() {
        join(server.close());
    }

    private static <T> T join(Future<T> future) {
        try {
            return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
        } catch (Exception failure) {
            throw new IllegalStateException(failure);
        }
    }
}
