package dev.rampgate.eventloop;

import io.smallrye.mutiny.subscription.Cancellable;
import io.vertx.core.Vertx;
import io.vertx.core.impl.ContextInternal;
import io.vertx.core.impl.VertxInternal;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;

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

    /** What is due already runs with the next turn of the loop: a timer of Vert.x takes a millisecond at least. */
    @Override
    public Cancellable schedule(Duration delay, Runnable task) {
        if (delay.isZero() || delay.isNegative()) {
            AtomicBoolean wanted = new AtomicBoolean(true);
            execute(() -> {
                if (wanted.get()) {
                    task.run();
                }
            });
            return () -> wanted.set(false);
        }
        long timer = context.setTimer(Math.max(1, delay.toMillis()), ignored -> task.run());
        return () -> vertx.cancelTimer(timer);
    }
}
