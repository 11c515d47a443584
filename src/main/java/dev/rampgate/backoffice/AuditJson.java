package dev.rampgate.backoffice;

import dev.rampgate.backoffice.audit.LinkedEntry;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Optional;

/** Entries of the audit as calls answer them. What is empty is absent. */
final class AuditJson {

    /** The fields of an entry in the order of an export's columns. */
    static final List<String> FIELDS = List.of(
            "position",
            "at",
            "actor",
            "role",
            "action",
            "result",
            "subject",
            "details",
            "request_id",
            "calls",
            "previous",
            "hash");

    private AuditJson() {}

    static JsonObject of(LinkedEntry entry) {
        JsonObject json = new JsonObject();
        if (entry.position() > 0) {
            json.put("position", entry.position());
        }
        json.put("at", entry.at().toString());
        put(json, "actor", entry.actor());
        put(json, "role", entry.role());
        put(json, "action", entry.action());
        put(json, "result", entry.result());
        put(json, "subject", entry.subject());
        details(entry.details()).ifPresent(details -> json.put("details", details));
        put(json, "request_id", entry.requestId());
        json.put("calls", entry.calls());
        put(json, "previous", entry.previous());
        put(json, "hash", entry.hash());
        return json;
    }

    private static void put(JsonObject json, String name, String value) {
        if (!value.isEmpty()) {
            json.put(name, value);
        }
    }

    /** A table that was tampered with may hold anything. */
    private static Optional<JsonObject> details(String text) {
        try {
            return text.isEmpty() ? Optional.empty() : Optional.of(new JsonObject(text));
        } catch (DecodeException noObject) {
            return Optional.of(new JsonObject().put("unreadable", text));
        }
    }
}
