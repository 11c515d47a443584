package dev.rampgate.packaged;

import dev.rampgate.support.Certificates;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.PemKeyCertOptions;

/** Stands in front of a plain server on this machine and speaks TLS for it, as a load balancer does. */
final class TlsProxy implements AutoCloseable {

    private final Vertx vertx = Vertx.vertx();
    private final NetServer server;

    /** @param port of the plain server */
    TlsProxy(int port, Certificates certificates) {
        NetClient inside = vertx.createNetClient();
        server = vertx.createNetServer(new NetServerOptions()
                        .setSsl(true)
                        .setKeyCertOptions(new PemKeyCertOptions()
                                .setCertPath(certificates.certificate().toString())
                                .setKeyPath(certificates.key().toString())))
                .connectHandler(outside -> through(inside, port, outside));
        server.listen(0, "localhost").toCompletionStage().toCompletableFuture().join();
    }

    /** Where it is reached. */
    int port() {
        return server.actualPort();
    }

    private static void through(NetClient inside, int port, NetSocket outside) {
        outside.pause();
        inside.connect(port, "localhost").onFailure(away -> outside.close()).onSuccess(socket -> {
            outside.pipeTo(socket);
            socket.pipeTo(outside);
            outside.resume();
        });
    }

    @Override
    public void close() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }
}
