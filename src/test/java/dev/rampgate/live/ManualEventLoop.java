package dev.rampgate.live;

import dev.rampgate.eventloop.EventLoop;
import io.smallrye.mutiny.subscription.Cancellable;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.PriorityQueue;

/** An event loop that runs due tasks only on request. */
final class ManualEventLoop implements EventLoop {

    private record Planned(Instant at, long order, Runnable task) {}

    private final PriorityQueue<Planned> planned =
            new PriorityQueue<>(Comparator.comparing(Planned::at).thenComparing(Planned::order));
    private Instant now = Snapshots.CHANGED_AT;
    private long order;

    @Override
    public void execute(Runnable task) {
        schedule(Duration.ZERO, task);
    }

    @Override
    public Cancellable schedule(Duration delay, Runnable task) {
        Planned one = new Planned(now.plus(delay), order++, task);
        planned.add(one);
        return () -> planned.remove(one);
    }

    Instant now() {
        return now;
    }

    void run() {
        pass(Duration.ZERO);
    }

    void pass(Duration time) {
        Instant until = now.plus(time);
        while (!planned.isEmpty() && !planned.peek().at.isAfter(until)) {
            Planned next = planned.poll();
            now = next.at;
            next.task.run();
        }
        now = until;
    }

    boolean isIdle() {
        return planned.isEmpty();
    }
}
