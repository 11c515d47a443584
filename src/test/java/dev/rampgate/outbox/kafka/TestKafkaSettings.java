package dev.rampgate.outbox.kafka;

import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.util.HashMap;
import java.util.Map;

/** Settings as the configuration reads them. */
final class TestKafkaSettings {

    private TestKafkaSettings() {}

    /** @param more names without their prefix, and values */
    static KafkaSettings of(String brokers, String topic, Map<String, String> more) {
        Map<String, String> all = new HashMap<>();
        all.put("rampgate.outbox.kafka.bootstrap-servers", brokers);
        all.put("rampgate.outbox.kafka.topic", topic);
        more.forEach((name, value) -> all.put("rampgate.outbox.kafka." + name, value));
        return new SmallRyeConfigBuilder()
                .withMapping(KafkaSettings.class)
                .withSources(new PropertiesConfigSource(all, "test", 100))
                .build()
                .getConfigMapping(KafkaSettings.class);
    }
}
