package dev.rampgate.outbox.kafka;

import jakarta.enterprise.context.ApplicationScoped;
import java.util.Set;

/** Producers of Kafka's client, of which no class is loaded before. A build without Kafka leaves this class and {@link EventProducer} out. */
@ApplicationScoped
class KafkaProducers implements TopicProducers {

    @Override
    public Set<String> check(KafkaSettings settings) {
        return EventProducer.check(settings);
    }

    @Override
    public TopicProducer open(KafkaSettings settings) {
        return EventProducer.open(settings);
    }
}
