package dev.rampgate.backoffice;

import io.quarkus.runtime.Startup;
import io.quarkus.runtime.configuration.ConfigurationException;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a case says in words. The texts are in {@value #RESOURCE}; a company replaces some or all of them by a file of its own,
 * {@code rampgate.operate.case-texts}. A file with an unknown key or an unknown placeholder fails the start.
 *
 * <p>A text says {@code {amount}} where a value goes. Of what stands in {@code [one|another]}, the first part whose values are all known is
 * written, or nothing, so that a text reads well before there are amounts.
 */
@Startup
@Singleton
final class CaseTexts {

    static final String RESOURCE = "dev/rampgate/backoffice/case-texts.properties";

    /** The text that goes to Proof, whatever the situation. */
    static final String FOR_PROOF = "for_proof";

    /** What parked deliveries mean, whatever the situation. */
    static final String PARKED = "deliveries_parked";

    /** What to tell a user whose order is not found. */
    static final String NO_ORDER = "no_order";

    /** Stands for a value that is not known, outside of brackets. */
    static final String UNKNOWN = "unknown";

    /** What a text may name. */
    static final Set<String> PLACEHOLDERS = Set.of(
            "id",
            "reference",
            "type",
            "status",
            "confirmed",
            "reported",
            "polled",
            "unknown_status",
            "attempt",
            "amount",
            "requested_amount",
            "currency",
            "network",
            "fiat",
            "address",
            "created",
            "since",
            "next_poll",
            "last_poll",
            "failures",
            "missing_since",
            "timeline",
            "request_ids",
            "parked",
            "question",
            "if_buy",
            "if_sell");

    private static final Pattern PLACEHOLDER = Pattern.compile("\\{(\\w*)}");
    private static final Pattern CHOICE = Pattern.compile("\\[([^\\[\\]]*)]");
    private static final Pattern ALTERNATIVES = Pattern.compile("\\|");
    private static final String SETTING = "rampgate.operate.case-texts";

    /** What each situation says. */
    enum Part {
        /** Why it waits, or that it does not. */
        WHY,
        /** What happens next, and when. */
        NEXT,
        /** What to tell the user, in words a user understands. */
        USER,
        /** What Proof is asked. */
        QUESTION;

        String key(Situation situation) {
            return situation.wireName() + "." + name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    private final Properties texts;

    /** @throws ConfigurationException naming everything that is wrong in the company's file */
    @Inject
    CaseTexts(OperatorSettings settings) {
        this(settings.caseTexts().map(Path::of));
    }

    CaseTexts(Optional<Path> own) {
        this.texts = packaged();
        own.ifPresent(this::replace);
    }

    /** The text of a situation, filled in. */
    String of(Part part, Situation situation, Map<String, String> values) {
        return filled(part.key(situation), values);
    }

    /** The text that goes to Proof, filled in. */
    String forProof(Map<String, String> values) {
        return filled(FOR_PROOF, values);
    }

    /** What to do about parked deliveries, filled in. */
    String ofParked(Map<String, String> values) {
        return filled(PARKED, values);
    }

    /** What to tell a user whose order is not found. */
    String ofNoOrder() {
        return filled(NO_ORDER, Map.of());
    }

    private String filled(String key, Map<String, String> values) {
        String chosen = CHOICE.matcher(texts.getProperty(key))
                .replaceAll(found -> Matcher.quoteReplacement(chosen(found.group(1), values)));
        return PLACEHOLDER.matcher(chosen).replaceAll(found -> {
            String value = values.get(found.group(1));
            return Matcher.quoteReplacement(value == null ? texts.getProperty(UNKNOWN) : value);
        });
    }

    /** The first alternative of which every value is known; empty if there is none. */
    private static String chosen(String alternatives, Map<String, String> values) {
        return ALTERNATIVES
                .splitAsStream(alternatives)
                .filter(text ->
                        PLACEHOLDER.matcher(text).results().allMatch(found -> values.get(found.group(1)) != null))
                .findFirst()
                .orElse("");
    }

    private void replace(Path file) {
        Properties own = new Properties();
        try (Reader reader = Files.newBufferedReader(file)) {
            own.load(reader);
        } catch (IOException | IllegalArgumentException unreadable) {
            throw new ConfigurationException(
                    SETTING + ": the file cannot be read ("
                            + unreadable.getClass().getSimpleName() + ")",
                    Set.of(SETTING));
        }
        List<String> problems = problems(own);
        if (!problems.isEmpty()) {
            throw new ConfigurationException(SETTING + ": " + String.join("; ", problems), Set.of(SETTING));
        }
        texts.putAll(own);
    }

    private List<String> problems(Properties own) {
        List<String> problems = new ArrayList<>();
        for (String key : new TreeSet<>(own.stringPropertyNames())) {
            if (!texts.containsKey(key)) {
                problems.add(key + " is not a text");
            } else if (own.getProperty(key).isBlank()) {
                problems.add(key + " is empty");
            }
            PLACEHOLDER
                    .matcher(own.getProperty(key))
                    .results()
                    .map(found -> found.group(1))
                    .filter(name -> !PLACEHOLDERS.contains(name))
                    .forEach(name -> problems.add(key + " names {" + name + "}, which is not a value"));
            String outside = CHOICE.matcher(own.getProperty(key)).replaceAll("");
            if (outside.contains("[") || outside.contains("]")) {
                problems.add(key + " has a bracket without its other half, or one inside another");
            }
        }
        return problems;
    }

    /** The texts that come with Rampgate. */
    static Properties packaged() {
        Properties texts = new Properties();
        try (InputStream file = Thread.currentThread().getContextClassLoader().getResourceAsStream(RESOURCE)) {
            texts.load(new InputStreamReader(file, StandardCharsets.UTF_8));
            return texts;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
