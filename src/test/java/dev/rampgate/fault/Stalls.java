package dev.rampgate.fault;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Notices when this process stood still, as processes on a busy machine do: what it logged right afterwards came all at
 * once, though it did not happen so.
 */
final class Stalls implements AutoCloseable {

    private static final Duration BEAT = Duration.ofMillis(10);
    private static final Duration STALL = Duration.ofMillis(40);

    private record Stall(Instant from, Instant until) {}

    private final Queue<Stall> stalls = new ConcurrentLinkedQueue<>();
    private final Thread heart = new Thread(this::beat, "stalls");

    private Stalls() {}

    static Stalls watch() {
        Stalls watched = new Stalls();
        watched.heart.setDaemon(true);
        watched.heart.start();
        return watched;
    }

    private void beat() {
        Instant last = Instant.now();
        while (!Thread.currentThread().isInterrupted()) {
            try {
                Thread.sleep(BEAT.toMillis()); // A clock: a sleep that lasts longer is a stall.
            } catch (InterruptedException closed) {
                return;
            }
            Instant now = Instant.now();
            if (Duration.between(last, now).compareTo(BEAT.plus(STALL)) > 0) {
                stalls.add(new Stall(last, now));
            }
            last = now;
        }
    }

    /** Whether what was logged from one moment to another can be believed. */
    boolean isSteady(Instant from, Instant until) {
        return stalls.stream()
                .noneMatch(stall ->
                        stall.from.isBefore(until) && stall.until.plus(STALL).isAfter(from));
    }

    List<Duration> lengths() {
        return stalls.stream()
                .map(stall -> Duration.between(stall.from, stall.until))
                .toList();
    }

    @Override
    public void close() {
        heart.interrupt();
    }
}
