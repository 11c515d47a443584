package dev.rampgate.reconcile;

import io.smallrye.mutiny.subscription.Cancellable;
import io.vertx.core.Vertx;
import io.vertx.core.impl.ContextInternal;
import io.vertx.core.impl.VertxInternal;
import java.time.Duration;

/** An event loop of Vert.x. */
public final class VertxEventLoop implements EventLoop {

    private final Vertx vertx;
    private final ContextInternal context;

    public VertxEventLoop(Vertx vertx) {
        this.vertx = vertx;
        this.context = ((VertxInternal) vertx).createEventLoopContext();
    }

    @Override
    public void execute(Runnable task) {
        context.runOnContext(ignored -> task.run());
    }

    @Override
    public Cancellable schedule(Duration delay, Runnable task) {
        long timer = context.setTimer(Math.max(1, delay.toMillis()), ignored -> task.run());
        return () -> vertx.cancelTimer(timer);
    }
}
