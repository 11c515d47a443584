package dev.rampgate.proof;

import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.ServerWebSocket;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** A server that answers as the test says, one reaction after the other, and remembers what it was asked. */
final class FakeProof implements AutoCloseable {

    /** One request as it came. */
    record Asked(String method, String uri, MultiMap headers, String body) {}

    private final Vertx vertx = Vertx.vertx();
    private final List<HttpConnection> connections = new CopyOnWriteArrayList<>();
    private final HttpServer server;
    private final Queue<Consumer<HttpServerRequest>> reactions = new ConcurrentLinkedQueue<>();
    private volatile Consumer<ServerWebSocket> socketReaction = socket -> {};
    private final List<Asked> asked = new CopyOnWriteArrayList<>();
    private final List<ServerWebSocket> sockets = new CopyOnWriteArrayList<>();

    FakeProof() {
        this.server = vertx.createHttpServer()
                .connectionHandler(connections::add)
                .requestHandler(this::answer)
                .listen(0, "localhost")
                .toCompletionStage()
                .toCompletableFuture()
                .join();
    }

    int port() {
        return server.actualPort();
    }

    String url() {
        return "http://localhost:" + port();
    }

    /** Everything it was asked, in order. */
    List<Asked> asked() {
        return asked;
    }

    /** Every socket that was opened, in order. */
    List<ServerWebSocket> sockets() {
        return sockets;
    }

    /** Next reaction: an answer of JSON. */
    FakeProof then(int status, String json, String... headers) {
        return then(response -> {
            response.setStatusCode(status).putHeader("Content-Type", "application/json");
            for (int i = 0; i < headers.length; i += 2) {
                response.putHeader(headers[i], headers[i + 1]);
            }
            response.end(json);
        });
    }

    /** Next reaction: whatever this does. */
    FakeProof then(Consumer<HttpServerResponse> reaction) {
        return thenRequest(request -> reaction.accept(request.response()));
    }

    /** Next reaction: whatever this does with the request. */
    FakeProof thenRequest(Consumer<HttpServerRequest> reaction) {
        reactions.add(reaction);
        return this;
    }

    /** Next reaction: the connection breaks. */
    FakeProof thenBreak() {
        return thenRequest(request -> request.connection().close());
    }

    /** Next reaction: none, ever. */
    FakeProof thenSilence() {
        return then(response -> {});
    }

    /** What happens with sockets that are opened, until another is set. */
    FakeProof onSocket(Consumer<ServerWebSocket> reaction) {
        socketReaction = reaction;
        return this;
    }

    /** Ends all connections without a word. */
    void breakConnections() {
        connections.forEach(HttpConnection::close);
    }

    private void answer(HttpServerRequest request) {
        if (request.headers().contains("Upgrade")) {
            react(request, "", () -> request.toWebSocket().onSuccess(this::opened));
        } else {
            request.body()
                    .onSuccess(body -> react(request, body.toString(), () -> request.response()
                            .setStatusCode(599)
                            .end("nothing was expected")));
        }
    }

    private void react(HttpServerRequest request, String body, Runnable otherwise) {
        asked.add(new Asked(request.method().name(), request.uri(), request.headers(), body));
        Consumer<HttpServerRequest> reaction = reactions.poll();
        if (reaction == null) {
            otherwise.run();
        } else {
            reaction.accept(request);
        }
    }

    private void opened(ServerWebSocket socket) {
        sockets.add(socket);
        socketReaction.accept(socket);
    }

    /** A body of so many bytes, in chunks, without a length told before. */
    static Consumer<HttpServerResponse> chunked(int status, int bytes) {
        return response -> {
            response.setStatusCode(status).setChunked(true);
            for (int sent = 0; sent < bytes; sent += 8192) {
                response.write(Buffer.buffer("a".repeat(8192)));
            }
            response.end();
        };
    }

    @Override
    public void close() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }
}
