package dev.rampgate.reconcile;

import dev.rampgate.eventloop.EventLoop;
import dev.rampgate.ledger.Observation;
import dev.rampgate.ledger.Outcome;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/**
 * Gathers observations into batches and has one batch reconciled at a time. A batch closes when it is full or when its
 * first observation has lingered; while one is in flight the next one gathers, so batches grow with the load.
 *
 * <p>Everything but the count of those waiting, and who arrives, is confined to the lane's event loop.
 */
final class Lane {

    private record Waiting(Observation observation, UniEmitter<? super Outcome> emitter) {}

    private final EventLoop loop;
    private final ReconcileSettings settings;
    private final Function<List<Observation>, Uni<Map<UUID, Outcome>>> reconcile;
    private final Queue<Waiting> arriving = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean called = new AtomicBoolean();
    private final Queue<Waiting> waiting = new ArrayDeque<>();
    private final AtomicInteger size = new AtomicInteger();
    private boolean lingering;
    private boolean inFlight;

    Lane(EventLoop loop, ReconcileSettings settings, Function<List<Observation>, Uni<Map<UUID, Outcome>>> reconcile) {
        this.loop = loop;
        this.settings = settings;
        this.reconcile = reconcile;
    }

    /** Fails with {@link StreamFullException} when too many wait. The observation is stored also if the subscriber cancels. */
    Uni<Outcome> offer(Observation observation) {
        return Uni.createFrom().emitter(emitter -> {
            if (size.incrementAndGet() > settings.laneCapacity()) {
                size.decrementAndGet();
                emitter.fail(new StreamFullException());
            } else {
                arriving.add(new Waiting(observation, emitter));
                if (called.compareAndSet(false, true)) {
                    loop.execute(this::letIn);
                }
            }
        });
    }

    int waiting() {
        return size.get();
    }

    /** One task of the loop for all that came since the last one, however many. */
    private void letIn() {
        called.set(false);
        Waiting next;
        while ((next = arriving.poll()) != null) {
            waiting.add(next);
        }
        if (inFlight || waiting.isEmpty()) {
            return;
        }
        if (waiting.size() >= settings.batchSize()) {
            startBatch();
        } else if (!lingering) {
            lingering = true;
            loop.schedule(settings.batchLinger(), this::endLinger);
        }
    }

    private void endLinger() {
        lingering = false;
        if (!inFlight && !waiting.isEmpty()) {
            startBatch();
        }
    }

    private void startBatch() {
        inFlight = true;
        List<Waiting> batch = new ArrayList<>(Math.min(waiting.size(), settings.batchSize()));
        while (batch.size() < settings.batchSize() && !waiting.isEmpty()) {
            batch.add(waiting.remove());
        }
        List<Observation> observations =
                batch.stream().map(Waiting::observation).toList();
        Uni.createFrom()
                .deferred(() -> reconcile.apply(observations))
                .emitOn(loop)
                .subscribe()
                .with(outcomes -> endBatch(batch, outcomes), failure -> failBatch(batch, failure));
    }

    private void endBatch(List<Waiting> batch, Map<UUID, Outcome> outcomes) {
        for (Waiting one : batch) {
            Outcome outcome = outcomes.get(one.observation.id());
            if (outcome != null) {
                one.emitter.complete(outcome);
            } else {
                one.emitter.fail(new QuarantinedException());
            }
        }
        next(batch);
    }

    private void failBatch(List<Waiting> batch, Throwable failure) {
        batch.forEach(one -> one.emitter.fail(failure));
        next(batch);
    }

    private void next(List<Waiting> done) {
        size.addAndGet(-done.size());
        inFlight = false;
        if (!waiting.isEmpty()) {
            startBatch();
        }
    }
}
