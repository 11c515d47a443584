package dev.rampgate.channel.poll;

import dev.rampgate.channel.Observations;
import dev.rampgate.database.migration.SchemaMigrated;
import dev.rampgate.eventloop.EventLoop;
import dev.rampgate.eventloop.Ticker;
import dev.rampgate.ledger.Observation;
import dev.rampgate.ledger.Outcome;
import dev.rampgate.pollqueue.ClaimsByUrgency;
import dev.rampgate.pollqueue.PollPlan;
import dev.rampgate.pollqueue.PollPlan.Priority;
import dev.rampgate.pollqueue.PollQueue;
import dev.rampgate.pollqueue.PollQueue.Claim;
import dev.rampgate.pollqueue.PollSettings;
import dev.rampgate.proof.Backoff;
import dev.rampgate.proof.CircuitBreaker;
import dev.rampgate.proof.ProofFailure;
import dev.rampgate.proof.ProofTransactions;
import dev.rampgate.proof.StatusReport;
import dev.rampgate.reconcile.BatchChanges;
import dev.rampgate.reconcile.CommitListener;
import dev.rampgate.reconcile.ReconcileStream;
import dev.rampgate.telemetry.Alarms;
import dev.rampgate.telemetry.Labels;
import dev.rampgate.telemetry.LogContext;
import dev.rampgate.telemetry.Traces;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;
import org.jboss.logging.Logger;

/**
 * Asks Proof for the transactions that are due: claim -> wait for the budget -> ask -> offer. The ledger decides
 * when each is due again; this class only postpones calls that failed.
 */
@ApplicationScoped
public class PollChannel implements CommitListener {

    private static final Logger LOG = Logger.getLogger(PollChannel.class);
    private static final Duration LONGEST_RETRY_AFTER = Duration.ofMinutes(10);
    private static final Duration MISSING_ALARM = Duration.ofHours(1);

    /** A call that leaves later than this after its slot would fall into the slots of other calls. */
    private static final Duration LATE = Duration.ofMillis(50);

    private final PollQueue queue;
    private final ProofTransactions proof;
    private final Observations observations;
    private final ReconcileStream stream;
    private final PollSettings settings;
    private final InstantSource clock;
    private final RandomGenerator random;
    private final Traces traces;
    private final MeterRegistry meters;
    private final Counter refusedAlarm;
    private final Counter missingAlarm;
    private final Backoff backoff;
    private final CircuitBreaker breaker;
    private final EventLoop loop;
    private final Ticker ticker;
    /** Claims that wait for a slot or for Proof's answer. */
    private final AtomicInteger held = new AtomicInteger();

    /** Used on the event loop only. */
    private final ClaimsByUrgency inTurn = new ClaimsByUrgency();

    private volatile boolean stopping;

    public PollChannel(
            PollQueue queue,
            ProofTransactions proof,
            Observations observations,
            ReconcileStream stream,
            PollSettings settings,
            EventLoop loop,
            InstantSource clock,
            RandomGenerator random,
            Traces traces,
            MeterRegistry meters) {
        this.queue = queue;
        this.proof = proof;
        this.observations = observations;
        this.stream = stream;
        this.settings = settings;
        this.clock = clock;
        this.random = random;
        this.traces = traces;
        this.meters = meters;
        this.backoff = new Backoff(Duration.ofSeconds(1), 2, Duration.ofMinutes(5), random);
        this.breaker = new CircuitBreaker(clock);
        Gauge.builder("rampgate.proof.breaker.open", breaker, watched -> watched.isClosed() ? 0 : 1)
                .tag("call", "transaction")
                .description("Whether the circuit breaker is open")
                .register(meters);
        budget("all", settings.maxRate());
        budget("webhook", settings.nudgedMaxRate());
        budget("unknown", settings.unknownMaxRate());
        this.refusedAlarm = Alarms.of("polls_refused", meters);
        this.missingAlarm = Alarms.of("transaction_missing", meters);
        this.loop = loop;
        this.ticker = new Ticker("poll", loop, settings.interval(), rest(settings), this::round, random);
    }

    /** A round that starts before the next slot finds the budget as the round before left it. */
    private static Duration rest(PollSettings settings) {
        Duration slot = Duration.ofNanos((long) (1e9 / settings.maxRate()));
        return slot.compareTo(settings.interval()) < 0 ? slot : settings.interval();
    }

    private void budget(String name, double rate) {
        Gauge.builder("rampgate.poll.budget", () -> rate)
                .tag("budget", name)
                .description("Most polls per second, of all replicas together")
                .register(meters);
    }

    void onMigrated(@Observes SchemaMigrated migrated) {
        start();
    }

    /** Starts polling. */
    public void start() {
        ticker.start();
    }

    /** Claims nothing more, and gives back the claims that wait for a slot; calls in flight end by themselves. */
    public void stop() {
        stopping = true;
        ticker.stop();
    }

    /** Whether it was stopped and holds no claim any more. */
    public boolean isStopped() {
        return stopping && ticker.isStopped() && held.get() == 0;
    }

    @Override
    public void committed(BatchChanges changes) {
        if (changes.polls().stream().anyMatch(PollPlan::isDueAtOnce)) {
            ticker.wake();
        }
    }

    /** Claims by priority, the most urgent first; the calls themselves continue during the next rounds. */
    private Uni<Void> round() {
        int most = wanted();
        return most == 0
                ? Uni.createFrom().voidItem()
                : claim(Priority.NUDGED, most)
                        .chain(left -> claim(Priority.KNOWN, left))
                        .chain(left -> claim(Priority.UNKNOWN, left))
                        .replaceWithVoid();
    }

    /** While Proof is down, the breaker lets one call at a time find out whether it is up again. */
    private int wanted() {
        if (stopping) {
            return 0;
        }
        if (breaker.isClosed()) {
            return Integer.MAX_VALUE;
        }
        return breaker.refusal().isEmpty() ? 1 : 0;
    }

    /** Returns how many more claims are wanted. */
    private Uni<Integer> claim(Priority priority, int most) {
        return most == 0 || stopping
                ? Uni.createFrom().item(0)
                : queue.claim(priority, most).invoke(this::startCalls).map(claims -> most - claims.size());
    }

    private void startCalls(List<Claim> claims) {
        Instant now = clock.instant();
        held.addAndGet(claims.size());
        loop.execute(() -> claims.forEach(claim -> awaitSlot(claim, now.plus(claim.delay()))));
    }

    /** A probe is alone in its pause; each other call takes the next slot, whichever claim reserved it. */
    private void awaitSlot(Claim claim, Instant slot) {
        Duration delay = Duration.between(clock.instant(), slot);
        if (claim.probe()) {
            loop.schedule(delay, () -> call(claim));
        } else {
            inTurn.add(claim);
            loop.schedule(delay, () -> use(slot));
        }
    }

    /** A slot that a busy process missed is lost: the budget holds in every second (I5), so no later call can make up for it. */
    private void use(Instant slot) {
        if (clock.instant().isAfter(slot.plus(LATE))) {
            meters.counter("rampgate.poll.slots.missed").increment();
            inTurn.takeLeastUrgent().ifPresent(this::giveBack);
        } else {
            inTurn.takeMostUrgent().ifPresent(this::call);
        }
    }

    private void call(Claim claim) {
        if (stopping) {
            giveBack(claim);
        } else {
            end(claim, traces.poll(claim.transactionId(), Labels.of(claim.priority()), trace -> poll(claim, trace)));
        }
    }

    private void giveBack(Claim claim) {
        end(claim, queue.release(claim));
    }

    private void end(Claim claim, Uni<?> work) {
        work.onTermination()
                .invoke(held::decrementAndGet)
                .subscribe()
                .with(done -> {}, failure -> LOG.debugf("poll of %s: %s", claim.transactionId(), failure));
    }

    /** If the answer cannot be stored, the claim runs out and the transaction is polled again. */
    private Uni<Outcome> poll(Claim claim, Traces.Poll trace) {
        Instant askedAt = clock.instant();
        return proof.transaction(claim.transactionId())
                .onItemOrFailure()
                .invoke((report, failure) -> ended(claim, failure))
                .call(report -> answered(claim))
                .onFailure(ProofFailure.class)
                .call(failure -> putOff(claim, failure))
                .chain(report -> record(claim, report, askedAt, trace));
    }

    private Uni<Outcome> record(Claim claim, StatusReport report, Instant askedAt, Traces.Poll trace) {
        Observation observation = observations.polled(recorded(claim, report), askedAt);
        trace.brought(observation);
        // Only what is stored under Proof's own spelling takes the place of the id that a webhook named.
        return stream.offer(observation)
                .call(stored -> claim.priority() == Priority.UNKNOWN && isRespelled(claim, report)
                        ? queue.forget(claim)
                        : Uni.createFrom().voidItem());
    }

    private static boolean isRespelled(Claim claim, StatusReport report) {
        return !report.transactionId().equals(claim.transactionId());
    }

    /**
     * A known transaction keeps its id. An id that only a webhook named is replaced by Proof's own spelling, so that a webhook
     * with changed letter case cannot get one transaction recorded twice.
     */
    private static StatusReport recorded(Claim claim, StatusReport report) {
        return claim.priority() == Priority.UNKNOWN ? report : report.named(claim.transactionId());
    }

    private Uni<Void> putOff(Claim claim, ProofFailure failure) {
        return switch (failure.kind()) {
            case NOT_FOUND ->
                answered(claim)
                        .chain(() -> claim.priority() == Priority.UNKNOWN ? queue.forget(claim) : missing(claim));
            case UNAUTHORISED, FORBIDDEN -> refused(claim, failure);
            case RATE_LIMITED -> pauseAll(claim, failure, retryAfter(failure, backoffOf(claim)));
            case CURRENCY_NOT_ALLOWED,
                    WALLET_NOT_SUPPORTED,
                    INVALID_REQUEST,
                    SELL_NOT_ENABLED,
                    VERIFICATION_REQUIRED,
                    REFUSED,
                    INTERNAL_ERROR,
                    UPSTREAM_ERROR,
                    UPSTREAM_UNAVAILABLE,
                    UNAVAILABLE,
                    UNREACHABLE,
                    TIMEOUT,
                    INVALID_ANSWER -> queue.postpone(claim, retryAfter(failure, backoffOf(claim)), false);
        };
    }

    /** Proof accepts our token and address. */
    private Uni<Void> answered(Claim claim) {
        return claim.probe()
                ? queue.resume().invoke(() -> LOG.info("Proof accepts polls again: all replicas continue"))
                : Uni.createFrom().voidItem();
    }

    /** Another transaction is tried next, so that one which Proof refuses for its own sake does not block the others. */
    private Uni<Void> refused(Claim claim, ProofFailure failure) {
        countPause(failure);
        return queue.refuse()
                .invoke(first -> alarmRefused(first, failure))
                .chain(() -> queue.postpone(claim, settings.refusedPause(), false));
    }

    private void alarmRefused(boolean first, ProofFailure failure) {
        if (first) {
            refusedAlarm.increment();
            LOG.errorf(
                    "Proof refuses polls (%s): all replicas stop and try one every %d s. Check our client token, and our"
                            + " outgoing address with Proof",
                    failure.kind().wireName(), settings.refusedPause().toSeconds());
        }
    }

    private Uni<Void> missing(Claim claim) {
        if (claim.missing().compareTo(MISSING_ALARM) >= 0) {
            missingAlarm.increment();
            LogContext.about(
                    claim.transactionId(),
                    () -> LOG.errorf(
                            "Transaction %s is known here, but Proof has not known it for %d minutes: ask Proof's support",
                            claim.transactionId(), claim.missing().toMinutes()));
        }
        return queue.postpone(claim, backoffOf(claim), true);
    }

    private Uni<Void> pauseAll(Claim claim, ProofFailure failure, Duration pause) {
        LOG.warnf(
                "Proof refuses polls (%s): all replicas pause for %d s",
                failure.kind().wireName(), pause.toSeconds());
        countPause(failure);
        return queue.pause(pause).chain(() -> queue.postpone(claim, pause, false));
    }

    private void countPause(ProofFailure failure) {
        meters.counter("rampgate.poll.pauses", "kind", failure.kind().wireName())
                .increment();
    }

    private Duration backoffOf(Claim claim) {
        return backoff.delay(claim.failures() + 1);
    }

    /** Proof's {@code Retry-After} counts if it is longer than ours: at most ten minutes, and spread at random by a fifth. */
    private Duration retryAfter(ProofFailure failure, Duration ownDelay) {
        return failure.retryAfter()
                .map(asked -> asked.compareTo(LONGEST_RETRY_AFTER) < 0 ? asked : LONGEST_RETRY_AFTER)
                .map(asked -> asked.plusMillis((long) (asked.toMillis() * 0.2 * random.nextDouble())))
                .filter(asked -> asked.compareTo(ownDelay) > 0)
                .orElse(ownDelay);
    }

    private void ended(Claim claim, Throwable failure) {
        if (breaker.ended(failure)) {
            LOG.warnf("Proof is %s for polls", breaker.isClosed() ? "up again" : "down: one poll at a time tries it");
        }
        String result = failure == null
                ? "ok"
                : failure instanceof ProofFailure known ? known.kind().wireName() : "other";
        meters.counter("rampgate.polls", "priority", Labels.of(claim.priority()), "result", result)
                .increment();
    }
}
