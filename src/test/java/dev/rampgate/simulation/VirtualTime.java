package dev.rampgate.simulation;

import io.smallrye.mutiny.subscription.Cancellable;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.PriorityQueue;

/**
 * A clock that stands still until the next event: what happens in a simulated world happens here, one event after the
 * other, on one thread.
 */
public final class VirtualTime implements InstantSource {

    private static final class Event implements Comparable<Event>, Cancellable {
        private final long at;
        private final long number;
        private Runnable happens;

        Event(long at, long number, Runnable happens) {
            this.at = at;
            this.number = number;
            this.happens = happens;
        }

        @Override
        public int compareTo(Event other) {
            return at != other.at ? Long.compare(at, other.at) : Long.compare(number, other.number);
        }

        @Override
        public void cancel() {
            happens = null;
        }
    }

    private final Instant start;
    private final PriorityQueue<Event> events = new PriorityQueue<>();
    private long micros;
    private long count;

    public VirtualTime(Instant start) {
        this.start = start;
    }

    @Override
    public Instant instant() {
        return start.plusNanos(micros * 1_000);
    }

    /** Lets something happen after a while, in the order of calls where the moment is the same. */
    public Cancellable after(Duration delay, Runnable happens) {
        Event event = new Event(micros + Math.max(0, delay.toNanos() / 1_000), count++, happens);
        events.add(event);
        return event;
    }

    public Cancellable at(Instant moment, Runnable happens) {
        return after(Duration.between(instant(), moment), happens);
    }

    /** Lets the next event happen. */
    public void step() {
        Event next = events.remove();
        micros = next.at;
        if (next.happens != null) {
            next.happens.run();
        }
    }

    boolean isOver() {
        return events.isEmpty();
    }
}
