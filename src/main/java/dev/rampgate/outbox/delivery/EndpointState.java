package dev.rampgate.outbox.delivery;

import java.time.Duration;
import java.time.Instant;

/**
 * What all replicas share about one endpoint: its row, as it is while a round has it locked. The rules of its circuit, its pace and its pause
 * are here; all times are the database's.
 */
final class EndpointState {

    /** Why an endpoint is paused. */
    enum Pause {
        /** An operator said so. */
        OPERATOR,
        /** The receiver answered 410. */
        GONE
    }

    /** So many outages in a row open the circuit. */
    static final int OUTAGES = 3;

    private static final Duration FIRST_PROBE = Duration.ofSeconds(1);
    private static final Duration SLOWEST_PROBE = Duration.ofSeconds(60);
    private static final int MOST_DOUBLINGS = 6;

    /** What the pace may catch up at once. */
    private static final Duration BURST = Duration.ofMillis(200);

    private static final double NANOS = 1_000_000_000.0;

    long position;
    Pause pause;
    int outages;
    /** Null while the circuit is closed. */
    Instant openSince;

    Instant probeAt;
    int probes;
    /** The last place that was probed: the next probe takes the head behind it. */
    long probedPosition;
    /** Up to when the rate is used. */
    Instant pacedTo;

    Instant replayPacedTo;
    /** No delivery that is due was due before this: where the search of its queue begins. */
    Instant sweptTo;

    Instant replaySweptTo;

    boolean isPaused() {
        return pause != null;
    }

    boolean isOpen() {
        return openSince != null;
    }

    /** Live deliveries go on, at the endpoint's pace. */
    boolean isFlowing() {
        return !isPaused() && !isOpen();
    }

    boolean isProbeDue(Instant now) {
        return !isPaused() && isOpen() && !probeAt.isAfter(now);
    }

    /**
     * After a 2xx.
     *
     * @return whether the circuit was open, so that everything is due now
     */
    boolean succeeded() {
        boolean wasOpen = isOpen();
        outages = 0;
        probes = 0;
        openSince = null;
        probeAt = null;
        return wasOpen;
    }

    /** After an outage. */
    void failed(boolean probe, Instant now) {
        outages = Math.min(outages + 1, OUTAGES);
        if (isOpen() && probe) {
            probes = Math.min(probes + 1, MOST_DOUBLINGS);
            probeAt = now.plus(probePause());
        } else if (!isOpen() && outages >= OUTAGES) {
            openSince = now;
            probeAt = now.plus(FIRST_PROBE);
        }
    }

    /** The receiver said when it wants to be asked again. */
    void delayed(Duration delay, Instant now) {
        if (!isOpen()) {
            openSince = now;
            probeAt = now;
        }
        Instant next = now.plus(delay);
        probeAt = probeAt.isAfter(next) ? probeAt : next;
    }

    private Duration probePause() {
        Duration pauseBefore = FIRST_PROBE.multipliedBy(1L << probes);
        return pauseBefore.compareTo(SLOWEST_PROBE) < 0 ? pauseBefore : SLOWEST_PROBE;
    }

    /** One probe at a time: no other one before its lease ends. */
    void probing(long probed, Instant leaseEnd) {
        probedPosition = probed;
        probeAt = leaseEnd;
    }

    /** How many may be sent now. */
    static int allowance(Instant pacedTo, double rate, Instant now) {
        return (int)
                (Duration.between(latest(pacedTo, now.minus(burst(rate))), now).toNanos() * rate / NANOS);
    }

    /** The pace after so many more. */
    static Instant paced(Instant pacedTo, double rate, int sent, Instant now) {
        return latest(pacedTo, now.minus(burst(rate))).plusNanos((long) Math.ceil(sent * NANOS / rate));
    }

    /** At least what one attempt takes. */
    private static Duration burst(double rate) {
        Duration one = Duration.ofNanos((long) Math.ceil(NANOS / rate));
        return one.compareTo(BURST) > 0 ? one : BURST;
    }

    private static Instant latest(Instant one, Instant other) {
        return one.isAfter(other) ? one : other;
    }
}
