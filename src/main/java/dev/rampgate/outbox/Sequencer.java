package dev.rampgate.outbox;

import dev.rampgate.database.Columns;
import dev.rampgate.database.migration.SchemaMigrated;
import dev.rampgate.eventloop.EventLoop;
import dev.rampgate.eventloop.SteadyClock;
import dev.rampgate.eventloop.Ticker;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArraySet;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.random.RandomGenerator;
import org.jboss.logging.Logger;

/**
 * Gives committed events their places in the feed. Every replica looks, after each of its own commits and at an interval; one at a
 * time gives places. A replica that finds the feed shorter than it was begins a new epoch: the database has lost commits.
 */
@ApplicationScoped
public class Sequencer {

    private static final Logger LOG = Logger.getLogger(Sequencer.class);

    /** So often a round gives places; another one follows if there is more. */
    static final int MOST_PLACINGS = 20;

    /** At least between two looks for who is writing events. */
    private static final Duration BETWEEN_NOTES = Duration.ofSeconds(1);

    private final EventStore store;
    private final Ticker ticker;
    private final Set<Runnable> listeners = new CopyOnWriteArraySet<>();
    private final InstantSource clock;
    /** For pauses, which must not last longer where the clock is set back. */
    private final InstantSource steady;

    private final Runnable onPlaced;
    private final Counter placed;
    private final Counter epochs;
    private final SearchStart searchStart = new SearchStart();
    private final AtomicBoolean inRound = new AtomicBoolean();
    private Instant writersNotedAt = Instant.EPOCH;
    private volatile FeedHead known;

    @Inject
    Sequencer(
            EventStore store,
            OutboxSettings settings,
            EventLoop loop,
            InstantSource clock,
            RandomGenerator random,
            FeedNotifier notifier,
            MeterRegistry meters) {
        this(store, settings.interval(), loop, clock, random, notifier::placed, meters);
    }

    Sequencer(EventStore store, Duration interval, EventLoop loop, RandomGenerator random, MeterRegistry meters) {
        this(store, interval, loop, InstantSource.system(), random, () -> {}, meters);
    }

    /** @param onPlaced called after a commit that gave places */
    Sequencer(
            EventStore store,
            Duration interval,
            EventLoop loop,
            InstantSource clock,
            RandomGenerator random,
            Runnable onPlaced,
            MeterRegistry meters) {
        this.store = store;
        this.clock = clock;
        this.steady = new SteadyClock(clock);
        this.onPlaced = onPlaced;
        this.ticker = new Ticker("event sequencer", loop, interval, this::round, random);
        this.placed = Counter.builder("rampgate.outbox.placed")
                .description("Events that this replica gave a place in the feed")
                .register(meters);
        this.epochs = Counter.builder("rampgate.outbox.epochs")
                .description("Epochs that this replica began, since the database had lost commits")
                .register(meters);
        Gauge.builder("rampgate.outbox.position", this, sequencer -> sequencer.lastPosition())
                .description("The last place of the feed that this replica knows of")
                .register(meters);
        Gauge.builder("rampgate.outbox.feed.lag.seconds", this, Sequencer::lag)
                .description("Age of the oldest committed event that has no place in the feed yet")
                .register(meters);
    }

    void onMigrated(@Observes SchemaMigrated migrated) {
        ticker.start();
    }

    void onShutdown(@Observes ShutdownEvent shutdown) {
        ticker.stop();
    }

    /** Looks at once. Call it after a commit that has events; safe from any thread. */
    public void wake() {
        ticker.wake();
    }

    /** The last place that this replica knows of; 0 before its first look. */
    long lastPosition() {
        FeedHead last = known;
        return last == null ? 0 : last.lastPosition();
    }

    /** The ledger's epoch, as this replica knows it; none before its first look. */
    public OptionalLong epoch() {
        FeedHead last = known;
        return last == null ? OptionalLong.empty() : OptionalLong.of(last.epoch());
    }

    /** Looks at once if anything here waits for events. Call it when another replica has placed some; safe from any thread. */
    void wakeIfAwaited() {
        if (!listeners.isEmpty()) {
            ticker.wake();
        }
    }

    private double lag() {
        FeedHead last = known;
        return last == null || last.oldestUnplaced() == null
                ? 0
                : Math.max(
                        0,
                        Columns.seconds(Duration.between(last.oldestUnplaced().decidedAt(), clock.instant())));
    }

    /** Has the listener called whenever the feed has become longer. */
    public void addListener(Runnable listener) {
        listeners.add(listener);
    }

    public void removeListener(Runnable listener) {
        listeners.remove(listener);
    }

    /** One round; never two at once, since a head that was read earlier would look like a loss. */
    Uni<Void> round() {
        return Uni.createFrom().deferred(() -> {
            if (!inRound.compareAndSet(false, true)) {
                throw new IllegalStateException("a round of the event sequencer is in flight");
            }
            return look(MOST_PLACINGS).onTermination().invoke(() -> inRound.set(false));
        });
    }

    private Uni<Void> look(int placings) {
        FeedHead before = known;
        return store.head(before == null ? 0 : before.lastPosition(), searchStart.number())
                .chain(seen -> before != null && seen.head().hasLost(before, seen.mark())
                        ? begin(seen.head(), before, placings)
                        : goOn(seen.head(), before, placings));
    }

    private Uni<Void> goOn(FeedHead head, FeedHead before, int placings) {
        if (before != null && head.epoch() != before.epoch()) {
            // Another replica has found that commits were lost: their numbers are given again, and this search began
            // behind some.
            known = null;
            searchStart.reset();
            return look(placings);
        }
        known = head;
        if (before == null || head.lastPosition() != before.lastPosition()) {
            listeners.forEach(Runnable::run);
        }
        searchStart.searched(head.unplaced() ? head.oldestUnplaced().number() - 1 : Long.MAX_VALUE);
        return noteWriters(head).chain(() -> {
            if (head.unplaced() && placings > 0) {
                return place(head, placings);
            }
            if (head.unplaced()) {
                // While batches commit all the time this has no end, and a round must have one.
                ticker.wake();
            }
            return Uni.createFrom().voidItem();
        });
    }

    /** Now and then, and only if events were placed. */
    private Uni<Void> noteWriters(FeedHead head) {
        Instant now = steady.instant();
        if (!searchStart.mayMove(head.lastNumber()) || now.isBefore(writersNotedAt.plus(BETWEEN_NOTES))) {
            return Uni.createFrom().voidItem();
        }
        writersNotedAt = now;
        return store.writers()
                .invoke(writers -> searchStart.writing(head.lastNumber(), writers))
                .onFailure()
                .invoke(failure -> LOG.debug("The search for events without a place begins where it began", failure))
                .onFailure()
                .recoverWithNull()
                .replaceWithVoid();
    }

    /** Looks once more afterwards: for what it placed, and for what was committed meanwhile. */
    private Uni<Void> place(FeedHead head, int placings) {
        return store.place(head.epoch(), head.lastPosition(), searchStart.number())
                .chain(number -> {
                    if (number == 0) {
                        return Uni.createFrom().voidItem();
                    }
                    placed.increment(number);
                    onPlaced.run();
                    return look(placings - 1);
                });
    }

    private Uni<Void> begin(FeedHead head, FeedHead before, int placings) {
        return store.beginEpochAfter(head.epoch())
                .invoke(begun -> {
                    if (begun) {
                        epochs.increment();
                        LOG.errorf(
                                "The database has lost commits: the feed ended at %d and now ends at %d. A new epoch begins;"
                                        + " consumers that had read further get 410 and must compare their state",
                                before.lastPosition(), head.lastPosition());
                    }
                    known = null;
                    searchStart.reset();
                })
                .chain(() -> look(placings));
    }
}
