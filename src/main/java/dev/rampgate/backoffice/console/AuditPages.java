package dev.rampgate.backoffice.console;

import dev.rampgate.backoffice.AuditExport;
import dev.rampgate.backoffice.AuditQuery;
import dev.rampgate.backoffice.ExportFormat;
import dev.rampgate.backoffice.OperatorRoute;
import dev.rampgate.backoffice.OperatorRouter;
import dev.rampgate.backoffice.Permission;
import dev.rampgate.backoffice.audit.AuditEntry;
import dev.rampgate.backoffice.audit.AuditSequencer;
import dev.rampgate.backoffice.audit.AuditStore;
import dev.rampgate.backoffice.audit.AuditStore.Filter;
import dev.rampgate.backoffice.audit.AuditStore.Look;
import dev.rampgate.backoffice.audit.AuditStore.Page;
import dev.rampgate.backoffice.audit.LinkedEntry;
import dev.rampgate.problem.ProblemException;
import dev.rampgate.problem.ProblemType;
import io.smallrye.mutiny.Uni;
import io.vertx.core.MultiMap;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Instance;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The audit: who did or read what, and whether the chain is whole as far as a page can see. Filters may name a user or a person, so they are
 * sent by POST and lead to an address in which they are encrypted.
 */
@ApplicationScoped
class AuditPages implements ConsolePages {

    private static final String PATH = "audit";
    private static final String SEALED = "s";
    private static final String AFTER = "after";
    private static final String TRANSACTION = "transaction";
    private static final List<String> FILTERS = List.of("about", "actor", "action", "from", "to");
    private static final int LIMIT = 50;
    private static final int MOST_VALUES = 6;

    /** An entry that waits for less is not late, even if clocks differ. */
    private static final Duration LATE = Duration.ofMinutes(1);

    /** Entries are linked within a second, so the entry about this very page is never linked yet. */
    private static final Duration SOON = Duration.ofSeconds(2);

    private static final Pattern LOCAL_TIME = Pattern.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}");
    private static final Pattern HASH = Pattern.compile("[0-9a-f]{8}:[0-9a-f]{32}");
    private static final int SHOWN_HASH = 17;

    private final AuditStore store;
    private final AuditSequencer sequencer;
    private final AuditQuery query;
    private final AuditExport export;
    private final Instance<OperatorRouter> router;
    private final InstantSource clock;

    AuditPages(
            AuditStore store,
            AuditSequencer sequencer,
            AuditQuery query,
            AuditExport export,
            Instance<OperatorRouter> router,
            InstantSource clock) {
        this.store = store;
        this.sequencer = sequencer;
        this.query = query;
        this.export = export;
        this.router = router;
        this.clock = clock;
    }

    @Override
    public List<ConsolePage> pages() {
        return List.of(
                ConsolePage.reading(PATH, "read_audit", Permission.READ_AUDIT, this::show)
                        .listedAs("Audit", 80),
                ConsolePage.asking(PATH, "read_audit", Permission.READ_AUDIT, this::submit),
                ConsolePage.reading(PATH + "/export", "export_audit", Permission.READ_AUDIT, this::save));
    }

    // --- filters

    private Uni<PageAnswer> submit(PageCall call) {
        MultiMap parameters = MultiMap.caseInsensitiveMultiMap();
        FILTERS.forEach(name -> call.form(name).ifPresent(text -> parameters.add(name, time(text))));
        try {
            query.filter(parameters, Set.of());
        } catch (ProblemException refused) {
            call.call().routing().response().setStatusCode(ProblemType.INVALID_REQUEST.status());
            List<String> errors = refused.problem().errors().stream()
                    .map(error -> error.field() + " " + error.detail())
                    .toList();
            return store.look()
                    .map(look ->
                            PageAnswer.of(page(call, parameters, look, new Page(List.of(), Optional.empty()), errors)));
        }
        return Uni.createFrom()
                .item(PageAnswer.redirect(parameters.isEmpty() ? PATH : address(call, PATH, parameters)));
    }

    /** As a browser's field spells it: to the minute, in UTC. */
    private static String time(String text) {
        return LOCAL_TIME.matcher(text).matches() ? text + ":00Z" : text;
    }

    private static String address(PageCall call, String path, MultiMap parameters) {
        return path + "?" + SEALED + "=" + SealedText.seal(FormText.encode(parameters), call.session());
    }

    /** The filters of an address; a transaction's id is no secret, so that its case can lead here. */
    private static MultiMap parameters(PageCall call) {
        Optional<String> sealed = call.query(SEALED);
        if (sealed.isPresent()) {
            return SealedText.open(sealed.get(), call.session())
                    .map(FormText::decode)
                    .orElseThrow(() -> new ProblemException(
                            ProblemType.NOT_FOUND,
                            "The address of a search works only with the token that made it. Please search again"));
        }
        MultiMap parameters = MultiMap.caseInsensitiveMultiMap();
        call.query(TRANSACTION).ifPresent(id -> parameters.add("about", id));
        return parameters;
    }

    // --- entries

    private Uni<PageAnswer> show(PageCall call) {
        MultiMap parameters = parameters(call);
        Filter filter = query.filter(parameters, Set.of(AFTER));
        return store.look().chain(look -> store.page(filter, AuditQuery.after(parameters), LIMIT)
                .map(page -> PageAnswer.of(page(call, parameters, look, page, List.of()))));
    }

    private Uni<PageAnswer> save(PageCall call) {
        MultiMap parameters = parameters(call);
        parameters.remove(AFTER);
        return export.stream(call.call(), query.filter(parameters, Set.of()), ExportFormat.of(call.call()))
                .replaceWith(PageAnswer.WRITTEN);
    }

    private AuditPage page(PageCall call, MultiMap parameters, Look look, Page page, List<String> errors) {
        Set<String> actions = new TreeSet<>();
        Set<String> ofCases = new TreeSet<>();
        for (OperatorRoute route : router.get().routes()) {
            actions.add(route.action());
            if (route.path().contains("/transactions/{id}")) {
                ofCases.add(route.action());
            }
        }
        Predicate<LinkedEntry> opens = entry -> call.may(Permission.READ_CASES) && ofCases.contains(entry.action());
        String saved = errors.isEmpty()
                ? ConsoleRoutes.ROOT
                        + (parameters.isEmpty()
                                ? PATH + "/export?format="
                                : address(call, PATH + "/export", without(parameters, AFTER)) + "&format=")
                : "";
        return new AuditPage(
                call.frame("Audit"),
                chain(look, page, clock.instant()),
                form(parameters),
                errors,
                page.entries().stream().map(entry -> row(entry, opens)).toList(),
                page.next()
                        .map(place -> ConsoleRoutes.ROOT
                                + address(call, PATH, without(parameters, AFTER).add(AFTER, AuditQuery.cursor(place))))
                        .orElse(""),
                saved.isEmpty() ? "" : saved + "csv",
                saved.isEmpty() ? "" : saved + "ndjson",
                List.copyOf(actions));
    }

    private static MultiMap without(MultiMap parameters, String name) {
        return MultiMap.caseInsensitiveMultiMap().addAll(parameters).remove(name);
    }

    private static AuditPage.Form form(MultiMap parameters) {
        return new AuditPage.Form(
                text(parameters, "about"),
                text(parameters, "actor"),
                text(parameters, "action"),
                local(parameters, "from"),
                local(parameters, "to"));
    }

    private static String text(MultiMap parameters, String name) {
        return parameters.contains(name) ? parameters.get(name) : "";
    }

    private static String local(MultiMap parameters, String name) {
        String time = text(parameters, name);
        return time.length() < 16 ? "" : time.substring(0, 16);
    }

    private AuditPage.Chain chain(Look look, Page page, Instant now) {
        Duration waiting = look.oldestUnlinked() == null ? Duration.ZERO : Duration.between(look.oldestUnlinked(), now);
        boolean intact = page.entries().stream().allMatch(LinkedEntry::isIntact);
        String kept = look.head().position() == look.anchor().position()
                ? "none yet"
                : look.anchor().position() + 1 + " to " + look.head().position();
        String state;
        String tone;
        String meaning;
        if (!intact) {
            tone = "bad";
            state = "changed";
            meaning =
                    "An entry on this page was changed after it was linked: its hash does not fit. Keep the database as it is, and run"
                            + " --verify-audit with a head from your log or metrics.";
        } else if (sequencer.hasFoundAnotherChain()) {
            tone = "bad";
            state = "another chain";
            meaning =
                    "This replica knew a head that is not in the chain any more. After a restore that lost commits this is expected; otherwise"
                            + " run --verify-audit with a head from your log or metrics.";
        } else if (waiting.compareTo(LATE) > 0) {
            tone = "wait";
            state = "late";
            meaning = "Entries wait to be linked. Until then, changes to them would go unnoticed.";
        } else {
            tone = "good";
            state = "linked";
            meaning =
                    "The entries on this page have the correct hashes. To check the whole chain, run --verify-audit with a head"
                            + " from your log or metrics.";
        }
        return new AuditPage.Chain(
                tone,
                state,
                meaning,
                look.head().toString(),
                kept,
                look.oldestUnlinked() == null
                        ? "nothing"
                        : waiting.compareTo(SOON) < 0 ? "the latest" : "since " + Moment.lasting(waiting));
    }

    private static AuditPage.Row row(LinkedEntry entry, Predicate<LinkedEntry> opens) {
        boolean allowed =
                entry.result().equals(AuditEntry.DONE) || entry.result().equals(AuditEntry.BEGUN);
        boolean hashed = HASH.matcher(entry.subject()).matches();
        String unknown = allowed ? "Rampgate" : "unknown";
        return new AuditPage.Row(
                Moment.of(entry.at()),
                entry.actor().isEmpty() ? unknown : entry.actor(),
                entry.role(),
                entry.action().replace('_', ' '),
                entry.result().equals(AuditEntry.BEGUN) ? "" : entry.result().replace('_', ' '),
                allowed ? "good" : "bad",
                entry.calls() > 1 ? entry.calls() + " calls" : "",
                hashed ? shortened(entry.subject()) : entry.subject(),
                !hashed && !entry.subject().isEmpty() && opens.test(entry) ? CaseAddress.absolute(entry.subject()) : "",
                details(entry.details()),
                entry.requestId(),
                entry.position() == 0 ? "–" : Long.toString(entry.position()),
                entry.isIntact());
    }

    /** A table that was tampered with may hold anything. */
    private static List<AuditPage.Detail> details(String text) {
        if (text.isEmpty()) {
            return List.of();
        }
        try {
            return new JsonObject(text)
                    .stream()
                            .map(field ->
                                    new AuditPage.Detail(field.getKey().replace('_', ' '), value(field.getValue())))
                            .toList();
        } catch (DecodeException noObject) {
            return List.of(new AuditPage.Detail("unreadable", text));
        }
    }

    private static String value(Object value) {
        if (value instanceof JsonArray values) {
            String more = values.size() > MOST_VALUES ? " and " + (values.size() - MOST_VALUES) + " more" : "";
            return values.stream()
                    .limit(MOST_VALUES)
                    .map(one -> shortened(String.valueOf(one)))
                    .collect(Collectors.joining(", ", "", more));
        }
        return shortened(String.valueOf(value));
    }

    /** A hash by its begin: exports have all of it. */
    private static String shortened(String text) {
        return HASH.matcher(text).matches() ? text.substring(0, SHOWN_HASH) + "…" : text;
    }
}
