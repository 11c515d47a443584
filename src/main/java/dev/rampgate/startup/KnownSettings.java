package dev.rampgate.startup;

import dev.rampgate.database.DatabaseSettings;
import dev.rampgate.settings.EnvironmentName;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.ConfigMappingLoader;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.spi.BeanManager;
import java.lang.reflect.Type;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The names of all settings that this build reads, as the interfaces with {@link ConfigMapping} declare them. Where a name has a
 * part that the operator chooses, such as the name of an endpoint, it has {@code *}.
 */
final class KnownSettings {

    private static final String OURS = "rampgate.";
    private static final String CHOSEN = "*";
    private static final String FILE = "-file";

    /** What Kubernetes sets in each container for a Service named {@code rampgate} or {@code rampgate-...}. */
    private static final Pattern SERVICE_LINK = Pattern.compile(
            "RAMPGATE_(?:.+_)?(?:SERVICE_HOST|SERVICE_PORT(?:_.+)?|PORT|PORT_[0-9]+_(?:TCP|UDP|SCTP)(?:_(?:PROTO|PORT|ADDR))?)");

    private final Set<String> names;
    private final Pattern variables;

    private KnownSettings(Set<String> names) {
        this.names = names;
        this.variables = Pattern.compile(names.stream()
                .map(KnownSettings::variable)
                .map(name ->
                        Stream.of(name.split("\\*", -1)).map(Pattern::quote).collect(Collectors.joining(".+")))
                .collect(Collectors.joining("|")));
    }

    /** Those of all settings that some bean uses. */
    static KnownSettings ofBeans(BeanManager beans) {
        return of(beans.getBeans(Object.class, Any.Literal.INSTANCE).stream()
                .flatMap(bean -> bean.getTypes().stream())
                .flatMap(KnownSettings::mapping)
                .collect(Collectors.toSet()));
    }

    /** Those of these interfaces. */
    static KnownSettings of(Set<Class<?>> mappings) {
        Set<String> names = new TreeSet<>(Set.of(DatabaseSettings.COMMAND));
        for (Class<?> mapping : mappings) {
            String prefix = mapping.getAnnotation(ConfigMapping.class).prefix();
            properties(mapping).stream().map(name -> prefix + "." + name).forEach(names::add);
        }
        SecretFiles.SECRETS.stream()
                .filter(names::contains)
                .map(name -> name + FILE)
                .toList()
                .forEach(names::add);
        return new KnownSettings(names);
    }

    /** As properties, sorted. */
    Set<String> names() {
        return names;
    }

    /** Whether a name, in the spelling of properties or of the environment, looks like one of ours and is none. */
    boolean isUnknown(String name) {
        String variable = EnvironmentName.of(name);
        return (name.startsWith(OURS) || name.startsWith(EnvironmentName.of(OURS)))
                && !variables.matcher(variable).matches()
                && !SERVICE_LINK.matcher(variable).matches();
    }

    /**
     * The known name that an unknown one resembles most, in the same spelling; none if none is similar. The part that an operator
     * chooses is {@code <NAME>}.
     */
    Optional<String> nearest(String unknown) {
        boolean property = unknown.startsWith(OURS);
        String variable = EnvironmentName.of(unknown);
        int tolerated = Math.max(2, (variable.length() - OURS.length()) / 3);
        return names.stream()
                .filter(name -> !name.equals(DatabaseSettings.COMMAND))
                .map(name -> Candidate.of(name, variable))
                .filter(candidate -> candidate.difference() <= tolerated)
                .min(Comparator.comparingInt(Candidate::difference)
                        .thenComparing(Candidate::commonStart, Comparator.reverseOrder()))
                .map(candidate -> (property ? candidate.name() : variable(candidate.name()))
                        .replace(CHOSEN, property ? "<name>" : "<NAME>"));
    }

    /**
     * A known name, compared with an unknown one.
     *
     * @param difference edits, less a bonus for each word that both have: people leave words out more often than letters
     * @param commonStart letters
     */
    private record Candidate(String name, int difference, int commonStart) {

        private static final int BONUS = 4;

        static Candidate of(String name, String unknown) {
            String variable = variable(name);
            Set<String> words = words(variable);
            words.retainAll(words(unknown));
            int common = 0;
            while (common < Math.min(variable.length(), unknown.length())
                    && variable.charAt(common) == unknown.charAt(common)) {
                common++;
            }
            // The first word is Rampgate's name.
            return new Candidate(name, distance(variable, unknown) - BONUS * (words.size() - 1), common);
        }

        private static Set<String> words(String variable) {
            return new TreeSet<>(List.of(variable.split("_")));
        }
    }

    private static Stream<Class<?>> mapping(Type type) {
        return type instanceof Class<?> declared
                        && declared.isAnnotationPresent(ConfigMapping.class)
                        && declared.getAnnotation(ConfigMapping.class).prefix().startsWith(OURS)
                ? Stream.of(declared)
                : Stream.empty();
    }

    /** Below its prefix. A list is named by itself and, with an index, by each element. */
    private static Set<String> properties(Class<?> mapping) {
        try {
            Map<?, ?> properties = (Map<?, ?>)
                    ConfigMappingLoader.ensureLoaded(mapping).getProperties().invoke();
            return properties.keySet().stream().map(Object::toString).collect(Collectors.toSet());
        } catch (Error fatal) {
            throw fatal;
        } catch (Throwable impossible) {
            throw new IllegalStateException(mapping.getName() + " does not say its settings", impossible);
        }
    }

    /** The environment's spelling, in which only the part that an operator chooses stays {@code *}. */
    private static String variable(String name) {
        return Stream.of(name.split("\\*", -1)).map(EnvironmentName::of).collect(Collectors.joining(CHOSEN));
    }

    /** Edits that turn the text into the pattern, in which {@code *} stands for any text. */
    static int distance(String pattern, String text) {
        int[] before = new int[text.length() + 1];
        for (int j = 0; j < before.length; j++) {
            before[j] = j;
        }
        for (char expected : pattern.toUpperCase(Locale.ROOT).toCharArray()) {
            int[] now = new int[before.length];
            boolean any = CHOSEN.indexOf(expected) >= 0;
            now[0] = before[0] + (any ? 0 : 1);
            for (int j = 1; j < now.length; j++) {
                int added = now[j - 1] + (any ? 0 : 1);
                int removed = before[j] + (any ? 0 : 1);
                int replaced = before[j - 1] + (any || expected == text.charAt(j - 1) ? 0 : 1);
                now[j] = Math.min(Math.min(added, removed), replaced);
            }
            before = now;
        }
        return before[text.length()];
    }

    /** For a message: what to do about an unknown name. */
    String advice(String unknown) {
        return nearest(unknown).map(name -> "did you mean " + name + "?").orElse("docs/settings.md lists all settings");
    }

    /** The unknown ones among these names, each once, as the environment spells them if it has them. */
    List<String> unknown(Stream<String> settings, Set<String> environment) {
        return settings.filter(this::isUnknown)
                .map(name -> environment.contains(EnvironmentName.of(name)) ? EnvironmentName.of(name) : name)
                .distinct()
                .sorted()
                .toList();
    }
}
