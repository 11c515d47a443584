package dev.rampgate.channel.webhook;

import dev.rampgate.eventloop.EventLoop;
import dev.rampgate.eventloop.SteadyClock;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * The same time limit for all webhooks that wait for their acknowledgement. They time out in the order in which they
 * came, so one timer is enough for all of them. Safe from any thread.
 */
final class AckDeadlines {

    /** How often timeouts are checked within one limit. Timeouts are rare, so this is exact enough. */
    private static final int CHECKS = 20;

    private final Duration limit;
    private final EventLoop loop;
    private final InstantSource clock;
    private final Queue<Waiting<?>> waiting = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean timed = new AtomicBoolean();

    AckDeadlines(Duration limit, EventLoop loop, InstantSource clock) {
        this.limit = limit;
        this.loop = loop;
        this.clock = new SteadyClock(clock);
    }

    /** The outcome of the work, or a {@link TimeoutException} if it takes longer than the limit; it goes on then. */
    <T> Uni<T> within(Uni<T> work) {
        return Uni.createFrom().emitter(emitter -> {
            Waiting<T> one = new Waiting<>(clock.instant().plus(limit), emitter);
            waiting.add(one);
            checkLater();
            work.subscribe()
                    .with(
                            item -> one.end(waiter -> waiter.complete(item)),
                            failure -> one.end(waiter -> waiter.fail(failure)));
        });
    }

    private void checkLater() {
        if (timed.compareAndSet(false, true)) {
            loop.schedule(limit.dividedBy(CHECKS), this::check);
        }
    }

    private void check() {
        Instant now = clock.instant();
        Waiting<?> first;
        while ((first = waiting.peek()) != null && first.isDoneAt(now)) {
            waiting.remove();
            first.end(waiter -> waiter.fail(new TimeoutException()));
        }
        timed.set(false);
        if (!waiting.isEmpty()) {
            checkLater();
        }
    }

    /** One webhook in the queue. It stays there until its limit, but drops its emitter as soon as it is answered. */
    private static final class Waiting<T> {

        private final Instant until;
        private volatile UniEmitter<? super T> emitter;

        Waiting(Instant until, UniEmitter<? super T> emitter) {
            this.until = until;
            this.emitter = emitter;
        }

        boolean isDoneAt(Instant now) {
            return emitter == null || !until.isAfter(now);
        }

        void end(Consumer<UniEmitter<? super T>> outcome) {
            UniEmitter<? super T> waiter = emitter;
            emitter = null;
            if (waiter != null) {
                outcome.accept(waiter);
            }
        }
    }
}
