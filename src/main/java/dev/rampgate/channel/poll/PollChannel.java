package dev.rampgate.channel.poll;

import dev.rampgate.channel.Observations;
import dev.rampgate.database.migration.SchemaMigrated;
import dev.rampgate.eventloop.EventLoop;
import dev.rampgate.eventloop.Ticker;
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
import dev.rampgate.reconcile.Traces;
import dev.rampgate.telemetry.Alarms;
import dev.rampgate.telemetry.Labels;
import dev.rampgate.telemetry.LogContext;
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
 * Asks Proof for the transactions that are due: claim -> wait for the budget -> ask -> offer. When each is due again is
 * the ledger's wish; only a call that fails is put off from here.
 */
@ApplicationScoped
public class PollChannel implements CommitListener {

    private static final Logger LOG = Logger.getLogger(PollChannel.class);
    private static final Duration LONGEST_RETRY_AFTER = Duration.ofMinutes(10);
    private static final Duration MISSING_ALARM = Duration.ofHours(1);

    /** A call that leaves later than this after its moment would come on top of those whose moment it is. */
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
    /** Claims that wait for their moment or for Proof's answer. */
    private final AtomicInteger held = new AtomicInteger();

    /** Used on the loop alone. */
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

    /** Before the moment of another call has come, a round would find the budget as the one before left it. */
    private static Duration rest(PollSettings settings) {
        Duration moment = Duration.ofNanos((long) (1e9 / settings.maxRate()));
        return moment.compareTo(settings.interval()) < 0 ? moment : settings.interval();
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

    /** Begins to ask. */
    public void start() {
        ticker.start();
    }

    /** Claims nothing more, and gives back what was not asked yet; calls that are under way end. */
    public void stop() {
        stopping = true;
        ticker.stop();
    }

    /** Whether it was stopped and holds nothing any more. */
    public boolean isStopped() {
        return stopping && ticker.isStopped() && held.get() == 0;
    }

    @Override
    public void committed(BatchChanges changes) {
        if (changes.polls().stream().anyMatch(PollPlan::isDueAtOnce)) {
            ticker.wake();
        }
    }

    /** Claims by priority, the most urgent first; the calls themselves go on beside the next rounds. */
    private Uni<Void> round() {
        int most = wanted();
        return most == 0
                ? Uni.createFrom().voidItem()
                : claim(Priority.NUDGED, most)
                        .chain(left -> claim(Priority.KNOWN, left))
                        .chain(left -> claim(Priority.UNKNOWN, left))
                        .replaceWithVoid();
    }

    /** While Proof is down, one call now and then is enough to see it come back. */
    private int wanted() {
        if (stopping) {
            return 0;
        }
        if (breaker.isClosed()) {
            return Integer.MAX_VALUE;
        }
        return breaker.refusal().isEmpty() ? 1 : 0;
    }

    /** Answers how many more are wanted. */
    private Uni<Integer> claim(Priority priority, int most) {
        return most == 0 || stopping
                ? Uni.createFrom().item(0)
                : queue.claim(priority, most).invoke(this::startCalls).map(claims -> most - claims.size());
    }

    private void startCalls(List<Claim> claims) {
        Instant now = clock.instant();
        held.addAndGet(claims.size());
        loop.execute(() -> claims.forEach(claim -> awaitMoment(claim, now.plus(claim.delay()))));
    }

    /** A probe is alone in its pause; everybody else takes the moment that comes next, whosesoever it was. */
    private void awaitMoment(Claim claim, Instant moment) {
        Duration delay = Duration.between(clock.instant(), moment);
        if (claim.probe()) {
            loop.schedule(delay, () -> call(claim));
        } else {
            inTurn.add(claim);
            loop.schedule(delay, () -> use(moment));
        }
    }

    /** A moment that a busy process has missed is lost: the budget counts in any second (I5), so it cannot be made up for. */
    private void use(Instant moment) {
        if (clock.instant().isAfter(moment.plus(LATE))) {
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

    /** A poll whose answer cannot be stored is not kept: its claim runs out, and it is asked again. */
    private Uni<Outcome> poll(Claim claim, Traces.Poll trace) {
        Instant askedAt = clock.instant();
        return proof.transaction(claim.transactionId())
                .onItemOrFailure()
                .invoke((report, failure) -> ended(claim, failure))
                .call(report -> answered(claim))
                .call(report -> claim.priority() == Priority.UNKNOWN && isRespelled(claim, report)
                        ? queue.forget(claim)
                        : Uni.createFrom().voidItem())
                .map(report -> observations.polled(recorded(claim, report), askedAt))
                .invoke(trace::brought)
                .onFailure(ProofFailure.class)
                .call(failure -> putOff(claim, failure))
                .chain(stream::offer);
    }

    private static boolean isRespelled(Claim claim, StatusReport report) {
        return !report.transactionId().equals(claim.transactionId());
    }

    /**
     * What is known keeps its id. An id that only a webhook named gives way to Proof's own spelling, lest who changes its
     * letters get one transaction recorded twice.
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

    /** Proof takes our token and address. */
    private Uni<Void> answered(Claim claim) {
        return claim.probe()
                ? queue.resume().invoke(() -> LOG.info("Proof takes polls again: all replicas go on"))
                : Uni.createFrom().voidItem();
    }

    /** The next one to be tried is another transaction, lest one that is refused by itself keep all others waiting. */
    private Uni<Void> refused(Claim claim, ProofFailure failure) {
        countPause(failure);
        return queue.refuse()
                .invoke(observation -> alarmRefused(observation, failure))
                .chain(() -> queue.postpone(claim, settings.refusedPause(), false));
    }

    private void alarmRefused(boolean observation, ProofFailure failure) {
        if (observation) {
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

    /** Proof's own word wins where it is longer, within reason and a little spread. */
    private Duration retryAfter(ProofFailure failure, Duration ownDelay) {
        return failure.retryAfter()
                .map(told -> told.compareTo(LONGEST_RETRY_AFTER) < 0 ? told : LONGEST_RETRY_AFTER)
                .map(told -> told.plusMillis((long) (told.toMillis() * 0.2 * random.nextDouble())))
                .filter(told -> told.compareTo(ownDelay) > 0)
                .orElse(ownDelay);
    }

    private void ended(Claim claim, Throwable failure) {
        if (breaker.ended(failure)) {
            LOG.warnf("Proof is %s for polls", breaker.isClosed() ? "there again" : "down and only tried now and then");
        }
        String result = failure == null
                ? "ok"
                : failure instanceof ProofFailure known ? known.kind().wireName() : "other";
        meters.counter("rampgate.polls", "priority", Labels.of(claim.priority()), "result", result)
                .increment();
    }
}
