package dev.rampgate.live;

import dev.rampgate.ledger.Status;
import dev.rampgate.live.LiveEvent.Name;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * One transaction and all its transitions, read at one moment: whoever knows how far a reader has come can tell from it
 * exactly what that reader misses. Pure.
 *
 * @param userId whose it is; null if nobody's
 * @param view where it stands, without timeline
 * @param changedAt our time of the last transition
 * @param steps the transitions in order, at least one
 */
record TransactionSnapshot(String userId, TransactionView view, Instant changedAt, List<Step> steps) {

    /**
     * A transition.
     *
     * @param sequence its number, from 1
     * @param attempt the attempt it belongs to
     * @param status the status it led to
     * @param updatedAt Proof's time of the change, or when we learned of it if Proof gave none
     * @param confirmedAtOnce whether the poll that brought it confirmed it as well
     * @param confirmed whether a poll has shown it
     */
    record Step(
            int sequence, int attempt, String status, Instant updatedAt, boolean confirmedAtOnce, boolean confirmed) {}

    TransactionSnapshot {
        steps = List.copyOf(steps);
    }

    /** How far a reader has come who has seen all of it. */
    EventId last() {
        Step last = steps.get(steps.size() - 1);
        return new EventId(last.sequence, last.confirmed);
    }

    /** The first event of a reader who has seen nothing. */
    LiveEvent state() {
        return new LiveEvent(Name.STATE, last(), view);
    }

    /** The last event of every reader. */
    LiveEvent end() {
        return new LiveEvent(Name.END, last(), view);
    }

    /** What a reader who has come this far has not seen, in order. */
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

    /** From when on nothing more is told: at once when settled, some time after a terminal status, else never. */
    Instant endsAt(Duration terminalGrace) {
        if (view.settled()) {
            return Instant.MIN;
        }
        boolean terminal = Status.of(view.status()).filter(Status::isTerminal).isPresent();
        return terminal ? changedAt.plus(terminalGrace) : Instant.MAX;
    }

    /** The transaction as it stood then; of what is not kept for each transition, the newest is shown. */
    private TransactionView at(Step step, boolean confirmed) {
        boolean now = step.sequence == last().sequence() && confirmed == last().confirmed();
        return now ? view : view.at(step, confirmed);
    }
}
