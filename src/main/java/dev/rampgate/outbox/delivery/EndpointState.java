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

    /** From this many outages in a row on, the endpoint is the cause, and not one event or one connection. */
    static final int SEVERAL = 2;

    private static final Duration FIRST_PROBE = Duration.ofSeconds(1);
    private static final Duration SLOWEST_PROBE = Duration.ofSeconds(60);
    private static final int MOST_DOUBLINGS = 6;

    /** What the pace may catch up at once. */
    private static final Duration BURST = Duration.ofMillis(200);

    private static final double NANOS = 1_000_000_000.0;

    long position;
    Pause pause;
    /** When an operator resumed it last; null if never. A 410 to an event that was sent before does not count. */
    Instant resumedAt;

    /** Events in a row that met an outage, counted up to {@link #SEVERAL}. */
    int outages;
    /** Null while the circuit is closed. */
    Instant openSince;

    Instant probeAt;
    /** Pauses before a probe, since the circuit opened. */
    int probes;
    /** The place that was probed last, or that opened the circuit: the next probe takes the head behind it. */
    long probedPosition;
    /** Up to when the rate is used. */
    Instant pacedTo;

    Instant replayPacedTo;
    /** No delivery that is due was due before this: where the search of its queue begins. */
    Instant sweptTo;

    Instant replaySweptTo;
    /** Whether a probe is in flight. */
    boolean probing;
    /** Events that this round found deleted before they could be sent. */
    long lost;

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

    /** While one event alone met outages it may be the cause, so an event that comes is tried before the next probe is due. */
    boolean mayTryAnother() {
        return !isPaused() && isOpen() && outages == 1 && !probing;
    }

    /**
     * After a 2xx.
     *
     * @return whether the endpoint was away, so that everything is due now. If a single outage opened the circuit it was that one event or
     *     connection, whose next attempt has its time
     */
    boolean succeeded() {
        boolean wasAway = isOpen() && outages != 1;
        outages = 0;
        probes = 0;
        openSince = null;
        probeAt = null;
        return wasAway;
    }

    /** After an outage: the first one opens the circuit, and something else is tried at once. The same event once more says nothing new. */
    void failed(Claimed delivery, Instant now) {
        if (!isOpen()) {
            outages = 1;
            openSince = now;
            probeAt = now;
            probes = 0;
            probedPosition = delivery.position();
            return;
        }
        outages = delivery.again() ? outages : Math.min(outages + 1, SEVERAL);
        if (delivery.probe()) {
            waitForProbe(now);
        }
    }

    /** The receiver says that it is itself the cause, whatever the event. */
    void askedToWait() {
        outages = SEVERAL;
    }

    /** Whether the next probe is one that takes only what is due anyway. */
    boolean isFirstProbe() {
        return probes == 0;
    }

    /** The next probe comes after a pause, each longer than the one before. */
    void waitForProbe(Instant now) {
        Duration wait = FIRST_PROBE.multipliedBy(1L << probes);
        probeAt = now.plus(wait.compareTo(SLOWEST_PROBE) < 0 ? wait : SLOWEST_PROBE);
        probes = Math.min(probes + 1, MOST_DOUBLINGS);
    }

    /** A probe that said nothing about the endpoint. */
    void probed(boolean wasSent, Instant now) {
        if (!isOpen()) {
            return;
        }
        if (wasSent) {
            waitForProbe(now);
        } else {
            probeAt = now;
        }
    }

    /** Events that the endpoint will never get. */
    void lose(long number) {
        lost += number;
    }

    /** Whether 410 to what was sent then says that the receiver is gone. */
    boolean isGoneSince(Instant claimedAt) {
        return resumedAt == null || claimedAt.isAfter(resumedAt);
    }

    /** The receiver said when it wants to be asked again. */
    void delayed(boolean probe, Duration delay, Instant now) {
        askedToWait();
        if (!isOpen()) {
            openSince = now;
            probes = 1;
        }
        if (probe || probeAt == null) {
            probeAt = now;
        }
        Instant next = now.plus(delay);
        probeAt = probeAt.isAfter(next) ? probeAt : next;
    }

    /** One probe at a time: no other one before its lease ends. */
    void probing(long probed, Instant leaseEnd) {
        probedPosition = probed;
        probing = true;
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
