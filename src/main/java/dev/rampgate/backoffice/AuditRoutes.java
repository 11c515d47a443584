package dev.rampgate.backoffice;

import dev.rampgate.backoffice.audit.AuditKeys;
import dev.rampgate.backoffice.audit.AuditStore;
import dev.rampgate.backoffice.audit.AuditStore.Filter;
import dev.rampgate.backoffice.audit.AuditStore.Page;
import dev.rampgate.backoffice.audit.AuditStore.Place;
import dev.rampgate.backoffice.audit.ChainHead;
import dev.rampgate.backoffice.audit.LinkedEntry;
import dev.rampgate.wire.AsciiNumber;
import dev.rampgate.wire.CsvLine;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Reading the audit. */
@ApplicationScoped
class AuditRoutes implements OperatorRoutes {

    private static final int USUAL_LIMIT = 100;
    private static final int LONGEST = 128;
    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,4}");
    private static final Pattern PLACE = Pattern.compile("([0-9]{1,12})\\.([0-9]{1,6})/([0-9]{1,18})");
    private static final Instant LATEST = Instant.parse("9999-12-31T00:00:00Z");
    private static final Set<String> PARAMETERS =
            Set.of("actor", "action", "about", "from", "to", "after", "limit", "format");

    /** The fields of an entry in the order of an export's columns. */
    private static final List<String> FIELDS = List.of(
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

    private final AuditStore store;
    private final AuditKeys keys;

    AuditRoutes(AuditStore store, AuditKeys keys) {
        this.store = store;
        this.keys = keys;
    }

    @Override
    public List<OperatorRoute> routes() {
        return List.of(OperatorRoute.reading("/operate/audit", "read_audit", Permission.READ_AUDIT, this::read));
    }

    private Uni<OperatorAnswer> read(OperatorCall call) {
        Set<String> unknown = new TreeSet<>(call.queryNames());
        unknown.removeAll(PARAMETERS);
        if (!unknown.isEmpty()) {
            throw OperatorCall.invalid("query", "must not have other parameters than " + new TreeSet<>(PARAMETERS));
        }
        Filter filter = new Filter(
                one(call, "actor"),
                one(call, "action"),
                one(call, "about").map(this::names).orElse(List.of()),
                time(call, "from").orElse(Instant.EPOCH),
                time(call, "to").orElse(LATEST));
        Optional<Place> after = one(call, "after").map(AuditRoutes::place);
        int limit = limit(call);
        boolean csv = isCsv(call);
        return store.head().chain(head -> store.page(filter, after, limit)
                .map(page -> csv ? lines(call, page) : OperatorAnswer.json(json(head, page))));
    }

    private List<String> names(String about) {
        List<String> names = new ArrayList<>(keys.hashes(about));
        names.add(about);
        return names;
    }

    private static JsonObject json(ChainHead head, Page page) {
        JsonArray entries = new JsonArray();
        page.entries().forEach(entry -> entries.add(json(entry)));
        JsonObject json = new JsonObject()
                .put("head", new JsonObject().put("position", head.position()).put("hash", head.hash()))
                .put("entries", entries);
        page.next().ifPresent(next -> json.put("next", cursor(next)));
        return json;
    }

    private static JsonObject json(LinkedEntry entry) {
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

    private static OperatorAnswer lines(OperatorCall call, Page page) {
        page.next().ifPresent(next -> call.routing().response().putHeader("Rampgate-Next", cursor(next)));
        call.routing().response().putHeader("Content-Disposition", "attachment; filename=\"audit.csv\"");
        return new OperatorAnswer(
                "text/csv; charset=utf-8; header=present",
                page.entries().stream()
                        .map(entry -> CsvLine.of(json(entry), FIELDS))
                        .collect(Collectors.joining("", CsvLine.header(FIELDS), "")));
    }

    // --- parameters

    private static Optional<String> one(OperatorCall call, String name) {
        List<String> values = call.query(name);
        if (values.size() > 1) {
            throw OperatorCall.invalid(name, "must be given once");
        }
        Optional<String> value = values.stream().findFirst();
        if (value.filter(text -> text.isEmpty() || text.length() > LONGEST || text.indexOf('\0') >= 0)
                .isPresent()) {
            throw OperatorCall.invalid(name, "must have 1 to " + LONGEST + " characters");
        }
        return value;
    }

    private static Optional<Instant> time(OperatorCall call, String name) {
        return one(call, name).map(text -> OperatorCall.time(text)
                .orElseThrow(() -> OperatorCall.invalid(name, "must be a time such as 2026-05-02T08:00:00Z")));
    }

    private static int limit(OperatorCall call) {
        Optional<String> text = one(call, "limit");
        int limit = text.filter(value -> NUMBER.matcher(value).matches())
                .map(AsciiNumber::toInt)
                .orElse(text.isEmpty() ? USUAL_LIMIT : 0);
        if (limit < 1 || limit > AuditStore.MOST_LISTED) {
            throw OperatorCall.invalid("limit", "must be a number from 1 to " + AuditStore.MOST_LISTED);
        }
        return limit;
    }

    private static boolean isCsv(OperatorCall call) {
        String format = one(call, "format").orElse("json");
        if (!format.equals("csv") && !format.equals("json")) {
            throw OperatorCall.invalid("format", "must be json or csv");
        }
        return format.equals("csv");
    }

    private static String cursor(Place place) {
        String text = place.at().getEpochSecond() + "." + place.at().getNano() / 1_000 + "/" + place.number();
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private static Place place(String cursor) {
        try {
            Matcher place = PLACE.matcher(new String(Base64.getUrlDecoder().decode(cursor), StandardCharsets.UTF_8));
            if (place.matches()) {
                Instant at = Instant.ofEpochSecond(AsciiNumber.toLong(place.group(1)))
                        .plus(AsciiNumber.toLong(place.group(2)), ChronoUnit.MICROS);
                if (at.isBefore(LATEST)) {
                    return new Place(at, AsciiNumber.toLong(place.group(3)));
                }
            }
        } catch (IllegalArgumentException noBase64) {
            // reported below
        }
        throw OperatorCall.invalid("after", "must be next of an earlier page");
    }
}
