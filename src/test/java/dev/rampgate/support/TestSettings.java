package dev.rampgate.support;

import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.util.Map;

/** Settings as the application would read them, without the application. */
public final class TestSettings {

    private TestSettings() {}

    /** The defaults of a group of settings, but for these, by their whole names. */
    public static <T> T of(Class<T> group, Map<String, String> different) {
        return new SmallRyeConfigBuilder()
                .addDiscoveredConverters()
                .addDefaultInterceptors()
                .addDiscoveredInterceptors()
                .withMapping(group)
                .withSources(new PropertiesConfigSource(different, "test", 100))
                .build()
                .getConfigMapping(group);
    }
}
