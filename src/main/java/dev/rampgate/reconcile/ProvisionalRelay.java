package dev.rampgate.reconcile;

import dev.rampgate.ledger.Event;
import dev.rampgate.ledger.EventRules;
import dev.rampgate.ledger.TransactionRecord;
import dev.rampgate.ledger.Transition;
import dev.rampgate.outbox.delivery.ProvisionalEvents;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;

/** Hands statuses that no poll has confirmed yet to the endpoints that want them, after the commit. */
@ApplicationScoped
class ProvisionalRelay implements CommitListener {

    private final ProvisionalEvents provisional;
    private final InstantSource clock;

    ProvisionalRelay(ProvisionalEvents provisional, InstantSource clock) {
        this.provisional = provisional;
        this.clock = clock;
    }

    @Override
    public void committed(BatchChanges changes) {
        if (changes.transitions().isEmpty() || !provisional.isWanted()) {
            return;
        }
        Map<String, Transition> last = new HashMap<>();
        changes.transitions().forEach(transition -> last.put(transition.transactionId(), transition));
        Stream.concat(changes.opened().stream(), changes.records().stream())
                .filter(record -> last.containsKey(record.id()))
                .flatMap(record -> event(record, last.get(record.id())))
                .forEach(provisional::send);
    }

    private Stream<Event> event(TransactionRecord record, Transition last) {
        return EventRules.provisional(record, last, clock.instant()).stream();
    }
}
