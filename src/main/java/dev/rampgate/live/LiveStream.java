package dev.rampgate.live;

import dev.rampgate.eventloop.EventLoop;
import dev.rampgate.ledger.TransactionDetails;
import dev.rampgate.live.Transport.Departure;
import dev.rampgate.problem.Problem;
import dev.rampgate.telemetry.Labels;
import dev.rampgate.telemetry.Traces;
import io.smallrye.mutiny.subscription.Cancellable;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/**
 * One reader of one transaction. The stream stores the reader's position only. The next events follow from that position and
 * the newest snapshot, so that a slow reader needs no buffer and misses nothing.
 *
 * <p>Confined to the event loop of its connection; {@link #show}, {@link #refuse} and {@link #depart} may be called on any
 * thread.
 */
final class LiveStream {

    /** The objects that all streams of a replica share. */
    record Environment(
            LiveSettings settings, InstantSource clock, RandomGenerator random, LiveCounters counters, Traces traces) {

        /** Without tracing. */
        Environment(LiveSettings settings, InstantSource clock, RandomGenerator random, LiveCounters counters) {
            this(settings, clock, random, counters, Traces.off());
        }

        private void sent(String transactionId, List<LiveEvent> events) {
            counters.sent(events);
            traces.published(
                    transactionId, Labels.of(events.get(events.size() - 1).name()));
        }
    }

    private final String transactionId;
    private final String userId;
    private final Transport transport;
    private final EventLoop loop;
    private final Environment environment;
    private final Instant openedAt;
    private final Consumer<LiveStream> onClosed;
    /** The newest snapshot that the stream has not processed. */
    private final AtomicReference<TransactionSnapshot> shown = new AtomicReference<>();
    /** The newest snapshot, until all its events are sent. */
    private TransactionSnapshot unseen;

    private EventId seen;
    private Cancellable nextBeat;
    private Cancellable patience;
    private boolean begun;
    private boolean closed;

    /**
     * @param userId the reader; null with a ticket, so that the owner reads
     * @param seen the reader's position; null at the beginning
     * @param loop the event loop of its connection
     * @param onClosed called once, when the stream has ended for any reason
     */
    LiveStream(
            String transactionId,
            String userId,
            EventId seen,
            Transport transport,
            EventLoop loop,
            Environment environment,
            Consumer<LiveStream> onClosed) {
        this.transactionId = transactionId;
        this.userId = userId;
        this.seen = seen;
        this.transport = transport;
        this.loop = loop;
        this.environment = environment;
        this.openedAt = environment.clock().instant();
        this.onClosed = onClosed;
    }

    String transactionId() {
        return transactionId;
    }

    /** Whether this reader may see a transaction of this owner; no reader may see those of an erased owner, even with a ticket. */
    boolean mayRead(String ownerId) {
        return ownerId != null
                && !TransactionDetails.isPseudonym(ownerId)
                && (userId == null || userId.equals(ownerId));
    }

    /** Passes the newest snapshot; it replaces one that the stream has not processed yet. */
    void show(TransactionSnapshot snapshot) {
        if (shown.getAndSet(snapshot) == null) {
            loop.execute(this::process);
        }
    }

    /** Ends the stream with a problem, if it has not begun. */
    void refuse(Problem problem) {
        loop.execute(() -> {
            if (close()) {
                transport.refuse(problem);
            }
        });
    }

    /** Ends the stream before its end; the reader connects again after the given time. */
    void depart(Departure why, Duration retry) {
        loop.execute(() -> leave(why, retry));
    }

    /** Call when the connection was closed. */
    void lost() {
        close();
    }

    private void process() {
        TransactionSnapshot newest = shown.getAndSet(null);
        if (closed || newest == null) {
            return;
        }
        unseen = newest;
        boolean first = !begun;
        if (first) {
            begin();
        }
        sendUnseen();
        // Shows the reader the heartbeat's interval, and that bytes arrive, even if there are no events.
        if (first && begun && !closed) {
            transport.beat();
        }
    }

    private void begin() {
        // A position ahead of the ledger, or one that no event had, cannot be continued.
        if (seen != null && unseen.last().isBefore(seen)) {
            seen = null;
        }
        if (seen != null && isOver() && seen.equals(unseen.last())) {
            if (close()) {
                transport.nothingLeft();
            }
            return;
        }
        begun = true;
        transport.open();
        transport.onWritable(this::sendUnseen);
        // The first heartbeat comes at a random time within the interval, so that streams opened together spread
        // theirs.
        nextBeat = loop.schedule(between(Duration.ZERO, environment.settings().heartbeat()), this::beat);
    }

    private void sendUnseen() {
        if (closed || unseen == null) {
            return;
        }
        if (!transport.isWritable()) {
            waitForReader();
            return;
        }
        if (patience != null) {
            patience.cancel();
            patience = null;
        }
        List<LiveEvent> events = seen == null ? List.of(unseen.state()) : unseen.after(seen);
        if (!events.isEmpty()) {
            transport.send(events);
            environment.sent(transactionId, events);
        }
        seen = unseen.last();
        if (isOver()) {
            List<LiveEvent> end = List.of(unseen.end());
            transport.send(end);
            environment.sent(transactionId, end);
            if (close()) {
                transport.end();
            }
        }
        unseen = null;
    }

    private boolean isOver() {
        Instant end = unseen.endsAt(environment.settings().terminalGrace());
        return !environment.clock().instant().isBefore(end);
    }

    private void waitForReader() {
        if (patience == null) {
            patience = loop.schedule(environment.settings().readerPatience(), this::loseReader);
        }
    }

    private void loseReader() {
        patience = null;
        if (!transport.isWritable()) {
            leave(Departure.SLOW, reconnectSoon());
        }
    }

    private void beat() {
        if (closed) {
            return;
        }
        Instant oldest =
                environment.clock().instant().minus(environment.settings().maxAge());
        if (openedAt.isBefore(oldest)) {
            leave(Departure.AGE, reconnectSoon());
        } else {
            if (transport.isWritable()) {
                transport.beat();
            } else {
                waitForReader();
            }
            nextBeat = loop.schedule(environment.settings().heartbeat(), this::beat);
        }
    }

    private Duration reconnectSoon() {
        Duration retry = environment.settings().retry();
        return between(retry.dividedBy(2), retry.plus(retry.dividedBy(2)));
    }

    private Duration between(Duration least, Duration most) {
        long spread = most.minus(least).toMillis();
        return least.plusMillis(spread > 0 ? environment.random().nextLong(spread) : 0);
    }

    private void leave(Departure why, Duration retry) {
        if (close()) {
            environment.counters().departed(why);
            if (!begun) {
                transport.open();
            }
            transport.leave(why, retry);
        }
    }

    /** Returns false if the stream was already closed. */
    private boolean close() {
        if (closed) {
            return false;
        }
        closed = true;
        unseen = null;
        stop(nextBeat);
        stop(patience);
        onClosed.accept(this);
        return true;
    }

    private static void stop(Cancellable planned) {
        if (planned != null) {
            planned.cancel();
        }
    }

    @Override
    public String toString() {
        return "LiveStream[" + transactionId
                + Optional.ofNullable(seen).map(id -> " at " + id).orElse("") + "]";
    }
}
