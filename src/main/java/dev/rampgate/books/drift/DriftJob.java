package dev.rampgate.books.drift;

import dev.rampgate.books.drift.DriftStore.Item;
import dev.rampgate.books.drift.DriftStore.Outcome;
import dev.rampgate.books.drift.DriftStore.Waiting;
import dev.rampgate.channel.Observations;
import dev.rampgate.database.migration.SchemaMigrated;
import dev.rampgate.eventloop.EventLoop;
import dev.rampgate.eventloop.SteadyClock;
import dev.rampgate.eventloop.Ticker;
import dev.rampgate.pollqueue.BudgetShare;
import dev.rampgate.pollqueue.BudgetShare.Slot;
import dev.rampgate.pollqueue.PollQueue;
import dev.rampgate.pollqueue.PollSettings;
import dev.rampgate.proof.Backoff;
import dev.rampgate.proof.CircuitBreaker;
import dev.rampgate.proof.ProofFailure;
import dev.rampgate.proof.ProofTransactions;
import dev.rampgate.proof.StatusReport;
import dev.rampgate.reconcile.QuarantinedException;
import dev.rampgate.reconcile.ReconcileStream;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;
import org.jboss.logging.Logger;

/**
 * Works on the active drift run, at every replica: claims transactions of its window within a share of the call budget, asks Proof,
 * compares the answer with the record, notes the breaks, and only then hands the answer to the stream as any poll's. Where a replica ends,
 * the lease of what it held runs out and another one goes on.
 */
@ApplicationScoped
public class DriftJob {

    private static final Logger LOG = Logger.getLogger(DriftJob.class);

    /** A replica that knows of no run looks for one so often. */
    private static final Duration IDLE = Duration.ofSeconds(5);

    /** Most calls that one round claims. */
    private static final int MOST_CLAIMED = 100;

    /** After so many answers that cannot be used a transaction counts as unanswered. */
    private static final int MOST_ATTEMPTS = 5;

    private static final Duration LONGEST_RETRY_AFTER = Duration.ofMinutes(10);

    /** A call that leaves later than this after its slot would fall into the slots of other calls. */
    private static final Duration LATE = Duration.ofMillis(50);

    private final DriftStore store;
    private final BreakStore breaks;
    private final BudgetShare budget;
    private final PollQueue queue;
    private final PollSettings polls;
    private final DriftSettings settings;
    private final ProofTransactions proof;
    private final Observations observations;
    private final ReconcileStream stream;
    private final Pool pool;
    private final EventLoop loop;
    private final InstantSource clock;
    /** For pauses, which must not last longer where the clock is set back. */
    private final InstantSource steady;

    private final RandomGenerator random;
    private final MeterRegistry meters;
    private final Comparison comparison;
    private final Backoff backoff;
    private final CircuitBreaker breaker;
    private final Ticker ticker;
    private final AtomicInteger held = new AtomicInteger();
    private volatile Instant idleUntil = Instant.MIN;
    private volatile boolean stopping;

    public DriftJob(
            DriftStore store,
            BreakStore breaks,
            BudgetShare budget,
            PollQueue queue,
            PollSettings polls,
            DriftSettings settings,
            ProofTransactions proof,
            Observations observations,
            ReconcileStream stream,
            Pool pool,
            EventLoop loop,
            InstantSource clock,
            RandomGenerator random,
            MeterRegistry meters) {
        this.store = store;
        this.breaks = breaks;
        this.budget = budget;
        this.queue = queue;
        this.polls = polls;
        this.settings = settings;
        this.proof = proof;
        this.observations = observations;
        this.stream = stream;
        this.pool = pool;
        this.loop = loop;
        this.clock = clock;
        this.steady = new SteadyClock(clock);
        this.random = random;
        this.meters = meters;
        this.comparison = new Comparison(settings.timing());
        this.backoff = new Backoff(Duration.ofSeconds(1), 2, Duration.ofMinutes(5), random);
        this.breaker = new CircuitBreaker(clock);
        Gauge.builder("rampgate.proof.breaker.open", breaker, watched -> watched.isClosed() ? 0 : 1)
                .tag("call", "drift")
                .description("Whether the circuit breaker is open")
                .register(meters);
        meters.counter("rampgate.books.drift.polls", "result", "ok");
        this.ticker = new Ticker("drift", loop, polls.interval(), this::round, random);
    }

    void onMigrated(@Observes SchemaMigrated migrated) {
        start();
    }

    /** Starts looking for a run. */
    public void start() {
        ticker.start();
    }

    /** A run was started: this replica does not wait until it looks again. */
    public void wake() {
        idleUntil = Instant.MIN;
        ticker.wake();
    }

    /** Claims nothing more; calls in flight end by themselves. */
    public void stop() {
        stopping = true;
        ticker.stop();
    }

    /** Whether it was stopped and holds no claim any more. */
    public boolean isStopped() {
        return stopping && ticker.isStopped() && held.get() == 0;
    }

    /** One step: counting, or claiming; the calls themselves continue during the next rounds. */
    private Uni<Void> round() {
        if (stopping || steady.instant().isBefore(idleUntil)) {
            return Uni.createFrom().voidItem();
        }
        return store.active().chain(active -> {
            if (active.isEmpty()) {
                idleUntil = steady.instant().plus(IDLE);
                return Uni.createFrom().voidItem();
            }
            DriftRun run = active.get();
            return run.state() == DriftRun.State.COUNTING ? store.count(run) : work(run);
        });
    }

    private Uni<Void> work(DriftRun run) {
        return store.waiting(run, MOST_CLAIMED)
                .call(waiting -> run.swept() || waiting.due() == MOST_CLAIMED
                        ? Uni.createFrom().voidItem()
                        : store.take(run))
                .chain(waiting -> run.swept() && !waiting.items() ? store.end(run) : claim(run, waiting));
    }

    private Uni<Void> claim(DriftRun run, Waiting waiting) {
        int most = wanted(waiting.due());
        return most == 0
                ? Uni.createFrom().voidItem()
                : budget.reserve(settings.share(), most)
                        .chain(slots -> slots.isEmpty()
                                ? Uni.createFrom().voidItem()
                                : store.claim(run, slots.size(), claimId(), polls.lease())
                                        .invoke(items -> startCalls(items, slots))
                                        .invoke(this::hurry)
                                        .replaceWithVoid());
    }

    /** A round that claimed as much as it may is followed by another at once: the budget sets the rate, not the pause between rounds. */
    private void hurry(List<Item> items) {
        if (items.size() == MOST_CLAIMED) {
            ticker.wake();
        }
    }

    /** While Proof is down, the breaker lets one call at a time find out whether it is up again. */
    private int wanted(int due) {
        if (stopping || due == 0) {
            return 0;
        }
        return breaker.isClosed() ? due : breaker.refusal().isEmpty() ? 1 : 0;
    }

    private UUID claimId() {
        return new UUID(random.nextLong(), random.nextLong());
    }

    private void startCalls(List<Item> items, List<Slot> slots) {
        Instant now = clock.instant();
        held.addAndGet(items.size());
        for (int i = 0; i < items.size(); i++) {
            Item item = items.get(i);
            Slot slot = slots.get(i);
            Instant at = now.plus(slot.delay());
            loop.schedule(slot.delay(), () -> use(item, slot, at));
        }
    }

    /** A slot that a busy process missed is lost, as those of polls are (decision 0020). */
    private void use(Item item, Slot slot, Instant at) {
        boolean missed = !slot.probe() && clock.instant().isAfter(at.plus(LATE));
        Uni<Void> work = stopping || missed ? store.postpone(item, Duration.ZERO, false) : look(item, slot);
        work.onTermination()
                .invoke(held::decrementAndGet)
                .subscribe()
                .with(done -> {}, failure -> LOG.debugf("drift of %s: %s", item.transactionId(), failure));
    }

    /** Whatever fails between two steps is done again when the lease has run out. */
    private Uni<Void> look(Item item, Slot slot) {
        Instant askedAt = clock.instant();
        return proof.transaction(item.transactionId())
                .onItemOrFailure()
                .invoke((report, failure) -> ended(failure))
                .call(report -> answered(slot))
                .chain(report -> answered(item, report, askedAt))
                .onFailure(ProofFailure.class)
                .recoverWithUni(failure -> refused(item, slot, failure));
    }

    private Uni<Void> answered(Item item, StatusReport report, Instant askedAt) {
        There there = new There(
                report.status(),
                report.cryptoAmount(),
                report.fiatAmount(),
                report.currency(),
                report.fiatCurrency(),
                report.isAmountUnreadable(),
                report.changedAt());
        return compare(item, there)
                .chain(held -> held
                        ? stream.offer(observations.polled(report.named(item.transactionId()), askedAt))
                                .replaceWithVoid()
                                // The stream has logged it; asking again would bring the same.
                                .onFailure(QuarantinedException.class)
                                .recoverWithNull()
                                .chain(() -> store.finish(item))
                        : Uni.createFrom().voidItem());
    }

    /** With the record as it is before the answer is applied. Once: what was compared before a crash is not compared again. */
    private Uni<Boolean> compare(Item item, There there) {
        if (item.compared()) {
            return Uni.createFrom().item(true);
        }
        List<String> ids = List.of(item.transactionId());
        return pool.withTransaction(
                connection -> BreakStore.here(connection, ids).chain(records -> {
                    Here here = records.get(item.transactionId());
                    Instant now = clock.instant();
                    List<Difference> differences;
                    if (here == null) {
                        differences = List.of();
                    } else if (there == null) {
                        differences = List.of(comparison.unknownThere(item.transactionId(), here, now));
                    } else {
                        differences = comparison.of(item.transactionId(), here, there, now);
                    }
                    Outcome outcome =
                            there == null ? Outcome.MISSING : differences.isEmpty() ? Outcome.AGREED : Outcome.DIFFERED;
                    return store.compared(connection, item, outcome)
                            .call(isHeld -> isHeld
                                    ? breaks.record(connection, Source.POLL, item.runId(), ids, differences)
                                    : Uni.createFrom().voidItem());
                }));
    }

    private Uni<Void> answered(Slot slot) {
        return slot.probe() ? queue.resume() : Uni.createFrom().voidItem();
    }

    private Uni<Void> refused(Item item, Slot slot, ProofFailure failure) {
        return switch (failure.kind()) {
            case NOT_FOUND -> answered(slot).chain(() -> compare(item, null)).chain(() -> store.finish(item));
            case UNAUTHORISED, FORBIDDEN ->
                queue.refuse().chain(() -> store.postpone(item, polls.refusedPause(), false));
            case RATE_LIMITED -> {
                Duration pause = retryAfter(failure, backoff.delay(item.attempts() + 1));
                yield queue.pause(pause).chain(() -> store.postpone(item, pause, false));
            }
            case UPSTREAM_UNAVAILABLE, UNAVAILABLE, UNREACHABLE, TIMEOUT ->
                store.postpone(item, retryAfter(failure, backoff.delay(item.attempts() + 1)), false);
            case CURRENCY_NOT_ALLOWED,
                    WALLET_NOT_SUPPORTED,
                    INVALID_REQUEST,
                    SELL_NOT_ENABLED,
                    VERIFICATION_REQUIRED,
                    REFUSED,
                    INTERNAL_ERROR,
                    UPSTREAM_ERROR,
                    INVALID_ANSWER ->
                item.attempts() + 1 < MOST_ATTEMPTS
                        ? store.postpone(item, retryAfter(failure, backoff.delay(item.attempts() + 1)), true)
                        : unanswered(item);
        };
    }

    private Uni<Void> unanswered(Item item) {
        return pool.withTransaction(connection -> store.compared(connection, item, Outcome.UNANSWERED))
                .chain(() -> store.finish(item));
    }

    /** Proof's {@code Retry-After} counts if it is longer than ours: at most ten minutes. */
    private static Duration retryAfter(ProofFailure failure, Duration ownDelay) {
        return failure.retryAfter()
                .map(asked -> asked.compareTo(LONGEST_RETRY_AFTER) < 0 ? asked : LONGEST_RETRY_AFTER)
                .filter(asked -> asked.compareTo(ownDelay) > 0)
                .orElse(ownDelay);
    }

    private void ended(Throwable failure) {
        if (breaker.ended(failure)) {
            LOG.warnf(
                    "Proof is %s for drift runs",
                    breaker.isClosed() ? "up again" : "down: one call at a time tries it");
        }
        String result = failure == null
                ? "ok"
                : failure instanceof ProofFailure known ? known.kind().wireName() : "other";
        meters.counter("rampgate.books.drift.polls", "result", result).increment();
    }
}
