package dev.rampgate.channel.webhook;

import dev.rampgate.edge.Problem;
import dev.rampgate.edge.ProblemException;
import dev.rampgate.edge.ProblemType;
import dev.rampgate.ledger.Observation;
import dev.rampgate.reconcile.Backlog;
import dev.rampgate.reconcile.Backlog.Kept;
import dev.rampgate.reconcile.EventLoop;
import dev.rampgate.reconcile.QuarantinedException;
import dev.rampgate.reconcile.ReconcileStream;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.concurrent.TimeoutException;

/**
 * Decides when a webhook counts as taken: when its batch has committed, or, since Proof never sends it again, when the
 * database does not answer in time and it is kept in memory.
 */
@ApplicationScoped
public class WebhookIntake {

    private static final Duration RETRY_WHEN_FULL = Duration.ofSeconds(5);

    private final ReconcileStream stream;
    private final Backlog backlog;
    private final WebhookSettings settings;
    private final EventLoop timers;

    public WebhookIntake(ReconcileStream stream, Backlog backlog, WebhookSettings settings, EventLoop timers) {
        this.stream = stream;
        this.backlog = backlog;
        this.settings = settings;
        this.timers = timers;
    }

    /** Completes when the webhook may be acknowledged; fails with a 503 problem if it cannot even be kept. */
    public Uni<Void> take(Observation webhook) {
        // While others wait for the database there is no use in making Proof wait too.
        return backlog.isHolding() ? keep(webhook) : store(webhook);
    }

    private Uni<Void> store(Observation webhook) {
        return timers.within(settings.ackTimeout(), stream.offer(webhook).replaceWithVoid(), TimeoutException::new)
                .onFailure(QuarantinedException.class)
                .recoverWithNull()
                .onFailure()
                .recoverWithUni(() -> keep(webhook));
    }

    private Uni<Void> keep(Observation webhook) {
        return backlog.keep(webhook) == Kept.NOTHING
                ? Uni.createFrom()
                        .failure(new ProblemException(
                                Problem.of(ProblemType.UNAVAILABLE).withRetryAfter(RETRY_WHEN_FULL)))
                : Uni.createFrom().voidItem();
    }
}
