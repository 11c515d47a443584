package dev.rampgate.channel.webhook;

import dev.rampgate.eventloop.EventLoop;
import dev.rampgate.ledger.Observation;
import dev.rampgate.problem.Problem;
import dev.rampgate.problem.ProblemException;
import dev.rampgate.problem.ProblemType;
import dev.rampgate.reconcile.Backlog;
import dev.rampgate.reconcile.Backlog.Kept;
import dev.rampgate.reconcile.QuarantinedException;
import dev.rampgate.reconcile.ReconcileStream;
import io.quarkus.runtime.ShutdownDelayInitiatedEvent;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.time.InstantSource;

/**
 * Decides when a webhook is acknowledged: when its batch has committed, or, if the database does not answer in time, when
 * it is kept in memory. Proof never sends a webhook again.
 */
@ApplicationScoped
public class WebhookIntake {

    private static final Duration RETRY_WHEN_FULL = Duration.ofSeconds(5);

    private final ReconcileStream stream;
    private final Backlog backlog;
    private final AckDeadlines deadlines;
    private volatile boolean ending;

    public WebhookIntake(
            ReconcileStream stream, Backlog backlog, WebhookSettings settings, EventLoop timers, InstantSource clock) {
        this.stream = stream;
        this.backlog = backlog;
        this.deadlines = new AckDeadlines(settings.ackTimeout(), timers, clock);
    }

    /** The process ends soon, so memory is no safe place any more. Not called if no shutdown delay is set. */
    void onDelay(@Observes ShutdownDelayInitiatedEvent delay) {
        ending = true;
    }

    /** Completes when the webhook may be acknowledged; fails with a 503 problem if it cannot even be kept. */
    public Uni<Void> take(Observation webhook) {
        // While the database is away, Proof would wait in vain. A backlog that is not empty is no reason to skip the
        // stream: under load it would take every webhook and never become empty.
        return stream.isDatabaseAway() ? keep(webhook) : store(webhook);
    }

    private Uni<Void> store(Observation webhook) {
        return deadlines
                .within(stream.offer(webhook).replaceWithVoid())
                .onFailure(QuarantinedException.class)
                .recoverWithNull()
                .onFailure()
                .recoverWithUni(() -> keep(webhook));
    }

    /**
     * A process that ends while the database is away also keeps the webhook, since the database may come back in time. It does
     * not acknowledge it.
     */
    private Uni<Void> keep(Observation webhook) {
        boolean promised = !(ending && stream.isDatabaseAway());
        return backlog.keep(webhook) == Kept.NOTHING || !promised
                ? Uni.createFrom()
                        .failure(new ProblemException(
                                Problem.of(ProblemType.UNAVAILABLE).withRetryAfter(RETRY_WHEN_FULL)))
                : Uni.createFrom().voidItem();
    }
}
