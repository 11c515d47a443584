package dev.rampgate.outbox.kafka;

import dev.rampgate.outbox.kafka.PublicationException.Reason;
import io.quarkus.runtime.configuration.ConfigurationException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.RecordBatchTooLargeException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.SslAuthenticationException;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * Sends events to a topic, a Kafka transaction for each page. Every call may block for as long as the timeouts of
 * {@link KafkaProperties}, so only {@link KafkaThread} may make them. The only class that knows Kafka's client, which is not
 * loaded before.
 */
final class EventProducer implements TopicProducer {

    private static final String CONTENT_TYPE = "application/json";
    private static final String SPEC_VERSION = "1.0";
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(3);
    private static final Pattern PROPERTY = Pattern.compile("configuration \"?([a-z0-9._]+)");

    private final String topic;
    private final byte[] source;
    private final KafkaProducer<String, byte[]> producer;

    private EventProducer(String topic, String source, KafkaProducer<String, byte[]> producer) {
        this.topic = topic;
        this.source = bytes(source);
        this.producer = producer;
    }

    /** As {@link TopicProducers#open}. */
    static EventProducer open(KafkaSettings settings) {
        KafkaProducer<String, byte[]> producer = null;
        try {
            producer = new KafkaProducer<>(
                    KafkaProperties.of(settings), new StringSerializer(), new ByteArraySerializer());
            producer.initTransactions();
            return new EventProducer(settings.topic(), settings.source(), producer);
        } catch (RuntimeException failure) {
            if (producer != null) {
                producer.close(Duration.ZERO);
            }
            throw explained(failure);
        }
    }

    /** As {@link TopicProducers#check}. */
    static Set<String> check(KafkaSettings settings) {
        Map<String, Object> properties = KafkaProperties.of(settings);
        try {
            // Only its checks are wanted.
            new ProducerConfig(new HashMap<>(properties)).originals();
        } catch (ConfigException wrong) {
            Matcher named = PROPERTY.matcher(String.valueOf(wrong.getMessage()));
            throw KafkaProperties.wrong(
                    settings.clientPropertiesFile().isPresent() ? "client-properties-file" : "security-protocol",
                    "makes Kafka's client refuse its properties" + (named.find() ? "; look at " + named.group(1) : ""));
        }
        Set<String> unknown = new TreeSet<>(properties.keySet());
        unknown.removeAll(ProducerConfig.configNames());
        return unknown;
    }

    @Override
    public void publish(List<PlacedEvent> events) {
        try {
            producer.beginTransaction();
            for (PlacedEvent event : events) {
                // What fails is reported by the commit, and by the next send.
                producer.send(message(event));
            }
            producer.commitTransaction();
        } catch (RuntimeException failure) {
            throw explained(failure);
        }
    }

    /** CloudEvents in binary mode: the event's attributes are headers, and the value is the body. */
    private ProducerRecord<String, byte[]> message(PlacedEvent event) {
        ProducerRecord<String, byte[]> message =
                new ProducerRecord<>(topic, event.transactionId(), bytes(event.body()));
        Headers headers = message.headers();
        headers.add("ce_specversion", bytes(SPEC_VERSION));
        headers.add("ce_id", bytes(event.id()));
        headers.add("ce_source", source);
        headers.add("ce_type", bytes(event.type()));
        headers.add("ce_time", bytes(event.createdAt().toString()));
        headers.add("content-type", bytes(CONTENT_TYPE));
        return message;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        producer.close(CLOSE_LIMIT);
    }

    // --- failures

    private static PublicationException explained(RuntimeException failure) {
        Throwable cause = failure;
        Reason reason = reason(cause);
        while (reason == Reason.OTHER && cause.getCause() != null) {
            cause = cause.getCause();
            reason = reason(cause);
        }
        Throwable shown = reason == Reason.OTHER ? failure : cause;
        return new PublicationException(reason, detail(shown));
    }

    /** Our own messages name a setting; those of Kafka may quote a value. */
    private static String detail(Throwable failure) {
        return failure instanceof ConfigurationException
                ? failure.getMessage()
                : failure.getClass().getSimpleName();
    }

    private static Reason reason(Throwable failure) {
        if (failure instanceof ProducerFencedException || failure instanceof InvalidProducerEpochException) {
            return Reason.FENCED;
        }
        if (failure instanceof AuthenticationException || failure instanceof SslAuthenticationException) {
            return Reason.AUTHENTICATION;
        }
        if (failure instanceof AuthorizationException) {
            return Reason.AUTHORIZATION;
        }
        if (failure instanceof ConfigException || failure instanceof ConfigurationException) {
            return Reason.CONFIGURATION;
        }
        if (failure instanceof RecordTooLargeException
                || failure instanceof RecordBatchTooLargeException
                || failure instanceof InvalidTopicException
                || failure instanceof InvalidConfigurationException) {
            return Reason.REFUSED;
        }
        return failure instanceof RetriableException ? Reason.UNAVAILABLE : Reason.OTHER;
    }
}
