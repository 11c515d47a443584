package dev.rampgate.simulation;

import dev.rampgate.channel.socket.SocketClaims;
import dev.rampgate.channel.socket.SocketSettings;
import dev.rampgate.ledger.FollowUp;
import dev.rampgate.ledger.TransactionRecord;
import dev.rampgate.ledger.Transition;
import dev.rampgate.ledger.TransitionMark;
import dev.rampgate.outbox.MemoryEvents;
import dev.rampgate.pollqueue.PollPlan;
import dev.rampgate.pollqueue.PollPlan.Priority;
import dev.rampgate.pollqueue.PollQueue;
import dev.rampgate.pollqueue.PollSettings;
import dev.rampgate.reconcile.BatchChanges;
import dev.rampgate.reconcile.BatchChanges.Archived;
import dev.rampgate.reconcile.LedgerStore;
import dev.rampgate.reconcile.ReconcileSettings;
import dev.rampgate.reconcile.StoreException;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.Cancellable;
import io.smallrye.mutiny.subscription.UniEmitter;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

/**
 * The tables in memory, treated as the statements on PostgreSQL treat them: rows are locked from the load to the end of
 * a transaction, what others wrote is seen once it is committed, and one transition is kept per transaction, attempt and
 * status. The contract tests hold this and PostgreSQL to the same.
 */
final class MemoryDatabase implements Database {

    private static final Duration HOT = Duration.ofMinutes(15);
    private static final Duration HORIZON = Duration.ofMillis(300);
    private static final int SHORTEST_PERIOD = 10;
    private static final int PERIOD_OF_FAILING = 300;
    private static final Duration BETWEEN_POLLS = Duration.ofSeconds(1);

    /** When events are written that are not in the batch. */
    private static final Duration LATER = Duration.ofMillis(5);

    private static final class Poll {
        private final String id;
        private Priority priority;
        private int period;
        private int leastPeriod = SHORTEST_PERIOD;
        private Instant dueAt;
        private Instant askedAt;
        private Instant wantedAt;
        private Instant leaseUntil;
        private UUID leasedBy;
        private int failures;
        private Instant missingSince;

        Poll(String id, Priority priority, int period, Instant dueAt) {
            this.id = id;
            this.priority = priority;
            this.period = period;
            this.dueAt = dueAt;
        }

        boolean isFree(Instant now) {
            return dueAt != null && !dueAt.isAfter(now) && isOver(leaseUntil, now);
        }

        /** Since the last call somebody wanted another one. */
        boolean isWanted() {
            return wantedAt != null && askedAt != null && wantedAt.isAfter(askedAt);
        }

        double lateness(Instant now) {
            return seconds(Duration.between(dueAt, now)) / period;
        }

        /** What fails keeps the period of its longest back-off. */
        void hasten(int wished) {
            period = failures == 0 ? Math.max(Math.min(period, wished), leastPeriod) : period;
        }

        /** Not before a second has passed since the last call. */
        Instant allowed(Instant wished) {
            return latest(wished, askedAt == null ? null : askedAt.plus(BETWEEN_POLLS));
        }
    }

    private static final class Socket {
        private Instant hotUntil;
        private Instant leaseUntil;
        private UUID leasedBy;
        private Instant healthyUntil;
    }

    private final VirtualTime time;
    private final RandomGenerator random;
    private final ReconcileSettings reconciling;
    private final PollSettings polling;
    private final SocketSettings socketing;
    private final boolean guarded;
    private final boolean eventsInBatch;
    private final MemoryEvents events;
    private final Map<String, TransactionRecord> records = new HashMap<>();
    private final Map<String, List<Transition>> timelines = new HashMap<>();
    private final Map<String, Map<UUID, Archived>> archive = new HashMap<>();
    private final Map<String, Poll> polls = new TreeMap<>();
    private final Map<String, Instant> budgets = new HashMap<>();
    private final Map<String, Socket> sockets = new TreeMap<>();
    private boolean refused;
    private boolean socketsRefused;
    private final Map<String, Unit> locks = new HashMap<>();
    private final List<Load> waiting = new ArrayList<>();

    /** @param guarded whether it locks rows and has its unique key; without both it is of no use */
    MemoryDatabase(
            VirtualTime time,
            RandomGenerator random,
            ReconcileSettings reconciling,
            PollSettings polling,
            SocketSettings socketing,
            boolean guarded) {
        this(time, random, reconciling, polling, socketing, guarded, Mutation.NONE);
    }

    MemoryDatabase(
            VirtualTime time,
            RandomGenerator random,
            ReconcileSettings reconciling,
            PollSettings polling,
            SocketSettings socketing,
            boolean guarded,
            Mutation mutation) {
        this.eventsInBatch = mutation != Mutation.EVENTS_OUTSIDE_THE_BATCH;
        this.events = new MemoryEvents(mutation.ofEvents());
        this.time = time;
        this.random = random;
        this.reconciling = reconciling;
        this.polling = polling;
        this.socketing = socketing;
        this.guarded = guarded;
    }

    @Override
    public Optional<Committed> row(String id) {
        return Optional.ofNullable(records.get(id))
                .map(record -> new Committed(
                        record.state(),
                        record.details(),
                        List.copyOf(timelines.get(id)),
                        Set.copyOf(archive.getOrDefault(id, Map.of()).keySet())));
    }

    @Override
    public Optional<MemoryEvents> events() {
        return Optional.of(events);
    }

    @Override
    public void checkEvents(String id) {
        events.check(id, Optional.ofNullable(records.get(id)));
    }

    @Override
    public LedgerStore store() {
        return new Store();
    }

    @Override
    public PollQueue polls(UUID replica) {
        return new Queue(replica);
    }

    @Override
    public SocketClaims sockets(UUID replica) {
        return new Claims(replica);
    }

    @Override
    public void close() {
        // Nothing is held.
    }

    private final class Store implements LedgerStore {

        @Override
        public <T> Uni<T> inTransaction(java.util.function.Function<UnitOfWork, Uni<T>> work) {
            return Uni.createFrom().emitter(emitter -> {
                Unit unit = new Unit(time.instant());
                Cancellable inFlight = Uni.createFrom()
                        .deferred(() -> work.apply(unit))
                        .subscribe()
                        .with(result -> commit(unit, result, emitter), failure -> {
                            unit.end();
                            emitter.fail(failure);
                        });
                emitter.onTermination(() -> {
                    inFlight.cancel();
                    unit.end();
                });
            });
        }

        private <T> void commit(Unit unit, T result, UniEmitter<? super T> emitter) {
            try {
                unit.commit();
                unit.end();
                emitter.complete(result);
            } catch (StoreException refused) {
                unit.end();
                emitter.fail(refused);
            }
        }

        @Override
        public Uni<Void> makeDue(Collection<String> transactionIds, Duration spread) {
            return done(() -> transactionIds.forEach(id -> {
                Instant now = time.instant();
                Instant due = now.plusMillis((long) (random.nextDouble() * spread.toMillis()));
                Poll planned = polls.get(id);
                if (planned == null) {
                    planned = new Poll(
                            id, records.containsKey(id) ? Priority.NUDGED : Priority.UNKNOWN, SHORTEST_PERIOD, due);
                    polls.put(id, planned);
                } else {
                    planned.dueAt = earliest(planned.dueAt, planned.allowed(due));
                    planned.hasten(SHORTEST_PERIOD);
                }
                planned.wantedAt = now;
            }));
        }
    }

    /** A load that waits for the locks of others. */
    private record Load(
            Unit unit, Set<String> ids, Instant now, UniEmitter<? super Map<String, LedgerStore.Recorded>> emitter) {}

    private final class Unit implements LedgerStore.UnitOfWork {
        private final Instant begun;
        private final List<BatchChanges> written = new ArrayList<>();
        private final List<MemoryEvents.Insertion> inserted = new ArrayList<>();

        Unit(Instant begun) {
            this.begun = begun;
        }

        @Override
        public Uni<Map<String, LedgerStore.Recorded>> load(Set<String> ids, Instant now) {
            return Uni.createFrom().emitter(emitter -> {
                Load load = new Load(this, ids, now, emitter);
                waiting.add(load);
                emitter.onTermination(() -> waiting.remove(load));
                wakeWaiting();
            });
        }

        /** No user of this world is ever erased. */
        @Override
        public Uni<Map<String, Instant>> erased(Set<String> userIds) {
            return Uni.createFrom().item(Map.of());
        }

        @Override
        public Uni<Void> persist(BatchChanges changes) {
            return done(() -> {
                written.add(changes);
                inserted.add(events.insert(changes.events()));
            });
        }

        void commit() {
            written.forEach(changes -> write(changes, begun));
            if (eventsInBatch) {
                inserted.forEach(MemoryEvents.Insertion::commit);
            } else {
                inserted.forEach(insertion -> time.after(LATER, insertion::commit));
            }
        }

        void end() {
            inserted.forEach(MemoryEvents.Insertion::end);
            if (locks.values().removeIf(holder -> holder == this)) {
                time.after(Duration.ZERO, MemoryDatabase.this::wakeWaiting);
            }
        }
    }

    private void wakeWaiting() {
        for (Load load : List.copyOf(waiting)) {
            List<String> ids = load.ids.stream().filter(records::containsKey).toList();
            if (waiting.contains(load) && ids.stream().allMatch(id -> locks.getOrDefault(id, load.unit) == load.unit)) {
                waiting.remove(load);
                if (guarded) {
                    ids.forEach(id -> locks.put(id, load.unit));
                }
                load.emitter.complete(recorded(ids, load.now));
            }
        }
    }

    private Map<String, LedgerStore.Recorded> recorded(List<String> ids, Instant now) {
        Instant today = now.truncatedTo(ChronoUnit.DAYS);
        return ids.stream().collect(Collectors.toMap(id -> id, id -> {
            TransactionRecord record = records.get(id);
            Socket socket = sockets.get(id);
            boolean attached =
                    socket != null && socket.healthyUntil != null && socket.healthyUntil.isAfter(time.instant());
            long archived = archive.getOrDefault(id, Map.of()).values().stream()
                    .filter(one -> !one.observation().receivedAt().isBefore(today))
                    .limit(reconciling.archiveLimit())
                    .count();
            return new LedgerStore.Recorded(
                    new TransactionRecord(
                            id, record.details(), record.state(), record.followUp(), record.published(), attached),
                    (int) archived);
        }));
    }

    private void write(BatchChanges changes, Instant now) {
        changes.opened().forEach(this::checkNew);
        changes.transitions().forEach(this::checkKey);
        changes.opened().forEach(record -> records.put(record.id(), record));
        changes.records().forEach(record -> records.put(record.id(), record));
        changes.followUps()
                .forEach(record ->
                        records.computeIfPresent(record.id(), (id, known) -> following(known, record.followUp())));
        changes.transitions().forEach(added -> timelines
                .computeIfAbsent(added.transactionId(), id -> new ArrayList<>())
                .add(added));
        changes.transitions().forEach(added -> heat(added, now));
        changes.marks().forEach(this::mark);
        changes.archive()
                .forEach(one -> archive.computeIfAbsent(one.observation().transactionId(), id -> new LinkedHashMap<>())
                        .putIfAbsent(one.observation().id(), one));
        changes.polls().stream().filter(PollPlan::answered).forEach(plan -> replan(plan, now));
        changes.polls().stream().filter(plan -> !plan.answered()).forEach(plan -> hasten(plan, now));
    }

    /** The record with another follow-up. */
    static TransactionRecord following(TransactionRecord record, FollowUp followUp) {
        return new TransactionRecord(
                record.id(), record.details(), record.state(), followUp, record.published(), record.socketAttached());
    }

    private void checkNew(TransactionRecord opened) {
        if (guarded && records.containsKey(opened.id())) {
            throw new StoreException(StoreException.Kind.COLLISION, "opened by another batch", null);
        }
    }

    private void checkKey(Transition added) {
        boolean twice = timelines.getOrDefault(added.transactionId(), List.of()).stream()
                .anyMatch(earlier -> earlier.sequence() == added.sequence()
                        || earlier.attempt() == added.attempt() && earlier.status() == added.status());
        if (guarded && twice) {
            throw new StoreException(StoreException.Kind.DATA, "SQLSTATE 23505", null);
        }
    }

    private void mark(TransitionMark mark) {
        timelines.getOrDefault(mark.transactionId(), new ArrayList<>()).replaceAll(transition -> {
            boolean meant = transition.attempt() == mark.attempt() && transition.status() == mark.status();
            return !meant
                    ? transition
                    : new Transition(
                            transition.transactionId(),
                            transition.sequence(),
                            transition.attempt(),
                            transition.status(),
                            transition.channel(),
                            transition.reportedAt() != null ? transition.reportedAt() : mark.reportedAt(),
                            transition.occurredAt(),
                            transition.observedAt(),
                            transition.confirmedAt() != null ? transition.confirmedAt() : mark.confirmedAt(),
                            transition.correction());
        });
    }

    private void heat(Transition added, Instant now) {
        if (added.status().isTerminal()) {
            sockets.remove(added.transactionId());
        } else {
            sockets.computeIfAbsent(added.transactionId(), id -> new Socket()).hotUntil = now.plus(HOT);
        }
    }

    private void replan(PollPlan plan, Instant now) {
        Instant wished = plan.delay().map(now::plus).orElse(null);
        Poll planned = polls.get(plan.transactionId());
        int leastPeriod = leastPeriod(plan);
        int period = Math.max(plan.period(), leastPeriod);
        if (planned == null) {
            planned = new Poll(plan.transactionId(), plan.priority(), period, wished);
            planned.leastPeriod = leastPeriod;
            polls.put(plan.transactionId(), planned);
            return;
        }
        planned.priority = plan.priority();
        planned.period = period;
        planned.leastPeriod = leastPeriod;
        if (planned.isWanted()) {
            planned.dueAt = planned.allowed(earliest(wished, planned.dueAt));
        } else {
            planned.dueAt = wished == null ? null : planned.allowed(wished);
        }
        planned.leaseUntil = null;
        planned.leasedBy = null;
        planned.failures = 0;
        planned.missingSince = null;
    }

    /** The longer, the more unsettled transactions its owner has. */
    private int leastPeriod(PollPlan plan) {
        return plan.owner() == null
                ? SHORTEST_PERIOD
                : PollPlan.leastPeriod(records.values().stream()
                        .filter(record -> plan.owner().equals(record.details().userId()))
                        .filter(record ->
                                !record.state().settled() && !record.state().abandoned())
                        .count());
    }

    private void hasten(PollPlan plan, Instant now) {
        long unknown = polls.values().stream()
                .filter(poll -> poll.priority == Priority.UNKNOWN && poll.dueAt != null)
                .count();
        if (plan.priority() == Priority.UNKNOWN && unknown >= reconciling.unknownCapacity()) {
            return;
        }
        Instant wished = plan.delay().map(now::plus).orElse(null);
        int leastPeriod = leastPeriod(plan);
        Poll planned = polls.get(plan.transactionId());
        if (planned == null) {
            planned = new Poll(plan.transactionId(), plan.priority(), Math.max(plan.period(), leastPeriod), wished);
            planned.leastPeriod = leastPeriod;
            polls.put(plan.transactionId(), planned);
        } else {
            planned.priority = planned.priority.compareTo(plan.priority()) < 0 ? planned.priority : plan.priority();
            planned.dueAt = earliest(planned.dueAt, planned.allowed(wished));
            planned.leastPeriod = Math.max(planned.leastPeriod, leastPeriod);
            planned.hasten(plan.period());
        }
        if (plan.isDueAtOnce()) {
            planned.wantedAt = now;
        }
    }

    private final class Queue implements PollQueue {
        private final UUID replica;

        Queue(UUID replica) {
            this.replica = replica;
        }

        @Override
        public Uni<List<Claim>> claim(Priority priority, int most) {
            return Uni.createFrom().item(() -> {
                Instant now = time.instant();
                List<Poll> due = polls.values().stream()
                        .filter(poll -> poll.priority == priority && poll.isFree(now))
                        .sorted(Comparator.comparing((Poll poll) -> poll.lateness(now), Comparator.reverseOrder()))
                        .toList();
                return due.isEmpty() ? List.of() : claim(due, priority, most, now);
            });
        }

        private List<Claim> claim(List<Poll> due, Priority priority, int most, Instant now) {
            Map<String, Double> paces = paces(priority);
            long allowance = paces.entrySet().stream()
                    .mapToLong(pace -> allowance(pace.getKey(), pace.getValue(), now))
                    .reduce(most, Math::min);
            Duration wait = Duration.between(now, freeAt("all", now));
            List<Claim> claims = new ArrayList<>();
            for (Poll poll : due.subList(0, (int) Math.min(allowance, due.size()))) {
                poll.leaseUntil = now.plus(polling.lease());
                poll.leasedBy = replica;
                poll.askedAt = now;
                Duration missing = poll.missingSince == null ? Duration.ZERO : Duration.between(poll.missingSince, now);
                claims.add(new Claim(
                        poll.id,
                        priority,
                        poll.failures,
                        missing,
                        refused,
                        wait.plus(times(claims.size(), paces.get("all")))));
            }
            if (!claims.isEmpty()) {
                paces.forEach(
                        (name, spacing) -> budgets.put(name, freeAt(name, now).plus(times(claims.size(), spacing))));
            }
            return claims;
        }

        private Map<String, Double> paces(Priority priority) {
            Map<String, Double> paces = new LinkedHashMap<>();
            paces.put("all", refused ? seconds(polling.refusedPause()) : 1 / polling.maxRate());
            if (priority != Priority.KNOWN) {
                paces.put("webhook", 1 / polling.nudgedMaxRate());
            }
            if (priority == Priority.UNKNOWN) {
                paces.put("unknown", 1 / polling.unknownMaxRate());
            }
            return paces;
        }

        private long allowance(String name, double spacing, Instant now) {
            double ahead = seconds(Duration.between(freeAt(name, now), now).plus(HORIZON));
            return (long) Math.max(0, Math.ceil(ahead / spacing));
        }

        private Instant freeAt(String name, Instant now) {
            return latest(budgets.get(name), now);
        }

        @Override
        public Uni<Void> postpone(Claim claim, Duration delay, boolean missing) {
            return done(() -> {
                Poll poll = polls.get(claim.transactionId());
                if (poll != null && replica.equals(poll.leasedBy)) {
                    Instant now = time.instant();
                    poll.dueAt = poll.isWanted() ? poll.allowed(now) : now.plus(delay);
                    poll.failures++;
                    poll.period = Math.max(poll.period, PERIOD_OF_FAILING);
                    poll.missingSince = missing && poll.missingSince == null ? now : poll.missingSince;
                    poll.leaseUntil = null;
                    poll.leasedBy = null;
                }
            });
        }

        @Override
        public Uni<Void> release(Claim claim) {
            return done(() -> {
                Poll poll = polls.get(claim.transactionId());
                if (poll != null && replica.equals(poll.leasedBy)) {
                    poll.leaseUntil = null;
                    poll.leasedBy = null;
                }
            });
        }

        @Override
        public Uni<Void> forget(Claim claim) {
            return done(() -> {
                Poll poll = polls.get(claim.transactionId());
                if (poll == null || poll.priority != Priority.UNKNOWN) {
                    return;
                }
                if (!poll.isWanted()) {
                    polls.remove(claim.transactionId());
                } else if (replica.equals(poll.leasedBy)) {
                    poll.dueAt = poll.allowed(time.instant());
                    poll.leaseUntil = null;
                    poll.leasedBy = null;
                }
            });
        }

        @Override
        public Uni<Void> pause(Duration duration) {
            return done(() -> putOff("all", duration));
        }

        @Override
        public Uni<Boolean> refuse() {
            return Uni.createFrom().item(() -> {
                boolean news = !refused;
                refused = true;
                putOff("all", polling.refusedPause());
                return news;
            });
        }

        @Override
        public Uni<Void> resume() {
            return done(() -> {
                if (refused) {
                    refused = false;
                    budgets.put("all", time.instant());
                }
            });
        }
    }

    private void putOff(String budget, Duration duration) {
        budgets.put(budget, latest(budgets.get(budget), time.instant().plus(duration)));
    }

    private final class Claims implements SocketClaims {
        private final UUID replica;

        Claims(UUID replica) {
            this.replica = replica;
        }

        @Override
        public Uni<Set<String>> claim(int limit) {
            return Uni.createFrom().item(() -> {
                Instant now = time.instant();
                int allowed = limit;
                if (socketsRefused) {
                    boolean probe = !latest(budgets.get("socket"), now).isAfter(now);
                    allowed = probe ? 1 : 0;
                    if (probe) {
                        budgets.put("socket", now.plus(socketing.refusedPause()));
                    }
                }
                return sockets.entrySet().stream()
                        .filter(one -> one.getValue().hotUntil.isAfter(now) && isOver(one.getValue().leaseUntil, now))
                        .sorted(Comparator.comparing(one -> one.getValue().hotUntil, Comparator.reverseOrder()))
                        .limit(allowed)
                        .peek(one -> {
                            one.getValue().leasedBy = replica;
                            one.getValue().leaseUntil = now.plus(socketing.lease());
                            one.getValue().healthyUntil = null;
                        })
                        .map(Map.Entry::getKey)
                        .collect(Collectors.toSet());
            });
        }

        @Override
        public Uni<Optional<Duration>> untilNextLeaseEnds() {
            return Uni.createFrom().item(() -> {
                Instant now = time.instant();
                return sockets.values().stream()
                        .map(socket -> socket.leaseUntil)
                        .filter(until -> until != null && until.isAfter(now))
                        .min(Comparator.naturalOrder())
                        .map(until -> Duration.between(now, until));
            });
        }

        @Override
        public Uni<Boolean> areRefused() {
            return Uni.createFrom().item(() -> socketsRefused);
        }

        @Override
        public Uni<Boolean> refuse() {
            return Uni.createFrom().item(() -> {
                boolean news = !socketsRefused;
                socketsRefused = true;
                putOff("socket", socketing.refusedPause());
                return news;
            });
        }

        @Override
        public Uni<Void> resume() {
            return done(() -> socketsRefused = false);
        }

        @Override
        public Uni<Set<String>> renew(Map<String, Boolean> held) {
            return Uni.createFrom().item(() -> {
                Instant now = time.instant();
                Set<String> kept = new HashSet<>();
                held.forEach((id, healthy) -> {
                    Socket socket = sockets.get(id);
                    if (isOurs(socket) && socket.hotUntil.isAfter(now)) {
                        socket.leaseUntil = now.plus(socketing.lease());
                        socket.healthyUntil = healthy ? now.plus(socketing.lease()) : null;
                        kept.add(id);
                    }
                });
                return kept;
            });
        }

        @Override
        public Uni<Void> forgetCold() {
            Predicate<Socket> cold = socket -> !socket.hotUntil.isAfter(time.instant());
            return done(() -> sockets.values().removeIf(cold));
        }

        @Override
        public Uni<Void> release(Set<String> held) {
            return done(
                    () -> held.stream().map(sockets::get).filter(this::isOurs).forEach(socket -> {
                        socket.leaseUntil = null;
                        socket.leasedBy = null;
                        socket.healthyUntil = null;
                    }));
        }

        private boolean isOurs(Socket socket) {
            return socket != null && replica.equals(socket.leasedBy);
        }
    }

    private static Uni<Void> done(Runnable work) {
        Supplier<Void> once = () -> {
            work.run();
            return null;
        };
        return Uni.createFrom().item(once);
    }

    private static boolean isOver(Instant leaseUntil, Instant now) {
        return leaseUntil == null || !leaseUntil.isAfter(now);
    }

    private static Instant earliest(Instant one, Instant other) {
        return one == null || other != null && other.isBefore(one) ? other : one;
    }

    private static Instant latest(Instant one, Instant other) {
        return one == null || other != null && other.isAfter(one) ? other : one;
    }

    private static Duration times(int count, double seconds) {
        return Duration.ofNanos((long) (count * seconds * 1e9));
    }

    private static double seconds(Duration duration) {
        return duration.toNanos() / 1e9;
    }
}
