package dev.rampgate.channel.webhook;

import dev.rampgate.eventloop.EventLoop;
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
 * The same time limit for all webhooks that wait for their acknowledgement. They run out of time in the order in which they
 * came, so that one timer does for all of them, and none is made and cancelled for each. Safe from any thread.
 */
final class AckDeadlines {

    /** How often it is looked who is late, within one limit: as exact as anybody needs, who never expects to be late. */
    private static final int LOOKS = 20;

    private final Duration limit;
    private final EventLoop loop;
    private final InstantSource clock;
    private final Queue<Waiting<?>> waiting = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean timed = new AtomicBoolean();

    AckDeadlines(Duration limit, EventLoop loop, InstantSource clock) {
        this.limit = limit;
        this.loop = loop;
        this.clock = clock;
    }

    /** The outcome of the work, or a {@link TimeoutException} if it takes longer than the limit; it goes on then. */
    <T> Uni<T> within(Uni<T> work) {
        return Uni.createFrom().emitter(emitter -> {
            Waiting<T> one = new Waiting<>(clock.instant().plus(limit), emitter);
            waiting.add(one);
            lookLater();
            work.subscribe()
                    .with(
                            item -> one.end(waiter -> waiter.complete(item)),
                            failure -> one.end(waiter -> waiter.fail(failure)));
        });
    }

    private void lookLater() {
        if (timed.compareAndSet(false, true)) {
            loop.schedule(limit.dividedBy(LOOKS), this::look);
        }
    }

    private void look() {
        Instant now = clock.instant();
        Waiting<?> first;
        while ((first = waiting.peek()) != null && first.isOverAt(now)) {
            waiting.remove();
            first.end(waiter -> waiter.fail(new TimeoutException()));
        }
        timed.set(false);
        if (!waiting.isEmpty()) {
            lookLater();
        }
    }

    /** Lets go of whoever waits as soon as that one has an answer, since it stays in the queue for longer. */
    private static final class Waiting<T> {

        private final Instant until;
        private volatile UniEmitter<? super T> emitter;

        Waiting(Instant until, UniEmitter<? super T> emitter) {
            this.until = until;
            this.emitter = emitter;
        }

        boolean isOverAt(Instant now) {
            return emitter == null || !until.isAfter(now);
        }

        void end(Consumer<UniEmitter<? super T>> word) {
            UniEmitter<? super T> waiter = emitter;
            emitter = null;
            if (waiter != null) {
                word.accept(waiter);
            }
        }
    }
}
