package dev.rampgate.outbox.delivery;

import dev.rampgate.secretfile.ReloadedFiles;
import dev.rampgate.secretfile.UnusableFileException;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jboss.logging.Logger;

/** The secrets of all endpoints. Reads their files again and again; a file that cannot be used leaves the secrets before it in use, alarmed. */
final class SecretsFiles {

    private static final Logger LOG = Logger.getLogger(SecretsFiles.class);

    /** A change is in use within twice this. */
    private static final Duration INTERVAL = Duration.ofSeconds(4);

    private final Map<String, SigningSecrets> secrets;
    private final Set<String> unusable = ConcurrentHashMap.newKeySet();
    private final ReloadedFiles files;

    /** @param secrets of each endpoint, by name, as its file held them at the start */
    SecretsFiles(List<Endpoint> endpoints, Map<String, SigningSecrets> secrets, Vertx vertx, MeterRegistry meters) {
        this.secrets = new ConcurrentHashMap<>(secrets);
        this.files = new ReloadedFiles("endpoint_secrets", vertx, meters);
        for (Endpoint endpoint : endpoints) {
            String name = endpoint.name();
            files.add(endpoint.secretsFile(), new SecretsFile(name));
            Gauge.builder("rampgate.outbox.endpoint.secrets.unusable", () -> unusable.contains(name) ? 1 : 0)
                    .description("1 while an endpoint's file of secrets cannot be used, so that those before it sign")
                    .tag("endpoint", name)
                    .register(meters);
        }
    }

    SigningSecrets of(Endpoint endpoint) {
        return secrets.get(endpoint.name());
    }

    void start() {
        files.start(INTERVAL);
    }

    void stop() {
        files.stop();
    }

    /** Reads all files once; completes when their secrets are in use. Never fails. */
    Future<Void> reload() {
        return files.reload();
    }

    private final class SecretsFile implements ReloadedFiles.Content {

        private final String endpoint;

        SecretsFile(String endpoint) {
            this.endpoint = endpoint;
        }

        @Override
        public boolean use(byte[] content) throws UnusableFileException {
            SigningSecrets read = SigningSecrets.parse(content);
            return !read.isSameAs(secrets.put(endpoint, read));
        }

        @Override
        public void reloaded(boolean changed) {
            unusable.remove(endpoint);
            LOG.infof("The secrets of endpoint %s were read from their file and sign from now on", endpoint);
        }

        @Override
        public void unusable(String problem, boolean first) {
            unusable.add(endpoint);
            if (first) {
                LOG.errorf(
                        "The secrets file of endpoint %s %s; the secrets read before go on signing. Write one secret a line"
                                + " into it, the newest first",
                        endpoint, problem);
            }
        }
    }
}
