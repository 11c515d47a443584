package dev.rampgate.backoffice.console;

import dev.rampgate.backoffice.Cases;
import dev.rampgate.backoffice.OperatorCall;
import dev.rampgate.backoffice.Permission;
import dev.rampgate.backoffice.SearchCursor;
import dev.rampgate.backoffice.SearchFilter;
import dev.rampgate.backoffice.TransactionSearch;
import dev.rampgate.backoffice.TransactionSearch.Page;
import dev.rampgate.backoffice.console.SearchPage.Row;
import dev.rampgate.problem.Problem.FieldError;
import dev.rampgate.problem.ProblemException;
import dev.rampgate.problem.ProblemType;
import dev.rampgate.wire.TransactionIds;
import io.smallrye.mutiny.Uni;
import io.vertx.core.MultiMap;
import io.vertx.core.json.JsonObject;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Searching transactions. The form is sent by POST and leads to an address in which the search is encrypted, so that no log and no history has a
 * reference or a user in it. Filters that say nothing of a person may stand in an address, for links.
 */
@ApplicationScoped
class SearchPages implements ConsolePages {

    private static final int LIMIT = 50;

    /** Most characters of a search, so that its address is below what servers take. */
    private static final int MOST = 1_500;

    private static final String SEALED = "s";
    private static final String FIND = "find";
    private static final String WITHIN = "within";
    private static final String CURSOR = "cursor";

    /** Fields with several values, separated by spaces or commas. */
    private static final List<String> WORDS = List.of("id", "currency", "network");

    /** Fields with a value a line. */
    private static final List<String> LINES = List.of("reference", "user_id");

    private static final List<String> TIMES = List.of("created_from", "created_to");

    /** Filters that say nothing of a person. */
    private static final List<String> CHOICES = List.of("status", "reported", "alarm", "type", "settled");

    private static final Map<String, Duration> WINDOWS = Map.of(
            "1h", Duration.ofHours(1),
            "24h", Duration.ofHours(24),
            "7d", Duration.ofDays(7),
            "30d", Duration.ofDays(30),
            "400d", SearchFilter.LONGEST_WINDOW);

    /** What may stand before a number in a reference. */
    private static final List<String> PREFIXES = List.of("order-", "order_", "order ", "order", "#");

    /** Words of a sentence that are tried. */
    private static final int MOST_WORDS = 2;

    private static final String USUAL_WINDOW = "7d";
    private static final Pattern LOCAL_TIME = Pattern.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}");

    private final TransactionSearch search;
    private final Cases cases;
    private final Figures figures;
    private final InstantSource clock;

    SearchPages(TransactionSearch search, Cases cases, Figures figures, InstantSource clock) {
        this.search = search;
        this.cases = cases;
        this.figures = figures;
        this.clock = clock;
    }

    @Override
    public List<ConsolePage> pages() {
        return List.of(
                ConsolePage.reading("search", "list_transactions", Permission.READ_TRANSACTIONS, this::show)
                        .listedAs("Search", 20),
                ConsolePage.asking("search", "list_transactions", Permission.READ_TRANSACTIONS, this::submit),
                ConsolePage.asking("find", "list_transactions", Permission.READ_TRANSACTIONS, this::find));
    }

    // --- one field for what an e-mail says

    private Uni<PageAnswer> find(PageCall call) {
        String text = call.form(FIND).orElse("");
        if (text.isEmpty()) {
            return Uni.createFrom().item(PageAnswer.redirect("search"));
        }
        if (text.length() > MOST) {
            return invalid(call, MultiMap.caseInsensitiveMultiMap(), List.of(new FieldError(FIND, "is too long")));
        }
        return found(text)
                .map(page -> page.transactions().size() == 1 && page.next().isEmpty() && call.may(Permission.READ_CASES)
                        ? PageAnswer.redirect(
                                CaseAddress.of(id(page.transactions().get(0))))
                        : PageAnswer.redirect(
                                "search?s=" + SealedText.seal(FormText.encode(only(FIND, text)), call.session())));
    }

    /** By Proof's id, else by reference, else by user: the first that finds something. */
    private Uni<Page> found(String text) {
        List<MultiMap> tries = new ArrayList<>();
        if (TransactionIds.isPossible(text)) {
            tries.add(only("id", text));
        }
        MultiMap references = MultiMap.caseInsensitiveMultiMap();
        spellings(text).forEach(spelling -> references.add("reference", spelling));
        tries.add(references);
        tries.add(only("user_id", text));
        return first(tries, 0);
    }

    private Uni<Page> first(List<MultiMap> tries, int index) {
        return attempt(tries.get(index))
                .chain(page -> page.transactions().isEmpty() && index + 1 < tries.size()
                        ? first(tries, index + 1)
                        : Uni.createFrom().item(page));
    }

    /** A text that can be no value of its field finds nothing. */
    private Uni<Page> attempt(MultiMap parameters) {
        try {
            SearchFilter filter = SearchFilter.of(parameters, Set.of(), clock.instant());
            return search.page(filter, SearchCursor.start(filter), LIMIT);
        } catch (ProblemException noValue) {
            return Uni.createFrom().item(new Page(List.of(), Optional.empty(), false));
        }
    }

    /** How a reference may be spelled that a user calls so: as it is, its last word, and joined in the usual ways. */
    static Set<String> spellings(String text) {
        Set<String> spellings = new LinkedHashSet<>();
        spellings.add(text);
        String[] words = text.split("[\\s#:]+");
        List<String> parts = Stream.of(words).filter(word -> !word.isEmpty()).toList();
        if (parts.isEmpty()) {
            return spellings;
        }
        // A whole sentence, such as "order 4711, nothing arrived": what has a digit is what can name an order.
        parts.stream()
                .map(word -> word.replaceAll("^[^\\p{L}\\p{N}]+|[^\\p{L}\\p{N}]+$", ""))
                .filter(word -> word.chars().anyMatch(Character::isDigit))
                .limit(MOST_WORDS)
                .forEach(word -> {
                    spellings.add(word);
                    if (parts.size() > 2) {
                        PREFIXES.forEach(prefix -> spellings.add(prefix + word));
                    }
                });
        String last = parts.get(parts.size() - 1);
        spellings.add(last);
        for (String joint : List.of("-", "_", " ", "", "/", "#")) {
            spellings.add(String.join(joint, parts));
        }
        if (parts.size() == 1) {
            PREFIXES.forEach(prefix -> spellings.add(prefix + last));
        }
        Set<String> both = new LinkedHashSet<>(spellings);
        spellings.forEach(spelling -> both.add(spelling.toLowerCase(java.util.Locale.ROOT)));
        return both.stream()
                .limit(SearchFilter.MOST_VALUES)
                .collect(java.util.stream.Collectors.toCollection(LinkedHashSet::new));
    }

    // --- all filters

    private Uni<PageAnswer> submit(PageCall call) {
        MultiMap parameters = MultiMap.caseInsensitiveMultiMap();
        WORDS.forEach(name -> add(parameters, name, call, text -> Stream.of(text.split("[\\s,]+"))));
        LINES.forEach(name -> add(parameters, name, call, String::lines));
        CHOICES.forEach(name -> call.call().form(name).stream()
                .filter(value -> !value.isEmpty())
                .forEach(value -> parameters.add(name, value)));
        TIMES.forEach(name -> call.form(name)
                .ifPresent(text -> parameters.add(name, LOCAL_TIME.matcher(text).matches() ? text + ":00Z" : text)));
        String within = call.form(WITHIN).orElse("");
        boolean anchored = Stream.of("id", "reference", "user_id", "created_from", "created_to")
                .anyMatch(parameters::contains);
        if (!anchored || WINDOWS.containsKey(within) && !parameters.contains("created_from")) {
            parameters.set("created_from", since(within).toString());
        }
        String encoded = FormText.encode(parameters);
        try {
            SearchFilter.of(parameters, Set.of(), clock.instant());
        } catch (ProblemException refused) {
            return invalid(call, parameters, refused.problem().errors());
        }
        if (encoded.length() > MOST) {
            return invalid(
                    call,
                    parameters,
                    List.of(new FieldError("This search", "is too long; look for fewer values at once")));
        }
        return Uni.createFrom().item(PageAnswer.redirect("search?s=" + SealedText.seal(encoded, call.session())));
    }

    private Instant since(String within) {
        return clock.instant()
                .minus(WINDOWS.getOrDefault(within, WINDOWS.get(USUAL_WINDOW)))
                .truncatedTo(ChronoUnit.MINUTES);
    }

    private static void add(
            MultiMap parameters, String name, PageCall call, Function<String, Stream<String>> separated) {
        call.form(name).stream()
                .flatMap(separated)
                .map(String::strip)
                .filter(value -> !value.isEmpty())
                .forEach(value -> parameters.add(name, value));
    }

    private Uni<PageAnswer> invalid(PageCall call, MultiMap parameters, List<FieldError> errors) {
        call.call().routing().response().setStatusCode(ProblemType.INVALID_REQUEST.status());
        return Uni.createFrom().item(PageAnswer.of(SearchPage.refused(call.frame("Search"), form(parameters), errors)));
    }

    // --- the result

    private Uni<PageAnswer> show(PageCall call) {
        Optional<String> sealed = call.query(SEALED);
        if (sealed.isPresent()) {
            MultiMap parameters = SealedText.open(sealed.get(), call.session())
                    .map(FormText::decode)
                    .orElseThrow(() -> new ProblemException(
                            ProblemType.NOT_FOUND,
                            "The address of a search works only with the token that made it. Please search again"));
            return parameters.contains(FIND) ? findings(call, parameters.get(FIND)) : result(call, parameters);
        }
        MultiMap parameters = MultiMap.caseInsensitiveMultiMap();
        CHOICES.forEach(name -> call.call().query(name).forEach(value -> parameters.add(name, value)));
        Optional<String> within = call.query(WITHIN);
        if (parameters.isEmpty() && within.isEmpty()) {
            return Uni.createFrom().item(PageAnswer.of(SearchPage.empty(call.frame("Search"), form(parameters))));
        }
        parameters.set("created_from", since(within.orElse("")).toString());
        return result(call, parameters);
    }

    private Uni<PageAnswer> findings(PageCall call, String text) {
        return found(text).map(page -> {
            SearchPage answer = SearchPage.found(
                    call.frame("Search"),
                    form(only(FIND, text)),
                    rows(call, page),
                    "",
                    page.next().isPresent() ? "There are more: use the filters below." : "");
            return PageAnswer.of(
                    page.transactions().isEmpty() ? answer.withAnswer(cases.tellAboutNoOrder(), trouble()) : answer);
        });
    }

    /** Why a user's order may be missing: its session could not be opened. */
    private String trouble() {
        if (figures.gauge("rampgate.session.brakes") > 0) {
            return "An operator has stopped sessions: orders may be refused before they are opened.";
        }
        boolean refused = figures.isOn("rampgate.proof.refusing", "channel", "poll")
                || figures.isOn("rampgate.proof.breaker.open", "call", "session");
        return refused ? "Proof opens no sessions at the moment: orders fail before they are opened." : "";
    }

    private Uni<PageAnswer> result(PageCall call, MultiMap parameters) {
        SearchFilter filter = SearchFilter.of(parameters, Set.of(CURSOR), clock.instant());
        String cursor = parameters.get(CURSOR);
        SearchCursor after = cursor == null
                ? SearchCursor.start(filter)
                : SearchCursor.decode(cursor, filter)
                        .orElseThrow(() -> OperatorCall.invalid(CURSOR, "must be of the same search"));
        return search.page(filter, after, LIMIT)
                .map(page -> PageAnswer.of(SearchPage.found(
                        call.frame("Search"),
                        form(parameters),
                        rows(call, page),
                        next(call, parameters, filter, page),
                        page.scanLimited()
                                ? "10,000 transactions were looked at. Go on to look at older ones, or narrow the search."
                                : "")));
    }

    private static String next(PageCall call, MultiMap parameters, SearchFilter filter, Page page) {
        return page.next()
                .map(cursor -> {
                    MultiMap following = MultiMap.caseInsensitiveMultiMap().addAll(parameters);
                    following.set(CURSOR, cursor.encode(filter));
                    return ConsoleRoutes.ROOT + "search?s="
                            + SealedText.seal(FormText.encode(following), call.session());
                })
                .orElse("");
    }

    private static List<Row> rows(PageCall call, Page page) {
        boolean opens = call.may(Permission.READ_CASES);
        return page.transactions().stream()
                .map(transaction -> Row.of(transaction, opens))
                .toList();
    }

    private static String id(JsonObject transaction) {
        return transaction.getString("merchant_transaction_id");
    }

    private static SearchPage.Form form(MultiMap parameters) {
        return new SearchPage.Form(
                parameters.contains(FIND) ? parameters.get(FIND) : "",
                String.join(" ", parameters.getAll("id")),
                String.join("\n", parameters.getAll("reference")),
                String.join("\n", parameters.getAll("user_id")),
                String.join(" ", parameters.getAll("currency")),
                String.join(" ", parameters.getAll("network")),
                local(parameters.get("created_from")),
                local(parameters.get("created_to")),
                options(List.of("pending", "processing", "completed", "failed", "cancelled"), parameters, "status"),
                options(List.of("pending", "processing", "completed", "failed", "cancelled"), parameters, "reported"),
                options(SearchFilter.ALARMS, parameters, "alarm"),
                options(List.of("buy", "sell"), parameters, "type"),
                options(List.of("true", "false"), parameters, "settled"));
    }

    private static List<SearchPage.Option> options(List<String> values, MultiMap parameters, String name) {
        return values.stream()
                .map(value -> new SearchPage.Option(
                        value, value.replace('_', ' '), parameters.getAll(name).contains(value)))
                .toList();
    }

    private static String local(String time) {
        return time == null || time.length() < 16 ? "" : time.substring(0, 16);
    }

    // --- searches as text

    private static MultiMap only(String name, String value) {
        return MultiMap.caseInsensitiveMultiMap().add(name, value);
    }
}
