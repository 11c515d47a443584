package dev.rampgate.edge;

import dev.rampgate.edge.address.ClientAddressSettings;
import dev.rampgate.problem.ProblemAnswers;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.configuration.DurationConverter;
import io.quarkus.runtime.configuration.MemorySize;
import io.quarkus.runtime.configuration.MemorySizeConverter;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Parts of the edge without a container. */
final class EdgeFixtures {

    static final int PUBLIC_PORT = 18_080;
    static final int MANAGEMENT_PORT = 19_000;

    static final int MAX_CONNECTIONS = 10;
    static final String PROXY = "10.0.0.1";

    private EdgeFixtures() {}

    /** @param settings names and values in turn */
    static EdgeSettings settings(String... settings) {
        SmallRyeConfigBuilder builder = new SmallRyeConfigBuilder()
                .withConverter(MemorySize.class, 100, new MemorySizeConverter())
                .withConverter(Duration.class, 100, new DurationConverter())
                .withMapping(EdgeSettings.class);
        for (int i = 0; i < settings.length; i += 2) {
            builder.withDefaultValue(settings[i], settings[i + 1]);
        }
        SmallRyeConfig config = builder.build();
        return config.getConfigMapping(EdgeSettings.class);
    }

    /** @param settings names and values in turn */
    static ConnectionLimits limits(MeterRegistry meters, String... settings) {
        EdgeSettings edge = settings(settings);
        return new ConnectionLimits(
                edge,
                new ProblemAnswers(meters, routing -> "Bearer"),
                meters,
                new ConnectionsByAddress(edge, new OneProxy(), false),
                MAX_CONNECTIONS,
                MANAGEMENT_PORT);
    }

    private static final class OneProxy implements ClientAddressSettings {
        @Override
        public Optional<List<String>> trustedProxies() {
            return Optional.of(List.of(PROXY));
        }

        @Override
        public String header() {
            return "X-Forwarded-For";
        }
    }
}
