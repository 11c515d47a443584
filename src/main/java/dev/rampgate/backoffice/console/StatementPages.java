package dev.rampgate.backoffice.console;

import dev.rampgate.backoffice.OperatorCall;
import dev.rampgate.backoffice.Permission;
import dev.rampgate.backoffice.StatementRefusal;
import dev.rampgate.backoffice.StatementTable;
import dev.rampgate.books.NoStatementException;
import dev.rampgate.books.Period;
import dev.rampgate.books.Statement;
import dev.rampgate.books.Statements;
import dev.rampgate.books.Statements.ClosedPeriod;
import dev.rampgate.books.Statements.Sums;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Statements of a month: sums, what was corrected, a chart, the table to save, and closing it. */
@ApplicationScoped
class StatementPages implements ConsolePages {

    private static final String PATH = "statements";

    private final Statements statements;
    private final StatementTable table;
    private final InstantSource clock;

    StatementPages(Statements statements, StatementTable table, InstantSource clock) {
        this.statements = statements;
        this.table = table;
        this.clock = clock;
    }

    @Override
    public List<ConsolePage> pages() {
        return List.of(
                ConsolePage.reading(PATH, "read_statement", Permission.READ_STATEMENTS, this::page)
                        .listedAs("Statements", 60),
                ConsolePage.reading(PATH + "/csv", "read_statement", Permission.READ_STATEMENTS, this::csv),
                ConsolePage.changing(PATH + "/{period}/close", "close_period", Permission.CLOSE_PERIODS, this::close));
    }

    @Override
    public Map<String, String> notices() {
        return Map.of(
                "period_closed", "The month is closed. What becomes known later is a correction of the next month.");
    }

    private Uni<PageAnswer> page(PageCall call) {
        return statement(call).chain(statement -> Uni.combine()
                .all()
                .unis(statements.sums(statement), statements.closed())
                .asTuple()
                .map(read -> PageAnswer.of(page(call, statement, read.getItem1(), read.getItem2()))));
    }

    private StatementPage page(PageCall call, Statement statement, Sums sums, List<ClosedPeriod> closed) {
        Period period = statement.period();
        Instant now = clock.instant();
        Optional<ClosedPeriod> close = closed.stream()
                .filter(one -> !one.period().month().isBefore(period.month()))
                .min(Comparator.comparing(one -> one.period().month()));
        boolean canClose = close.isEmpty()
                && call.may(Permission.CLOSE_PERIODS)
                && !statement.asKnownAt().isBefore(period.to());
        return new StatementPage(
                call.frame("Statement " + period),
                period.toString(),
                period.previous().toString(),
                period.to().isAfter(now) ? "" : period.next().toString(),
                statement.asKnownAt().toString(),
                statement.position(),
                close.map(one -> one.asKnownAt().toString()).orElse(""),
                close.map(ClosedPeriod::closedBy).orElse(""),
                canClose,
                StatementRow.of(sums.month()),
                StatementRow.of(sums.corrections()),
                StatementRow.of(sums.laterCorrections()),
                StatementChart.of(period.toString(), sums.days()));
    }

    private Uni<PageAnswer> csv(PageCall call) {
        return statement(call)
                .chain(statement -> table.stream(call.call(), statement))
                .replaceWith(PageAnswer.WRITTEN);
    }

    private Uni<PageAnswer> close(PageCall call) {
        Period period = period(call.path("period"));
        Instant asKnownAt = time(call.form("as_known_at"))
                .orElseThrow(() -> OperatorCall.invalid("as_known_at", "must be the time of the statement"));
        if (call.form("checked").isEmpty()) {
            throw OperatorCall.invalid("checked", "must be ticked");
        }
        return statements
                .close(period, Optional.of(asKnownAt), call.actor().name())
                .onFailure(NoStatementException.class)
                .transform(StatementRefusal::of)
                .map(statement -> PageAnswer.redirect(PATH + "?period=" + period, "period_closed"));
    }

    private Uni<Statement> statement(PageCall call) {
        Period period = call.query("period")
                .filter(text -> !text.isEmpty())
                .map(StatementPages::period)
                .orElseGet(() -> Period.at(clock.instant()));
        return statements
                .statement(period, time(call.query("as_known_at")))
                .onFailure(NoStatementException.class)
                .transform(StatementRefusal::of);
    }

    private static Period period(String text) {
        return Period.of(text).orElseThrow(() -> OperatorCall.invalid("period", "must be a month such as 2026-10"));
    }

    private static Optional<Instant> time(Optional<String> text) {
        return text.map(String::strip).filter(spelled -> !spelled.isEmpty()).map(spelled -> OperatorCall.time(spelled)
                .orElseThrow(() -> OperatorCall.invalid("as_known_at", "must be a time such as 2026-11-03T00:00:00Z")));
    }
}
