package dev.rampgate.outbox.kafka;

import java.util.Set;

/** What Kafka's client does for us. There is none in a build without Kafka ({@code -Dwithout-kafka}). */
interface TopicProducers {

    /**
     * Checks the settings as Kafka does, without a connection.
     *
     * @return properties that Kafka's producer does not know and that may be meant for a plug-in
     * @throws io.quarkus.runtime.configuration.ConfigurationException naming the setting or the property that cannot be used
     */
    Set<String> check(KafkaSettings settings);

    /**
     * Connects, fences the producer before, and aborts the transaction that it may have left.
     *
     * @throws PublicationException if that is not possible now
     */
    TopicProducer open(KafkaSettings settings);
}
