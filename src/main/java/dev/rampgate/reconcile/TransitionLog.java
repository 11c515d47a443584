package dev.rampgate.reconcile;

import dev.rampgate.ledger.Observation;
import dev.rampgate.ledger.Transition;
import dev.rampgate.reconcile.BatchChanges.Raised;
import dev.rampgate.telemetry.LogContext;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import org.jboss.logging.Logger;

/**
 * Logs each committed transition and each alarm of the ledger's rules, each line with the transaction's id. It comes before the
 * other listeners, so that the log shows a transition before what follows from it.
 */
@ApplicationScoped
@Priority(TransitionLog.FIRST)
class TransitionLog implements CommitListener {

    static final int FIRST = 1_000;

    private static final Logger LOG = Logger.getLogger(TransitionLog.class);

    @Override
    public void committed(BatchChanges changes) {
        changes.transitions().forEach(TransitionLog::log);
        changes.alarms().forEach(TransitionLog::log);
    }

    private static void log(Transition transition) {
        LogContext.about(
                transition.transactionId(),
                () -> LOG.infof(
                        "Transaction %s is %s (attempt %d, sequence %d, by %s%s)",
                        transition.transactionId(),
                        transition.status().wireName(),
                        transition.attempt(),
                        transition.sequence(),
                        transition.channel(),
                        transition.correction() ? ", correction" : ""));
    }

    private static void log(Raised raised) {
        Observation observation = raised.observation();
        LogContext.about(
                observation.transactionId(),
                () -> LOG.error("Transaction " + observation.transactionId() + ": " + explained(raised)));
    }

    private static String explained(Raised raised) {
        String status = raised.observation().status();
        return switch (raised.alarm()) {
            case COMPLETED_CONTRADICTED ->
                "it is completed and confirmed here, but Proof now reports " + status
                        + "; ask Proof's support which is right";
            case DETAILS_CONTRADICTED ->
                "Proof reports another type, currency or network than recorded, and the ledger keeps the first;"
                        + " ask Proof's support which is right";
            case AMOUNT_UNREADABLE ->
                "Proof reports " + status + " without an amount that can be read; the archive has the raw text and"
                        + " Proof is polled again; ask Proof's support if this goes on";
            case UNKNOWN_STATUS ->
                "Proof reports the status \"" + status + "\", which this version does not know, and the transaction"
                        + " keeps its status; look for a newer version of Rampgate";
        };
    }
}
