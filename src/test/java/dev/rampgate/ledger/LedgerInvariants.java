package dev.rampgate.ledger;

import java.util.List;

/** What must hold after every step, whatever was heard: the invariants I1 to I3, and I4's words about transitions. */
public final class LedgerInvariants {

    private LedgerInvariants() {}

    /**
     * Fails if one step of one transaction was none that the rules allow.
     *
     * @param before where it stood; null if it was unknown
     * @param after where it stands; null if it is unknown
     * @param timeline all its transitions now, oldest first
     * @param known how many of them were there before
     * @param history what truly happened; null if the channels contradict each other as they like
     */
    public static void check(
            LedgerState before, LedgerState after, List<Transition> timeline, int known, ProofHistory history) {
        if (after == null) {
            check(before == null, "a transaction was forgotten");
            check(timeline.isEmpty(), "transitions of an unknown transaction");
            return;
        }
        checkTimeline(timeline, known);
        Transition last = timeline.get(timeline.size() - 1);
        check(after.sequence() == timeline.size(), "the sequence is not that of the last transition");
        check(after.status() == last.status(), "the status is not that last announced");
        check(after.attempt() == last.attempt(), "the attempt is not that last announced");
        check(history == null || after.attempt() <= history.last().attempt(), "more attempts than there were");
        check(history == null || isInOrder(timeline, history), "transitions that are no subsequence of the history");
        check(before == null || !before.isAfter(after.asOf()), "polls applied out of order");
        checkEnd(before, after, timeline, known);
    }

    /** I2 and I3. */
    private static void checkTimeline(List<Transition> timeline, int known) {
        for (int i = 0; i < timeline.size(); i++) {
            check(timeline.get(i).sequence() == i + 1, "a gap in the sequence");
        }
        for (Transition added : timeline.subList(known, timeline.size())) {
            for (Transition earlier : timeline.subList(0, added.sequence() - 1)) {
                check(
                        earlier.attempt() != added.attempt() || earlier.status() != added.status(),
                        "a status announced twice in one attempt");
                check(earlier.attempt() <= added.attempt(), "a step back to an earlier attempt");
            }
        }
    }

    /** I1. */
    private static void checkEnd(LedgerState before, LedgerState after, List<Transition> timeline, int known) {
        if (before == null || !before.confirmed() || !before.status().isTerminal()) {
            return;
        }
        if (after.sequence() == before.sequence()) {
            check(after.confirmed() && after.status() == before.status(), "a confirmed end changed silently");
        } else {
            check(timeline.get(known).correction(), "a confirmed end changed without a correction");
            check(before.status() != Status.COMPLETED, "a confirmed completed changed");
        }
    }

    /** Each transition is found in the history, with its time where it tells one, after the one before it. */
    private static boolean isInOrder(List<Transition> timeline, ProofHistory history) {
        int next = 0;
        for (ProofHistory.Step step : history.steps()) {
            if (next < timeline.size() && isOf(timeline.get(next), step)) {
                next++;
            }
        }
        return next == timeline.size();
    }

    private static boolean isOf(Transition transition, ProofHistory.Step step) {
        // A transaction that was adopted at a later pending passed through the first one all the same.
        boolean anyTime =
                transition.occurredAt() == null || transition.attempt() == 1 && transition.status() == Status.PENDING;
        return transition.status() == step.status()
                && (anyTime || transition.occurredAt().equals(step.updatedAt()));
    }

    private static void check(boolean holds, String otherwise) {
        if (!holds) {
            throw new AssertionError(otherwise);
        }
    }
}
