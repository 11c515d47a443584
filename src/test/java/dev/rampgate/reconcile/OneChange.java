package dev.rampgate.reconcile;

import dev.rampgate.ledger.TransactionRecord;
import dev.rampgate.ledger.Transition;
import java.util.List;
import java.util.Map;

/** BatchChanges that are a single one. */
public final class OneChange {

    private OneChange() {}

    public static BatchChanges opened(TransactionRecord record) {
        return changes(List.of(record), List.of());
    }

    static BatchChanges moved(Transition transition) {
        return changes(List.of(), List.of(transition));
    }

    private static BatchChanges changes(List<TransactionRecord> opened, List<Transition> transitions) {
        return new BatchChanges(
                opened,
                List.of(),
                List.of(),
                transitions,
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                Map.of(),
                Map.of());
    }
}
