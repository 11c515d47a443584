package dev.rampgate.backoffice;

import dev.rampgate.books.drift.DriftJob;
import dev.rampgate.books.drift.DriftRun;
import dev.rampgate.books.drift.DriftStore;
import dev.rampgate.problem.Problem;
import dev.rampgate.problem.ProblemException;
import dev.rampgate.problem.ProblemType;
import dev.rampgate.wire.AsciiNumber;
import io.smallrye.mutiny.Uni;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Drift runs: starting one over a window of creation, how far it is, and ending it. */
@ApplicationScoped
class DriftRoutes implements OperatorRoutes {

    private static final int USUAL_LIMIT = 20;
    private static final Pattern ID = Pattern.compile("[0-9]{1,18}");

    private final DriftStore store;
    private final DriftJob job;
    private final InstantSource clock;

    DriftRoutes(DriftStore store, DriftJob job, InstantSource clock) {
        this.store = store;
        this.job = job;
        this.clock = clock;
    }

    @Override
    public List<OperatorRoute> routes() {
        return List.of(
                OperatorRoute.changing(
                        HttpMethod.POST, "/operate/drift", "start_drift", Permission.RUN_BOOKS, this::start),
                OperatorRoute.changing(
                        HttpMethod.POST,
                        "/operate/drift/{id}/cancel",
                        "cancel_drift",
                        Permission.RUN_BOOKS,
                        this::cancel),
                OperatorRoute.reading("/operate/drift", "list_drift", Permission.READ_BREAKS, this::list)
                        .taking("after", "limit"),
                OperatorRoute.reading("/operate/drift/{id}", "read_drift", Permission.READ_BREAKS, this::one));
    }

    private Uni<OperatorAnswer> start(OperatorCall call) {
        JsonObject window = call.body("from", "to");
        Instant from = OperatorCall.time(window, "from");
        Instant to = OperatorCall.time(window, "to");
        if (!from.isBefore(to)) {
            throw OperatorCall.invalid("to", "must be later than from");
        }
        return store.start(from, to, call.actor().name())
                .map(started -> started.orElseThrow(() -> new ProblemException(
                        Problem.of(ProblemType.CONFLICT, "A drift run is active: wait for its end, or cancel it"))))
                .invoke(job::wake)
                .map(run -> OperatorAnswer.json(json(run, clock.instant())));
    }

    private Uni<OperatorAnswer> cancel(OperatorCall call) {
        long id = id(call);
        return store.one(id).chain(known -> {
            if (known.isEmpty()) {
                throw notFound();
            }
            return store.cancel(id, call.actor().name())
                    .map(cancelled -> cancelled.orElseThrow(
                            () -> new ProblemException(Problem.of(ProblemType.CONFLICT, "The run has ended already"))))
                    .map(run -> OperatorAnswer.json(json(run, clock.instant())));
        });
    }

    private Uni<OperatorAnswer> list(OperatorCall call) {
        int limit = limit(call, USUAL_LIMIT, DriftStore.MOST_LISTED);
        return store.list(before(call), limit).map(runs -> {
            JsonArray all = new JsonArray();
            runs.forEach(run -> all.add(json(run, clock.instant())));
            JsonObject page = new JsonObject().put("runs", all);
            if (runs.size() == limit) {
                page.put("next", Long.toString(runs.get(limit - 1).id()));
            }
            return OperatorAnswer.json(page);
        });
    }

    private Uni<OperatorAnswer> one(OperatorCall call) {
        return store.one(id(call))
                .map(found -> found.orElseThrow(DriftRoutes::notFound))
                .map(run -> OperatorAnswer.json(json(run, clock.instant())));
    }

    /** A run as callers see it. */
    static JsonObject json(DriftRun run, Instant now) {
        JsonObject json = new JsonObject()
                .put("id", Long.toString(run.id()))
                .put("state", run.state().wireName())
                .put("from", run.createdFrom().toString())
                .put("to", run.createdTo().toString())
                .put("started_by", run.startedBy())
                .put("started_at", run.startedAt().toString());
        if (run.endedAt() != null) {
            json.put("ended_at", run.endedAt().toString());
        }
        if (run.cancelledBy() != null) {
            json.put("cancelled_by", run.cancelledBy());
        }
        json.put("total", run.total())
                .put("done", run.counts().done())
                .put("agreed", run.counts().agreed())
                .put("differed", run.counts().differed())
                .put("missing", run.counts().missing())
                .put("unanswered", run.counts().unanswered())
                .put("rate_per_second", Math.round(run.rate(now) * 100) / 100.0);
        run.estimatedEnd(now).ifPresent(end -> json.put("estimated_end", end.toString()));
        return json;
    }

    // --- for the routes of breaks and imports, too

    static ProblemException notFound() {
        return new ProblemException(Problem.of(ProblemType.NOT_FOUND));
    }

    /** The id in the path. */
    static long id(OperatorCall call) {
        String text = call.path("id");
        if (!ID.matcher(text).matches()) {
            throw notFound();
        }
        return AsciiNumber.toLong(text);
    }

    /** The id before which a page begins. */
    static Optional<Long> before(OperatorCall call) {
        return call.one("after").map(text -> {
            if (!ID.matcher(text).matches()) {
                throw OperatorCall.invalid("after", "must be next of an earlier page");
            }
            return AsciiNumber.toLong(text);
        });
    }

    static int limit(OperatorCall call, int usual, int most) {
        int limit = call.one("limit")
                .map(text -> text.matches("[0-9]{1,4}") ? AsciiNumber.toInt(text) : 0)
                .orElse(usual);
        if (limit < 1 || limit > most) {
            throw OperatorCall.invalid("limit", "must be a number from 1 to " + most);
        }
        return limit;
    }
}
