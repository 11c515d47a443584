package dev.rampgate.sandbox.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.standardwebhooks.Webhook;
import com.standardwebhooks.exceptions.WebhookVerificationException;
import io.vertx.core.MultiMap;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * A system of the company's that receives Rampgate's events: it verifies each with the public library of Standard Webhooks, keeps each id
 * once, and can be stopped. It forgets everything at its end, which a real one must not.
 */
public final class EventReceiver {

    /** Where events are posted to, on the simulator's port. */
    public static final String PATH = "/receiver/events";

    private static final int MOST_EVENTS = 200;
    private static final int MOST_BYTES = 64 * 1024;

    private final Webhook webhook;
    private final InstantSource clock;
    private final Map<String, Received> events = new LinkedHashMap<>();
    private boolean stopped;
    private int refused;
    private int forged;

    EventReceiver(String secret, InstantSource clock) {
        this.webhook = new Webhook(secret);
        this.clock = clock;
    }

    /**
     * An event that was verified.
     *
     * @param id the same at each of its deliveries
     * @param type such as {@code transaction.completed}
     * @param transactionId empty for a test event
     * @param reference the company's own; empty if there is none
     * @param version its number within the transaction; empty for a test event
     * @param at when it came first
     * @param deliveries how often it came
     */
    public record Received(
            String id,
            String type,
            Optional<String> transactionId,
            Optional<String> reference,
            Optional<Integer> version,
            Instant at,
            int deliveries) {

        private Received again() {
            return new Received(id, type, transactionId, reference, version, at, deliveries + 1);
        }
    }

    /** Only after {@link ControlApi#mount}, which opens {@code /control} to pages and reads bodies. */
    void mount(Router router) {
        router.post(PATH)
                .handler(BodyHandler.create(false).setBodyLimit(MOST_BYTES))
                .handler(call -> call.response().setStatusCode(receive(call)).end());
        ControlApi.on(router.get("/control/receiver"), call -> view());
        ControlApi.on(router.put("/control/receiver"), call -> {
            stopped(Fields.of(call, "stopped").flag("stopped"));
            return view();
        });
    }

    /** While it is stopped, it answers 503 to everything. */
    public synchronized void stopped(boolean value) {
        stopped = value;
        if (!value) {
            refused = 0;
        }
    }

    /** What it has received, oldest first; the last {@value #MOST_EVENTS}. */
    public synchronized List<Received> events() {
        return List.copyOf(events.values());
    }

    /** How many attempts it has answered with 503 since it was stopped. */
    public synchronized int refused() {
        return refused;
    }

    private synchronized int receive(RoutingContext call) {
        if (stopped) {
            refused++;
            return 503;
        }
        byte[] bytes = call.body().buffer() == null
                ? new byte[0]
                : call.body().buffer().getBytes();
        String body = new String(bytes, StandardCharsets.UTF_8);
        try {
            webhook.verify(body, byLowerCaseName(call.request().headers()));
            keep(call.request().getHeader("webhook-id"), Json.MAPPER.readTree(body));
            return 204;
        } catch (WebhookVerificationException notFromRampgate) {
            forged++;
            return 401;
        } catch (JsonProcessingException unreadable) {
            return 400;
        }
    }

    private void keep(String id, JsonNode event) {
        JsonNode data = event.path("data");
        Received before = events.get(id);
        events.put(
                id,
                before != null
                        ? before.again()
                        : new Received(
                                id,
                                event.path("type").asText(),
                                text(data, "merchant_transaction_id"),
                                text(data, "reference"),
                                Optional.of(data.path("version"))
                                        .filter(JsonNode::isInt)
                                        .map(JsonNode::intValue),
                                clock.instant(),
                                1));
        if (events.size() > MOST_EVENTS) {
            events.remove(events.keySet().iterator().next());
        }
    }

    private static Optional<String> text(JsonNode data, String field) {
        return Optional.of(data.path(field)).filter(JsonNode::isTextual).map(JsonNode::textValue);
    }

    private static Map<String, List<String>> byLowerCaseName(MultiMap headers) {
        Map<String, List<String>> map = new HashMap<>();
        headers.forEach(
                header -> map.computeIfAbsent(header.getKey().toLowerCase(Locale.ROOT), name -> new ArrayList<>())
                        .add(header.getValue()));
        return map;
    }

    private synchronized ObjectNode view() {
        ObjectNode view = Json.object()
                .put("path", PATH)
                .put("stopped", stopped)
                .put("refused", refused)
                .put("forged", forged);
        ArrayNode list = view.putArray("events");
        for (Received event : events.values()) {
            ObjectNode shown = list.addObject().put("id", event.id()).put("type", event.type());
            event.transactionId().ifPresent(id -> shown.put("merchant_transaction_id", id));
            event.reference().ifPresent(reference -> shown.put("reference", reference));
            event.version().ifPresent(version -> shown.put("version", version));
            shown.put("at", event.at().toString()).put("deliveries", event.deliveries());
        }
        return view;
    }
}
