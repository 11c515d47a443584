package dev.rampgate.sandbox;

import java.util.HashSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.function.Function;

/**
 * Settings from system properties and, second, environment variables, before Quarkus reads its configuration. The variable of
 * {@code sandbox.port} is {@code SANDBOX_PORT}.
 */
final class SandboxEnvironment {

    private final Properties properties;
    private final Function<String, String> variables;
    private final Set<String> set = new HashSet<>();

    SandboxEnvironment(Properties properties, Function<String, String> variables) {
        this.properties = properties;
        this.variables = variables;
    }

    static SandboxEnvironment ofThisProcess() {
        return new SandboxEnvironment(System.getProperties(), System::getenv);
    }

    Optional<String> find(String name) {
        String property = properties.getProperty(name);
        return Optional.ofNullable(property != null ? property : variables.apply(variable(name)))
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
