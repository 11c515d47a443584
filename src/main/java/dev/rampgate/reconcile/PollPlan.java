package dev.rampgate.reconcile;

import java.time.Duration;
import java.util.Optional;

/**
 * When to ask Proof about a transaction next.
 *
 * @param transactionId the transaction
 * @param priority how urgent the call is
 * @param answered whether a poll was answered, so that this replaces what was planned; else it only hastens it
 * @param delay from now; none for not by itself any more
 */
public record PollPlan(String transactionId, Priority priority, boolean answered, Optional<Duration> delay) {

    /** Whether it is wanted as soon as the budget allows. */
    public boolean isDueAtOnce() {
        return delay.isPresent() && delay.get().isZero();
    }

    /** Who goes first when the budget is short; the order is that of the column {@code poll.priority}. */
    public enum Priority {
        /** Known, and something claimed that it changed. */
        NUDGED,
        /** Known. */
        KNOWN,
        /** Named by a webhook only. */
        UNKNOWN
    }
}
