package dev.rampgate.edge;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.quarkus.opentelemetry.runtime.QuarkusContextStorage;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * Records one span for each request if tracing is on. Quarkus' own span would contain a webhook's key (path), a ticket (query)
 * and the user's address. This one contains the path template, the method and the status only.
 *
 * <p>Each request starts a new trace. A caller's {@code traceparent} becomes a link between the two traces; it decides neither
 * the trace id nor the sampling.
 */
@ApplicationScoped
public class RequestTrace {

    private record Route(Pattern path, String template) {
        Route(String template) {
            this(Pattern.compile(template.replaceAll("\\{[a-z]+}", "[^/]+")), template);
        }
    }

    /** Every public path; any other is recorded as {@value #OTHER}. */
    private static final List<Route> ROUTES = List.of(
            new Route("/session"),
            new Route("/transactions"),
            new Route("/transactions/{id}"),
            new Route("/transactions/{id}/events"),
            new Route("/transactions/{id}/socket"),
            new Route("/transactions/{id}/ticket"),
            new Route("/kyc-status"),
            new Route("/proof-webhook"),
            new Route("/proof-webhook/{key}"),
            new Route("/hand-off"),
            new Route("/hand-off/ticket"),
            new Route("/rampgate.js"));

    private static final String OTHER = "other";

    private static final TextMapGetter<HttpServerRequest> HEADERS = new TextMapGetter<>() {
        @Override
        public Iterable<String> keys(HttpServerRequest request) {
            return request.headers().names();
        }

        @Override
        public String get(HttpServerRequest request, String name) {
            return request == null ? null : request.getHeader(name);
        }
    };

    private final Tracer tracer;
    private final boolean on;

    RequestTrace(
            OpenTelemetry telemetry, @ConfigProperty(name = "rampgate.tracing.endpoint") Optional<String> endpoint) {
        this.tracer = telemetry.getTracer("rampgate");
        this.on = endpoint.isPresent();
    }

    void beforeEverything(@Observes Filters filters) {
        if (on) {
            filters.register(this::trace, FilterOrder.TRACE);
        }
    }

    private void trace(RoutingContext routing) {
        HttpServerRequest request = routing.request();
        String template = template(request.path());
        SpanBuilder builder = tracer.spanBuilder(request.method().name() + " " + template)
                .setNoParent()
                .setSpanKind(SpanKind.SERVER)
                .setAttribute("http.request.method", request.method().name())
                .setAttribute("http.route", template);
        SpanContext caller = caller(request);
        if (caller.isValid()) {
            builder.addLink(caller);
        }
        Span span = builder.startSpan();
        QuarkusContextStorage.INSTANCE.attach(
                Vertx.currentContext(), Context.root().with(span));
        routing.addEndHandler(ended -> end(span, routing.response().getStatusCode()));
        routing.next();
    }

    /** The caller's trace and span id, without {@code tracestate}, which may contain any text. */
    private static SpanContext caller(HttpServerRequest request) {
        SpanContext sent = Span.fromContext(
                        W3CTraceContextPropagator.getInstance().extract(Context.root(), request, HEADERS))
                .getSpanContext();
        return SpanContext.createFromRemoteParent(
                sent.getTraceId(), sent.getSpanId(), sent.getTraceFlags(), TraceState.getDefault());
    }

    private static void end(Span span, int status) {
        span.setAttribute("http.response.status_code", status);
        if (status >= 500) {
            span.setStatus(StatusCode.ERROR);
        }
        span.end();
    }

    /** All path templates. */
    static List<String> templates() {
        return ROUTES.stream().map(Route::template).toList();
    }

    /** The template of a path, or {@value #OTHER}. */
    static String template(String path) {
        return ROUTES.stream()
                .filter(route -> path != null && route.path().matcher(path).matches())
                .map(Route::template)
                .findFirst()
                .orElse(OTHER);
    }
}
