package dev.rampgate.outbox;

import dev.rampgate.database.ConnectionShares;
import dev.rampgate.database.ShareFullException;
import dev.rampgate.eventloop.EventLoop;
import dev.rampgate.ledger.EventType;
import dev.rampgate.outbox.EventStore.Placed;
import dev.rampgate.wire.LongPoll;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownDelayInitiatedEvent;
import io.quarkus.runtime.ShutdownEvent;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.Cancellable;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** The feed of all events, in the order of their places: a page at a time, from a cursor on. */
@ApplicationScoped
public class EventFeed {

    /** Most events of one page. */
    public static final int MOST_EVENTS = 500;

    /** Most readers of this replica that wait for an event at a time. */
    static final int MOST_WAITING = 100;

    /** Places that one statement looks through for events of some types. */
    private static final int MOST_SCANNED = 5_000;

    /** Statements of one answer; where a page ends without an event, its cursor still goes on. */
    private static final int MOST_STATEMENTS = 20;

    /** So often a reader who asks for the oldest event begins again, since that one was deleted. */
    private static final int MOST_BEGINNINGS = 3;

    /** The longest that a reader may wait while the replica shuts down. */
    private static final Duration LONGEST_WAIT_OF_SHUTDOWN = Duration.ofMillis(250);

    private final EventStore store;
    private final Statements statements;
    private final Sequencer sequencer;
    private final EventLoop loop;
    private final AtomicInteger waiting = new AtomicInteger();
    private final Counter refused;
    private final Set<Waiting> readers = ConcurrentHashMap.newKeySet();
    private volatile boolean draining;

    @Inject
    EventFeed(EventStore store, ConnectionShares shares, Sequencer sequencer, EventLoop loop, MeterRegistry meters) {
        this(store, shares::withinFeed, sequencer, loop, meters);
    }

    EventFeed(EventStore store, Sequencer sequencer, EventLoop loop, MeterRegistry meters) {
        this(store, Supplier::get, sequencer, loop, meters);
    }

    private EventFeed(
            EventStore store, Statements statements, Sequencer sequencer, EventLoop loop, MeterRegistry meters) {
        this.store = store;
        this.statements = statements;
        this.sequencer = sequencer;
        this.loop = loop;
        this.refused = Counter.builder("rampgate.outbox.feed.refused")
                .description("Readers of the feed who could not wait, since too many did")
                .register(meters);
        Gauge.builder("rampgate.outbox.feed.waiting", waiting, AtomicInteger::get)
                .description("Readers of the feed who wait for an event")
                .register(meters);
    }

    /** Sends a statement when it is its turn. */
    private interface Statements {
        <T> Uni<T> send(Supplier<Uni<T>> statement);
    }

    /** Before the server waits for requests in flight, which waiting readers are: they get their empty page at once. */
    void onDrain(@Observes ShutdownDelayInitiatedEvent delay) {
        drain();
    }

    void onShutdown(@Observes ShutdownEvent shutdown) {
        drain();
    }

    void drain() {
        draining = true;
        readers.forEach(Waiting::end);
    }

    /**
     * What a reader asks for.
     *
     * @param after the cursor of the page before; none for the oldest event that is kept
     * @param limit most events, 1 to {@value #MOST_EVENTS}
     * @param types only these; empty for all
     * @param longestWait how long to wait if there is no event, up to {@link LongPoll#LONGEST_WAIT}
     */
    public record Request(Optional<String> after, int limit, List<EventType> types, Duration longestWait) {}

    /**
     * What a reader gets.
     *
     * @param json {@code {"events": [...], "next": "..."}}
     * @param events how many events it has
     */
    public record Page(String json, int events) {}

    /** Why there is no page. */
    public static final class NoPageException extends RuntimeException {

        /** The reason. */
        public enum Reason {
            /** The cursor was never given. */
            INVALID,
            /** The events after it are older than the retention and were deleted. */
            EXPIRED,
            /** The database lost the event that it names. */
            LOST,
            /** Too many readers wait, for an event or for a connection to the database. */
            BUSY
        }

        private final transient Reason reason;

        NoPageException(Reason reason) {
            super(reason.name(), null, false, false);
            this.reason = reason;
        }

        public Reason reason() {
            return reason;
        }
    }

    /**
     * The next page, which may be empty.
     *
     * @return fails with {@link NoPageException}, or as the database fails
     */
    public Uni<Page> read(Request request) {
        return send(store::head)
                .chain(head -> start(request, head).chain(from -> readOrWait(request, from, head)))
                // Who asks for the oldest event has lost nothing when it is deleted meanwhile.
                .onFailure(failure -> request.after().isEmpty()
                        && failure instanceof NoPageException none
                        && none.reason() == NoPageException.Reason.EXPIRED)
                .retry()
                .atMost(MOST_BEGINNINGS)
                .onFailure(ShareFullException.class)
                .transform(full -> new NoPageException(NoPageException.Reason.BUSY));
    }

    private <T> Uni<T> send(Supplier<Uni<T>> statement) {
        return statements.send(statement);
    }

    private Uni<FeedCursor> start(Request request, FeedHead head) {
        if (request.after().isEmpty()) {
            return cursorAt(head.expiredPosition(), head);
        }
        FeedCursor cursor = FeedCursor.decode(request.after().get()).orElse(null);
        return cursor == null || cursor.epoch() > head.epoch() && cursor.position() == 0
                ? failure(NoPageException.Reason.INVALID)
                : valid(cursor, head);
    }

    /** The cursor, if what follows it is all there; fails otherwise. */
    private Uni<FeedCursor> valid(FeedCursor cursor, FeedHead head) {
        if (cursor.position() < head.expiredPosition()) {
            return failure(NoPageException.Reason.EXPIRED);
        }
        if (cursor.position() == 0 || cursor.position() == head.expiredPosition() && cursor.epoch() == head.epoch()) {
            return Uni.createFrom().item(cursor);
        }
        return send(() -> store.at(cursor.position()))
                .chain(found -> found.filter(event -> event.mark().equals(cursor.mark()))
                                .isPresent()
                        ? Uni.createFrom().item(cursor)
                        : failure(NoPageException.Reason.LOST));
    }

    private static <T> Uni<T> failure(NoPageException.Reason reason) {
        return Uni.createFrom().failure(new NoPageException(reason));
    }

    private Uni<Page> readOrWait(Request request, FeedCursor from, FeedHead head) {
        return scan(request, from, head, MOST_STATEMENTS).chain(found -> {
            boolean atEnd = found.events().isEmpty() && found.next().position() >= head.lastPosition();
            Duration wait = longestWait(request);
            return atEnd && !wait.isZero()
                    ? waited(request, found.next(), wait)
                    : Uni.createFrom().item(page(found));
        });
    }

    private record Found(List<Placed> events, FeedCursor next) {}

    private Uni<Found> scan(Request request, FeedCursor from, FeedHead head, int statements) {
        List<String> types = request.types().stream().map(EventType::wireName).toList();
        long to = types.isEmpty() ? head.lastPosition() : Math.min(head.lastPosition(), from.position() + MOST_SCANNED);
        if (to <= from.position()) {
            return Uni.createFrom().item(new Found(List.of(), from));
        }
        return send(() -> store.page(from.position(), to, types, request.limit()))
                .chain(part -> {
                    if (part.expiredPosition() > from.position()) {
                        // Deleted since the head was read: the page would begin behind a gap.
                        return failure(NoPageException.Reason.EXPIRED);
                    }
                    List<Placed> events = part.events();
                    if (!part.whole() || !events.isEmpty() && types.isEmpty()) {
                        return Uni.createFrom().item(new Found(events, after(events, head)));
                    }
                    return cursorAt(to, head)
                            .chain(next -> events.isEmpty() && statements > 1
                                    ? scan(request, next, head, statements - 1)
                                    : Uni.createFrom().item(new Found(events, next)));
                });
    }

    private static FeedCursor after(List<Placed> events, FeedHead head) {
        Placed last = events.get(events.size() - 1);
        return new FeedCursor(head.epoch(), last.position(), last.mark());
    }

    private Uni<FeedCursor> cursorAt(long position, FeedHead head) {
        return send(() -> store.at(position))
                .map(found -> new FeedCursor(
                        head.epoch(), position, found.map(Placed::mark).orElse("")));
    }

    // --- waiting

    /** Not zero while the replica shuts down, so that a reader who asks again at once does not keep it busy. */
    private Duration longestWait(Request request) {
        Duration wait = request.longestWait();
        return draining && wait.compareTo(LONGEST_WAIT_OF_SHUTDOWN) > 0 ? LONGEST_WAIT_OF_SHUTDOWN : wait;
    }

    /**
     * One more look when the feed has become longer, or when the time is up. The cursor is checked again: meanwhile the database may
     * have lost what it names, and another history may have become longer than the first.
     */
    private Uni<Page> waited(Request request, FeedCursor from, Duration wait) {
        if (waiting.incrementAndGet() > MOST_WAITING) {
            waiting.decrementAndGet();
            refused.increment();
            return failure(NoPageException.Reason.BUSY);
        }
        AtomicBoolean left = new AtomicBoolean();
        return longer(from.position(), wait)
                .onTermination()
                .invoke(() -> {
                    if (left.compareAndSet(false, true)) {
                        waiting.decrementAndGet();
                    }
                })
                .chain(() -> send(store::head))
                .chain(head -> valid(from, head).chain(still -> scan(request, still, head, MOST_STATEMENTS)))
                .map(EventFeed::page);
    }

    private Uni<Void> longer(long position, Duration wait) {
        return Uni.createFrom().emitter(emitter -> {
            boolean early = draining;
            Waiting one = new Waiting(position, () -> emitter.complete(null));
            emitter.onTermination(one::leave);
            one.enter(wait);
            one.look();
            if (draining && !early) {
                one.end();
            }
        });
    }

    /** One reader who waits. */
    private final class Waiting {

        private final long position;
        private final Runnable end;
        private final Runnable look = this::look;
        private Cancellable timer;
        private boolean left;

        Waiting(long position, Runnable end) {
            this.position = position;
            this.end = end;
        }

        synchronized void enter(Duration wait) {
            if (!left) {
                sequencer.addListener(look);
                readers.add(this);
                timer = loop.schedule(wait, end);
            }
        }

        synchronized void leave() {
            left = true;
            sequencer.removeListener(look);
            readers.remove(this);
            if (timer != null) {
                timer.cancel();
            }
        }

        void look() {
            if (sequencer.lastPosition() > position) {
                end();
            }
        }

        void end() {
            end.run();
        }
    }

    // --- as JSON

    /** The stored bytes with the id before them, so that all that is sent of an event is what was frozen. */
    private static Page page(Found found) {
        String json = found.events().stream()
                .map(event -> "{\"id\":\"" + event.id() + "\"," + event.body().substring(1))
                .collect(Collectors.joining(
                        ",", "{\"events\":[", "],\"next\":\"" + found.next().encode() + "\"}"));
        return new Page(json, found.events().size());
    }
}
