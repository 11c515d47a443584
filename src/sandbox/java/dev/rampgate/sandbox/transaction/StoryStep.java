package dev.rampgate.sandbox.transaction;

/**
 * One thing that happens to a transaction by itself. {@code PAY} and {@code DEPOSIT} stand for each other: it is the one
 * that fits the transaction's type.
 *
 * @param action what happens
 * @param afterMs how long after the step before, in milliseconds before the delay factor
 */
public record StoryStep(Action action, long afterMs) {

    public StoryStep {
        if (action == null || afterMs < 0) {
            throw new IllegalArgumentException("a step of a story needs an action, and after_ms of at least 0");
        }
    }

    Action fitting(ProofTransaction transaction) {
        if (action == Action.PAY || action == Action.DEPOSIT) {
            return transaction.isSell() ? Action.DEPOSIT : Action.PAY;
        }
        return action;
    }
}
