package dev.rampgate.reconcile;

import dev.rampgate.ledger.TransactionRecord;
import dev.rampgate.ledger.Transition;
import java.util.List;
import java.util.Map;

/** Changes that are a single one. */
final class OneChange {

    private OneChange() {}

    static Changes opened(TransactionRecord record) {
        return changes(List.of(record), List.of());
    }

    static Changes moved(Transition transition) {
        return changes(List.of(), List.of(transition));
    }

    private static Changes changes(List<TransactionRecord> opened, List<Transition> transitions) {
        return new Changes(
                opened,
                List.of(),
                List.of(),
                transitions,
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                Map.of(),
                Map.of());
    }
}
