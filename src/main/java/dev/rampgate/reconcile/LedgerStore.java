package dev.rampgate.reconcile;

import dev.rampgate.ledger.TransactionRecord;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/** Where the ledger is kept. */
public interface LedgerStore {

    /**
     * Does the work in one transaction: all of it is stored, or nothing. Subscribing again does it again.
     *
     * @throws StoreException (as the failure) if it could not be stored
     */
    <T> Uni<T> inTransaction(Function<UnitOfWork, Uni<T>> work);

    /**
     * Makes transactions due to be polled, at most once a second each, since observations of them may have been missed.
     *
     * @param spread each becomes due at a random time within it, so that many do not fill the budget at once
     */
    Uni<Void> makeDue(Collection<String> transactionIds, Duration spread);

    /** One transaction of the store. */
    interface UnitOfWork {

        /**
         * Locks those of the transactions that are recorded, and answers what is recorded of them.
         *
         * @param now our clock
         */
        Uni<Map<String, Recorded>> load(Set<String> ids, Instant now);

        /** Which of these users were erased, and when last; none of them is erased before this transaction has ended. */
        Uni<Map<String, Instant>> erased(Set<String> userIds);

        /**
         * Writes what a batch changed. It fails as {@link StoreException.Kind#COLLISION} if another batch opened one of its
         * transactions since they were loaded.
         */
        Uni<Void> persist(BatchChanges changes);
    }

    /**
     * A transaction as it is recorded.
     *
     * @param record the transaction
     * @param archivedToday how many observations of it were archived today
     */
    record Recorded(TransactionRecord record, int archivedToday) {}
}
