package dev.rampgate.startup;

import dev.rampgate.settings.LiteralSettings;
import dev.rampgate.wire.ByteOrderMark;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.smallrye.config.ConfigSourceContext;
import io.smallrye.config.ConfigSourceFactory;
import io.smallrye.config.ConfigValue;
import io.smallrye.config.PropertiesConfigSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.eclipse.microprofile.config.spi.ConfigSource;

/**
 * Reads secret settings from mounted files: {@code rampgate.database.password-file} names the file that contains
 * {@code rampgate.database.password}. Files are read at startup; those that change while the
 * service runs are {@link dev.rampgate.secretfile.ReloadedFiles}. The configuration loads this class as a service.
 */
public final class SecretFiles implements ConfigSourceFactory {

    public static final List<String> SECRETS = List.of(
            "rampgate.proof.client-token",
            "rampgate.proof.client-token-next",
            "rampgate.proof.proxy",
            "rampgate.database.password",
            "rampgate.identity.header.secret",
            "rampgate.webhook.keys",
            "rampgate.live.ticket-keys",
            "rampgate.outbox.kafka.password",
            "rampgate.operate.audit.keys");

    /** Higher than the environment (300), lower than system properties (400). */
    private static final int ORDINAL = 350;

    @Override
    public Iterable<ConfigSource> getConfigSources(ConfigSourceContext context) {
        Map<String, String> found = new HashMap<>();
        for (String secret : SECRETS) {
            value(context, secret + "-file").ifPresent(file -> {
                if (value(context, secret).isPresent()) {
                    throw new ConfigurationException(
                            secret + " and " + secret + "-file are both set; remove one of them", Set.of(secret));
                }
                found.put(secret, read(secret, file));
            });
        }
        return found.isEmpty() ? List.of() : List.of(new PropertiesConfigSource(found, "secret files", ORDINAL));
    }

    private static Optional<String> value(ConfigSourceContext context, String name) {
        return Optional.ofNullable(context.getValue(name))
                .map(ConfigValue::getValue)
                .filter(text -> !text.isBlank());
    }

    private static String read(String secret, String file) {
        try {
            List<String> lines = ByteOrderMark.strippedFrom(Files.readString(Path.of(file)))
                    .lines()
                    .toList();
            String text = LiteralSettings.LISTS.contains(secret) ? elements(lines) : only(secret, lines);
            if (text.isBlank()) {
                throw wrong(secret, "is empty");
            }
            return text;
        } catch (IOException | IllegalArgumentException unreadable) {
            throw wrong(secret, "cannot be read (" + unreadable.getClass().getSimpleName() + ")");
        }
    }

    /** The elements of a list, one per line. */
    private static String elements(List<String> lines) {
        return lines.stream().map(String::strip).filter(line -> !line.isEmpty()).collect(Collectors.joining(","));
    }

    /** The one line that is not blank, with its leading and trailing spaces, and without the line break that editors add. */
    private static String only(String secret, List<String> lines) {
        List<String> written = lines.stream().filter(line -> !line.isBlank()).toList();
        if (written.size() > 1) {
            throw wrong(secret, "has more than one line");
        }
        return written.isEmpty() ? "" : written.get(0);
    }

    private static ConfigurationException wrong(String secret, String why) {
        return new ConfigurationException(
                secret + "-file: this file " + why + "; it must hold the value of " + secret, Set.of(secret + "-file"));
    }
}
