package dev.rampgate.outbox.delivery;

import dev.rampgate.database.StatementTurns;
import dev.rampgate.eventloop.EventLoop;
import dev.rampgate.eventloop.Ticker;
import dev.rampgate.outbox.delivery.Claimed.Queue;
import dev.rampgate.outbox.delivery.DeliveryStore.Round;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.BiFunction;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jboss.logging.Logger;

/**
 * Brings the events to one endpoint. In rounds: the endpoint's row is locked, what became of attempts is marked, deliveries are made of
 * the next places of the feed, and the heads of transactions are claimed; after the commit each claim is sent once. All state of this
 * class is confined to its event loop.
 */
final class EndpointDeliveries {

    private static final Logger LOG = Logger.getLogger(EndpointDeliveries.class);

    /** How often retries and leases are looked for; events wake it. */
    private static final Duration INTERVAL = Duration.ofMillis(500);

    /** While another replica has the endpoint's row. */
    private static final Duration WHEN_LOCKED = Duration.ofMillis(10);

    private final Endpoint endpoint;
    private final DeliveryStore store;
    private final StatementTurns turns;
    private final BiFunction<String, String, Uni<WebhookSender.Answer>> post;
    private final EventLoop loop;
    private final RandomGenerator random;
    private final DeliveryMetrics metrics;
    private final LongSupplier nanoTime;
    private final Ticker ticker;

    private final List<Attempt> ended = new ArrayList<>();
    private int live;
    private int replays;
    /** What this round has claimed is in flight once it is known that it has committed. */
    private boolean inRound;

    private volatile boolean stopping;

    /**
     * @param post sends an event, by its id and its body; if it fails, the endpoint was not reached
     * @param loop its alone
     */
    EndpointDeliveries(
            Endpoint endpoint,
            DeliveryStore store,
            StatementTurns turns,
            BiFunction<String, String, Uni<WebhookSender.Answer>> post,
            EventLoop loop,
            RandomGenerator random,
            DeliveryMetrics metrics) {
        this(endpoint, store, turns, post, loop, INTERVAL, System::nanoTime, random, metrics);
    }

    /**
     * @param interval how often retries and leases are looked for
     * @param nanoTime as {@link System#nanoTime()}
     */
    EndpointDeliveries(
            Endpoint endpoint,
            DeliveryStore store,
            StatementTurns turns,
            BiFunction<String, String, Uni<WebhookSender.Answer>> post,
            EventLoop loop,
            Duration interval,
            LongSupplier nanoTime,
            RandomGenerator random,
            DeliveryMetrics metrics) {
        this.endpoint = endpoint;
        this.store = store;
        this.turns = turns;
        this.post = post;
        this.loop = loop;
        this.random = random;
        this.metrics = metrics;
        this.nanoTime = nanoTime;
        this.ticker = new Ticker("deliveries to " + endpoint.name(), loop, interval, this::round, random);
    }

    void start() {
        ticker.start();
    }

    /** Looks at once. Safe from any thread. */
    void wake() {
        ticker.wake();
    }

    /** Claims nothing more; what is being sent is still marked. */
    void stop() {
        stopping = true;
        loop.execute(this::stopWhenMarked);
    }

    boolean isStopped() {
        return ticker.isStopped();
    }

    private void stopWhenMarked() {
        if (stopping && !inRound && live + replays == 0) {
            ticker.stop();
        }
    }

    // --- a round

    /** What a round does after its commit. */
    private record Plan(List<Mark> marks, List<Claimed> claimed, boolean more, Duration pause) {}

    private Uni<Void> round() {
        if (!ended.isEmpty()) {
            return lockedRound();
        }
        return turns.within(() -> store.hasWork(endpoint.name()))
                .emitOn(loop)
                .chain(work -> work ? lockedRound() : Uni.createFrom().voidItem());
    }

    private Uni<Void> lockedRound() {
        List<Attempt> attempts = List.copyOf(ended);
        long begun = nanoTime.getAsLong();
        inRound = true;
        return turns.within(() -> store.locked(endpoint.name(), round -> work(round, attempts)))
                .emitOn(loop)
                .onTermination()
                .invoke(() -> inRound = false)
                .invoke(plan -> plan.ifPresentOrElse(
                        done -> carryOut(done, begun), () -> loop.schedule(WHEN_LOCKED, ticker::wake)))
                .onTermination()
                .invoke(this::stopWhenMarked)
                .replaceWithVoid();
    }

    private Uni<Plan> work(Round round, List<Attempt> attempts) {
        boolean wasOpen = round.state().isOpen();
        boolean wasPaused = round.state().isPaused();
        return held(round, attempts)
                .chain(held -> mark(round, attempts, held, wasOpen))
                .chain(marks -> claimAndMake(round).chain(plan -> round.save()
                        .replaceWith(new Plan(marks, plan.claimed(), plan.more(), plan.pause()))))
                .invoke(() -> logChanges(round.state(), wasOpen, wasPaused));
    }

    /** Successes of an endpoint that flows do not change its state, so their claims are checked only when they are marked. */
    private static Uni<Set<Attempt>> held(Round round, List<Attempt> attempts) {
        boolean allWell = round.state().isFlowing()
                && attempts.stream().allMatch(attempt -> attempt.outcome() == Outcome.DELIVERED);
        return allWell ? Uni.createFrom().item(Set.copyOf(attempts)) : round.held(attempts);
    }

    private Uni<List<Mark>> mark(Round round, List<Attempt> attempts, Set<Attempt> held, boolean wasOpen) {
        boolean wasAway = false;
        Instant openSince = round.state().openSince;
        List<Mark> marks = new ArrayList<>();
        for (Attempt attempt : attempts) {
            if (held.contains(attempt)) {
                wasAway |=
                        attempt.outcome() == Outcome.DELIVERED && round.state().succeeded();
                marks.add(mark(round, attempt));
            } else {
                marks.add(new Mark(attempt, Mark.Step.RETRY, attempt.delivery().attempts(), round.now()));
            }
        }
        boolean everythingIsDue = wasOpen && wasAway && !round.state().isOpen();
        return (marks.isEmpty() ? Uni.createFrom().item(0) : round.mark(marks))
                .invoke(lost -> metrics.lost(lost))
                .chain(() -> everythingIsDue
                        ? round.makeRetriesDue(openSince)
                        : Uni.createFrom().voidItem())
                .replaceWith(marks);
    }

    /** What one attempt means for its delivery, and for the endpoint. */
    private Mark mark(Round round, Attempt attempt) {
        EndpointState state = round.state();
        Instant now = round.now();
        Claimed delivery = attempt.delivery();
        Outcome outcome = attempt.outcome();
        if (outcome == Outcome.EXPIRED && delivery.queue() == Queue.LIVE) {
            state.lose(1);
        }
        if (delivery.probe() && (outcome == Outcome.EXPIRED || outcome == Outcome.REJECTED)) {
            state.probed(outcome == Outcome.REJECTED, now);
        }
        if (outcome == Outcome.DELIVERED || outcome == Outcome.EXPIRED) {
            return new Mark(attempt, Mark.Step.DONE, delivery.attempts(), now);
        }
        if (attempt.retryAfter().isPresent()) {
            state.delayed(delivery.probe(), attempt.retryAfter().get(), now);
            return new Mark(attempt, Mark.Step.RETRY, delivery.attempts(), now);
        }
        if (outcome == Outcome.GONE && delivery.queue() == Queue.LIVE) {
            if (state.isGoneSince(delivery.claimedAt())) {
                state.pause = EndpointState.Pause.GONE;
            }
            return new Mark(attempt, Mark.Step.RETRY, delivery.attempts(), now);
        }
        Instant failingSince = null;
        if (outcome.isOutage()) {
            fail(state, attempt, now);
            failingSince = state.openSince;
        }
        if (delivery.probe() && delivery.dueAt().isAfter(now)) {
            // It was asked before its time, for the endpoint's sake.
            return new Mark(attempt, Mark.Step.RETRY, delivery.attempts(), delivery.dueAt(), failingSince);
        }
        int used = delivery.attempts() + 1;
        Optional<Duration> pause = RetryLadder.after(used, random);
        return pause.isPresent()
                ? new Mark(attempt, Mark.Step.RETRY, used, now.plus(pause.get()), failingSince)
                : new Mark(attempt, Mark.Step.PARK, used, now, failingSince);
    }

    private static void fail(EndpointState state, Attempt attempt, Instant now) {
        boolean opens = !state.isOpen();
        state.failed(attempt.delivery(), now);
        if (attempt.outcome() == Outcome.THROTTLED) {
            state.askedToWait();
            if (opens) {
                state.waitForProbe(now);
            }
        }
    }

    private Uni<Plan> claimAndMake(Round round) {
        EndpointState state = round.state();
        if (stopping) {
            return Uni.createFrom().item(plan(List.of(), false, null));
        }
        Uni<Plan> flow;
        if (state.isFlowing()) {
            flow = claimLive(round);
        } else if (state.isProbeDue(round.now())) {
            flow = claimProbe(round);
        } else if (state.mayTryAnother() && round.isBehind()) {
            flow = make(round, DeliveryStore.MOST_MADE_TO_PROBE)
                    .chain(made -> round.claimProbe(claimId(), endpoint.lease(), false))
                    .map(found -> plan(found, found.isEmpty() && round.isBehind(), null));
        } else {
            flow = Uni.createFrom().item(plan(List.of(), false, null));
        }
        return state.isOpen() ? flow : flow.chain(plan -> claimReplays(round, plan));
    }

    private static Plan plan(List<Claimed> claimed, boolean more, Duration pause) {
        return new Plan(List.of(), claimed, more, pause);
    }

    /** Deliveries are made as they can be sent, so that the queue holds little more than what failed. */
    private Uni<Plan> claimLive(Round round) {
        EndpointState state = round.state();
        int free = endpoint.concurrency() - live;
        int allowed = EndpointState.allowance(state.pacedTo, endpoint.rate(), round.now());
        int most = Math.min(free, allowed);
        if (most <= 0) {
            return Uni.createFrom().item(plan(List.of(), false, free > 0 ? spacing(endpoint.rate()) : null));
        }
        return round.claim(Queue.LIVE, most, claimId(), endpoint.lease())
                .chain(first -> first.size() == most || !round.isBehind()
                        ? Uni.createFrom().item(plan(first, false, null))
                        : make(round, DeliveryStore.MOST_MADE)
                                .chain(made -> made == 0
                                        ? Uni.createFrom().item(plan(first, round.isBehind(), null))
                                        : round.claim(Queue.LIVE, most - first.size(), claimId(), endpoint.lease())
                                                .map(second -> plan(joined(first, second), round.isBehind(), null))))
                .invoke(plan -> state.pacedTo = EndpointState.paced(
                        state.pacedTo, endpoint.rate(), plan.claimed().size(), round.now()))
                .map(plan -> plan.claimed().size() == allowed && allowed < free
                        ? plan(plan.claimed(), false, spacing(endpoint.rate()))
                        : plan);
    }

    private Uni<Integer> make(Round round, int most) {
        metrics.missed(round.missed());
        round.state().lose(round.missed());
        return round.make(most);
    }

    /** Before it begins again with the first head it looks for others in the feed: an event that is broken may be the only head. */
    private Uni<Plan> claimProbe(Round round) {
        boolean first = round.state().isFirstProbe();
        return round.claimProbe(claimId(), endpoint.lease(), !round.isBehind())
                .chain(found -> found.isEmpty() && round.isBehind()
                        ? make(round, DeliveryStore.MOST_MADE_TO_PROBE)
                                .chain(made -> round.claimProbe(claimId(), endpoint.lease(), true))
                        : Uni.createFrom().item(found))
                .map(found -> {
                    if (found.isEmpty() && first) {
                        round.state().waitForProbe(round.now());
                    }
                    return plan(found, found.isEmpty() && !first && round.isBehind(), null);
                });
    }

    private Uni<Plan> claimReplays(Round round, Plan plan) {
        EndpointState state = round.state();
        double rate = endpoint.replayRate();
        int most = Math.min(
                endpoint.replayConcurrency() - replays,
                EndpointState.allowance(state.replayPacedTo, rate, round.now()));
        if (most <= 0) {
            return Uni.createFrom().item(plan);
        }
        return round.claim(Queue.REPLAY, most, claimId(), endpoint.lease())
                .invoke(found ->
                        state.replayPacedTo = EndpointState.paced(state.replayPacedTo, rate, found.size(), round.now()))
                .map(found -> plan(joined(plan.claimed(), found), plan.more(), plan.pause()));
    }

    private static Duration spacing(double rate) {
        return Duration.ofMillis(Math.max(1, (long) (1_000 / rate)));
    }

    private static List<Claimed> joined(List<Claimed> one, List<Claimed> other) {
        List<Claimed> all = new ArrayList<>(one);
        all.addAll(other);
        return all;
    }

    private UUID claimId() {
        return new UUID(random.nextLong(), random.nextLong());
    }

    // --- after its commit

    private void carryOut(Plan plan, long begun) {
        plan.marks().forEach(mark -> {
            ended.remove(mark.attempt());
            count(mark.attempt().delivery(), -1);
            metrics.ended(mark.attempt());
            if (mark.step() == Mark.Step.PARK) {
                metrics.parked();
            }
        });
        long sendUntil = begun + endpoint.lease().minus(endpoint.timeout()).toNanos();
        for (Claimed claim : plan.claimed()) {
            if (nanoTime.getAsLong() - sendUntil < 0) {
                count(claim, 1);
                send(claim);
            }
        }
        if (plan.pause() != null) {
            loop.schedule(plan.pause(), ticker::wake);
        } else if (plan.more()) {
            ticker.wake();
        }
    }

    private void count(Claimed claim, int change) {
        if (claim.queue() == Queue.LIVE) {
            live += change;
        } else {
            replays += change;
        }
    }

    private void send(Claimed claim) {
        if (claim.eventId() == null) {
            loop.execute(() -> ended(new Attempt(claim, Outcome.EXPIRED, 0, Optional.empty(), Duration.ZERO)));
            return;
        }
        Uni.createFrom()
                .deferred(() -> post.apply(claim.eventId(), claim.body()))
                .emitOn(loop)
                .subscribe()
                .with(
                        answer -> ended(new Attempt(
                                claim, answer.outcome(), answer.status(), answer.retryAfter(), answer.took())),
                        unsent -> ended(new Attempt(claim, Outcome.UNREACHABLE, 0, Optional.empty(), Duration.ZERO)));
    }

    private void ended(Attempt attempt) {
        ended.add(attempt);
        ticker.wake();
    }

    private void logChanges(EndpointState state, boolean wasOpen, boolean wasPaused) {
        if (state.isOpen() && !wasOpen) {
            LOG.warnf(
                    "Endpoint %s does not take events: its circuit is open. One event at a time is tried; the others wait",
                    endpoint.name());
        } else if (wasOpen && !state.isOpen()) {
            LOG.infof("Endpoint %s takes events again: its circuit is closed", endpoint.name());
        }
        if (state.isPaused() && !wasPaused) {
            metrics.paused();
            LOG.errorf(
                    "Endpoint %s answered 410 Gone and is paused. Its events are kept; resume it by"
                            + " POST /operate/endpoints/%s/resume when it wants them again",
                    endpoint.name(), endpoint.name());
        }
    }
}
