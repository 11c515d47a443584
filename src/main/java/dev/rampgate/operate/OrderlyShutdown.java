package dev.rampgate.operate;

import dev.rampgate.channel.poll.PollChannel;
import dev.rampgate.channel.socket.SocketChannel;
import dev.rampgate.eventloop.DetachedWork;
import dev.rampgate.reconcile.Announcer;
import dev.rampgate.reconcile.Backlog;
import dev.rampgate.reconcile.EventLoop;
import dev.rampgate.reconcile.ReconcileStream;
import io.quarkus.runtime.ShutdownDelayInitiatedEvent;
import io.quarkus.runtime.ShutdownEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
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
    private static final Duration LIMIT_FOR_CALLS = Duration.ofSeconds(17);

    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(10);

    /** Before anybody takes apart what this needs. */
    private static final int FIRST = 1;

    private final PollChannel polls;
    private final SocketChannel sockets;
    private final ReconcileStream stream;
    private final Backlog backlog;
    private final Announcer announcer;
    private final DetachedWork detached;
    private final EventLoop loop;

    OrderlyShutdown(
            PollChannel polls,
            SocketChannel sockets,
            ReconcileStream stream,
            Backlog backlog,
            Announcer announcer,
            DetachedWork detached,
            EventLoop loop) {
        this.polls = polls;
        this.sockets = sockets;
        this.stream = stream;
        this.backlog = backlog;
        this.announcer = announcer;
        this.detached = detached;
        this.loop = loop;
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
        boolean done = finished.await(LIMIT.toMillis(), TimeUnit.MILLISECONDS)
                || detached.pending() > 0
                        && finished.await(LIMIT_FOR_CALLS.minus(LIMIT).toMillis(), TimeUnit.MILLISECONDS);
        if (!done) {
            complain();
        }
    }

    private void stopClaims() {
        polls.stop();
        sockets.stop();
    }

    private void look(CountDownLatch finished) {
        if (detached.pending() == 0 && polls.isStopped() && sockets.isStopped() && isStored() && announcer.isDone()) {
            finished.countDown();
        } else {
            loop.schedule(BETWEEN_LOOKS, () -> look(finished));
        }
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
            LOG.errorf(
                    "The process ends while the database does not answer: %d sessions and webhooks that were kept in memory"
                            + " are lost; polls find the news of transactions that are known",
                    stream.waiting() + backlog.size());
        }
    }
}
