package dev.rampgate.live;

import dev.rampgate.ledger.Status;
import dev.rampgate.live.LiveEvent.Name;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * One transaction and all its transitions, read consistently. With a reader's position it yields exactly the events that the
 * reader has not received. Pure.
 *
 * @param userId the owner; null if there is none
 * @param view its present state, without timeline
 * @param changedAt time of the last transition, by Rampgate's clock
 * @param steps the transitions in order, at least one
 */
record TransactionSnapshot(String userId, TransactionView view, Instant changedAt, List<Step> steps) {

    /**
     * One transition.
     *
     * @param sequence its number, from 1
     * @param attempt the attempt it belongs to
     * @param status the status it led to
     * @param updatedAt Proof's time of the change, or the time of the observation if Proof gave none
     * @param confirmedAtOnce whether a poll observed it, and so confirmed it at once
     * @param confirmed whether a poll has confirmed it
     */
    record Step(
            int sequence, int attempt, String status, Instant updatedAt, boolean confirmedAtOnce, boolean confirmed) {}

    TransactionSnapshot {
        steps = List.copyOf(steps);
    }

    /** The position of a reader that has received everything. */
    EventId last() {
        Step last = steps.get(steps.size() - 1);
        return new EventId(last.sequence, last.confirmed);
    }

    /** The first event of a reader without a position. */
    LiveEvent state() {
        return new LiveEvent(Name.STATE, last(), view);
    }

    /** The last event of every reader. */
    LiveEvent end() {
        return new LiveEvent(Name.END, last(), view);
    }

    /** The events after a reader's position, in order. */
    List<LiveEvent> after(EventId seen) {
        List<LiveEvent> missed = new ArrayList<>();
        for (Step step : steps) {
            EventId changed = new EventId(step.sequence, false);
            if (seen.isBefore(changed)) {
                missed.add(new LiveEvent(Name.TRANSITION, changed, at(step, step.confirmedAtOnce)));
            }
            EventId confirmed = new EventId(step.sequence, true);
            if (step.confirmed && seen.isBefore(confirmed)) {
                missed.add(new LiveEvent(Name.CONFIRMED, confirmed, at(step, true)));
            }
        }
        return missed;
    }

    /** When the stream ends: at once if settled, the grace period after a terminal status, otherwise never. */
    Instant endsAt(Duration terminalGrace) {
        if (view.settled()) {
            return Instant.MIN;
        }
        boolean terminal = Status.of(view.status()).filter(Status::isTerminal).isPresent();
        return terminal ? changedAt.plus(terminalGrace) : Instant.MAX;
    }

    /** The transaction after a transition; fields that are not stored per transition have their newest value. */
    private TransactionView at(Step step, boolean confirmed) {
        boolean now = step.sequence == last().sequence() && confirmed == last().confirmed();
        return now ? view : view.at(step, confirmed);
    }
}
