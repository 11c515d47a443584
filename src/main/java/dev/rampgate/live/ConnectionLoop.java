package dev.rampgate.live;

import dev.rampgate.eventloop.EventLoop;
import io.smallrye.mutiny.subscription.Cancellable;
import io.vertx.core.Context;
import java.time.Duration;

/** The event loop of a connection, for tasks that must run there. */
record ConnectionLoop(Context context) implements EventLoop {

    @Override
    public void execute(Runnable task) {
        context.runOnContext(ignored -> task.run());
    }

    @Override
    public Cancellable schedule(Duration delay, Runnable task) {
        long timer = context.owner().setTimer(Math.max(1, delay.toMillis()), ignored -> task.run());
        return () -> context.owner().cancelTimer(timer);
    }
}
