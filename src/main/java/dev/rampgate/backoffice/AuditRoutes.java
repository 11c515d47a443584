package dev.rampgate.backoffice;

import dev.rampgate.backoffice.audit.AuditStore;
import dev.rampgate.backoffice.audit.AuditStore.Filter;
import dev.rampgate.backoffice.audit.AuditStore.Page;
import dev.rampgate.backoffice.audit.AuditStore.Place;
import dev.rampgate.backoffice.audit.ChainHead;
import dev.rampgate.wire.AsciiNumber;
import io.smallrye.mutiny.Uni;
import io.vertx.core.MultiMap;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Reading and exporting the audit. */
@ApplicationScoped
class AuditRoutes implements OperatorRoutes {

    private static final int USUAL_LIMIT = 100;
    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,4}");

    private final AuditStore store;
    private final AuditQuery query;
    private final AuditExport export;

    AuditRoutes(AuditStore store, AuditQuery query, AuditExport export) {
        this.store = store;
        this.query = query;
        this.export = export;
    }

    @Override
    public List<OperatorRoute> routes() {
        return List.of(
                OperatorRoute.reading("/operate/audit", "read_audit", Permission.READ_AUDIT, this::read)
                        .taking(AuditQuery.filtersAnd("after", "limit", "format")),
                OperatorRoute.reading("/operate/audit/export", "export_audit", Permission.READ_AUDIT, this::export)
                        .taking(AuditQuery.filtersAnd("format")));
    }

    private Uni<OperatorAnswer> read(OperatorCall call) {
        MultiMap parameters = call.routing().queryParams();
        Filter filter = query.filter(parameters, call.route().parameters());
        Optional<Place> after = AuditQuery.after(parameters);
        int limit = limit(parameters);
        boolean csv = isCsv(parameters);
        return store.head().chain(head -> store.page(filter, after, limit)
                .map(page -> csv ? lines(call, page) : OperatorAnswer.json(json(head, page))));
    }

    private Uni<OperatorAnswer> export(OperatorCall call) {
        return export.stream(
                call, query.filter(call.routing().queryParams(), call.route().parameters()), ExportFormat.of(call));
    }

    private static JsonObject json(ChainHead head, Page page) {
        JsonArray entries = new JsonArray();
        page.entries().forEach(entry -> entries.add(AuditJson.of(entry)));
        JsonObject json = new JsonObject()
                .put("head", new JsonObject().put("position", head.position()).put("hash", head.hash()))
                .put("entries", entries);
        page.next().ifPresent(next -> json.put("next", AuditQuery.cursor(next)));
        return json;
    }

    private static OperatorAnswer lines(OperatorCall call, Page page) {
        page.next().ifPresent(next -> call.routing().response().putHeader("Rampgate-Next", AuditQuery.cursor(next)));
        call.routing().response().putHeader("Content-Disposition", "attachment; filename=\"audit.csv\"");
        ExportFormat csv = ExportFormat.CSV;
        return new OperatorAnswer(
                csv.mediaType(),
                page.entries().stream()
                        .map(entry -> csv.line(AuditJson.of(entry), AuditJson.FIELDS))
                        .collect(Collectors.joining("", csv.header(AuditJson.FIELDS), "")));
    }

    // --- parameters

    private static int limit(MultiMap parameters) {
        Optional<String> text = AuditQuery.one(parameters, "limit");
        int limit = text.filter(value -> NUMBER.matcher(value).matches())
                .map(AsciiNumber::toInt)
                .orElse(text.isEmpty() ? USUAL_LIMIT : 0);
        if (limit < 1 || limit > AuditStore.MOST_LISTED) {
            throw OperatorCall.invalid("limit", "must be a number from 1 to " + AuditStore.MOST_LISTED);
        }
        return limit;
    }

    private static boolean isCsv(MultiMap parameters) {
        String format = AuditQuery.one(parameters, "format").orElse("json");
        if (!format.equals("csv") && !format.equals("json")) {
            throw OperatorCall.invalid("format", "must be json or csv");
        }
        return format.equals("csv");
    }
}
