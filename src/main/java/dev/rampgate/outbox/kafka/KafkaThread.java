package dev.rampgate.outbox.kafka;

import dev.rampgate.eventloop.EventLoop;
import dev.rampgate.outbox.kafka.PublicationException.Reason;
import io.smallrye.mutiny.Uni;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

/**
 * The one thread on which Kafka's client may block. It holds the producer of the present claim; what it is asked for it does in
 * order, and reports on the event loop.
 */
final class KafkaThread {

    private final EventLoop loop;
    private final Supplier<TopicProducer> producers;
    private final ExecutorService thread;
    /** Touched on the thread only, as is its claim. */
    private TopicProducer producer;

    private long claim;

    /** @param producers opens a producer, and may block */
    KafkaThread(EventLoop loop, Supplier<TopicProducer> producers) {
        this.loop = loop;
        this.producers = producers;
        this.thread = Executors.newSingleThreadExecutor(task -> {
            Thread made = new Thread(task, "kafka publisher");
            made.setDaemon(true);
            return made;
        });
    }

    /** Opens the producer of a claim; the one before is closed. */
    Uni<Void> open(long next) {
        return run(() -> {
            closeProducer();
            producer = producers.get();
            claim = next;
        });
    }

    /** Publishes for a claim; fails with {@link PublicationException}. */
    Uni<Void> publish(long of, List<PlacedEvent> events) {
        return run(() -> {
            if (producer == null || claim != of) {
                throw new PublicationException(Reason.FENCED, "the claim was lost");
            }
            producer.publish(events);
        });
    }

    /** Closes the producer after what was asked for before. */
    Uni<Void> close() {
        return run(this::closeProducer);
    }

    /** As {@link #close()}; the thread ends. */
    Uni<Void> end() {
        return close().onTermination().invoke(thread::shutdown);
    }

    private void closeProducer() {
        TopicProducer closed = producer;
        producer = null;
        if (closed != null) {
            closed.close();
        }
    }

    private Uni<Void> run(Runnable work) {
        return Uni.createFrom()
                .<Void>emitter(emitter -> thread.execute(() -> {
                    try {
                        work.run();
                        emitter.complete(null);
                    } catch (RuntimeException | LinkageError failure) {
                        emitter.fail(failure);
                    }
                }))
                .emitOn(loop);
    }
}
