package dev.rampgate.sandbox.transaction;

import java.util.Locale;

/** An action does not fit the transaction's type or present status. */
public final class ActionRefused extends RuntimeException {

    public ActionRefused(Action action, ProofTransaction transaction) {
        super("cannot " + action.name().toLowerCase(Locale.ROOT) + " a " + transaction.type() + " that is "
                + transaction.status());
    }
}
