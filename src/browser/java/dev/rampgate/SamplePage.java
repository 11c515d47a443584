package dev.rampgate;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;

/** One HTML page at the root of an origin of its own. */
final class SamplePage implements AutoCloseable {

    private final byte[] html;
    private final HttpServer server;

    SamplePage(String html) throws IOException {
        this.html = html.getBytes(StandardCharsets.UTF_8);
        this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::serve);
        server.start();
    }

    String address() {
        return "http://localhost:" + server.getAddress().getPort() + "/";
    }

    private void serve(HttpExchange exchange) throws IOException {
        boolean isPage = exchange.getRequestURI().getPath().equals("/");
        exchange.getResponseHeaders().add("Content-Type", "text/html; charset=utf-8");
        exchange.sendResponseHeaders(isPage ? 200 : 404, isPage ? html.length : -1);
        if (isPage) {
            exchange.getResponseBody().write(html);
        }
        exchange.close();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
