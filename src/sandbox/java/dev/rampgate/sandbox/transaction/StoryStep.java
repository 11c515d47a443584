package dev.rampgate.sandbox.transaction;

/**
 * One scripted action on a transaction. {@code PAY} and {@code DEPOSIT} are interchangeable: the one that fits the
 * transaction's type is used.
 *
 * @param action the action
 * @param afterMs delay after the previous step in milliseconds, before the delay factor
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
