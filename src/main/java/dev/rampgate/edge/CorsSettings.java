package dev.rampgate.edge;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.util.List;
import java.util.Optional;

/** Which web pages may call Rampgate. */
@ConfigMapping(prefix = "rampgate.cors")
public interface CorsSettings {

    /**
     * Origins of the company's own pages that call from another host, such as {@code https://shop.example.com}, and of its
     * apps, such as {@code capacitor://localhost}. For development {@code http://localhost:*} allows any port of the browser's own
     * machine; otherwise {@code *} and {@code null} are not allowed. An invalid origin fails startup. Unit: origins. Default: none but the host that is called.
     */
    Optional<List<String>> origins();

    /**
     * Additional headers that those pages may send, such as those of tracing libraries. Rampgate ignores them, except
     * {@code traceparent}. Unit: header names. Default: {@code traceparent, tracestate, baggage,
     * sentry-trace, b3, x-b3-traceid, x-b3-spanid, x-b3-parentspanid, x-b3-sampled, uber-trace-id, elastic-apm-traceparent,
     * x-datadog-trace-id, x-datadog-parent-id, x-datadog-origin, x-datadog-sampling-priority, newrelic, x-correlation-id,
     * x-requested-with}.
     */
    @WithDefault("traceparent, tracestate, baggage, sentry-trace, b3, x-b3-traceid, x-b3-spanid, x-b3-parentspanid,"
            + " x-b3-sampled, uber-trace-id, elastic-apm-traceparent, x-datadog-trace-id, x-datadog-parent-id,"
            + " x-datadog-origin, x-datadog-sampling-priority, newrelic, x-correlation-id, x-requested-with")
    List<String> headers();
}
