package dev.rampgate.outbox;

import dev.rampgate.database.migration.SchemaMigrated;
import dev.rampgate.eventloop.EventLoop;
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
import java.util.Set;
import java.util.concurrent.CopyOnWriteArraySet;
import java.util.random.RandomGenerator;
import org.jboss.logging.Logger;

/**
 * Gives committed events their places in the feed. Every replica looks, after each of its own commits and at an interval; one at a
 * time gives places. A replica that finds the feed shorter than it was begins a new epoch: the database has lost commits.
 */
@ApplicationScoped
public class Sequencer {

    private static final Logger LOG = Logger.getLogger(Sequencer.class);

    private final EventStore store;
    private final Ticker ticker;
    private final Set<Runnable> listeners = new CopyOnWriteArraySet<>();
    private final Counter placed;
    private final Counter epochs;
    private volatile FeedHead known;

    @Inject
    Sequencer(EventStore store, OutboxSettings settings, EventLoop loop, RandomGenerator random, MeterRegistry meters) {
        this(store, settings.interval(), loop, random, meters);
    }

    Sequencer(EventStore store, Duration interval, EventLoop loop, RandomGenerator random, MeterRegistry meters) {
        this.store = store;
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

    /** Has the listener called whenever the feed has become longer. */
    public void addListener(Runnable listener) {
        listeners.add(listener);
    }

    public void removeListener(Runnable listener) {
        listeners.remove(listener);
    }

    /** One round; never two at once, since a head that was read earlier would look like a loss. */
    Uni<Void> round() {
        return store.head().chain(this::look);
    }

    private Uni<Void> look(FeedHead head) {
        FeedHead before = known;
        if (before != null && head.isBehind(before)) {
            return begin(head, before);
        }
        known = head;
        if (before != null && head.lastPosition() != before.lastPosition()) {
            listeners.forEach(Runnable::run);
        }
        return head.unplaced() ? place(head) : Uni.createFrom().voidItem();
    }

    /** Looks once more afterwards: for what it placed, and for what was committed meanwhile. */
    private Uni<Void> place(FeedHead head) {
        return store.place(head.epoch(), head.lastPosition())
                .invoke(number -> placed.increment(number))
                .chain(number -> number > 0 ? round() : Uni.createFrom().voidItem());
    }

    private Uni<Void> begin(FeedHead head, FeedHead before) {
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
                })
                .chain(this::round);
    }
}
