package dev.rampgate.reconcile;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.impl.VertxInternal;
import java.time.Duration;

/** An event loop of Vert.x. */
final class VertxEventLoop implements EventLoop {

    private final Vertx vertx;
    private final Context context;

    VertxEventLoop(Vertx vertx) {
        this.vertx = vertx;
        this.context = ((VertxInternal) vertx).createEventLoopContext();
    }

    @Override
    public void execute(Runnable task) {
        context.runOnContext(ignored -> task.run());
    }

    @Override
    public void schedule(Duration delay, Runnable task) {
        execute(() -> vertx.setTimer(Math.max(1, delay.toMillis()), ignored -> task.run()));
    }
}
