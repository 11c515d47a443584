package dev.rampgate.backoffice;

import dev.rampgate.ledger.Status;
import dev.rampgate.problem.Problem;
import dev.rampgate.problem.Problem.FieldError;
import dev.rampgate.problem.ProblemException;
import dev.rampgate.problem.ProblemType;
import dev.rampgate.wire.PrintableText;
import dev.rampgate.wire.Sha256;
import dev.rampgate.wire.TransactionIds;
import io.vertx.core.MultiMap;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Which transactions are asked for. Each filter takes several values, of which one must match; an empty one matches all.
 *
 * @param ids Proof's ids
 * @param references the company's own references
 * @param users the company's ids of users
 * @param statuses recorded statuses, as Proof spells them
 * @param types {@code buy} or {@code sell}
 * @param currencies in capitals
 * @param networks in capitals
 * @param reported statuses that a webhook claims and the ledger has not accepted
 * @param alarms what an operator must look into, of {@link #ALARMS}
 * @param settled {@code true} or {@code false}
 * @param from earliest creation, inclusive
 * @param to latest creation, exclusive
 */
public record SearchFilter(
        List<String> ids,
        List<String> references,
        List<String> users,
        List<String> statuses,
        List<String> types,
        List<String> currencies,
        List<String> networks,
        List<String> reported,
        List<String> alarms,
        List<String> settled,
        Instant from,
        Instant to) {

    /** The alarms that a record shows. */
    public static final List<String> ALARMS =
            List.of("completed_contradicted", "details_contradicted", "unknown_status", "amount_unreadable");

    /** Most values of one filter. */
    public static final int MOST_VALUES = 20;

    /** The longest window of creation. */
    public static final Duration LONGEST_WINDOW = Duration.ofDays(400);

    private static final Set<String> NAMES = Set.of(
            "id",
            "reference",
            "user_id",
            "status",
            "type",
            "currency",
            "network",
            "reported",
            "alarm",
            "settled",
            "created_from",
            "created_to");

    /** The names of all filters, and these. */
    static Set<String> namesAnd(String... others) {
        return Stream.concat(NAMES.stream(), Stream.of(others)).collect(Collectors.toUnmodifiableSet());
    }

    private static final int MAX_USER_ID = 256;
    private static final Pattern SYMBOL = Pattern.compile("[A-Za-z0-9._-]{1,64}");
    private static final int HASH_BYTES = 9;

    /** What bounds the rows that a search reads. */
    enum Anchor {
        ID,
        REFERENCE,
        USER,
        WINDOW
    }

    /** The strongest anchor that there is. The others still filter. */
    Anchor anchor() {
        if (!ids.isEmpty()) {
            return Anchor.ID;
        }
        if (!references.isEmpty()) {
            return Anchor.REFERENCE;
        }
        return users.isEmpty() ? Anchor.WINDOW : Anchor.USER;
    }

    /** The values of the anchor; none for a window. */
    List<String> anchorValues() {
        return switch (anchor()) {
            case ID -> ids;
            case REFERENCE -> references;
            case USER -> users;
            case WINDOW -> List.of();
        };
    }

    /** Says which list a cursor belongs to, without what was looked for. */
    String mark() {
        String text = Stream.of(
                        ids, references, users, statuses, types, currencies, networks, reported, alarms, settled)
                .map(values -> values.stream()
                        .map(value -> value.length() + ":" + value)
                        .collect(Collectors.joining(",")))
                .collect(Collectors.joining("|", "search ", "|" + from));
        byte[] hash = Arrays.copyOf(Sha256.of(text.getBytes(StandardCharsets.UTF_8)), HASH_BYTES);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(hash);
    }

    /**
     * Reads the parameters of a search.
     *
     * @param call the parameters by their names
     * @param others names of parameters that the call has beside the filters
     * @param now the end of a window that has none
     * @throws ProblemException 400 that names each parameter that is unknown, wrong or missing
     */
    public static SearchFilter of(MultiMap call, Set<String> others, Instant now) {
        List<FieldError> errors =
                new ArrayList<>(UnknownNames.ofParameters(call.names(), namesAnd(others.toArray(String[]::new))));
        List<String> statuses =
                Arrays.stream(Status.values()).map(Status::wireName).toList();
        Optional<Instant> from = time(call, "created_from", errors);
        Optional<Instant> to = time(call, "created_to", errors);
        SearchFilter filter = new SearchFilter(
                values(call, "id", TransactionIds::isPossible, TransactionIds.RULE, errors),
                values(call, "reference", PrintableText::isReference, "must be 1 to 128 printable characters", errors),
                values(
                        call,
                        "user_id",
                        text -> PrintableText.is(text, MAX_USER_ID),
                        "must be 1 to " + MAX_USER_ID + " printable characters",
                        errors),
                oneOf(call, "status", statuses, errors),
                oneOf(call, "type", List.of("buy", "sell"), errors),
                symbols(call, "currency", errors),
                symbols(call, "network", errors),
                oneOf(call, "reported", statuses, errors),
                oneOf(call, "alarm", ALARMS, errors),
                oneOf(call, "settled", List.of("true", "false"), errors),
                from.orElse(Instant.EPOCH),
                to.orElse(now.plus(Duration.ofDays(1))));
        filter.checkWindow(from, to, now, errors);
        if (!errors.isEmpty()) {
            throw new ProblemException(Problem.of(ProblemType.INVALID_REQUEST).withErrors(errors));
        }
        return filter;
    }

    private void checkWindow(Optional<Instant> begin, Optional<Instant> end, Instant now, List<FieldError> errors) {
        boolean wrong = errors.stream().anyMatch(error -> error.field().startsWith("created_"));
        if (wrong) {
            return;
        }
        if (begin.isPresent() && end.isPresent() && !begin.get().isBefore(end.get())) {
            errors.add(new FieldError("created_to", "must be later than created_from"));
            return;
        }
        if (anchor() != Anchor.WINDOW) {
            return;
        }
        if (begin.isEmpty()) {
            errors.add(new FieldError(
                    end.isPresent() ? "created_from" : "query",
                    "needs an anchor: id, reference, user_id, or a window of creation (created_from, and created_to if it"
                            + " does not end now)"));
        } else if (Duration.between(begin.get(), end.orElse(now)).compareTo(LONGEST_WINDOW) > 0) {
            errors.add(new FieldError(
                    "created_from",
                    "must be at most " + LONGEST_WINDOW.toDays() + " days before created_to, or before now"));
        }
    }

    private static Optional<Instant> time(MultiMap call, String name, List<FieldError> errors) {
        List<String> texts = call.getAll(name);
        if (texts.isEmpty()) {
            return Optional.empty();
        }
        Optional<Instant> time = texts.size() == 1 ? OperatorCall.time(texts.get(0)) : Optional.empty();
        if (time.isEmpty()) {
            errors.add(new FieldError(name, "must be one time such as 2026-05-02T08:00:00Z"));
        }
        return time;
    }

    private static List<String> symbols(MultiMap call, String name, List<FieldError> errors) {
        return values(
                        call,
                        name,
                        text -> SYMBOL.matcher(text).matches(),
                        "must be 1 to 64 letters, digits, dots, dashes or underscores",
                        errors)
                .stream()
                .map(text -> text.toUpperCase(Locale.ROOT))
                .toList();
    }

    private static List<String> oneOf(MultiMap call, String name, List<String> known, List<FieldError> errors) {
        return values(call, name, known::contains, "must be one of " + String.join(", ", known), errors);
    }

    private static List<String> values(
            MultiMap call, String name, Predicate<String> isRight, String rule, List<FieldError> errors) {
        List<String> values = call.getAll(name).stream().distinct().sorted().toList();
        if (values.size() > MOST_VALUES) {
            errors.add(new FieldError(name, "must be given at most " + MOST_VALUES + " times"));
        } else if (!values.stream().allMatch(isRight)) {
            errors.add(new FieldError(name, rule));
        }
        return values;
    }
}
