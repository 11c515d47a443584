package dev.rampgate.channel.webhook;

import dev.rampgate.channel.Observations;
import dev.rampgate.channel.webhook.WebhookSettings.Trust;
import dev.rampgate.edge.Problem;
import dev.rampgate.edge.Problem.FieldError;
import dev.rampgate.edge.ProblemException;
import dev.rampgate.edge.ProblemType;
import dev.rampgate.ledger.Observation;
import dev.rampgate.proof.MalformedReport;
import dev.rampgate.proof.StatusReport;
import dev.rampgate.proof.StatusReports;
import dev.rampgate.reconcile.Traces;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.quarkus.runtime.Startup;
import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;
import jakarta.annotation.security.PermitAll;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

/**
 * Where Proof's webhooks come in (Proof contract, section 5). The body is advice from anybody who knows the URL, so the
 * media type does not matter and unknown fields are welcome; the answer says nothing about what is known.
 */
@Path("/proof-webhook")
@PermitAll
@Startup
@Consumes(MediaType.WILDCARD)
public class WebhookResource {

    private final WebhookKeys keys;
    private final WebhookSettings settings;
    private final WebhookSources sources;
    private final WebhookIntake intake;
    private final Observations observations;
    private final Traces traces;
    private final MeterRegistry meters;
    private final Timer acknowledged;
    private final Counter taken;
    private final Counter unavailable;
    private final Counter droppedFields;

    WebhookResource(
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
        // From the start, so that the first of them is seen to rise.
        this.taken = counter("taken", "");
        this.unavailable = counter("unavailable", "");
        this.droppedFields = meters.counter("rampgate.webhook.dropped.fields");
    }

    /** Takes a webhook at the registered URL. A wrong key or source looks like a path that does not exist. */
    @POST
    @Path("/{key}")
    public Uni<Response> keyed(@PathParam("key") String key, byte[] body, RoutingContext routing) {
        if (!sources.allow(routing)) {
            return refused("source");
        }
        if (!keys.contain(key)) {
            return refused("key");
        }
        sources.passKeyed(routing);
        return take(body, settings.trust() == Trust.AUTHORITATIVE);
    }

    /** Takes a webhook without a key, where that is allowed. */
    @POST
    public Uni<Response> open(byte[] body, RoutingContext routing) {
        if (!settings.open()) {
            return refused("closed");
        }
        if (!sources.allow(routing)) {
            return refused("source");
        }
        sources.passOpen(routing);
        return take(body, false);
    }

    private Uni<Response> take(byte[] body, boolean trusted) {
        StatusReport report;
        try {
            report = StatusReports.fromWebhook(new String(body, StandardCharsets.UTF_8));
        } catch (MalformedReport malformed) {
            count("malformed", malformed.field());
            return Uni.createFrom().failure(new ProblemException(problem(malformed)));
        }
        if (report.droppedFields() > 0) {
            droppedFields.increment(report.droppedFields());
        }
        Timer.Sample begun = Timer.start(meters);
        Observation news = observations.reported(report, trusted);
        traces.broughtByRequest(news);
        return intake.take(news)
                .invoke(() -> taken.increment())
                .onFailure()
                .invoke(() -> unavailable.increment())
                .onTermination()
                .invoke(() -> begun.stop(acknowledged))
                .map(taken -> Response.noContent().build());
    }

    private Uni<Response> refused(String why) {
        count("refused", why);
        return Uni.createFrom().failure(new ProblemException(ProblemType.NOT_FOUND));
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
