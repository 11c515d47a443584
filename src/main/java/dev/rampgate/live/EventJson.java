package dev.rampgate.live;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.rampgate.wire.Sha256;
import io.vertx.core.json.JsonObject;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;

/** Writes events as text: as server-sent events, and as frames of a WebSocket. */
@ApplicationScoped
class EventJson {

    private static final int TAG_BYTES = 15;

    private final ObjectMapper mapper;

    EventJson(ObjectMapper mapper) {
        this.mapper = mapper;
    }

    /** A block of server-sent events. The JSON has no line breaks, so that each event has one line of data. */
    String block(List<LiveEvent> events) {
        StringBuilder block = new StringBuilder();
        for (LiveEvent event : events) {
            block.append("id: ")
                    .append(event.id())
                    .append("\nevent: ")
                    .append(event.name().wireName())
                    .append("\ndata: ")
                    .append(json(event.data()))
                    .append("\n\n");
        }
        return block.toString();
    }

    /**
     * The heartbeat event, with the time until the next one in milliseconds: {@code {"interval_ms":20000}}. It has no id, so
     * that it does not change the reader's position.
     */
    static String heartbeat(Duration interval) {
        return "event: heartbeat\ndata: " + interval(interval) + "\n\n";
    }

    /** The heartbeat as a frame: {@code {"event":"heartbeat","data":{"interval_ms":20000}}}. */
    static String heartbeatFrame(Duration interval) {
        return "{\"event\":\"heartbeat\",\"data\":" + interval(interval) + "}";
    }

    private static String interval(Duration interval) {
        return "{\"interval_ms\":" + interval.toMillis() + "}";
    }

    /** The field with the time after which the reader connects again. */
    static String retry(Duration retry) {
        return "retry: " + retry.toMillis() + "\n\n";
    }

    /** A frame with one event: {@code {"event":"transition","id":"2","data":{...}}}. */
    String frame(LiveEvent event) {
        return "{\"event\":\"" + event.name().wireName() + "\",\"id\":\"" + event.id() + "\",\"data\":"
                + json(event.data()) + "}";
    }

    /** The frame with the time after which the reader connects again: {@code {"event":"reconnect","retry":1234}}, in milliseconds. */
    static String reconnectFrame(Duration retry) {
        return new JsonObject()
                .put("event", "reconnect")
                .put("retry", retry.toMillis())
                .encode();
    }

    /** The strong {@code ETag} of a view, quotes included. */
    String tag(TransactionView view) {
        try {
            byte[] hash = Sha256.of(mapper.writeValueAsBytes(view));
            return '"' + Base64.getUrlEncoder().withoutPadding().encodeToString(Arrays.copyOf(hash, TAG_BYTES)) + '"';
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException("Every view can be written as JSON", impossible);
        }
    }

    /** Whether {@code If-None-Match} names this tag; proxies may have made it a weak one. */
    static boolean names(String known, String tag) {
        return known != null
                && Arrays.stream(known.split(","))
                        .map(String::strip)
                        .anyMatch(one -> one.equals("*") || one.equals(tag) || one.equals("W/" + tag));
    }

    String json(TransactionView view) {
        try {
            return mapper.writeValueAsString(view);
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException("every view can be written", impossible);
        }
    }
}
