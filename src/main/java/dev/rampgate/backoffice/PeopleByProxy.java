package dev.rampgate.backoffice;

import dev.rampgate.backoffice.OperatorSettings.Proxy;
import dev.rampgate.problem.ProblemException;
import dev.rampgate.problem.ProblemType;
import dev.rampgate.secretfile.ReloadedFiles;
import dev.rampgate.secretfile.UnusableFileException;
import dev.rampgate.wire.SecretSet;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.Startup;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * People whom a proxy in front of the back office has signed in. The proxy proves itself by a secret, and names the person and, unless all have
 * one role, the role. No header may stand twice, so that a second value cannot slip past a proxy that only appends. The secret's file is read
 * again, as those of actors are.
 */
@Startup
@Singleton
class PeopleByProxy {

    private static final Logger LOG = Logger.getLogger(PeopleByProxy.class);
    private static final String PREFIX = "rampgate.operate.proxy.";

    private final Proxy settings;
    private final Optional<Role> onlyRole;
    private final RoleMapping roles;
    private final ReloadedFiles files;
    private final Duration interval;
    private volatile SecretSet secrets;

    /** @throws ConfigurationException naming the first setting that cannot be used */
    PeopleByProxy(OperatorSettings operate, Vertx vertx, MeterRegistry meters) {
        this.settings = operate.proxy();
        this.interval = operate.tokenRefresh();
        this.roles = new RoleMapping(PREFIX + "roles", settings.roles());
        this.onlyRole = settings.role().map(text -> Role.of(text.strip())
                .orElseThrow(
                        () -> RoleMapping.wrong(PREFIX + "role", " must be service, support, operator or auditor")));
        this.files = new ReloadedFiles("actor_token_file", vertx, meters);
        if (settings.secretFile().isEmpty()) {
            if (onlyRole.isPresent() || !roles.isEmpty()) {
                throw RoleMapping.wrong(
                        PREFIX + "secret-file", " is missing: it names a file with the secret that the proxy sends");
            }
            return;
        }
        if (onlyRole.isPresent() != roles.isEmpty()) {
            throw RoleMapping.wrong(
                    PREFIX + "role",
                    " or " + PREFIX + "roles.<role> must be set, and not both: they say what people may do");
        }
        Path file = Path.of(settings.secretFile().get());
        try {
            this.secrets = ActorTokens.parse(ReloadedFiles.read(file));
        } catch (UnusableFileException wrong) {
            throw RoleMapping.wrong(PREFIX + "secret-file", ": the file " + wrong.getMessage());
        }
        files.add(file, new SecretFile());
    }

    void onStart(@Observes StartupEvent start) {
        files.start(interval);
    }

    void onShutdown(@Observes ShutdownEvent shutdown) {
        files.stop();
    }

    boolean isOff() {
        return secrets == null;
    }

    /** Whether a request claims to come through the proxy. */
    boolean isClaimed(MultiMap headers) {
        return !isOff() && headers.contains(settings.secretName());
    }

    /**
     * Whom the proxy names.
     *
     * @throws ProblemException 401 if the secret is wrong or nobody is named, 403 if the person has no role
     */
    Actor actor(MultiMap headers) {
        if (!secrets.contains(only(headers, settings.secretName()))) {
            throw new ProblemException(ProblemType.UNAUTHENTICATED);
        }
        String name = PersonName.of("proxy", only(headers, settings.nameHeader()))
                .orElseThrow(() -> new ProblemException(ProblemType.UNAUTHENTICATED));
        Role role = onlyRole.or(() -> roles.of(
                        Arrays.asList(only(headers, settings.roleHeader()).split(","))))
                .orElseThrow(() -> new ProblemException(
                        ProblemType.FORBIDDEN, "You are signed in, and have no role in this back office"));
        return new Actor(name, role);
    }

    /** A key for each secret of the proxy, for this purpose alone. */
    List<byte[]> keys(String purpose) {
        return secrets.keys(purpose);
    }

    /** Empty if the header is missing or stands twice. */
    private static String only(MultiMap headers, String name) {
        List<String> values = headers.getAll(name);
        return values.size() == 1 ? values.get(0).strip() : "";
    }

    private final class SecretFile implements ReloadedFiles.Content {

        @Override
        public boolean use(byte[] content) throws UnusableFileException {
            SecretSet read = ActorTokens.parse(content);
            boolean changed = !read.isSameAs(secrets);
            secrets = read;
            return changed;
        }

        @Override
        public void reloaded(boolean changed) {
            LOG.info("The secret of the proxy in front of the back office was read from its file again");
        }

        @Override
        public void unusable(String problem, boolean first) {
            if (first) {
                LOG.errorf("%ssecret-file: the file %s; the secret read before stays in use", PREFIX, problem);
            }
        }
    }
}
