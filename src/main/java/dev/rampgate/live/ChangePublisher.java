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
 * Tells this replica's readers at once, and the other replicas by {@code NOTIFY}, that transactions changed. A wake-up
 * only: a statement of its own after the commit, for inside a transaction it takes a lock that all commits of the database
 * wait for (decision 0025). What cannot be told is found by the others' fallback.
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
    private final Set<String> untold = new LinkedHashSet<>();
    /** BatchChanges on their way to {@link #untold}. */
    private final AtomicInteger coming = new AtomicInteger();

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
        announce(changed(changes));
    }

    /** Wakes the readers of these transactions, at this replica and the others, after what changed was committed. */
    public void announce(Set<String> changed) {
        if (!changed.isEmpty()) {
            hub.changed(changed, WakeUp.OWN_COMMIT);
            coming.incrementAndGet();
            loop.execute(() -> {
                keep(changed);
                coming.decrementAndGet();
            });
        }
    }

    @Override
    public boolean isDone() {
        return coming.get() == 0 && !planned;
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
            if (untold.size() < CAPACITY) {
                untold.add(id);
            } else if (!untold.contains(id)) {
                counters.unsent(1);
            }
        }
        if (!planned) {
            planned = true;
            loop.schedule(settings.notifyLinger(), this::tell);
        }
    }

    private void tell() {
        Set<String> told = Set.copyOf(untold);
        untold.clear();
        pool.preparedQuery("""
                        SELECT pg_notify($1, payload)
                        FROM unnest($2::text[]) AS notice (payload)
                        """)
                .execute(Tuple.of(
                        ChangeNotification.CHANNEL,
                        ChangeNotification.payloads(replica.value(), told).toArray(String[]::new)))
                .emitOn(loop)
                .subscribe()
                .with(rows -> next(), failure -> {
                    counters.unsent(told.size());
                    next();
                });
    }

    /** One statement at a time: what came meanwhile goes out together. */
    private void next() {
        planned = !untold.isEmpty();
        if (planned) {
            loop.schedule(settings.notifyLinger(), this::tell);
        }
    }
}
