package dev.rampgate.books;

import dev.rampgate.books.Line.Kind;
import dev.rampgate.books.Line.Section;
import dev.rampgate.books.StatementReader.Change;
import dev.rampgate.books.StatementReader.ChangeCursor;
import dev.rampgate.books.StatementReader.Changes;
import dev.rampgate.books.StatementReader.ItemCursor;
import dev.rampgate.books.StatementReader.Items;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

/**
 * Statements of a month, as known at a time. What is asked for once is answered with the same bytes for ever: what was known at a time is settled when it is
 * first asked for, and amount revisions are only added. A statement of any size needs the memory of one page.
 */
@ApplicationScoped
public class Statements {

    /** Before all that Proof can have reported. */
    private static final Instant EVER = Instant.parse("0001-01-01T00:00:00Z");

    private final StatementStore store;
    private final StatementReader reader;

    Statements(StatementStore store, StatementReader reader) {
        this.store = store;
        this.reader = reader;
    }

    /**
     * The statement of a month.
     *
     * @param asKnownAt what became known later is not in it; none for the time at which the month was closed, or for now if it is not closed
     * @return fails with {@link NoStatementException} if there is none
     */
    public Uni<Statement> statement(Period period, Optional<Instant> asKnownAt) {
        return store.statement(period, asKnownAt);
    }

    /**
     * Closes a month: what becomes known about it later is a correction, which the next month lists. Months before it that are not closed are closed with it.
     *
     * @param asKnownAt none for now
     * @param actor the name of who does it
     * @return its statement; fails with {@link NoStatementException} if it cannot be closed so
     */
    public Uni<Statement> close(Period period, Optional<Instant> asKnownAt, String actor) {
        return store.close(period, asKnownAt, actor);
    }

    /**
     * A month that is closed.
     *
     * @param asKnownAt what became known later is a correction
     * @param closedAt when it was closed
     * @param closedBy the actor's name
     */
    public record ClosedPeriod(Period period, Instant asKnownAt, Instant closedAt, String closedBy) {}

    /** Months that were closed, the latest first. */
    public Uni<List<ClosedPeriod>> closed() {
        return store.closed().map(closed -> closed.stream()
                .map(one -> new ClosedPeriod(one.period(), one.asKnownAt(), one.closedAt(), one.closedBy()))
                .toList());
    }

    /** The statement as a JSON object with sums by day and for the month, and with each correction; in parts. */
    public Multi<String> json(Statement statement) {
        StatementJson json = new StatementJson();
        return Multi.createBy()
                .concatenating()
                .streams(
                        part(() -> json.head(statement)),
                        days(statement).map(json::day),
                        part(json::afterDays),
                        corrections(statement).map(json::corrections),
                        part(json::afterCorrections),
                        part(json::laterHead),
                        laterCorrections(statement).map(json::corrections),
                        part(json::end))
                .filter(text -> !text.isEmpty());
    }

    /** The statement as a table (RFC 4180) with a line for each item and each correction, safe for spreadsheets; in parts. */
    public Multi<String> csv(Statement statement) {
        return Multi.createBy()
                .concatenating()
                .streams(
                        part(StatementCsv::header),
                        items(statement).map(StatementCsv::lines),
                        corrections(statement).map(StatementCsv::lines),
                        laterCorrections(statement).map(StatementCsv::lines))
                .filter(text -> !text.isEmpty());
    }

    /**
     * The sums of a statement.
     *
     * @param days of its items, by day
     * @param month of its items, for the whole month
     * @param corrections of earlier months, by month
     * @param laterCorrections of this month, after it was closed
     */
    public record Sums(List<Sum> days, List<Sum> month, List<Sum> corrections, List<Sum> laterCorrections) {}

    /** Adds up the statement. */
    public Uni<Sums> sums(Statement statement) {
        SumsByGroup month = new SumsByGroup();
        SumsByGroup corrected = new SumsByGroup();
        SumsByGroup later = new SumsByGroup();
        List<Sum> days = new ArrayList<>();
        return days(statement)
                .invoke(day -> {
                    days.addAll(day);
                    day.forEach(month::add);
                })
                .collect()
                .last()
                .chain(() -> corrections(statement)
                        .invoke(lines -> lines.forEach(line -> corrected.add(Sum.of(line))))
                        .collect()
                        .last())
                .chain(() -> laterCorrections(statement)
                        .invoke(lines -> lines.forEach(line -> later.add(Sum.of(line))))
                        .collect()
                        .last())
                .map(done -> new Sums(days, month.list(), corrected.list(), later.list()));
    }

    private static Multi<String> part(Supplier<String> text) {
        return Multi.createFrom().item(text);
    }

    private Multi<List<Sum>> days(Statement statement) {
        return Multi.createFrom()
                .iterable(statement.period().days())
                .onItem()
                .transformToUniAndConcatenate(day -> reader.day(day, statement.bookedUntil()));
    }

    private Multi<List<Line>> items(Statement statement) {
        Period period = statement.period();
        AtomicReference<Uni<Items>> next =
                new AtomicReference<>(reader.items(period, ItemCursor.start(period), statement.bookedUntil()));
        return Multi.createBy()
                .repeating()
                .uni(() -> next.get().invoke(page -> page.next()
                        .ifPresent(cursor -> next.set(ahead(reader.items(period, cursor, statement.bookedUntil()))))))
                .whilst(page -> page.next().isPresent())
                .map(Statements::booked);
    }

    /** The database reads a page while the one before is written. */
    private static Uni<Items> ahead(Uni<Items> page) {
        Uni<Items> begun = page.memoize().indefinitely();
        begun.subscribe().with(read -> {}, failure -> {});
        return begun;
    }

    private static List<Line> booked(Items items) {
        return items.entries().stream()
                .map(entry -> new Line(Section.ITEM, Kind.BOOKED, entry))
                .toList();
    }

    /** What became known about earlier months since the month before was closed. */
    private Multi<List<Line>> corrections(Statement statement) {
        return statement.hasCorrections()
                ? changes(
                        Section.CORRECTION,
                        statement.correctedSince(),
                        statement.bookedUntil(),
                        EVER,
                        statement.period().from())
                : Multi.createFrom().empty();
    }

    /** What became known about this month since it was closed. */
    private Multi<List<Line>> laterCorrections(Statement statement) {
        return statement.hasLaterCorrections()
                ? changes(
                        Section.LATER_CORRECTION,
                        statement.bookedUntil(),
                        statement.asKnownAt(),
                        statement.period().from(),
                        statement.period().to())
                : Multi.createFrom().empty();
    }

    private Multi<List<Line>> changes(Section section, Instant since, Instant until, Instant from, Instant to) {
        AtomicReference<ChangeCursor> next = new AtomicReference<>(ChangeCursor.after(since));
        return Multi.createBy()
                .repeating()
                .uni(() -> reader.changes(next.get(), since, until, from, to)
                        .invoke(page -> next.set(page.next().orElse(null))))
                .whilst(page -> page.next().isPresent())
                .map(page -> lines(section, page));
    }

    private static List<Line> lines(Section section, Changes page) {
        List<Line> lines = new ArrayList<>();
        for (Change change : page.changes()) {
            if (change.before() != null) {
                lines.add(new Line(section, Kind.REVOKED, change.before()));
            }
            if (change.after() != null) {
                lines.add(new Line(section, change.replacement() ? Kind.REPLACEMENT : Kind.LATE, change.after()));
            }
        }
        return lines;
    }
}
