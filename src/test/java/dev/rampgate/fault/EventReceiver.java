package dev.rampgate.fault;

import dev.rampgate.support.ReceivingServer;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A system of the company that gets events by HTTP: well, slow or dead. It keeps what it has accepted first, in order. */
final class EventReceiver implements AutoCloseable {

    private static final int ACCEPTED = 204;
    private static final int DEAD = 503;

    private final ReceivingServer server;
    private final Vertx vertx;
    private final Duration pause;
    private final Map<String, Instant> accepted = new LinkedHashMap<>();
    private final Map<String, Integer> versions = new HashMap<>();
    private final Map<String, Long> digests = new HashMap<>();
    private final List<String> wrong = new ArrayList<>();
    private volatile boolean dead;
    private int requests;

    /** @param pause before each answer */
    EventReceiver(Vertx vertx, Duration pause) {
        this.vertx = vertx;
        this.pause = pause;
        this.server =
                new ReceivingServer(vertx, (request, body) -> answer(request, request.getHeader("webhook-id"), body));
    }

    URI url() {
        return server.url("/events");
    }

    /** Refuses everything from now on, or takes it again. */
    EventReceiver dead(boolean isDead) {
        dead = isDead;
        return this;
    }

    private void answer(HttpServerRequest request, String id, String body) {
        synchronized (this) {
            requests++;
        }
        if (dead) {
            request.response().setStatusCode(DEAD).end();
        } else if (pause.isZero()) {
            accept(request, id, body);
        } else {
            vertx.setTimer(pause.toMillis(), late -> accept(request, id, body));
        }
    }

    private void accept(HttpServerRequest request, String id, String body) {
        keep(id, body);
        request.response().setStatusCode(ACCEPTED).end();
    }

    private synchronized void keep(String id, String body) {
        Long before = digests.putIfAbsent(id, digest(body));
        if (before != null) {
            if (before != digest(body)) {
                wrong.add("other bytes of " + id);
            }
            return;
        }
        accepted.put(id, Instant.now());
        JsonObject data = new JsonObject(body).getJsonObject("data");
        String transaction = data.getString("merchant_transaction_id");
        int version = data.getInteger("version");
        Integer last = versions.put(transaction, version);
        if (last != null && version != last + 1) {
            wrong.add("version " + version + " of " + transaction + " came after " + last);
        }
    }

    /** When each event was accepted first, by its id. */
    synchronized Map<String, Instant> accepted() {
        return new LinkedHashMap<>(accepted);
    }

    /** Of the body of each event that was accepted, by its id. */
    synchronized Map<String, Long> digests() {
        return new HashMap<>(digests);
    }

    /** What stands for a body: a soak hears more of them than memory holds. */
    static long digest(String body) {
        return ((long) body.hashCode() << Integer.SIZE) + body.length();
    }

    /** How many events were accepted. */
    synchronized int acceptedCount() {
        return accepted.size();
    }

    /** All requests, whatever their answer. */
    synchronized int requests() {
        return requests;
    }

    /** What came out of its order, or with other bytes than before. */
    synchronized List<String> wrong() {
        return List.copyOf(wrong);
    }

    @Override
    public void close() {
        server.close();
    }
}
