package dev.rampgate.backoffice;

import dev.rampgate.books.drift.Break;
import dev.rampgate.books.drift.BreakKind;
import dev.rampgate.books.drift.BreakStore;
import dev.rampgate.books.drift.BreakStore.Filter;
import dev.rampgate.books.drift.BreakStore.NotedBreak;
import dev.rampgate.books.drift.Source;
import dev.rampgate.problem.Problem;
import dev.rampgate.problem.ProblemException;
import dev.rampgate.problem.ProblemType;
import dev.rampgate.wire.AsciiNumber;
import dev.rampgate.wire.PrintableText;
import dev.rampgate.wire.TransactionIds;
import io.smallrye.mutiny.Uni;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/** Breaks: what Proof and the record say differently, and what actors say about it. */
@ApplicationScoped
class BreakRoutes implements OperatorRoutes {

    private static final int USUAL_LIMIT = 100;
    private static final int MOST = 500;
    private static final int LONGEST_TEXT = 1_000;
    private static final List<String> STATES = List.of("open", "explained", "alarming", "resolved");

    private final BreakStore store;
    private final InstantSource clock;

    BreakRoutes(BreakStore store, InstantSource clock) {
        this.store = store;
        this.clock = clock;
    }

    @Override
    public List<OperatorRoute> routes() {
        return List.of(
                OperatorRoute.reading("/operate/breaks", "list_breaks", Permission.READ_BREAKS, this::list)
                        .taking("state", "kind", "run", "import", "transaction", "after", "limit"),
                OperatorRoute.reading("/operate/breaks/{id}", "read_break", Permission.READ_BREAKS, this::one),
                OperatorRoute.changing(
                        HttpMethod.POST,
                        "/operate/breaks/{id}/explain",
                        "explain_break",
                        Permission.RUN_BOOKS,
                        this::explain));
    }

    private Uni<OperatorAnswer> list(OperatorCall call) {
        Filter filter = filter(call);
        int limit = DriftRoutes.limit(call, USUAL_LIMIT, MOST);
        return store.page(filter, DriftRoutes.before(call), limit).map(page -> {
            JsonArray breaks = new JsonArray();
            page.breaks().forEach(one -> breaks.add(json(one, clock.instant())));
            JsonObject json = new JsonObject().put("breaks", breaks);
            page.next().ifPresent(next -> json.put("next", Long.toString(next)));
            return OperatorAnswer.json(json);
        });
    }

    static Filter filter(OperatorCall call) {
        Optional<String> state = call.one("state");
        state.filter(text -> !STATES.contains(text)).ifPresent(wrong -> {
            throw OperatorCall.invalid("state", "must be one of " + String.join(", ", STATES));
        });
        Optional<BreakKind> kind = call.one("kind").map(text -> BreakKind.of(text)
                .orElseThrow(() ->
                        OperatorCall.invalid("kind", "must be one of missing_here, missing_there, status, amount")));
        Optional<String> transaction = call.one("transaction");
        transaction.filter(id -> !TransactionIds.isPossible(id)).ifPresent(wrong -> {
            throw OperatorCall.invalid("transaction", TransactionIds.RULE);
        });
        Optional<Long> run = number(call, "run");
        Optional<Long> statement = number(call, "import");
        if (run.isPresent() && statement.isPresent()) {
            throw OperatorCall.invalid("import", "must not be given with run");
        }
        Optional<Source> source = run.isPresent()
                ? Optional.of(Source.POLL)
                : statement.isPresent() ? Optional.of(Source.STATEMENT) : Optional.empty();
        return new Filter(state, kind, source, run.or(() -> statement), transaction);
    }

    private static Optional<Long> number(OperatorCall call, String name) {
        return call.one(name).map(text -> {
            if (!text.matches("[0-9]{1,18}")) {
                throw OperatorCall.invalid(name, "must be the id of a run or an import");
            }
            return AsciiNumber.toLong(text);
        });
    }

    private Uni<OperatorAnswer> one(OperatorCall call) {
        return read(DriftRoutes.id(call));
    }

    private Uni<OperatorAnswer> explain(OperatorCall call) {
        long id = DriftRoutes.id(call);
        String text = note(call);
        return store.one(id).chain(known -> {
            if (known.isEmpty()) {
                throw DriftRoutes.notFound();
            }
            return store.explain(id, call.actor().name(), text).chain(added -> {
                if (!added) {
                    throw new ProblemException(
                            Problem.of(ProblemType.CONFLICT, "This break has as many notes as a break may have"));
                }
                return read(id);
            });
        });
    }

    /** What the body says for the notes of breaks. */
    static String note(OperatorCall call) {
        String text = OperatorCall.text(call.body("text"), "text");
        if (!PrintableText.is(text, LONGEST_TEXT)) {
            throw OperatorCall.invalid("text", "must be 1 to " + LONGEST_TEXT + " printable characters in one line");
        }
        return text;
    }

    private Uni<OperatorAnswer> read(long id) {
        return store.one(id)
                .map(found -> found.orElseThrow(DriftRoutes::notFound))
                .map(found -> OperatorAnswer.json(json(found, clock.instant())));
    }

    private static JsonObject json(NotedBreak noted, Instant now) {
        JsonArray notes = new JsonArray();
        noted.notes()
                .forEach(note -> notes.add(new JsonObject()
                        .put("kind", note.kind())
                        .put("at", note.at().toString())
                        .put("actor", note.actor())
                        .put("text", note.text())));
        return json(noted.found(), now).put("notes", notes);
    }

    /** A break as callers see it. */
    static JsonObject json(Break one, Instant now) {
        JsonObject json = new JsonObject()
                .put("id", Long.toString(one.id()))
                .put("transaction_id", one.transactionId())
                .put("kind", one.kind().wireName())
                .put("state", one.state())
                .put("timing", one.resolvedAt() == null && one.isTiming(now))
                .put("alarming", one.isAlarming(now))
                .put("age_seconds", one.age(now).toSeconds())
                .put(one.source() == Source.POLL ? "run" : "import", Long.toString(one.sourceId()))
                .put("found_at", one.foundAt().toString())
                .put("seen_at", one.seenAt().toString())
                .put("real_from", one.realFrom().toString());
        put(json, "explained_at", one.explainedAt());
        put(json, "resolved_at", one.resolvedAt());
        put(json, "here", side(one.here()));
        JsonObject there = side(one.there());
        if (there != null) {
            put(there, "updated_at", one.thereUpdatedAt());
        }
        put(json, "there", there);
        return json;
    }

    /** Null if that side does not have the transaction. */
    private static JsonObject side(Break.Side side) {
        if (side.status() == null) {
            return null;
        }
        JsonObject json = new JsonObject().put("status", side.status());
        put(json, "crypto_amount", side.cryptoAmount());
        put(json, "fiat_amount", side.fiatAmount());
        put(json, "fiat_currency", side.fiatCurrency());
        return json;
    }

    private static void put(JsonObject json, String field, Object value) {
        if (value != null) {
            json.put(field, value instanceof Instant time ? time.toString() : value);
        }
    }
}
