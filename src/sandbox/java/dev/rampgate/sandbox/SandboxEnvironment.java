package dev.rampgate.sandbox;

import dev.rampgate.sandbox.fault.Words;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Settings from system properties and, second, environment variables, before Quarkus reads its configuration. The variable of
 * {@code sandbox.port} is {@code SANDBOX_PORT}.
 */
final class SandboxEnvironment {

    /** Every setting of the sandbox's own. */
    private static final List<String> OURS = List.of(
            "sandbox.alone",
            "sandbox.client-token",
            "sandbox.delay-factor",
            "sandbox.host",
            "sandbox.other-client-token",
            "sandbox.port",
            "sandbox.reloads",
            "sandbox.running",
            "sandbox.scenario",
            "sandbox.scenarios",
            "sandbox.seed",
            "sandbox.webhook-url");

    private static final String PREFIX = "SANDBOX_";

    private final Properties properties;
    private final Map<String, String> variables;
    private final Set<String> set = new HashSet<>();

    SandboxEnvironment(Properties properties, Map<String, String> variables) {
        this.properties = properties;
        this.variables = variables;
    }

    static SandboxEnvironment ofThisProcess() {
        return new SandboxEnvironment(System.getProperties(), System.getenv());
    }

    Optional<String> find(String name) {
        String property = properties.getProperty(name);
        return Optional.ofNullable(property != null ? property : variables.get(variable(name)))
                .filter(value -> !value.isBlank());
    }

    /** @throws SandboxStartException if it is not a TCP port */
    int port(String name, int otherwise) {
        return find(name)
                .map(text -> {
                    if (!text.matches("\\d{1,5}") || Integer.parseInt(text) > 65_535 || Integer.parseInt(text) == 0) {
                        throw new SandboxStartException(name + " must be a TCP port (1 to 65535), not " + text);
                    }
                    return Integer.parseInt(text);
                })
                .orElse(otherwise);
    }

    /** @throws SandboxStartException if it is not a number from 0 to 1000 */
    double factor(String name, double otherwise) {
        return find(name)
                .map(text -> {
                    if (!text.matches("\\d{1,3}(\\.\\d{1,9})?|1000")) {
                        throw new SandboxStartException(name + " must be a number from 0 to 1000, not " + text);
                    }
                    return Double.parseDouble(text);
                })
                .orElse(otherwise);
    }

    /** One sentence for each setting that looks like the sandbox's and is none, with the one that was probably meant. */
    List<String> unknownSettings() {
        List<String> known = OURS.stream().map(SandboxEnvironment::variable).toList();
        return Stream.concat(variables.keySet().stream(), properties.stringPropertyNames().stream())
                .filter(name -> variable(name).startsWith(PREFIX) && !known.contains(variable(name)))
                .sorted()
                .map(name -> name + " is not a setting of the sandbox and has no effect"
                        + nearest(variable(name))
                                .map(meant -> "; did you mean " + meant + "?")
                                .orElse("; docs/sandbox.md lists all"))
                .toList();
    }

    private static Optional<String> nearest(String variable) {
        List<String> words = OURS.stream()
                .map(name -> variable(name).substring(PREFIX.length()).toLowerCase(Locale.ROOT))
                .toList();
        return Words.nearest(variable.substring(PREFIX.length()), words)
                .map(word -> PREFIX + word.toUpperCase(Locale.ROOT));
    }

    /** Configures Rampgate, unless the setting is already configured. */
    void set(String name, String value) {
        if (find(name).isEmpty()) {
            properties.setProperty(name, value);
            set.add(name);
        }
    }

    /** Removes what {@link #set} configured. */
    void clear() {
        set.forEach(properties::remove);
        set.clear();
    }

    boolean isOn(String name) {
        return find(name).filter(value -> !value.equals("false")).isPresent();
    }

    private static String variable(String name) {
        return name.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]", "_");
    }
}
