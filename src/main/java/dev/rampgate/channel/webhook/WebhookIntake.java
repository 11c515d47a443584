package dev.rampgate.channel.webhook;

import dev.rampgate.edge.Problem;
import dev.rampgate.edge.ProblemException;
import dev.rampgate.edge.ProblemType;
import dev.rampgate.ledger.Observation;
import dev.rampgate.reconcile.Backlog;
import dev.rampgate.reconcile.Backlog.Kept;
import dev.rampgate.reconcile.QuarantinedException;
import dev.rampgate.reconcile.ReconcileStream;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;

/**
 * Decides when a webhook counts as taken: when its batch has committed, or, since Proof never sends it again, when the
 * database does not answer in time and it is kept in memory.
 */
@ApplicationScoped
class WebhookIntake {

    private static final Duration RETRY_WHEN_FULL = Duration.ofSeconds(5);

    private final ReconcileStream stream;
    private final Backlog backlog;
    private final WebhookSettings settings;

    WebhookIntake(ReconcileStream stream, Backlog backlog, WebhookSettings settings) {
        this.stream = stream;
        this.backlog = backlog;
        this.settings = settings;
    }

    /** Completes when the webhook may be acknowledged; fails with a 503 problem if it cannot even be kept. */
    Uni<Void> take(Observation webhook) {
        // While others wait for the database there is no use in making Proof wait too.
        return backlog.isHolding() ? keep(webhook) : store(webhook);
    }

    private Uni<Void> store(Observation webhook) {
        return stream.offer(webhook)
                .replaceWithVoid()
                .ifNoItem()
                .after(settings.ackTimeout())
                .fail()
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
