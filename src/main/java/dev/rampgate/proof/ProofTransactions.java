package dev.rampgate.proof;

import io.smallrye.mutiny.Uni;

/** Where Proof is asked about its transactions; in the service that is {@link ProofClient}. */
public interface ProofTransactions {

    /**
     * Asks for one transaction: {@code GET /widget/transactions/{id}}. Exactly one attempt: the poll channel owns the
     * budget of calls and the backoff.
     *
     * @param id as Proof gave it
     * @return a report about that very transaction, whose id may be spelled in another letter case; fails with a {@link
     *     ProofFailure}, and with nothing else
     */
    Uni<StatusReport> transaction(String id);
}
