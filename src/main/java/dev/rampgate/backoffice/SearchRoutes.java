package dev.rampgate.backoffice;

import dev.rampgate.backoffice.TransactionSearch.Page;
import dev.rampgate.wire.AsciiNumber;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.InstantSource;
import java.util.List;
import java.util.regex.Pattern;

/** Searching and exporting transactions. */
@ApplicationScoped
class SearchRoutes implements OperatorRoutes {

    private static final int USUAL_LIMIT = 50;
    private static final int MOST = 200;
    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,4}");

    private final TransactionSearch search;
    private final TransactionExport export;
    private final InstantSource clock;

    SearchRoutes(TransactionSearch search, TransactionExport export, InstantSource clock) {
        this.search = search;
        this.export = export;
        this.clock = clock;
    }

    @Override
    public List<OperatorRoute> routes() {
        return List.of(
                OperatorRoute.reading(
                                "/operate/transactions", "list_transactions", Permission.READ_TRANSACTIONS, this::list)
                        .taking(SearchFilter.namesAnd("cursor", "limit"))
                        .audited(Audited.BEFORE_UNLESS_SERVICE),
                OperatorRoute.reading(
                                "/operate/transactions/export",
                                "export_transactions",
                                Permission.READ_TRANSACTIONS,
                                this::export)
                        .taking(SearchFilter.namesAnd("format")));
    }

    private Uni<OperatorAnswer> list(OperatorCall call) {
        SearchFilter filter =
                SearchFilter.of(call.routing().queryParams(), call.route().parameters(), clock.instant());
        int limit = limit(call);
        SearchCursor after = cursor(call, filter);
        return search.page(filter, after, limit).map(page -> OperatorAnswer.json(json(page, filter)));
    }

    private Uni<OperatorAnswer> export(OperatorCall call) {
        SearchFilter filter =
                SearchFilter.of(call.routing().queryParams(), call.route().parameters(), clock.instant());
        return export.stream(call, filter, ExportFormat.of(call));
    }

    private static JsonObject json(Page page, SearchFilter filter) {
        JsonObject json = new JsonObject().put("transactions", new JsonArray(page.transactions()));
        page.next().ifPresent(next -> json.put("next_cursor", next.encode(filter)));
        return json.put("scan_limited", page.scanLimited());
    }

    private static SearchCursor cursor(OperatorCall call, SearchFilter filter) {
        List<String> texts = call.query("cursor");
        if (texts.isEmpty()) {
            return SearchCursor.start(filter);
        }
        if (texts.size() > 1) {
            throw OperatorCall.invalid("cursor", "must be given once");
        }
        return SearchCursor.decode(texts.get(0), filter)
                .orElseThrow(() -> OperatorCall.invalid("cursor", "must be next_cursor of the same search"));
    }

    private static int limit(OperatorCall call) {
        List<String> texts = call.query("limit");
        if (texts.isEmpty()) {
            return USUAL_LIMIT;
        }
        boolean number = texts.size() == 1 && NUMBER.matcher(texts.get(0)).matches();
        int limit = number ? AsciiNumber.toInt(texts.get(0)) : 0;
        if (limit < 1 || limit > MOST) {
            throw OperatorCall.invalid("limit", "must be one number from 1 to " + MOST);
        }
        return limit;
    }
}
