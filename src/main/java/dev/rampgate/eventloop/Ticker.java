package dev.rampgate.eventloop;

import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jboss.logging.Logger;

/**
 * Does a piece of work again and again, with a pause between the end of one round and the start of the next, never two
 * at once. Quarkus' scheduler looks at its clock once a second, which is too slow for a nudged poll.
 */
public final class Ticker {

    private static final Logger LOG = Logger.getLogger(Ticker.class);

    private final String name;
    private final EventLoop loop;
    private final Duration pause;
    private final Duration rest;
    private final Supplier<Uni<Void>> work;
    private final RandomGenerator random;
    /** Changed on the loop only, as is the next one. */
    private volatile boolean running;

    private volatile boolean inFlight;
    private boolean resting;
    private boolean again;
    private boolean failing;
    private long round;

    /**
     * @param name for the log
     * @param loop everything but the work's own steps runs here
     * @param pause between two rounds, give or take a tenth
     * @param work one round; its failure is logged and the next round comes all the same
     */
    public Ticker(String name, EventLoop loop, Duration pause, Supplier<Uni<Void>> work, RandomGenerator random) {
        this(name, loop, pause, Duration.ZERO, work, random);
    }

    /** @param rest after a round, for as long nothing wakes it: one round follows then, however often it was woken */
    public Ticker(
            String name,
            EventLoop loop,
            Duration pause,
            Duration rest,
            Supplier<Uni<Void>> work,
            RandomGenerator random) {
        this.name = name;
        this.loop = loop;
        this.pause = pause;
        this.rest = rest;
        this.work = work;
        this.random = random;
    }

    /** Starts the first round now. */
    public void start() {
        loop.execute(() -> {
            if (!running) {
                running = true;
                startRound();
            }
        });
    }

    /** The round in flight ends, no other follows. */
    public void stop() {
        loop.execute(() -> running = false);
    }

    /** Whether no round is in flight and none will follow. */
    public boolean isStopped() {
        return !running && !inFlight;
    }

    /** Does not wait for the pause to end; a round that is in flight is followed by another, after a rest. */
    public void wake() {
        loop.execute(() -> {
            if (inFlight || resting) {
                again = true;
            } else if (running) {
                startRound();
            }
        });
    }

    private void startRound() {
        inFlight = true;
        again = false;
        round++;
        Uni.createFrom().deferred(work::get).emitOn(loop).subscribe().with(done -> endRound(null), this::endRound);
    }

    private void endRound(Throwable failure) {
        report(failure);
        inFlight = false;
        if (!running) {
            return;
        }
        long ended = round;
        if (failure == null) {
            resting = true;
            loop.schedule(rest, () -> endRest(ended));
        }
        loop.schedule(jittered(), () -> startRoundAfter(ended));
    }

    private void endRest(long ended) {
        resting = false;
        if (again) {
            startRoundAfter(ended);
        }
    }

    private void startRoundAfter(long ended) {
        if (running && !inFlight && round == ended) {
            startRound();
        }
    }

    /** Once when it begins and once when it ends: an outage makes many rounds fail. */
    private void report(Throwable failure) {
        if (failure != null && !failing) {
            LOG.warnf("A round of %s failed and is repeated: %s", name, failure.getMessage());
        } else if (failure == null && failing) {
            LOG.infof("The rounds of %s succeed again", name);
        }
        failing = failure != null;
    }

    private Duration jittered() {
        double factor = 0.9 + 0.2 * random.nextDouble();
        return Duration.ofNanos((long) (pause.toNanos() * factor));
    }
}
