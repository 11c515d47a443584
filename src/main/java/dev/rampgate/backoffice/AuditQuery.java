package dev.rampgate.backoffice;

import dev.rampgate.backoffice.audit.AuditKeys;
import dev.rampgate.backoffice.audit.AuditStore.Filter;
import dev.rampgate.backoffice.audit.AuditStore.Place;
import dev.rampgate.problem.ProblemException;
import dev.rampgate.wire.AsciiNumber;
import io.vertx.core.MultiMap;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Reads which entries of the audit a call asks for. */
@ApplicationScoped
public class AuditQuery {

    private static final int LONGEST = 128;
    private static final Pattern PLACE = Pattern.compile("([0-9]{1,12})\\.([0-9]{1,6})/([0-9]{1,18})");
    private static final Instant LATEST = Instant.parse("9999-12-31T00:00:00Z");
    private static final Set<String> FILTERS = Set.of("actor", "action", "about", "from", "to");

    private final AuditKeys keys;

    AuditQuery(AuditKeys keys) {
        this.keys = keys;
    }

    /** The names of all filters, and these. */
    static Set<String> filtersAnd(String... others) {
        return Stream.concat(FILTERS.stream(), Stream.of(others)).collect(Collectors.toUnmodifiableSet());
    }

    /**
     * The filter of some parameters.
     *
     * @param beside further parameters that the call may have
     * @throws ProblemException 400 if there is another parameter, or one cannot be used
     */
    public Filter filter(MultiMap parameters, Set<String> beside) {
        UnknownNames.refuseParameters(parameters.names(), filtersAnd(beside.toArray(String[]::new)));
        return new Filter(
                one(parameters, "actor"),
                one(parameters, "action"),
                one(parameters, "about").map(this::names).orElse(List.of()),
                time(parameters, "from").orElse(Instant.EPOCH),
                time(parameters, "to").orElse(LATEST));
    }

    /** As it may stand in an entry: as it is, and as each key hashes it. */
    private List<String> names(String about) {
        List<String> names = new ArrayList<>(keys.hashes(about));
        names.add(about);
        return names;
    }

    /**
     * A parameter that may be given once.
     *
     * @throws ProblemException 400 if it is given more often, is empty or too long
     */
    static Optional<String> one(MultiMap parameters, String name) {
        List<String> values = parameters.getAll(name);
        if (values.size() > 1) {
            throw OperatorCall.invalid(name, "must be given once");
        }
        Optional<String> value = values.stream().findFirst();
        if (value.filter(text -> text.isEmpty() || text.length() > LONGEST || text.indexOf('\0') >= 0)
                .isPresent()) {
            throw OperatorCall.invalid(name, "must have 1 to " + LONGEST + " characters");
        }
        return value;
    }

    private static Optional<Instant> time(MultiMap parameters, String name) {
        return one(parameters, name).map(text -> OperatorCall.time(text)
                .orElseThrow(() -> OperatorCall.invalid(name, "must be a time such as 2026-05-02T08:00:00Z")));
    }

    /** A place as callers get it. */
    public static String cursor(Place place) {
        String text = place.at().getEpochSecond() + "." + place.at().getNano() / 1_000 + "/" + place.number();
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Where a page begins, in the parameter {@code after}; empty for the first page.
     *
     * @throws ProblemException 400 if it is no {@link #cursor}
     */
    public static Optional<Place> after(MultiMap parameters) {
        return one(parameters, "after").map(AuditQuery::place);
    }

    private static Place place(String cursor) {
        try {
            Matcher place = PLACE.matcher(new String(Base64.getUrlDecoder().decode(cursor), StandardCharsets.UTF_8));
            if (place.matches()) {
                Instant at = Instant.ofEpochSecond(AsciiNumber.toLong(place.group(1)))
                        .plus(AsciiNumber.toLong(place.group(2)), ChronoUnit.MICROS);
                if (at.isBefore(LATEST)) {
                    return new Place(at, AsciiNumber.toLong(place.group(3)));
                }
            }
        } catch (IllegalArgumentException noBase64) {
            // reported below
        }
        throw OperatorCall.invalid("after", "must be next of an earlier page");
    }
}
