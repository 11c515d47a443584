package dev.rampgate.eventloop;

import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.Cancellable;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/** Runs tasks one after the other, now or later; what is confined to one needs no lock. */
public interface EventLoop extends Executor {

    /**
     * Runs a task after a while, unless it is cancelled before.
     *
     * @param delay none if it is negative
     */
    Cancellable schedule(Duration delay, Runnable task);

    /**
     * The outcome of a piece of work if it comes in time.
     *
     * @param tooLate the failure otherwise; the work is cancelled then
     */
    default <T> Uni<T> within(Duration limit, Uni<T> work, Supplier<? extends Throwable> tooLate) {
        return Uni.createFrom().emitter(emitter -> {
            Cancellable timer = schedule(limit, () -> emitter.fail(tooLate.get()));
            Cancellable inFlight = work.subscribe().with(emitter::complete, emitter::fail);
            emitter.onTermination(() -> {
                timer.cancel();
                inFlight.cancel();
            });
        });
    }
}
