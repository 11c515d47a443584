package dev.rampgate.backoffice.audit;

import dev.rampgate.database.migration.SchemaMigrated;
import dev.rampgate.eventloop.EventLoop;
import dev.rampgate.eventloop.Ticker;
import io.quarkus.runtime.ShutdownEvent;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * Writes calls to the audit that do not wait for their entry. Strangers can make as many refused ones as they like, so calls of the same kind within
 * {@link #INTERVAL} make one entry, which says how many they were; while the database is away, they stay counted.
 */
@ApplicationScoped
public class CountedCalls {

    /** How long calls are counted before an entry is written. */
    static final Duration INTERVAL = Duration.ofSeconds(5);

    /** Most entries of one interval; what is beyond is counted in one more, without its actor and action. */
    static final int MOST = 50;

    private static final String ANY = "any";
    private static final String OTHER = "other";

    private final AuditStore store;
    private final Ticker ticker;
    private final Map<AuditEntry, Long> counted = new LinkedHashMap<>();

    CountedCalls(AuditStore store, EventLoop loop, RandomGenerator random) {
        this.store = store;
        this.ticker = new Ticker("audit of counted calls", loop, INTERVAL, this::write, random);
    }

    void onMigrated(@Observes SchemaMigrated migrated) {
        ticker.start();
    }

    void onShutdown(@Observes ShutdownEvent shutdown) {
        ticker.stop();
    }

    /**
     * Counts a call.
     *
     * @param actor empty if the caller is unknown
     * @param role empty likewise
     * @param result the metric name of the problem that refused it, or {@link AuditEntry#DONE}
     */
    public void count(String actor, String role, String action, String result) {
        count(AuditEntry.of(actor, role, action, result, ""), 1);
    }

    private synchronized void count(AuditEntry kind, long calls) {
        AuditEntry counts =
                counted.containsKey(kind) || counted.size() < MOST ? kind : AuditEntry.of("", "", ANY, OTHER, "");
        counted.merge(counts, calls, Long::sum);
    }

    /** Writes what was counted; what cannot be written stays counted. */
    Uni<Void> write() {
        return Multi.createFrom()
                .iterable(take())
                .onItem()
                .transformToUniAndConcatenate(entry -> store.write(entry)
                        .onFailure()
                        .invoke(() -> count(entry.times(1), entry.calls()))
                        .onFailure()
                        .recoverWithNull())
                .collect()
                .last()
                .replaceWithVoid();
    }

    private synchronized List<AuditEntry> take() {
        List<AuditEntry> taken = counted.entrySet().stream()
                .map(kind -> kind.getKey().times(kind.getValue()))
                .toList();
        counted.clear();
        return taken;
    }
}
