package dev.rampgate.outbox.delivery;

import dev.rampgate.telemetry.Alarms;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jboss.logging.Logger;

/** The secrets of all endpoints. Reads their files again and again; a file that cannot be used leaves the secrets before it in use, alarmed. */
final class SecretsFiles {

    private static final Logger LOG = Logger.getLogger(SecretsFiles.class);

    /** A change is in use within twice this. */
    static final Duration INTERVAL = Duration.ofSeconds(4);

    private final Map<String, SigningSecrets> secrets;
    private final Set<String> unusable = ConcurrentHashMap.newKeySet();
    private final Vertx vertx;
    private final Counter alarm;

    SecretsFiles(Map<String, SigningSecrets> secrets, Vertx vertx, MeterRegistry meters) {
        this.secrets = new ConcurrentHashMap<>(secrets);
        this.vertx = vertx;
        this.alarm = Alarms.of("endpoint_secrets", meters);
        secrets.keySet().forEach(name -> Gauge.builder(
                        "rampgate.outbox.endpoint.secrets.unusable", () -> unusable.contains(name) ? 1 : 0)
                .description("1 while an endpoint's file of secrets cannot be used, so that those before it sign")
                .tag("endpoint", name)
                .register(meters));
    }

    SigningSecrets of(Endpoint endpoint) {
        return secrets.get(endpoint.name());
    }

    /** Reads one file again; completes when its secrets are in use. Never fails. */
    Future<Void> reload(Endpoint endpoint) {
        String file = endpoint.secretsFile().toString();
        return vertx.fileSystem()
                .props(file)
                .compose(found -> found.size() > SigningSecrets.MOST_BYTES
                        ? Future.succeededFuture(Buffer.buffer())
                        : vertx.fileSystem().readFile(file))
                .compose(content -> {
                    try {
                        adopt(endpoint, SigningSecrets.parse(content.getBytes()));
                        return Future.<Void>succeededFuture();
                    } catch (SigningSecrets.UnusableException unusableContent) {
                        return Future.failedFuture(unusableContent);
                    }
                })
                .otherwise(wrong -> {
                    complain(endpoint, wrong);
                    return null;
                });
    }

    private void adopt(Endpoint endpoint, SigningSecrets read) {
        boolean wasUnusable = unusable.remove(endpoint.name());
        if (!read.isSameAs(secrets.put(endpoint.name(), read)) || wasUnusable) {
            LOG.infof("The secrets of endpoint %s were read from their file and sign from now on", endpoint.name());
        }
    }

    private void complain(Endpoint endpoint, Throwable wrong) {
        if (unusable.add(endpoint.name())) {
            alarm.increment();
            LOG.errorf(
                    "The secrets file of endpoint %s %s; the secrets read before go on signing. Write one secret a line"
                            + " into it, the newest first",
                    endpoint.name(),
                    wrong instanceof SigningSecrets.UnusableException known
                            ? known.getMessage()
                            : "cannot be read (" + wrong.getClass().getSimpleName() + ")");
        }
    }
}
