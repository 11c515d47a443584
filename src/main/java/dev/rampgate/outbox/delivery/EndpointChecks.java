package dev.rampgate.outbox.delivery;

import dev.rampgate.ledger.EventType;
import dev.rampgate.outbox.OutboxSettings;
import dev.rampgate.secretfile.UnusableFileException;
import io.quarkus.runtime.configuration.ConfigurationException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** Reads the settings of all endpoints, and finds everything that is wrong with them at once. */
final class EndpointChecks {

    /** Each can be set by environment, where a name has no case and no other characters. */
    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9]{0,31}");

    /** Bounds the labels of the metrics. */
    static final int MOST_ENDPOINTS = 50;

    private static final Duration SHORTEST = Duration.ofMillis(100);
    private static final Duration LONGEST = Duration.ofSeconds(30);
    private static final int MOST_CONCURRENT = 200;
    private static final int HIGHEST_RATE = 10_000;
    private static final int HIGHEST_PORT = 65_535;

    private final List<String> errors = new ArrayList<>();

    /** What was found. */
    record Checked(List<Endpoint> endpoints, Map<String, SigningSecrets> secrets) {}

    private EndpointChecks() {}

    /** @throws ConfigurationException with one line for each error; none shows a URL or a secret */
    static Checked check(OutboxSettings settings) {
        return new EndpointChecks().all(new TreeMap<>(settings.endpoints()));
    }

    private Checked all(Map<String, OutboxSettings.Endpoint> byName) {
        if (byName.size() > MOST_ENDPOINTS) {
            errors.add("rampgate.outbox.endpoints has " + byName.size() + " endpoints, and must have at most "
                    + MOST_ENDPOINTS);
        }
        List<Endpoint> endpoints = new ArrayList<>();
        Map<String, SigningSecrets> secrets = new TreeMap<>();
        byName.forEach((name, settings) -> {
            if (!NAME.matcher(name).matches()) {
                errors.add("rampgate.outbox.endpoints." + shown(name)
                        + " has a name that is not possible: it must begin with a lower case letter and have at most 32 lower case"
                        + " letters and digits");
                return;
            }
            URI url = url(name, settings.url()).orElse(null);
            Path file = file(name, settings.secretsFile()).orElse(null);
            if (file != null) {
                secrets(name, file).ifPresent(read -> secrets.put(name, read));
            }
            checkNumbers(name, settings);
            endpoints.add(new Endpoint(
                    name,
                    url,
                    file,
                    types(name, settings.types().orElse(List.of())),
                    settings.provisional(),
                    settings.timeout(),
                    settings.concurrency(),
                    settings.rate()));
        });
        if (!errors.isEmpty()) {
            throw new ConfigurationException(String.join("\n", errors));
        }
        return new Checked(List.copyOf(endpoints), Map.copyOf(secrets));
    }

    /** A name may be anything that stands in the environment; it must not forge a line of the log. */
    private static String shown(String name) {
        return name.replaceAll("[^A-Za-z0-9._-]", "?");
    }

    private Optional<URI> url(String name, Optional<String> text) {
        if (text.isEmpty()) {
            return error(name, "url", "is not set; it must be where events are posted to");
        }
        URI url;
        try {
            url = new URI(text.get().strip());
        } catch (URISyntaxException unreadable) {
            return error(name, "url", "is no URL");
        }
        String scheme = Optional.ofNullable(url.getScheme()).orElse("").toLowerCase(Locale.ROOT);
        if (!scheme.equals("http") && !scheme.equals("https")) {
            return error(name, "url", "must begin with https:// or http://");
        }
        if (url.getRawUserInfo() != null
                || url.getRawAuthority() != null && url.getRawAuthority().contains("@")) {
            return error(name, "url", "must not have credentials; the signature shows the receiver who sends");
        }
        if (url.getRawFragment() != null) {
            return error(name, "url", "must not have a fragment (#), which is never sent");
        }
        if (url.getHost() == null || url.getPort() > HIGHEST_PORT || url.getPort() == 0) {
            return error(name, "url", "must have a host, and a port from 1 to 65535 if it has one");
        }
        return Optional.of(url);
    }

    private Optional<Path> file(String name, Optional<String> text) {
        try {
            return text.isEmpty()
                    ? error(name, "secrets-file", "is not set; it must name a file with the secrets that sign")
                    : Optional.of(Path.of(text.get()));
        } catch (InvalidPathException impossible) {
            return error(name, "secrets-file", "is not a path");
        }
    }

    private Optional<SigningSecrets> secrets(String name, Path file) {
        try {
            return Optional.of(SigningSecrets.read(file));
        } catch (UnusableFileException unusable) {
            return error(name, "secrets-file", "names a file that " + unusable.getMessage());
        }
    }

    private List<EventType> types(String name, List<String> texts) {
        List<EventType> types = new ArrayList<>();
        for (String text : texts) {
            EventType.of(text.strip())
                    .ifPresentOrElse(
                            types::add,
                            () -> error(
                                    name,
                                    "types",
                                    "has an unknown type; it must be types of events separated by commas, such as"
                                            + " transaction.completed,transaction.failed"));
        }
        return types;
    }

    private void checkNumbers(String name, OutboxSettings.Endpoint settings) {
        if (settings.timeout().compareTo(SHORTEST) < 0 || settings.timeout().compareTo(LONGEST) > 0) {
            error(name, "timeout", "must be 100ms to 30s");
        }
        if (settings.concurrency() < 1 || settings.concurrency() > MOST_CONCURRENT) {
            error(name, "concurrency", "must be 1 to " + MOST_CONCURRENT);
        }
        if (settings.rate() < 1 || settings.rate() > HIGHEST_RATE) {
            error(name, "rate", "must be 1 to " + HIGHEST_RATE);
        }
    }

    private <T> Optional<T> error(String name, String setting, String what) {
        String property = "rampgate.outbox.endpoints." + name + "." + setting;
        String variable = property.replaceAll("[.-]", "_").toUpperCase(Locale.ROOT);
        errors.add(property + " (" + variable + ") " + what);
        return Optional.empty();
    }
}
