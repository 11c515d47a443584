package dev.rampgate.reconcile;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.impl.VertxInternal;
import java.time.Duration;

/** An event loop of Vert.x. */
public final class VertxEventLoop implements EventLoop {

    private final Vertx vertx;
    private final Context context;

    public VertxEventLoop(Vertx vertx) {
        this.vertx = vertx;
        this.context = ((VertxInternal) vertx).createEventLoopContext();
    }

    @Override
    public void execute(Runnable task) {
        context.runOnContext(ignored -> task.run());
    }

    @Override
    public void schedule(Duration delay, Runnable task) {
        if (delay.toMillis() < 1) {
            execute(task);
        } else {
            execute(() -> vertx.setTimer(delay.toMillis(), ignored -> task.run()));
        }
    }
}
