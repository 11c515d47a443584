package dev.rampgate.reconcile;

import dev.rampgate.ledger.Observation;
import dev.rampgate.ledger.Outcome;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;

/** The one stream: every channel hands its observations to it, and nobody else writes a status. */
@ApplicationScoped
public class ReconcileStream {

    /**
     * Hands an observation over.
     *
     * @return what became of it, after the commit; fails if it could not be stored, or was refused since too many wait
     */
    public Uni<Outcome> offer(Observation observation) {
        throw new UnsupportedOperationException("under construction");
    }
}
