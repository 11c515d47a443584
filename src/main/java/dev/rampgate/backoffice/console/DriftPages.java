package dev.rampgate.backoffice.console;

import dev.rampgate.backoffice.ImportUpload;
import dev.rampgate.backoffice.OperatorCall;
import dev.rampgate.backoffice.Permission;
import dev.rampgate.books.drift.Break;
import dev.rampgate.books.drift.BreakStore;
import dev.rampgate.books.drift.BreakStore.Filter;
import dev.rampgate.books.drift.BreakStore.NotedBreak;
import dev.rampgate.books.drift.DriftJob;
import dev.rampgate.books.drift.DriftRun;
import dev.rampgate.books.drift.DriftStore;
import dev.rampgate.books.drift.Source;
import dev.rampgate.books.imports.ImportStore;
import dev.rampgate.books.imports.StatementImport;
import dev.rampgate.books.imports.StatementImport.Period;
import dev.rampgate.books.imports.StatementImport.Scope;
import dev.rampgate.ledger.Status;
import dev.rampgate.problem.Problem;
import dev.rampgate.problem.ProblemException;
import dev.rampgate.problem.ProblemType;
import dev.rampgate.wire.AsciiNumber;
import dev.rampgate.wire.PrintableText;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** Drift runs with their progress, imported statements, and breaks with their explanations. */
@ApplicationScoped
class DriftPages implements ConsolePages {

    private static final int RUNS = 5;
    private static final int BREAKS = 50;
    private static final int LONGEST_TEXT = 1_000;
    private static final Pattern ID = Pattern.compile("[0-9]{1,18}");
    private static final Pattern DAY = Pattern.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}");
    private static final List<String> STATES = List.of("", "open", "explained", "alarming", "resolved");

    private final DriftStore runs;
    private final DriftJob job;
    private final ImportStore imports;
    private final ImportUpload upload;
    private final BreakStore breaks;
    private final InstantSource clock;

    DriftPages(
            DriftStore runs,
            DriftJob job,
            ImportStore imports,
            ImportUpload upload,
            BreakStore breaks,
            InstantSource clock) {
        this.runs = runs;
        this.job = job;
        this.imports = imports;
        this.upload = upload;
        this.breaks = breaks;
        this.clock = clock;
    }

    @Override
    public List<ConsolePage> pages() {
        return List.of(
                ConsolePage.reading("drift", "list_drift", Permission.READ_BREAKS, this::all)
                        .listedAs("Drift", 60),
                ConsolePage.changing("drift", "start_drift", Permission.RUN_BOOKS, this::start),
                ConsolePage.uploading("drift/import", "import_statement", Permission.RUN_BOOKS, this::upload),
                ConsolePage.changing("drift/{id}/cancel", "cancel_drift", Permission.RUN_BOOKS, this::cancel),
                ConsolePage.reading("breaks/{id}", "read_break", Permission.READ_BREAKS, this::one),
                ConsolePage.changing("breaks/{id}/explain", "explain_break", Permission.RUN_BOOKS, this::explain));
    }

    @Override
    public Map<String, String> notices() {
        return Map.of(
                "drift_started", "The run has started.",
                "drift_cancelled", "The run is cancelled. What it found stays.",
                "statement_imported", "The statement is received. Its rows are compared with the record.",
                "break_explained", "The explanation is added. The break no longer raises an alert.");
    }

    // --- reading

    private Uni<PageAnswer> all(PageCall call) {
        String state = call.query("state").filter(STATES::contains).orElse("");
        Optional<Long> after =
                call.query("after").filter(text -> ID.matcher(text).matches()).map(AsciiNumber::toLong);
        Filter filter = new Filter(
                Optional.of(state).filter(text -> !text.isEmpty()),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
        return runs.list(Optional.empty(), RUNS).chain(found -> imports.list(Optional.empty(), RUNS)
                .chain(imported -> breaks.page(filter, after, BREAKS)
                        .map(page -> PageAnswer.of(page(call, state, found, imported, page)))));
    }

    private DriftPage page(
            PageCall call, String state, List<DriftRun> found, List<StatementImport> imported, BreakStore.Page page) {
        Instant now = clock.instant();
        String more = page.next()
                .map(next -> "?after=" + next + (state.isEmpty() ? "" : "&state=" + state))
                .orElse("");
        return new DriftPage(
                call.frame("Drift"),
                found.stream().map(run -> run(run, now)).toList(),
                found.stream().anyMatch(DriftRun::isActive),
                call.may(Permission.RUN_BOOKS),
                imported.stream().map(DriftPages::imported).toList(),
                STATES.stream()
                        .map(choice -> new DriftPage.Choice(
                                "/operate/console/drift" + (choice.isEmpty() ? "" : "?state=" + choice),
                                choice.isEmpty() ? "all" : choice,
                                choice.equals(state)))
                        .toList(),
                state,
                page.breaks().stream().map(one -> row(one, now)).toList(),
                more);
    }

    private static DriftPage.Run run(DriftRun run, Instant now) {
        String progress =
                switch (run.state()) {
                    case COUNTING -> "counting: " + run.total() + " so far";
                    case POLLING ->
                        run.counts().done() + " of " + run.total()
                                + run.estimatedEnd(now)
                                        .map(end -> ", until about " + time(end) + " UTC")
                                        .orElse("");
                    case DONE, CANCELLED -> run.counts().done() + " of " + run.total();
                    case TOO_LARGE -> "more than " + run.total() + " transactions";
                };
        String tone =
                switch (run.state()) {
                    case COUNTING, POLLING -> "busy";
                    case DONE -> "good";
                    case CANCELLED -> "off";
                    case TOO_LARGE -> "bad";
                };
        return new DriftPage.Run(
                Long.toString(run.id()),
                time(run.createdFrom()) + " – " + time(run.createdTo()),
                run.startedBy(),
                run.state().wireName().replace('_', ' '),
                tone,
                run.isActive(),
                progress,
                run.counts().done(),
                Math.max(1, Math.max(run.total(), run.counts().done())),
                run.counts().differed(),
                run.counts().missing());
    }

    private static DriftPage.Imported imported(StatementImport one) {
        return new DriftPage.Imported(
                Long.toString(one.id()),
                time(one.receivedAt()),
                one.importedBy(),
                one.state().wireName(),
                one.rows(),
                one.counts().differed(),
                one.counts().missingHere(),
                one.counts().missingThere());
    }

    private static DriftPage.BreakRow row(Break one, Instant now) {
        String state = one.isAlarming(now)
                ? "alarming"
                : one.state().equals("open") && one.isTiming(now) ? "timing" : one.state();
        String tone =
                switch (state) {
                    case "alarming" -> "bad";
                    case "open", "timing" -> "wait";
                    case "explained" -> "busy";
                    default -> "good";
                };
        return new DriftPage.BreakRow(
                Long.toString(one.id()),
                one.transactionId(),
                CaseAddress.absolute(one.transactionId()),
                one.kind().wireName().replace('_', ' '),
                state,
                tone,
                side(one.here()),
                side(one.there()),
                Moment.lasting(one.age(now)));
    }

    private static String side(Break.Side side) {
        return side.status() == null
                ? "missing"
                : side.status()
                        + (side.cryptoAmount() == null ? "" : ", " + side.cryptoAmount())
                        + (side.fiatAmount() == null
                                ? ""
                                : ", " + side.fiatAmount()
                                        + (side.fiatCurrency() == null ? "" : " " + side.fiatCurrency()));
    }

    private static String time(Instant time) {
        return Moment.toTheMinute(time).text();
    }

    private Uni<PageAnswer> one(PageCall call) {
        return breaks.one(id(call))
                .map(found -> found.orElseThrow(DriftPages::notFound))
                .map(found -> PageAnswer.of(page(call, found)));
    }

    private BreakPage page(PageCall call, NotedBreak noted) {
        Instant now = clock.instant();
        Break one = noted.found();
        return new BreakPage(
                call.frame("Break " + one.id()),
                row(one, now),
                (one.source() == Source.POLL ? "run " : "import ") + one.sourceId(),
                time(one.foundAt()),
                time(one.seenAt()),
                one.resolvedAt() == null && one.isTiming(now) ? time(one.realFrom()) : "",
                List.of(side("Record", one.here()), side("Proof", one.there())),
                noted.notes().stream()
                        .map(note -> new BreakPage.Note(note.kind(), time(note.at()), note.actor(), note.text()))
                        .toList(),
                call.may(Permission.RUN_BOOKS));
    }

    private static BreakPage.Side side(String name, Break.Side side) {
        return new BreakPage.Side(
                name,
                side.status() == null ? "missing" : side.status(),
                orDash(side.cryptoAmount()),
                orDash(side.fiatAmount()),
                orDash(side.fiatCurrency()));
    }

    private static String orDash(String text) {
        return text == null ? "–" : text;
    }

    // --- acting

    private Uni<PageAnswer> start(PageCall call) {
        Instant from = day(call, "from");
        Instant to = dayAfter(call, "to");
        if (!from.isBefore(to)) {
            throw OperatorCall.invalid("to", "must not be before from");
        }
        return runs.start(from, to, call.actor().name()).map(started -> {
            if (started.isEmpty()) {
                throw new ProblemException(
                        Problem.of(ProblemType.CONFLICT, "A drift run is active: wait for its end, or cancel it"));
            }
            job.wake();
            return PageAnswer.redirect("drift", "drift_started");
        });
    }

    private Uni<PageAnswer> upload(PageCall call) {
        return call.file()
                .chain(file -> Uni.createFrom()
                        .deferred(() -> upload.receive(call.request(), file, call.actor(), () -> scope(call)))
                        .onFailure()
                        .invoke(file::discard))
                .replaceWith(PageAnswer.redirect("drift", "statement_imported"));
    }

    /** Without days the statement need not be complete. */
    private static Scope scope(PageCall call) {
        List<String> covers = List.of(Status.COMPLETED.wireName());
        if (call.form("from").isEmpty() && call.form("to").isEmpty()) {
            return new Scope(Optional.empty(), covers);
        }
        Period period = new Period(day(call, "from"), dayAfter(call, "to"));
        if (!period.from().isBefore(period.to())) {
            throw OperatorCall.invalid("to", "must not be before from");
        }
        return new Scope(Optional.of(period), covers);
    }

    private static Instant dayAfter(PageCall call, String name) {
        return day(call, name).plus(Duration.ofDays(1));
    }

    private static Instant day(PageCall call, String name) {
        String text = call.form(name).orElse("");
        try {
            if (DAY.matcher(text).matches()) {
                return Instant.parse(text + "T00:00:00Z");
            }
        } catch (DateTimeException noDay) {
            // reported below
        }
        throw OperatorCall.invalid(name, "must be a day such as 2026-10-01");
    }

    private Uni<PageAnswer> cancel(PageCall call) {
        return runs.cancel(id(call), call.actor().name()).map(cancelled -> {
            if (cancelled.isEmpty()) {
                throw new ProblemException(
                        Problem.of(ProblemType.CONFLICT, "There is no such run, or it has ended already"));
            }
            return PageAnswer.redirect("drift", "drift_cancelled");
        });
    }

    private Uni<PageAnswer> explain(PageCall call) {
        long id = id(call);
        String text = call.form("text").orElse("");
        if (!PrintableText.is(text, LONGEST_TEXT)) {
            throw OperatorCall.invalid("text", "must be 1 to " + LONGEST_TEXT + " printable characters in one line");
        }
        return breaks.explain(id, call.actor().name(), text).map(added -> {
            if (!added) {
                throw new ProblemException(Problem.of(
                        ProblemType.CONFLICT, "There is no such break, or it has as many notes as it may have"));
            }
            return PageAnswer.redirect("breaks/" + id, "break_explained");
        });
    }

    private static long id(PageCall call) {
        String text = call.path("id");
        if (!ID.matcher(text).matches()) {
            throw notFound();
        }
        return AsciiNumber.toLong(text);
    }

    private static ProblemException notFound() {
        return new ProblemException(Problem.of(ProblemType.NOT_FOUND));
    }
}
