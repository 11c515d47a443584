package dev.rampgate.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quarkus.runtime.configuration.ConfigurationException;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TracingSwitchTest {

    private static final String ENDPOINT = "rampgate.tracing.endpoint";
    private static final String DISABLED = "quarkus.otel.sdk.disabled";

    @Test
    void withoutAnEndpointNothingIsTurnedOn() {
        assertThat(config(Map.of(DISABLED, "true")).getValue(DISABLED, String.class))
                .isEqualTo("true");
        assertThat(config(Map.of(DISABLED, "true", ENDPOINT, " ")).getValue(DISABLED, String.class))
                .isEqualTo("true");
    }

    @Test
    void anEndpointTurnsTracesOnAndIsWhereTheyGo() {
        SmallRyeConfig config = config(Map.of(DISABLED, "true", ENDPOINT, "http://collector:4318"));

        assertThat(config.getValue(DISABLED, String.class)).isEqualTo("false");
        assertThat(config.getValue("quarkus.otel.exporter.otlp.traces.endpoint", String.class))
                .isEqualTo("http://collector:4318");
    }

    @ParameterizedTest
    @ValueSource(strings = {"collector", "collector:4318", "ftp://collector", "http://", "http://a b"})
    void whatIsNoUrlIsRefusedAndNamed(String text) {
        assertThatThrownBy(() -> config(Map.of(ENDPOINT, text)))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining(ENDPOINT);
    }

    /** As application.properties stands below it. */
    private static SmallRyeConfig config(Map<String, String> settings) {
        return new SmallRyeConfigBuilder()
                .withSources(new PropertiesConfigSource(settings, "application", 250))
                .withSources(new TracingSwitch())
                .build();
    }
}
