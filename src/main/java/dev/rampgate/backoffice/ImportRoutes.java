package dev.rampgate.backoffice;

import dev.rampgate.books.drift.BreakStore;
import dev.rampgate.books.imports.ImportStore;
import dev.rampgate.books.imports.StatementImport;
import dev.rampgate.books.imports.StatementImport.Period;
import dev.rampgate.books.imports.StatementImport.Scope;
import dev.rampgate.ledger.Status;
import dev.rampgate.problem.Problem;
import dev.rampgate.problem.ProblemException;
import dev.rampgate.problem.ProblemType;
import io.smallrye.mutiny.Uni;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Imports of statements of Proof's, whose uploads are streamed, and withdrawing one that was wrong. */
@ApplicationScoped
class ImportRoutes implements OperatorRoutes {

    private static final int USUAL_LIMIT = 20;
    private static final List<String> STATUSES =
            Arrays.stream(Status.values()).map(Status::wireName).toList();

    private final ImportStore store;
    private final ImportUpload upload;
    private final BreakStore breaks;

    ImportRoutes(ImportStore store, ImportUpload upload, BreakStore breaks) {
        this.store = store;
        this.upload = upload;
        this.breaks = breaks;
    }

    @Override
    public List<OperatorRoute> routes() {
        return List.of(
                OperatorRoute.uploading("/operate/imports", "import_statement", Permission.RUN_BOOKS, this::upload)
                        .taking("from", "to", "covers"),
                OperatorRoute.reading("/operate/imports", "list_imports", Permission.READ_BREAKS, this::list)
                        .taking("after", "limit"),
                OperatorRoute.reading("/operate/imports/{id}", "read_import", Permission.READ_BREAKS, this::one),
                OperatorRoute.changing(
                        HttpMethod.POST,
                        "/operate/imports/{id}/withdraw",
                        "withdraw_import",
                        Permission.RUN_BOOKS,
                        this::withdraw));
    }

    private Uni<OperatorAnswer> upload(OperatorCall call) {
        Scope scope = new Scope(period(call), covers(call));
        HttpServerRequest request = call.routing().request();
        String type = Optional.ofNullable(request.getHeader("Content-Type")).orElse("");
        if (type.strip().toLowerCase(Locale.ROOT).startsWith("multipart/")) {
            throw new ProblemException(Problem.of(
                    ProblemType.UNSUPPORTED_MEDIA_TYPE,
                    "The body is the file itself, as curl sends it with -T or --data-binary, and no form"));
        }
        return upload.receive(request, request, call.actor(), () -> scope)
                .map(ImportRoutes::json)
                .map(OperatorAnswer::json);
    }

    private static Optional<Period> period(OperatorCall call) {
        Optional<Instant> from = time(call, "from");
        Optional<Instant> to = time(call, "to");
        if (from.isPresent() != to.isPresent()) {
            throw OperatorCall.invalid(from.isPresent() ? "to" : "from", "must be given, too");
        }
        return from.map(begin -> {
            if (!begin.isBefore(to.get())) {
                throw OperatorCall.invalid("to", "must be later than from");
            }
            return new Period(begin, to.get());
        });
    }

    private static Optional<Instant> time(OperatorCall call, String name) {
        return call.one(name).map(text -> OperatorCall.time(text)
                .orElseThrow(() -> OperatorCall.invalid(name, "must be a time such as 2026-05-02T08:00:00Z")));
    }

    private static List<String> covers(OperatorCall call) {
        List<String> covers = call.query("covers").stream().distinct().sorted().toList();
        if (!STATUSES.containsAll(covers)) {
            throw OperatorCall.invalid("covers", "must be one of " + String.join(", ", STATUSES));
        }
        return covers.isEmpty() ? List.of(Status.COMPLETED.wireName()) : covers;
    }

    private Uni<OperatorAnswer> list(OperatorCall call) {
        int limit = DriftRoutes.limit(call, USUAL_LIMIT, ImportStore.MOST_LISTED);
        return store.list(DriftRoutes.before(call), limit).map(imports -> {
            JsonArray all = new JsonArray();
            imports.forEach(one -> all.add(json(one)));
            JsonObject page = new JsonObject().put("imports", all);
            if (imports.size() == limit) {
                page.put("next", Long.toString(imports.get(limit - 1).id()));
            }
            return OperatorAnswer.json(page);
        });
    }

    private Uni<OperatorAnswer> one(OperatorCall call) {
        return store.one(DriftRoutes.id(call))
                .map(found -> found.orElseThrow(DriftRoutes::notFound))
                .map(found -> OperatorAnswer.json(json(found)));
    }

    /** The statement was a wrong one: what it has found is resolved, with the reason. */
    private Uni<OperatorAnswer> withdraw(OperatorCall call) {
        long id = DriftRoutes.id(call);
        String text = BreakRoutes.note(call);
        return store.one(id)
                .map(found -> found.orElseThrow(DriftRoutes::notFound))
                .chain(found -> {
                    if (found.endedAt() == null) {
                        throw new ProblemException(
                                Problem.of(ProblemType.CONFLICT, "It is compared at this time: wait until it is done"));
                    }
                    return breaks.withdraw(id, found.endedAt(), call.actor().name(), text)
                            .map(resolved -> OperatorAnswer.json(new JsonObject().put("resolved", resolved)));
                });
    }

    /** An import as callers see it. */
    static JsonObject json(StatementImport one) {
        JsonObject json = new JsonObject()
                .put("id", Long.toString(one.id()))
                .put("state", one.state().wireName())
                .put("imported_by", one.importedBy())
                .put("received_at", one.receivedAt().toString());
        if (one.endedAt() != null) {
            json.put("ended_at", one.endedAt().toString());
        }
        one.period().ifPresent(period -> json.put("from", period.from().toString())
                .put("to", period.to().toString())
                .put("covers", new JsonArray(one.covers())));
        return json.put("sha256", one.sha256())
                .put("bytes", one.bytes())
                .put("rows", one.rows())
                .put("compared", one.counts().compared())
                .put("agreed", one.counts().agreed())
                .put("differed", one.counts().differed())
                .put("missing_here", one.counts().missingHere())
                .put("missing_there", one.counts().missingThere());
    }
}
