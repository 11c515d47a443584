package dev.rampgate.live;

import dev.rampgate.database.ReplicaId;
import dev.rampgate.eventloop.EventLoop;
import dev.rampgate.ledger.Transition;
import dev.rampgate.ledger.TransitionMark;
import dev.rampgate.live.LiveCounters.WakeUp;
import dev.rampgate.reconcile.BatchChanges;
import dev.rampgate.reconcile.CommitListener;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Publishes that transactions changed: at once to the readers of this replica, and by {@code NOTIFY} to the other replicas. A
 * notification only wakes the others up. It is a separate statement after the commit, since inside a transaction {@code NOTIFY}
 * takes a lock on which all commits of the database wait (decision 0025). The fallback of the other replicas finds changes
 * whose notification failed.
 */
@ApplicationScoped
public class ChangePublisher implements CommitListener {

    private static final int CAPACITY = 20_000;

    private final LiveHub hub;
    private final Pool pool;
    private final ReplicaId replica;
    private final LiveSettings settings;
    private final LiveCounters counters;
    private final EventLoop loop;
    private final Set<String> unpublished = new LinkedHashSet<>();
    /** Calls of {@link #publish} whose ids are not yet in {@link #unpublished}. */
    private final AtomicInteger arriving = new AtomicInteger();

    private volatile boolean planned;

    ChangePublisher(
            LiveHub hub, Pool pool, ReplicaId replica, LiveSettings settings, LiveCounters counters, EventLoop loop) {
        this.hub = hub;
        this.pool = pool;
        this.replica = replica;
        this.settings = settings;
        this.counters = counters;
        this.loop = loop;
    }

    @Override
    public void committed(BatchChanges changes) {
        publish(changed(changes));
    }

    /** Wakes the readers of these transactions, at all replicas. Call it after the commit. */
    public void publish(Set<String> changed) {
        if (!changed.isEmpty()) {
            hub.changed(changed, WakeUp.OWN_COMMIT);
            arriving.incrementAndGet();
            loop.execute(() -> {
                keep(changed);
                arriving.decrementAndGet();
            });
        }
    }

    @Override
    public boolean isDone() {
        return arriving.get() == 0 && !planned;
    }

    private static Set<String> changed(BatchChanges changes) {
        return Stream.concat(
                        changes.transitions().stream().map(Transition::transactionId),
                        changes.marks().stream()
                                .filter(mark -> mark.confirmedAt() != null)
                                .map(TransitionMark::transactionId))
                .collect(Collectors.toSet());
    }

    private void keep(Set<String> changed) {
        for (String id : changed) {
            if (unpublished.size() < CAPACITY) {
                unpublished.add(id);
            } else if (!unpublished.contains(id)) {
                counters.unsent(1);
            }
        }
        if (!planned) {
            planned = true;
            loop.schedule(settings.notifyLinger(), this::send);
        }
    }

    private void send() {
        Set<String> sent = Set.copyOf(unpublished);
        unpublished.clear();
        pool.preparedQuery("""
                        SELECT pg_notify($1, payload)
                        FROM unnest($2::text[]) AS notification (payload)
                        """)
                .execute(Tuple.of(
                        ChangeNotification.CHANNEL,
                        ChangeNotification.payloads(replica.value(), sent).toArray(String[]::new)))
                .emitOn(loop)
                .subscribe()
                .with(rows -> next(), failure -> {
                    counters.unsent(sent.size());
                    next();
                });
    }

    /** One statement at a time: changes that arrive meanwhile are sent together. */
    private void next() {
        planned = !unpublished.isEmpty();
        if (planned) {
            loop.schedule(settings.notifyLinger(), this::send);
        }
    }
}
