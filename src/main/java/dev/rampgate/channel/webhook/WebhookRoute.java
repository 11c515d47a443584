package dev.rampgate.channel.webhook;

import dev.rampgate.channel.Observations;
import dev.rampgate.channel.webhook.WebhookSettings.Trust;
import dev.rampgate.edge.FilterOrder;
import dev.rampgate.ledger.Observation;
import dev.rampgate.problem.Problem;
import dev.rampgate.problem.Problem.FieldError;
import dev.rampgate.problem.ProblemException;
import dev.rampgate.problem.ProblemType;
import dev.rampgate.proof.MalformedReport;
import dev.rampgate.proof.StatusReport;
import dev.rampgate.proof.StatusReports;
import dev.rampgate.telemetry.Traces;
import dev.rampgate.wire.SecretSet;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.impl.ContextInternal;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

/**
 * {@code POST /proof-webhook/{key}}: where Proof's webhooks come in (Proof contract, section 5). Every sender who
 * knows the URL is accepted, so the body is only a hint: the media type does not matter, unknown fields are ignored, and the
 * answer does not reveal what the ledger knows. A filter before all routes, since no other path is called as often (decision 0050).
 */
@ApplicationScoped
class WebhookRoute {

    private static final String OPEN_PATH = "/proof-webhook";
    private static final String KEYED_PATHS = OPEN_PATH + "/";

    private final SecretSet keys;
    private final WebhookSettings settings;
    private final WebhookSources sources;
    private final WebhookIntake intake;
    private final Observations observations;
    private final Traces traces;
    private final MeterRegistry meters;
    private final Timer acknowledged;
    private final Counter taken;
    private final Counter unavailable;

    WebhookRoute(
            WebhookSettings settings,
            WebhookSources sources,
            WebhookIntake intake,
            Observations observations,
            Traces traces,
            MeterRegistry meters) {
        this.keys = WebhookKeys.of(settings.keys().orElse(List.of()));
        this.settings = settings;
        this.sources = sources;
        this.intake = intake;
        this.observations = observations;
        this.traces = traces;
        this.meters = meters;
        this.acknowledged = Timer.builder("rampgate.webhook.ack")
                .description("From a webhook's whole body to its answer")
                .serviceLevelObjectives(
                        Duration.ofMillis(5),
                        Duration.ofMillis(20),
                        Duration.ofMillis(100),
                        Duration.ofMillis(500),
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(2))
                .register(meters);
        // Registered at the start, so that rates include the first one.
        this.taken = counter("taken", "");
        this.unavailable = counter("unavailable", "");
    }

    void beforeAllRoutes(@Observes Filters filters) {
        filters.register(this::enter, FilterOrder.WEBHOOK);
    }

    private void enter(RoutingContext routing) {
        String normalized = routing.normalizedPath();
        // A slash at the end changes nothing: Proof repeats no webhook, so a URL that was registered with one must
        // work.
        String path = normalized.endsWith("/") ? normalized.substring(0, normalized.length() - 1) : normalized;
        boolean open = path.equals(OPEN_PATH);
        boolean keyed = !open && path.startsWith(KEYED_PATHS) && path.indexOf('/', KEYED_PATHS.length()) < 0;
        if (!open && !keyed) {
            routing.next();
        } else if (routing.request().method() != HttpMethod.POST) {
            refuseMethod(routing);
        } else if (open) {
            open(routing);
        } else {
            keyed(routing, path.substring(KEYED_PATHS.length()));
        }
    }

    /**
     * Takes a webhook at the registered URL. With a wrong key or source the path does not seem to exist.
     *
     * @param key as in the path: a normalized path percent-encodes no character that a key can have
     */
    private void keyed(RoutingContext routing, String key) {
        if (!sources.allow(routing)) {
            refuse(routing, "source");
        } else if (!keys.contains(key)) {
            refuse(routing, "key");
        } else {
            sources.passKeyed(routing);
            take(routing, settings.trust() == Trust.AUTHORITATIVE);
        }
    }

    /** Takes a webhook without a key, where that is allowed. */
    private void open(RoutingContext routing) {
        if (!settings.open()) {
            refuse(routing, "closed");
        } else if (!sources.allow(routing)) {
            refuse(routing, "source");
        } else {
            sources.passOpen(routing);
            take(routing, false);
        }
    }

    private void take(RoutingContext routing, boolean trusted) {
        StatusReport report;
        try {
            report = StatusReports.fromWebhook(text(routing.body().buffer()));
        } catch (MalformedReport malformed) {
            count("malformed", malformed.field());
            routing.fail(new ProblemException(problem(malformed)));
            return;
        }
        Observation observation = observations.reported(report, trusted);
        traces.broughtByRequest(observation);
        Timer.Sample begun = Timer.start(meters);
        ContextInternal loop = ContextInternal.current();
        // The wait ends on another event loop: the stream's, or a timer's.
        intake.take(observation)
                .subscribe()
                .with(
                        kept -> loop.emit(ignored -> acknowledge(routing, begun)),
                        failure -> loop.emit(ignored -> giveUp(routing, begun, failure)));
    }

    private void acknowledge(RoutingContext routing, Timer.Sample begun) {
        begun.stop(acknowledged);
        taken.increment();
        HttpServerResponse response = routing.response();
        if (!response.closed()) {
            response.setStatusCode(204).end();
        }
    }

    private void giveUp(RoutingContext routing, Timer.Sample begun, Throwable failure) {
        begun.stop(acknowledged);
        unavailable.increment();
        routing.fail(failure);
    }

    private void refuse(RoutingContext routing, String why) {
        count("refused", why);
        routing.fail(new ProblemException(ProblemType.NOT_FOUND));
    }

    private static void refuseMethod(RoutingContext routing) {
        routing.response().putHeader(HttpHeaders.ALLOW, "POST");
        routing.fail(new ProblemException(ProblemType.METHOD_NOT_ALLOWED));
    }

    private static String text(Buffer body) {
        return body == null ? "" : body.toString(StandardCharsets.UTF_8);
    }

    private void count(String result, String detail) {
        counter(result, detail).increment();
    }

    private Counter counter(String result, String detail) {
        return meters.counter("rampgate.webhooks", "result", result, "detail", detail);
    }

    private static Problem problem(MalformedReport malformed) {
        return malformed.field().equals(MalformedReport.WHOLE)
                ? Problem.of(ProblemType.MALFORMED_BODY, "The body " + malformed.problem())
                : Problem.of(ProblemType.INVALID_REQUEST)
                        .withErrors(List.of(new FieldError(malformed.field(), malformed.problem())));
    }
}
