package dev.rampgate.startup;

import dev.rampgate.database.DatabaseSettings;
import dev.rampgate.secretfile.ReloadedFiles;
import dev.rampgate.secretfile.UnusableFileException;
import dev.rampgate.settings.EnvironmentName;
import dev.rampgate.settings.LiteralSettings;
import dev.rampgate.wire.ByteOrderMark;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.smallrye.config.ConfigSourceContext;
import io.smallrye.config.ConfigSourceFactory;
import io.smallrye.config.ConfigValue;
import io.smallrye.config.PropertiesConfigSource;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.eclipse.microprofile.config.spi.ConfigSource;

/**
 * Reads secret settings from mounted files: {@code rampgate.database.password-file} names the file that contains
 * {@code rampgate.database.password}. Files are read at startup; those that change while the
 * service runs are {@link dev.rampgate.secretfile.ReloadedFiles}. A start that serves also looks at the files of secrets that other
 * classes read, so that all files that cannot be used are named at once. The configuration loads this class as a service.
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

    private static final String FILE = "-file";
    private static final Pattern PLAIN_PATH = Pattern.compile("[\\w./ -]+");

    /** Higher than the environment (300), lower than system properties (400). */
    private static final int ORDINAL = 350;

    /** The largest file of secrets that any class takes. */
    private static final int MOST_BYTES = 64 * 1024;

    /** Files of secrets that other classes read. */
    private static final Set<String> OF_OTHERS =
            Set.of("rampgate.operate.proxy.secret-file", "rampgate.privacy.erasure-ledger.keys-file");

    /** The same, with a name that an operator chooses, as properties or the environment spell them. */
    private static final Map<Pattern, String> OF_OTHERS_NAMED = Map.of(
            Pattern.compile("(?i)rampgate[._]operate[._]actors[._](?<name>[a-z0-9]+)[._]token[-_]file"),
            "rampgate.operate.actors.%s.token-file",
            Pattern.compile("(?i)rampgate[._]outbox[._]endpoints[._](?<name>[a-z0-9]+)[._]secrets[-_]file"),
            "rampgate.outbox.endpoints.%s.secrets-file");

    @Override
    public Iterable<ConfigSource> getConfigSources(ConfigSourceContext context) {
        Map<String, String> found = new HashMap<>();
        List<String> problems = new ArrayList<>();
        for (String secret : SECRETS) {
            value(context, secret + FILE).ifPresent(file -> {
                if (value(context, secret).isPresent()) {
                    problems.add(EnvironmentName.both(secret) + " and " + EnvironmentName.both(secret + FILE)
                            + " are both set; remove one of them");
                    return;
                }
                try {
                    found.put(secret, value(secret, lines(file, ReloadedFiles.MOST_BYTES)));
                } catch (UnusableFileException unusable) {
                    problems.add(problem(secret + FILE, file, unusable) + "; it must hold the value of " + secret);
                }
            });
        }
        if (value(context, DatabaseSettings.COMMAND)
                .orElse(DatabaseSettings.SERVE)
                .equals(DatabaseSettings.SERVE)) {
            filesOfOthers(context).forEach(setting -> value(context, setting).ifPresent(file -> {
                try {
                    requireText(lines(file, MOST_BYTES));
                } catch (UnusableFileException unusable) {
                    problems.add(problem(setting, file, unusable));
                }
            }));
        }
        if (!problems.isEmpty()) {
            throw new ConfigurationException(String.join(System.lineSeparator(), problems));
        }
        return found.isEmpty() ? List.of() : List.of(new PropertiesConfigSource(found, "secret files", ORDINAL));
    }

    /** Settings that name a file of secrets, in the spelling of properties, sorted. */
    private static Set<String> filesOfOthers(ConfigSourceContext context) {
        Set<String> settings = new TreeSet<>(OF_OTHERS);
        for (Iterator<String> names = context.iterateNames(); names.hasNext(); ) {
            String name = names.next();
            OF_OTHERS_NAMED.forEach((pattern, setting) -> {
                Matcher named = pattern.matcher(name);
                if (named.matches()) {
                    settings.add(setting.formatted(named.group("name").toLowerCase(Locale.ROOT)));
                }
            });
        }
        return settings;
    }

    private static Optional<String> value(ConfigSourceContext context, String name) {
        return Optional.ofNullable(context.getValue(name))
                .map(ConfigValue::getValue)
                .filter(text -> !text.isBlank());
    }

    private static List<String> lines(String file, int mostBytes) throws UnusableFileException {
        try {
            byte[] content = ByteOrderMark.strippedFrom(ReloadedFiles.read(Path.of(file), mostBytes));
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(content))
                    .toString();
            if (text.indexOf('\0') >= 0) {
                throw new UnusableFileException("is not UTF-8 text");
            }
            return text.lines().toList();
        } catch (CharacterCodingException otherEncoding) {
            throw new UnusableFileException("is not UTF-8 text");
        } catch (InvalidPathException noPath) {
            throw new UnusableFileException("cannot be read: this is not a path");
        }
    }

    private static String value(String secret, List<String> lines) throws UnusableFileException {
        requireText(lines);
        return LiteralSettings.LISTS.contains(secret) ? elements(lines) : only(lines);
    }

    private static void requireText(List<String> lines) throws UnusableFileException {
        if (lines.stream().allMatch(String::isBlank)) {
            throw new UnusableFileException("is empty");
        }
    }

    /** The elements of a list, one per line. */
    private static String elements(List<String> lines) {
        return lines.stream().map(String::strip).filter(line -> !line.isEmpty()).collect(Collectors.joining(","));
    }

    /** The one line that is not blank, with its leading and trailing spaces, and without the line break that editors add. */
    private static String only(List<String> lines) throws UnusableFileException {
        List<String> written = lines.stream().filter(line -> !line.isBlank()).toList();
        if (written.size() > 1) {
            throw new UnusableFileException("has more than one line");
        }
        return written.get(0);
    }

    private static String problem(String setting, String file, UnusableFileException unusable) {
        return EnvironmentName.both(setting) + ": the file " + shown(file) + " " + unusable.getMessage();
    }

    /** The path; not a text that may be the secret itself, written where its file belongs. */
    private static String shown(String file) {
        try {
            Path path = Path.of(file);
            boolean looksSo = path.isAbsolute()
                    && path.getNameCount() > 1
                    && PLAIN_PATH.matcher(file).matches();
            if (looksSo || path.getNameCount() > 1 && Files.isDirectory(path.getParent())) {
                return file;
            }
        } catch (InvalidPathException noPath) {
            // not shown, either
        }
        return "(not shown: without a folder, it may be the secret itself)";
    }
}
