package dev.rampgate.bench;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/** The company's systems: several endpoints that take every event at once and note when the first of each transaction came. */
final class EventReceiver implements AutoCloseable {

    private static final Pattern ID = Pattern.compile("\"merchant_transaction_id\":\"([^\"]+)\"");
    private static final int THREADS = 16;

    private final HttpServer server;
    private final ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    private final Map<String, Instant> cameAt = new ConcurrentHashMap<>();
    private final AtomicLong last = new AtomicLong();

    EventReceiver() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1024);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(threads);
        server.createContext("/", this::take);
        server.start();
    }

    /** URLs of this many endpoints. */
    List<String> urls(int endpoints) {
        return IntStream.range(0, endpoints)
                .mapToObj(n -> "http://127.0.0.1:" + server.getAddress().getPort() + "/" + n)
                .toList();
    }

    /** When the first event of a transaction was taken by an endpoint; null if none was. */
    Instant cameAt(int endpoint, String transactionId) {
        return cameAt.get("/" + endpoint + " " + transactionId);
    }

    /** How many first events were taken, by all endpoints together. */
    int taken() {
        return cameAt.size();
    }

    /** When the last first event was taken, by {@link System#nanoTime()}. */
    long lastNanos() {
        return last.get();
    }

    void forget() {
        cameAt.clear();
    }

    private void take(HttpExchange exchange) throws IOException {
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(204, -1);
        Matcher id = ID.matcher(body);
        if (id.find()) {
            long now = System.nanoTime();
            if (cameAt.putIfAbsent(exchange.getRequestURI().getPath() + " " + id.group(1), Instant.now()) == null) {
                last.accumulateAndGet(now, Math::max);
            }
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
