package dev.rampgate.identity;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/** An issuer's keys behind HTTP; a null text is answered with 503. */
final class PublishedKeys implements AutoCloseable {

    private final HttpServer server;
    private final AtomicInteger readings = new AtomicInteger();

    PublishedKeys(Supplier<String> text) {
        this(text, null);
    }

    /** Sends readers to another address. */
    static PublishedKeys redirecting(String url) {
        return new PublishedKeys(() -> null, url);
    }

    private PublishedKeys(Supplier<String> text, String elsewhere) {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.createContext("/", call -> {
            readings.incrementAndGet();
            if (elsewhere != null) {
                call.getResponseHeaders().set("Location", elsewhere);
                call.sendResponseHeaders(302, -1);
                call.close();
                return;
            }
            String keys = text.get();
            byte[] body = keys == null ? new byte[0] : keys.getBytes(StandardCharsets.UTF_8);
            call.sendResponseHeaders(keys == null ? 503 : 200, body.length == 0 ? -1 : body.length);
            call.getResponseBody().write(body);
            call.close();
        });
        server.start();
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/jwks";
    }

    int readings() {
        return readings.get();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
