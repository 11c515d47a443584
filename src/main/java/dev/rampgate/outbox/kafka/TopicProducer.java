package dev.rampgate.outbox.kafka;

import java.util.List;

/** Sends events to a topic. Every call may block, so only {@link KafkaThread} may make them. */
interface TopicProducer extends AutoCloseable {

    /**
     * Returns when the broker has committed all of them, in this order.
     *
     * @throws PublicationException if it did not, or if that is unknown; the producer is of no use then
     */
    void publish(List<PlacedEvent> events);

    /** Ends a transaction that is in flight without an outcome; the next producer aborts it. */
    @Override
    void close();
}
