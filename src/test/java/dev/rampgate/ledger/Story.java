package dev.rampgate.ledger;

import dev.rampgate.support.TestObservation;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One transaction under the rules, observation by observation. The clock moves only by {@link #pass}. The story keeps what
 * a store keeps: the record, and the transitions with their later marks.
 */
final class Story {

    static final String ID = "1b0e7c52-7d7f-4c0f-9a57-3d0b7a5f9e11";
    static final Instant START = Instant.parse("2026-05-02T08:00:00Z");
    static final Duration LAG_TOLERANCE = Duration.ofSeconds(30);

    /** The next poll of a transaction that changed less than 15 minutes ago. */
    static final PollWish FRESH = new PollWish.After(Duration.ofSeconds(5), Duration.ofSeconds(10));

    static final PollWish IN_A_SECOND = PollWish.after(Duration.ofSeconds(1));

    private final LedgerRules rules = new LedgerRules(LAG_TOLERANCE);
    private final List<Transition> timeline = new ArrayList<>();
    private Instant now = START;
    private TransactionRecord record;

    /** A time on Proof's clock, which agrees with ours, in seconds after the start. */
    static Instant at(int seconds) {
        return START.plusSeconds(seconds);
    }

    /** Applies an observation that is received now. */
    Decision observe(TestObservation observation) {
        Decision decision = rules.decide(Optional.ofNullable(record), observation.received(ID, now), now);
        record = decision.record().orElse(null);
        timeline.addAll(decision.transitions());
        decision.marks().forEach(mark -> timeline.replaceAll(transition -> marked(transition, mark)));
        return decision;
    }

    /** Moves our clock. */
    Story pass(Duration time) {
        now = now.plus(time);
        return this;
    }

    /** Moves our clock by this many seconds. */
    Story pass(int seconds) {
        return pass(Duration.ofSeconds(seconds));
    }

    Story attachSocket() {
        record = new TransactionRecord(
                record.id(), record.details(), record.state(), record.followUp(), record.published(), true);
        return this;
    }

    Instant now() {
        return now;
    }

    boolean isKnown() {
        return record != null;
    }

    TransactionRecord record() {
        return record;
    }

    LedgerState state() {
        return record.state();
    }

    FollowUp followUp() {
        return record.followUp();
    }

    List<Transition> timeline() {
        return timeline;
    }

    Transition last() {
        return timeline.get(timeline.size() - 1);
    }

    private static Transition marked(Transition transition, TransitionMark mark) {
        boolean concerned = transition.transactionId().equals(mark.transactionId())
                && transition.attempt() == mark.attempt()
                && transition.status() == mark.status();
        return !concerned
                ? transition
                : new Transition(
                        transition.transactionId(),
                        transition.sequence(),
                        transition.attempt(),
                        transition.status(),
                        transition.channel(),
                        first(transition.reportedAt(), mark.reportedAt()),
                        transition.occurredAt(),
                        transition.observedAt(),
                        first(transition.confirmedAt(), mark.confirmedAt()),
                        transition.correction());
    }

    private static Instant first(Instant known, Instant learned) {
        return known != null ? known : learned;
    }
}
