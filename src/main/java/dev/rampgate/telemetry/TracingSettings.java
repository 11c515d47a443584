package dev.rampgate.telemetry;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.util.Optional;

/** Settings of traces. {@link TracingSwitch} hands them to OpenTelemetry. */
@ConfigMapping(prefix = "rampgate.tracing")
public interface TracingSettings {

    /**
     * Where traces go: an OpenTelemetry collector's OTLP over HTTP, such as {@code http://collector:4318}. Unit: URL. Default:
     * none, no traces.
     */
    Optional<String> endpoint();

    /** Part of the traces that is kept, from 0 to 1. Unit: share. Default: {@code 1}. */
    @WithDefault("1")
    double ratio();
}
