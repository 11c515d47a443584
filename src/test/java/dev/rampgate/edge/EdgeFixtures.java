package dev.rampgate.edge;

import dev.rampgate.problem.ProblemAnswers;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.configuration.DurationConverter;
import io.quarkus.runtime.configuration.MemorySize;
import io.quarkus.runtime.configuration.MemorySizeConverter;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.time.Duration;

/** Parts of the edge without a container. */
final class EdgeFixtures {

    static final int PUBLIC_PORT = 18_080;
    static final int MANAGEMENT_PORT = 19_000;

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
        return new ConnectionLimits(
                settings(settings), new ProblemAnswers(meters, routing -> "Bearer"), meters, MANAGEMENT_PORT);
    }
}
