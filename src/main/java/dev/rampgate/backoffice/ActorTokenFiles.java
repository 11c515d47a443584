package dev.rampgate.backoffice;

import dev.rampgate.backoffice.OperatorSettings.NamedActor;
import dev.rampgate.secretfile.ReloadedFiles;
import dev.rampgate.secretfile.UnusableFileException;
import dev.rampgate.wire.SecretSet;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.Startup;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.eclipse.microprofile.config.ConfigProvider;
import org.jboss.logging.Logger;

/**
 * The actors of the settings, and their tokens as the files hold them now. The application does not start with a setting or a file
 * that cannot be used, and names all of them at once. Files are read again at an interval, so that a token is replaced without a
 * restart; one that cannot be used then is logged once, and its tokens before stay in use. Counted:
 * {@code rampgate.operate.token.reloads}, by result.
 */
@Startup
@Singleton
final class ActorTokenFiles {

    private static final Logger LOG = Logger.getLogger(ActorTokenFiles.class);

    private static final String PREFIX = "rampgate.operate.actors.";
    private static final String REMOVED = "rampgate.operate.token";
    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9]{0,31}");

    /** A property of an actor, as files and system properties spell it, or as the environment does. */
    private static final Pattern DOTTED =
            Pattern.compile("rampgate\\.operate\\.actors\\.(?<actor>.+)\\.(?<setting>[^.]+)");

    private static final Pattern ENVIRONMENT =
            Pattern.compile("RAMPGATE_OPERATE_ACTORS_(?<actor>.+?)_(?<setting>ROLE|TOKEN_FILE|[^_]+)");

    private static final Set<String> KNOWN = Set.of("role", "token-file");

    private final ReloadedFiles files;
    private final long interval;
    private final MeterRegistry meters;
    private volatile ActorTokens tokens;

    /** @throws ConfigurationException naming everything that is wrong, and showing no token */
    @Inject
    ActorTokenFiles(OperatorSettings settings, Vertx vertx, MeterRegistry meters) {
        this(settings.actors(), propertyNames(), settings.tokenRefresh().toMillis(), vertx, meters);
    }

    /**
     * @param propertyNames all names of the configuration, among which wrong ones are looked for
     * @param interval in milliseconds
     */
    ActorTokenFiles(
            Map<String, NamedActor> actors,
            Set<String> propertyNames,
            long interval,
            Vertx vertx,
            MeterRegistry meters) {
        this.interval = interval;
        this.meters = meters;
        this.files = new ReloadedFiles("actor_token_file", vertx, meters);
        List<String> problems = new ArrayList<>(wrongNames(propertyNames));
        if (interval < 1 || interval > TimeUnit.HOURS.toMillis(1)) {
            problems.add("rampgate.operate.token-refresh must be a duration above zero, at most 1h, such as 5s");
        }
        Map<Actor, SecretSet> read = new LinkedHashMap<>();
        new TreeMap<>(actors).forEach((name, actor) -> readFirst(name, actor, read, problems));
        this.tokens = new ActorTokens(read);
        tokens.sharing()
                .forEach(actor -> problems.add(PREFIX + actor.name()
                        + ".token-file: a token of it is another actor's, too; each needs its own"));
        if (!problems.isEmpty()) {
            throw new ConfigurationException(
                    "The actors of the back office are not usable: " + String.join("; ", problems));
        }
    }

    void onStart(@Observes StartupEvent start) {
        files.start(Duration.ofMillis(interval));
    }

    void onShutdown(@Observes ShutdownEvent shutdown) {
        files.stop();
    }

    /** The tokens that hold now. */
    ActorTokens tokens() {
        return tokens;
    }

    /** Reads the files once; completes when their tokens are in use. Never fails. */
    Future<Void> reload() {
        return files.reload();
    }

    // --- at the start

    private static Set<String> propertyNames() {
        return StreamSupport.stream(
                        ConfigProvider.getConfig().getPropertyNames().spliterator(), false)
                .collect(Collectors.toSet());
    }

    /** What the mapping would pass over in silence: names with a dash or an underscore, and settings that there are not. */
    private static Set<String> wrongNames(Set<String> properties) {
        Set<String> problems = new TreeSet<>();
        for (String property : properties) {
            if (isRemoved(property)) {
                problems.add(property + " is no longer a setting; name actors instead: " + PREFIX
                        + "<name>.role=operator and " + PREFIX + "<name>.token-file");
                continue;
            }
            Matcher dotted = DOTTED.matcher(property);
            Matcher environment = ENVIRONMENT.matcher(property);
            if (dotted.matches()) {
                check(property, dotted.group("actor").replaceAll("^\"|\"$", ""), dotted.group("setting"), problems);
            } else if (environment.matches()) {
                String setting = environment.group("setting").toLowerCase(Locale.ROOT);
                check(
                        property,
                        environment.group("actor").toLowerCase(Locale.ROOT),
                        setting.replace('_', '-'),
                        problems);
            }
        }
        return problems;
    }

    private static boolean isRemoved(String property) {
        return property.equals(REMOVED)
                || property.equals(REMOVED + "-file")
                || property.equals("RAMPGATE_OPERATE_TOKEN")
                || property.equals("RAMPGATE_OPERATE_TOKEN_FILE");
    }

    private static void check(String property, String actor, String setting, Set<String> problems) {
        if (!KNOWN.contains(setting)) {
            problems.add(property + " is not a setting; an actor has a role and a token-file");
        } else if (!NAME.matcher(actor).matches()) {
            problems.add(property
                    + ": the name of an actor must be 1 to 32 lower case letters and digits, the first a letter");
        }
    }

    private void readFirst(String name, NamedActor settings, Map<Actor, SecretSet> read, List<String> problems) {
        Role role = settings.role().map(String::strip).flatMap(Role::of).orElse(null);
        if (role == null) {
            problems.add(PREFIX + name + ".role must be service, support, operator or auditor");
        }
        if (settings.tokenFile().isEmpty()) {
            problems.add(PREFIX + name + ".token-file is required and not set; it names a file with a token a line");
            return;
        }
        try {
            Path file = Path.of(settings.tokenFile().get());
            SecretSet secrets = ActorTokens.parse(ReloadedFiles.read(file));
            if (role != null) {
                Actor actor = new Actor(name, role);
                files.add(file, new ActorFile(actor));
                read.put(actor, secrets);
            }
        } catch (UnusableFileException wrong) {
            problems.add(PREFIX + name + ".token-file: the file " + wrong.getMessage());
        } catch (InvalidPathException noPath) {
            problems.add(PREFIX + name + ".token-file: the file cannot be read (InvalidPathException)");
        }
    }

    // --- later

    private final class ActorFile implements ReloadedFiles.Content {

        private final Actor actor;

        ActorFile(Actor actor) {
            this.actor = actor;
        }

        @Override
        public boolean use(byte[] content) throws UnusableFileException {
            SecretSet secrets = ActorTokens.parse(content);
            if (tokens.has(actor, secrets)) {
                return false;
            }
            ActorTokens next = tokens.with(actor, secrets);
            if (next.sharing().contains(actor)) {
                throw new UnusableFileException("has a token of another actor");
            }
            tokens = next;
            return true;
        }

        @Override
        public void reloaded(boolean changed) {
            if (changed) {
                count("changed");
                LOG.infof("The tokens of actor %s were read from their file again and hold from now on", actor.name());
            }
        }

        @Override
        public void unusable(String problem, boolean first) {
            count("failed");
            if (first) {
                LOG.errorf(
                        "%s%s.token-file: the file %s; the tokens read before stay in use",
                        PREFIX, actor.name(), problem);
            }
        }
    }

    private void count(String result) {
        meters.counter("rampgate.operate.token.reloads", "result", result).increment();
    }
}
