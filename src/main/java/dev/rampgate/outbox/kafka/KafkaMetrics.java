package dev.rampgate.outbox.kafka;

import dev.rampgate.outbox.kafka.KafkaTopics.Figures;
import dev.rampgate.outbox.kafka.PublicationException.Reason;
import dev.rampgate.telemetry.Alarms;
import dev.rampgate.telemetry.Labels;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;

/** Figures of the publication to Kafka; there are none while it is off. */
final class KafkaMetrics {

    private final Counter published;
    private final Counter expired;
    private final Counter expiredAlarm;
    private final Map<Reason, Counter> failures = new EnumMap<>(Reason.class);
    private volatile Figures figures = new Figures(0, Duration.ZERO);
    private volatile boolean publishing;

    KafkaMetrics(MeterRegistry meters) {
        this.published = Counter.builder("rampgate.outbox.kafka.published")
                .description("Events that this replica published to Kafka and the broker committed")
                .register(meters);
        this.expired = Counter.builder("rampgate.outbox.kafka.expired")
                .description("Events that the retention deleted before they were published to Kafka")
                .register(meters);
        this.expiredAlarm = Alarms.of("kafka_events_expired", meters);
        for (Reason reason : Reason.values()) {
            failures.put(
                    reason,
                    Counter.builder("rampgate.outbox.kafka.failures")
                            .description("Failed attempts to connect to Kafka or to publish a page, by reason")
                            .tag("reason", Labels.of(reason))
                            .register(meters));
        }
        Gauge.builder("rampgate.outbox.kafka.lag", this, metrics -> metrics.figures.lag())
                .description("Events of the feed that are not published to Kafka; the same at each replica")
                .register(meters);
        Gauge.builder(
                        "rampgate.outbox.kafka.age.seconds",
                        this,
                        metrics -> metrics.figures.age().toMillis() / 1_000.0)
                .description("Age of the oldest event that is not published to Kafka; the same at each replica")
                .register(meters);
        Gauge.builder("rampgate.outbox.kafka.publisher", this, metrics -> metrics.publishing ? 1 : 0)
                .description("Whether this replica is the one that publishes to Kafka")
                .register(meters);
    }

    void published(int events) {
        published.increment(events);
    }

    void expired(long events) {
        expired.increment(events);
        expiredAlarm.increment();
    }

    void failed(Reason reason) {
        failures.get(reason).increment();
    }

    void read(Figures read) {
        figures = read;
    }

    void publishing(boolean now) {
        publishing = now;
    }
}
