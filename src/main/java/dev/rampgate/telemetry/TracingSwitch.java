package dev.rampgate.telemetry;

import dev.rampgate.settings.LiteralSettings;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.smallrye.config.ConfigSourceContext;
import io.smallrye.config.ConfigSourceFactory;
import io.smallrye.config.ConfigValue;
import io.smallrye.config.PropertiesConfigSource;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.eclipse.microprofile.config.spi.ConfigSource;

/**
 * Turns tracing on where {@code rampgate.tracing.endpoint} says where to; otherwise OpenTelemetry is off and does nothing.
 * Found by the configuration, as a service.
 */
public final class TracingSwitch implements ConfigSourceFactory {

    private static final String ENDPOINT = "rampgate.tracing.endpoint";

    /** Above application.properties, below everything that an operator sets. */
    private static final int ORDINAL = 260;

    @Override
    public Iterable<ConfigSource> getConfigSources(ConfigSourceContext context) {
        ConfigValue endpoint = context.getValue(ENDPOINT);
        if (endpoint == null
                || endpoint.getValue() == null
                || endpoint.getValue().isBlank()) {
            return List.of();
        }
        Map<String, String> on = Map.of(
                "quarkus.otel.sdk.disabled", "false",
                "quarkus.otel.exporter.otlp.endpoint",
                        LiteralSettings.escaped(url(endpoint.getValue().strip())),
                "quarkus.otel.exporter.otlp.traces.endpoint",
                        LiteralSettings.escaped(url(endpoint.getValue().strip())));
        return List.of(new PropertiesConfigSource(on, "tracing", ORDINAL));
    }

    private static String url(String text) {
        try {
            URI url = URI.create(text);
            if (("http".equals(url.getScheme()) || "https".equals(url.getScheme())) && url.getHost() != null) {
                return text;
            }
        } catch (IllegalArgumentException noUrl) {
            // Told below, with every other text that is none.
        }
        throw new ConfigurationException(
                ENDPOINT + " (RAMPGATE_TRACING_ENDPOINT) must be the URL of a collector's OTLP over HTTP, such as"
                        + " http://collector:4318",
                Set.of(ENDPOINT));
    }
}
