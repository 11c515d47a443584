package dev.rampgate.operate;

import dev.rampgate.books.drift.DriftJob;
import dev.rampgate.channel.poll.PollChannel;
import dev.rampgate.channel.socket.SocketChannel;
import dev.rampgate.eventloop.DetachedWork;
import dev.rampgate.eventloop.EventLoop;
import dev.rampgate.outbox.delivery.Deliveries;
import dev.rampgate.outbox.kafka.KafkaPublisher;
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
 * Shuts the service down in order. First it stops claiming polls, sockets and deliveries and publishing to Kafka, and returns the held
 * leases, so that other replicas take over. Webhooks and users are served during {@code quarkus.shutdown.delay} and until Quarkus has finished all requests.
 * Finally it commits and publishes everything that was accepted.
 */
@ApplicationScoped
class OrderlyShutdown {

    private static final Logger LOG = Logger.getLogger(OrderlyShutdown.class);

    /** Longer than the deadline of a batch, and than one attempt of a call to Proof. */
    private static final Duration LIMIT = Duration.ofSeconds(6);

    /** Longer than opening a session may take by default, for what clients that hung up have begun. */
    static final Duration LIMIT_FOR_CALLS = Duration.ofSeconds(17);

    /** The number of transaction ids in one log line about lost observations. */
    private static final int IDS_PER_LINE = 50;

    private static final Duration CHECK_INTERVAL = Duration.ofMillis(10);

    /** Before other beans stop what this one needs. */
    private static final int FIRST = 1;

    private final PollChannel polls;
    private final DriftJob drift;
    private final SocketChannel sockets;
    private final KafkaPublisher kafka;
    private final Deliveries deliveries;
    private final ReconcileStream stream;
    private final Backlog backlog;
    private final CommitListeners listeners;
    private final DetachedWork detached;
    private final EventLoop loop;
    private final Duration databaseWait;

    OrderlyShutdown(
            PollChannel polls,
            DriftJob drift,
            SocketChannel sockets,
            KafkaPublisher kafka,
            Deliveries deliveries,
            ReconcileStream stream,
            Backlog backlog,
            CommitListeners listeners,
            DetachedWork detached,
            EventLoop loop,
            ReconcileSettings settings) {
        this.polls = polls;
        this.drift = drift;
        this.sockets = sockets;
        this.kafka = kafka;
        this.deliveries = deliveries;
        this.stream = stream;
        this.backlog = backlog;
        this.listeners = listeners;
        this.detached = detached;
        this.loop = loop;
        this.databaseWait = settings.shutdownWait();
    }

    /** The first step; not called if there is no shutdown delay. */
    void onDelay(@Observes ShutdownDelayInitiatedEvent delay) {
        stopClaims();
    }

    /** Called when no request is in flight. Runs on the thread that ends the process, the only one that may block. */
    void onShutdown(@Observes @Priority(FIRST) ShutdownEvent shutdown) throws InterruptedException {
        stopClaims();
        CountDownLatch finished = new CountDownLatch(1);
        checkFinished(finished);
        long begun = System.nanoTime();
        boolean done = finished.await(LIMIT.toMillis(), TimeUnit.MILLISECONDS)
                || detached.pending() > 0
                        && finished.await(LIMIT_FOR_CALLS.minus(LIMIT).toMillis(), TimeUnit.MILLISECONDS);
        if (!done && !isStored()) {
            done = awaitDatabase(finished, databaseWait.minusNanos(System.nanoTime() - begun));
        }
        if (!done) {
            logTimeout();
        }
    }

    /** Waits longer for acknowledged observations than for calls; new requests are refused meanwhile. */
    private boolean awaitDatabase(CountDownLatch finished, Duration left) throws InterruptedException {
        if (left.isNegative() || left.isZero()) {
            return false;
        }
        LOG.warnf(
                "%d sessions and webhooks in memory wait for the database; shutdown waits at most %d s more",
                kept(), left.toSeconds());
        return finished.await(left.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void stopClaims() {
        polls.stop();
        drift.stop();
        sockets.stop();
        kafka.stop();
        deliveries.stop();
    }

    private void checkFinished(CountDownLatch finished) {
        if (detached.pending() == 0
                && polls.isStopped()
                && drift.isStopped()
                && sockets.isStopped()
                && kafka.isStopped()
                && deliveries.isStopped()
                && isStored()
                && listeners.isDone()) {
            finished.countDown();
        } else {
            loop.schedule(CHECK_INTERVAL, () -> checkFinished(finished));
        }
    }

    private int kept() {
        return stream.waiting() + backlog.size();
    }

    private boolean isStored() {
        return stream.waiting() == 0 && !backlog.isHolding();
    }

    private void logTimeout() {
        if (detached.pending() > 0) {
            LOG.warnf(
                    "Shutdown timed out with %d calls of disconnected clients in flight; sessions that Proof opens for"
                            + " them are not stored",
                    detached.pending());
        }
        if (isStored()) {
            LOG.warn(
                    "Shutdown timed out waiting for calls to Proof, for Kafka or for leases; other replicas take over when the leases expire");
        } else {
            List<String> ids = backlog.transactionIds();
            LOG.errorf(
                    "Shutdown timed out waiting for the database: %d sessions and webhooks in memory are lost, about %d"
                            + " transactions. Polls find the status of recorded transactions; for the others call"
                            + " POST /operate/transactions/{id}/poll. Their ids follow",
                    kept(), ids.size());
            for (int start = 0; start < ids.size(); start += IDS_PER_LINE) {
                LOG.errorf(
                        "Lost observations of transactions %s",
                        String.join(" ", ids.subList(start, Math.min(start + IDS_PER_LINE, ids.size()))));
            }
        }
    }
}
