package dev.rampgate.operate;

import dev.rampgate.channel.poll.PollChannel;
import dev.rampgate.channel.socket.SocketChannel;
import dev.rampgate.eventloop.DetachedWork;
import dev.rampgate.eventloop.EventLoop;
import dev.rampgate.reconcile.Backlog;
import dev.rampgate.reconcile.CommitListeners;
import dev.rampgate.reconcile.ReconcileSettings;
import dev.rampgate.reconcile.ReconcileStream;
import io.quarkus.runtime.ShutdownDelayInitiatedEvent;
import io.quarkus.runtime.ShutdownEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/**
 * The end of the service, in its order. At once: nothing more is claimed, and what is held is given back, so that other
 * replicas go on. During {@code quarkus.shutdown.delay} and until every request is answered, which Quarkus sees to,
 * webhooks and users are served. At last everything that was accepted is committed and told of.
 */
@ApplicationScoped
class OrderlyShutdown {

    private static final Logger LOG = Logger.getLogger(OrderlyShutdown.class);

    /** Longer than the deadline of a batch, and than one attempt of a call to Proof. */
    private static final Duration LIMIT = Duration.ofSeconds(6);

    /** Longer than opening a session may take by default, for what clients that hung up have begun. */
    static final Duration LIMIT_FOR_CALLS = Duration.ofSeconds(17);

    /** So many ids stand in one line of what was lost. */
    private static final int IDS_PER_LINE = 50;

    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(10);

    /** Before anybody takes apart what this needs. */
    private static final int FIRST = 1;

    private final PollChannel polls;
    private final SocketChannel sockets;
    private final ReconcileStream stream;
    private final Backlog backlog;
    private final CommitListeners listeners;
    private final DetachedWork detached;
    private final EventLoop loop;
    private final Duration databaseWait;

    OrderlyShutdown(
            PollChannel polls,
            SocketChannel sockets,
            ReconcileStream stream,
            Backlog backlog,
            CommitListeners listeners,
            DetachedWork detached,
            EventLoop loop,
            ReconcileSettings settings) {
        this.polls = polls;
        this.sockets = sockets;
        this.stream = stream;
        this.backlog = backlog;
        this.listeners = listeners;
        this.detached = detached;
        this.loop = loop;
        this.databaseWait = settings.shutdownWait();
    }

    /** The first moment; not called where there is no delay. */
    void onDelay(@Observes ShutdownDelayInitiatedEvent delay) {
        stopClaims();
    }

    /** No request is under way any more. Runs on the thread that ends the process, the only one that may wait. */
    void onShutdown(@Observes @Priority(FIRST) ShutdownEvent shutdown) throws InterruptedException {
        stopClaims();
        CountDownLatch finished = new CountDownLatch(1);
        look(finished);
        long begun = System.nanoTime();
        boolean done = finished.await(LIMIT.toMillis(), TimeUnit.MILLISECONDS)
                || detached.pending() > 0
                        && finished.await(LIMIT_FOR_CALLS.minus(LIMIT).toMillis(), TimeUnit.MILLISECONDS);
        if (!done && !isStored()) {
            done = awaitDatabase(finished, databaseWait.minusNanos(System.nanoTime() - begun));
        }
        if (!done) {
            complain();
        }
    }

    /** What was acknowledged is worth more than a quick end; new requests are refused meanwhile. */
    private boolean awaitDatabase(CountDownLatch finished, Duration left) throws InterruptedException {
        if (left.isNegative() || left.isZero()) {
            return false;
        }
        LOG.warnf(
                "%d sessions and webhooks wait in memory for the database: the end waits for it, at most %d s more",
                kept(), left.toSeconds());
        return finished.await(left.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void stopClaims() {
        polls.stop();
        sockets.stop();
    }

    private void look(CountDownLatch finished) {
        if (detached.pending() == 0 && polls.isStopped() && sockets.isStopped() && isStored() && listeners.isDone()) {
            finished.countDown();
        } else {
            loop.schedule(BETWEEN_LOOKS, () -> look(finished));
        }
    }

    private int kept() {
        return stream.waiting() + backlog.size();
    }

    private boolean isStored() {
        return stream.waiting() == 0 && !backlog.isHolding();
    }

    private void complain() {
        if (detached.pending() > 0) {
            LOG.warnf(
                    "The process ends while %d calls of clients that hung up are in flight; sessions that Proof opens for"
                            + " them are not stored",
                    detached.pending());
        }
        if (isStored()) {
            LOG.warn(
                    "The end did not wait longer for calls to Proof or for leases; other replicas take over in a lease");
        } else {
            List<String> ids = backlog.transactionIds();
            LOG.errorf(
                    "The process ends while the database does not answer: %d sessions and webhooks that were kept in memory"
                            + " are lost, about %d transactions. Polls find what happened to those that are recorded; for the"
                            + " others call POST /operate/transactions/{id}/poll. Their ids follow",
                    kept(), ids.size());
            for (int start = 0; start < ids.size(); start += IDS_PER_LINE) {
                LOG.errorf(
                        "Lost: observations of transactions %s",
                        String.join(" ", ids.subList(start, Math.min(start + IDS_PER_LINE, ids.size()))));
            }
        }
    }
}
