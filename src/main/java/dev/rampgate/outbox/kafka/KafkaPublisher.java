package dev.rampgate.outbox.kafka;

import dev.rampgate.database.DatabaseSettings;
import dev.rampgate.database.ReplicaId;
import dev.rampgate.database.migration.SchemaMigrated;
import dev.rampgate.eventloop.EventLoop;
import dev.rampgate.outbox.Sequencer;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.vertx.mutiny.sqlclient.Pool;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Instance;
import java.time.InstantSource;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/** Starts the publication to Kafka if brokers are configured; otherwise it does nothing, and no class of Kafka is loaded. */
@ApplicationScoped
public class KafkaPublisher {

    private static final Logger LOG = Logger.getLogger(KafkaPublisher.class);

    private final KafkaSettings settings;
    private final Instance<TopicProducers> producers;
    private final boolean on;
    private final Pool pool;
    private final Sequencer sequencer;
    private final ReplicaId replica;
    private final EventLoop loop;
    private final InstantSource clock;
    private final RandomGenerator random;
    private final MeterRegistry meters;
    private volatile TopicPublisher publisher;

    KafkaPublisher(
            KafkaSettings settings,
            Instance<TopicProducers> producers,
            @ConfigProperty(name = DatabaseSettings.COMMAND, defaultValue = DatabaseSettings.SERVE) String command,
            Pool pool,
            Sequencer sequencer,
            ReplicaId replica,
            EventLoop loop,
            InstantSource clock,
            RandomGenerator random,
            MeterRegistry meters) {
        this.settings = settings;
        this.producers = producers;
        this.on = settings.bootstrapServers().isPresent() && command.equals(DatabaseSettings.SERVE);
        this.pool = pool;
        this.sequencer = sequencer;
        this.replica = replica;
        this.loop = loop;
        this.clock = clock;
        this.random = random;
        this.meters = meters;
    }

    void onStart(@Observes @Priority(1) StartupEvent start) {
        if (on) {
            if (producers.isUnsatisfied()) {
                throw new ConfigurationException(
                        "rampgate.outbox.kafka.bootstrap-servers is set, but this build is one without Kafka; use the one with it");
            }
            Set<String> unknown = producers.get().check(settings);
            if (!unknown.isEmpty()) {
                LOG.warnf(
                        "Kafka's producer does not know the properties %s of rampgate.outbox.kafka.client-properties-file;"
                                + " they are handed on, since a plug-in may",
                        String.join(", ", unknown));
            }
        }
    }

    void onMigrated(@Observes SchemaMigrated migrated) {
        if (on) {
            TopicPublisher started = new TopicPublisher(
                    settings.topic(),
                    new KafkaTopics(pool, settings.topic(), replica.value(), TopicPublisher.LEASE),
                    () -> producers.get().open(settings),
                    loop,
                    clock,
                    random,
                    new KafkaMetrics(meters));
            publisher = started;
            sequencer.addListener(started::wake);
            started.start();
        }
    }

    /** Ends what is in flight and gives the claim to another replica. */
    public void stop() {
        TopicPublisher started = publisher;
        if (started != null) {
            started.stop();
        }
    }

    /** Whether nothing is in flight and no claim is held. */
    public boolean isStopped() {
        TopicPublisher started = publisher;
        return started == null || started.isStopped();
    }
}
