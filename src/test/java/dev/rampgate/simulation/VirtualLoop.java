package dev.rampgate.simulation;

import dev.rampgate.eventloop.EventLoop;
import io.smallrye.mutiny.subscription.Cancellable;
import java.time.Duration;

/** The event loop of one simulated process; with the process, all that it still had to do is gone. */
final class VirtualLoop implements EventLoop {

    private final VirtualTime time;
    private boolean dead;

    VirtualLoop(VirtualTime time) {
        this.time = time;
    }

    @Override
    public void execute(Runnable task) {
        schedule(Duration.ZERO, task);
    }

    @Override
    public Cancellable schedule(Duration delay, Runnable task) {
        return time.after(delay, () -> {
            if (!dead) {
                task.run();
            }
        });
    }

    void kill() {
        dead = true;
    }

    boolean isDead() {
        return dead;
    }
}
