package dev.rampgate.ledger;

/**
 * One transaction as the ledger knows it.
 *
 * @param id Proof's {@code merchant_transaction_id}, opaque, 1 to 128 characters
 * @param details what is known beside the status
 * @param state where it stands
 * @param followUp what the rules remember to know when to ask again; the only part that an advisory webhook may touch
 * @param published what other systems were sent about it; only {@link EventRules} change it
 * @param socketAttached whether some replica says that it holds a healthy socket for it now
 */
public record TransactionRecord(
        String id,
        TransactionDetails details,
        LedgerState state,
        FollowUp followUp,
        Published published,
        boolean socketAttached) {

    TransactionRecord with(TransactionDetails next) {
        return new TransactionRecord(id, next, state, followUp, published, socketAttached);
    }

    TransactionRecord with(LedgerState next) {
        return new TransactionRecord(id, details, next, followUp, published, socketAttached);
    }

    TransactionRecord with(FollowUp next) {
        return new TransactionRecord(id, details, state, next, published, socketAttached);
    }

    TransactionRecord with(Published next) {
        return new TransactionRecord(id, details, state, followUp, next, socketAttached);
    }
}
