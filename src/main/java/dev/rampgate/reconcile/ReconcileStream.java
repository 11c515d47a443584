package dev.rampgate.reconcile;

import dev.rampgate.eventloop.EventLoop;
import dev.rampgate.ledger.Channel;
import dev.rampgate.ledger.LedgerRules;
import dev.rampgate.ledger.Observation;
import dev.rampgate.ledger.Outcome;
import dev.rampgate.reconcile.LedgerStore.Recorded;
import dev.rampgate.reconcile.LedgerStore.UnitOfWork;
import dev.rampgate.reconcile.StoreException.Kind;
import dev.rampgate.telemetry.LogContext;
import dev.rampgate.telemetry.ThrottledLog;
import dev.rampgate.telemetry.Traces;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/**
 * The one stream: every channel hands its observations to it, and it alone writes statuses.
 *
 * <p>offer -> batch -> load -> decide -> persist -> commit -> notify the listeners. Observations of one transaction go through one lane of
 * this process, for speed only: other replicas know nothing of it, and correctness never depends on the order of
 * arrival.
 */
public class ReconcileStream {

    private static final Logger LOG = Logger.getLogger(ReconcileStream.class);

    private static final int ATTEMPTS_AFTER_COLLISION = 5;

    private final LedgerStore store;
    private final LedgerRules rules;
    private final ReconcileSettings settings;
    private final InstantSource clock;
    private final RandomGenerator random;
    private final StreamMetrics metrics;
    private final DatabaseAvailability database;
    private final CommitListeners listeners;
    private final Traces traces;
    private final ThrottledLog quarantineLog;
    private final EventLoop timers;
    private final List<Lane> lanes;

    public ReconcileStream(
            LedgerStore store,
            LedgerRules rules,
            ReconcileSettings settings,
            Supplier<EventLoop> loops,
            InstantSource clock,
            RandomGenerator random,
            StreamMetrics metrics,
            DatabaseAvailability database,
            CommitListeners listeners,
            Traces traces) {
        this.store = store;
        this.rules = rules;
        this.settings = settings;
        this.clock = clock;
        this.random = random;
        this.metrics = metrics;
        this.database = database;
        this.listeners = listeners;
        this.traces = traces;
        this.quarantineLog = new ThrottledLog(LOG, clock);
        this.timers = loops.get();
        this.lanes = Stream.generate(() -> new Lane(loops.get(), settings, this::reconcile))
                .limit(settings.lanes())
                .toList();
    }

    /**
     * Hands an observation over.
     *
     * @return what became of it, after the commit; fails with {@link StoreException} if it could not be stored, with
     *     {@link StreamFullException} if too many wait, with {@link QuarantinedException} if the database refused it
     */
    public Uni<Outcome> offer(Observation observation) {
        int lane = Math.floorMod(observation.transactionId().hashCode(), lanes.size());
        return lanes.get(lane)
                .offer(observation)
                .onFailure(StreamFullException.class)
                .invoke(metrics::observationRefused)
                .onTermination()
                .invoke(() -> traces.forget(observation));
    }

    /** How many observations wait for their batch. */
    public int waiting() {
        return lanes.stream().mapToInt(Lane::waiting).sum();
    }

    /** Whether the database is away. */
    public boolean isDatabaseAway() {
        return database.isAway();
    }

    /** One batch, to the end; a transaction that the database refuses is set aside and the rest goes on. */
    private Uni<Map<UUID, Outcome>> reconcile(List<Observation> batch) {
        return traces.batch(
                        batch,
                        store(batch)
                                .onFailure(ReconcileStream::helpsToRepeat)
                                .retry()
                                .atMost(ATTEMPTS_AFTER_COLLISION)
                                .onFailure(failure -> isOf(Kind.LOST, failure))
                                .invoke(failure -> database.failed((StoreException) failure)),
                        BatchChanges::transitions)
                .invoke(this::committed)
                .map(BatchChanges::outcomes)
                .onFailure(failure -> isOf(Kind.DATA, failure))
                .recoverWithUni(refusal -> isolate(batch, refusal));
    }

    private Uni<BatchChanges> store(List<Observation> batch) {
        Instant begun = clock.instant();
        Instant deadline = begun.plus(settings.batchDeadline());
        Uni<BatchChanges> stored = store.inTransaction(unit -> loaded(unit, batch)
                .invoke(() -> refuseAfter(deadline))
                .chain(loaded -> withoutErasedOwners(unit, batch, loaded).map(kept -> decide(kept, loaded.recorded())))
                .call(unit::persist));
        return timers.within(settings.batchDeadline(), stored, ReconcileStream::late)
                .onFailure(StoreException.class)
                .invoke(this::failed)
                .onItemOrFailure()
                .invoke((changes, failure) ->
                        metrics.batchEnded(Duration.between(begun, clock.instant()), failure == null));
    }

    /**
     * What a batch needs to know before it decides.
     *
     * @param erased which of its users were erased, and when; empty if that is yet to be asked
     */
    private record Loaded(Map<String, Recorded> recorded, Optional<Map<String, Instant>> erased) {}

    /**
     * If there are sessions, the question about users leaves together with the locks: one way to the database less. It is about
     * all users of the batch then, so that no second question takes their locks in another order.
     */
    private Uni<Loaded> loaded(UnitOfWork unit, List<Observation> batch) {
        Set<String> ids = batch.stream().map(Observation::transactionId).collect(Collectors.toSet());
        Uni<Map<String, Recorded>> recorded = unit.load(ids, clock.instant());
        return batch.stream().noneMatch(observation -> observation.channel() == Channel.SESSION)
                ? recorded.map(found -> new Loaded(found, Optional.empty()))
                : Uni.combine()
                        .all()
                        .unis(recorded, erased(unit, owners(batch, any -> true)))
                        .with((found, erased) -> new Loaded(found, Optional.of(erased)));
    }

    /** Asked late only where an observation brings an owner that is not recorded yet: a transaction that is adopted. */
    private Uni<List<Observation>> withoutErasedOwners(UnitOfWork unit, List<Observation> batch, Loaded loaded) {
        return loaded.erased()
                .map(known -> Uni.createFrom().item(known))
                .orElseGet(() -> erased(
                        unit,
                        owners(
                                batch,
                                observation -> mayBringOwner(
                                        observation, loaded.recorded().get(observation.transactionId())))))
                .map(erased -> erased.isEmpty()
                        ? batch
                        : batch.stream()
                                .map(observation -> ErasedUsers.kept(observation, erased, random))
                                .toList());
    }

    private static Set<String> owners(List<Observation> batch, Predicate<Observation> those) {
        return batch.stream()
                .filter(those)
                .map(observation -> observation.details().userId())
                .filter(Objects::nonNull)
                .collect(Collectors.toSet());
    }

    private static Uni<Map<String, Instant>> erased(UnitOfWork unit, Set<String> userIds) {
        return userIds.isEmpty() ? Uni.createFrom().item(Map.of()) : unit.erased(userIds);
    }

    /** Also in the text of a webhook that is not trusted; of a transaction that is not known, such a text is not kept. */
    private static boolean mayBringOwner(Observation observation, Recorded known) {
        return known == null
                ? observation.authoritative()
                : known.record().details().userId() == null;
    }

    /** A database that answers late must not store a batch that has failed meanwhile and is repeated. */
    private void refuseAfter(Instant deadline) {
        if (clock.instant().isAfter(deadline)) {
            throw late();
        }
    }

    private static StoreException late() {
        return new StoreException(Kind.AWAY, "no answer within the deadline", null);
    }

    /** A rule that fails on one observation must not fail the others of its batch. */
    private BatchChanges decide(List<Observation> batch, Map<String, Recorded> recorded) {
        try {
            return new BatchDecider(rules, random, settings.archiveLimit(), clock.instant(), recorded).of(batch);
        } catch (RuntimeException broken) {
            throw new StoreException(Kind.DATA, "the rules failed", broken);
        }
    }

    private void committed(BatchChanges changes) {
        metrics.batchCommitted(changes);
        listeners.committed(changes);
    }

    private void failed(StoreException failure) {
        metrics.batchFailed(failure.kind());
        if (failure.kind() == Kind.AWAY) {
            database.failed(failure);
        }
    }

    /** Halves the batch until the observation that the database refuses is alone. */
    private Uni<Map<UUID, Outcome>> isolate(List<Observation> batch, Throwable refusal) {
        if (batch.size() == 1) {
            quarantine(batch.get(0), refusal);
            return Uni.createFrom().item(Map.of());
        }
        int half = batch.size() / 2;
        return Uni.combine()
                .all()
                .unis(reconcile(batch.subList(0, half)), reconcile(batch.subList(half, batch.size())))
                .usingConcurrencyOf(1)
                .with(ReconcileStream::both);
    }

    private void quarantine(Observation observation, Throwable refusal) {
        metrics.observationQuarantined();
        LogContext.about(
                observation.transactionId(),
                () -> quarantineLog.error(
                        "Observation %s of transaction %s by %s was refused by the database and set aside, and is not repeated:"
                                + " %s; report this as a fault of Rampgate",
                        observation.id(), observation.transactionId(), observation.channel(), refusal.getMessage()));
    }

    private static Map<UUID, Outcome> both(Map<UUID, Outcome> one, Map<UUID, Outcome> other) {
        Map<UUID, Outcome> all = new HashMap<>(one);
        all.putAll(other);
        return all;
    }

    private static boolean helpsToRepeat(Throwable failure) {
        return isOf(Kind.COLLISION, failure) || isOf(Kind.LOST, failure);
    }

    private static boolean isOf(Kind kind, Throwable failure) {
        return failure instanceof StoreException refused && refused.kind() == kind;
    }
}
