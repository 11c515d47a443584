package dev.rampgate.database;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import io.vertx.core.impl.ContextInternal;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.Supplier;

/**
 * A share of the pool's connections for statements of one kind: so many are in flight at once, so many more wait, in the order
 * in which they came and not for long; the rest fails at once with {@link ShareFullException}. What others need is never
 * behind them in the pool's own queue. Safe from any thread.
 */
public final class ConnectionShare implements StatementTurns {

    /** Most statements that wait for their turn: more than a burst of a busy page brings, and answered within a second. */
    static final int WAITING = 500;

    /** Longest wait for a turn. */
    static final Duration LONGEST_WAIT = Duration.ofSeconds(1);

    /** The pool may hand out a connection that is being closed; it has no more than so many of them in a row. */
    private static final int ATTEMPTS_WHEN_UNSENT = 10;

    private final String name;
    private final int connections;
    private final Vertx vertx;
    private final Counter refused;
    private final Set<Waiting> queue = new LinkedHashSet<>();
    private int inFlight;

    /**
     * @param name lower case, for metrics
     * @param connections at least one
     */
    public ConnectionShare(String name, int connections, Vertx vertx, MeterRegistry meters) {
        this.name = name;
        this.connections = connections;
        this.vertx = vertx;
        this.refused = Counter.builder("rampgate.database.share.refused")
                .description("Statements that were not sent since too many of their kind waited for a connection")
                .tag("share", name)
                .register(meters);
    }

    /**
     * The outcome of a statement, sent when it is its turn. It goes on to its own end when its caller has gone, so that its
     * turn ends with it.
     */
    @Override
    public <T> Uni<T> within(Supplier<Uni<T>> statement) {
        return Uni.createFrom()
                .emitter(emitter -> enter(new Waiting(
                        ContextInternal.current(),
                        () -> Uni.createFrom()
                                .deferred(statement::get)
                                .onFailure(DatabaseFailure::isUnsent)
                                .retry()
                                .atMost(ATTEMPTS_WHEN_UNSENT)
                                .onTermination()
                                .invoke(this::leave)
                                .subscribe()
                                .with(emitter::complete, emitter::fail),
                        () -> {
                            refused.increment();
                            emitter.fail(new ShareFullException(name));
                        })));
    }

    private void enter(Waiting one) {
        if (isItsTurn(one)) {
            one.turn.run();
        }
    }

    private boolean isItsTurn(Waiting one) {
        boolean full;
        synchronized (this) {
            if (inFlight < connections) {
                inFlight++;
                return true;
            }
            full = queue.size() >= WAITING;
            if (!full) {
                queue.add(one);
            }
        }
        if (full) {
            one.refusal.run();
        } else {
            one.timer = vertx.setTimer(LONGEST_WAIT.toMillis(), late -> giveUp(one));
        }
        return false;
    }

    private void giveUp(Waiting one) {
        boolean waited;
        synchronized (this) {
            waited = queue.remove(one);
        }
        if (waited) {
            one.resume(one.refusal);
        }
    }

    private void leave() {
        Waiting next = null;
        synchronized (this) {
            if (queue.isEmpty()) {
                inFlight--;
            } else {
                next = queue.iterator().next();
                queue.remove(next);
            }
        }
        if (next != null) {
            vertx.cancelTimer(next.timer);
            next.resume(next.turn);
        }
    }

    private static final class Waiting {
        private final ContextInternal context;
        private final Runnable turn;
        private final Runnable refusal;
        private volatile long timer = -1;

        Waiting(ContextInternal context, Runnable turn, Runnable refusal) {
            this.context = context;
            this.turn = turn;
            this.refusal = refusal;
        }

        /** On the context that it came from: the call that ended the wait runs on another one. */
        void resume(Runnable what) {
            if (context == null) {
                what.run();
            } else {
                context.runOnContext(ignored -> what.run());
            }
        }
    }
}
