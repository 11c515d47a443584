package dev.rampgate.backoffice;

import dev.rampgate.books.NoStatementException;
import dev.rampgate.books.Period;
import dev.rampgate.books.Statement;
import dev.rampgate.books.Statements;
import dev.rampgate.books.Statements.ClosedPeriod;
import io.smallrye.mutiny.Uni;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Statements of a month, and closing it. */
@ApplicationScoped
class StatementRoutes implements OperatorRoutes {

    private static final String TIME_RULE = "must be one time such as 2026-11-03T00:00:00Z";

    private final Statements statements;
    private final StatementTable table;
    private final StreamedAnswers answers;

    StatementRoutes(Statements statements, StatementTable table, StreamedAnswers answers) {
        this.statements = statements;
        this.table = table;
        this.answers = answers;
    }

    private enum Format {
        JSON,
        CSV
    }

    @Override
    public List<OperatorRoute> routes() {
        return List.of(
                OperatorRoute.reading(
                        "/operate/statements", "list_closed_periods", Permission.READ_STATEMENTS, this::closed),
                OperatorRoute.reading(
                                "/operate/statements/{period}",
                                "read_statement",
                                Permission.READ_STATEMENTS,
                                this::statement)
                        .taking("as_known_at", "format"),
                OperatorRoute.changing(
                        HttpMethod.POST,
                        "/operate/statements/{period}/close",
                        "close_period",
                        Permission.CLOSE_PERIODS,
                        this::close));
    }

    private Uni<OperatorAnswer> closed(OperatorCall call) {
        return statements.closed().map(closed -> {
            JsonArray periods = new JsonArray();
            closed.forEach(one -> periods.add(json(one)));
            return OperatorAnswer.json(new JsonObject().put("closed", periods));
        });
    }

    private static JsonObject json(ClosedPeriod closed) {
        return new JsonObject()
                .put("period", closed.period().toString())
                .put("as_known_at", closed.asKnownAt().toString())
                .put("closed_at", closed.closedAt().toString())
                .put("closed_by", closed.closedBy());
    }

    private Uni<OperatorAnswer> statement(OperatorCall call) {
        Format format = format(call);
        Period period = period(call);
        return statements
                .statement(period, asKnownAt(call))
                .onFailure(NoStatementException.class)
                .transform(StatementRefusal::of)
                .chain(statement -> stream(call, statement, format));
    }

    private Uni<OperatorAnswer> stream(OperatorCall call, Statement statement, Format format) {
        return format == Format.CSV
                ? table.stream(call, statement)
                : answers.stream(call, "application/json", Optional.empty(), statements.json(statement));
    }

    private Uni<OperatorAnswer> close(OperatorCall call) {
        Period period = period(call);
        JsonObject body = call.body("as_known_at");
        Optional<Instant> asKnownAt = body.getValue("as_known_at") == null
                ? Optional.empty()
                : Optional.of(OperatorCall.time(body, "as_known_at"));
        return statements
                .close(period, asKnownAt, call.actor().name())
                .onFailure(NoStatementException.class)
                .transform(StatementRefusal::of)
                .map(statement -> OperatorAnswer.json(new JsonObject()
                        .put("period", statement.period().toString())
                        .put("as_known_at", statement.asKnownAt().toString())));
    }

    private static Period period(OperatorCall call) {
        return Period.of(call.path("period"))
                .orElseThrow(() -> OperatorCall.invalid("period", "must be a month such as 2026-10"));
    }

    private static Optional<Instant> asKnownAt(OperatorCall call) {
        List<String> texts = call.query("as_known_at");
        if (texts.isEmpty()) {
            return Optional.empty();
        }
        Optional<Instant> time = texts.size() == 1 ? OperatorCall.time(texts.get(0)) : Optional.empty();
        if (time.isEmpty()) {
            throw OperatorCall.invalid("as_known_at", TIME_RULE);
        }
        return time;
    }

    private static Format format(OperatorCall call) {
        List<String> texts = call.query("format");
        for (Format format : Format.values()) {
            if (texts.isEmpty() || texts.equals(List.of(format.name().toLowerCase(Locale.ROOT)))) {
                return format;
            }
        }
        throw OperatorCall.invalid("format", "must be json or csv");
    }
}
