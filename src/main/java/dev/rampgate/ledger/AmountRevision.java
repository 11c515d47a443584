package dev.rampgate.ledger;

import java.util.List;
import java.util.Optional;

/**
 * What a transaction is worth in the company's books from one decision on. A transaction has an end that counts while its recorded status is
 * terminal and a poll has confirmed it; each change of that end, of its amounts or of what they are amounts of makes a revision, also the change that
 * leaves no such end.
 *
 * @param record the transaction as the decision leaves it
 * @param eventVersion version of the event of the same decision that shows it; null if there is none
 * @param counts whether the transaction has an end that counts
 */
public record AmountRevision(TransactionRecord record, Integer eventVersion, boolean counts) {

    /**
     * The revision that a decision makes; mostly none.
     *
     * @param before the transaction as recorded before it; none if it was unknown
     * @param after the transaction afterwards
     * @param events what the decision publishes
     */
    public static Optional<AmountRevision> of(
            Optional<TransactionRecord> before, TransactionRecord after, List<Event> events) {
        Optional<Worth> was = before.flatMap(Worth::of);
        Optional<Worth> is = Worth.of(after);
        return was.equals(is)
                ? Optional.empty()
                : Optional.of(new AmountRevision(after, shownBy(events), is.isPresent()));
    }

    /** Each event of a decision shows all details: the first one will do. */
    private static Integer shownBy(List<Event> events) {
        return events.isEmpty() ? null : events.get(0).version();
    }

    /** What the books say of a transaction. Its owner, reference and address are none of it. */
    private record Worth(
            int attempt,
            Status status,
            String type,
            String currency,
            String network,
            String cryptoAmount,
            String fiatCurrency,
            String fiatAmount) {

        static Optional<Worth> of(TransactionRecord record) {
            LedgerState state = record.state();
            TransactionDetails details = record.details();
            return state.confirmed() && state.status().isTerminal()
                    ? Optional.of(new Worth(
                            state.attempt(),
                            state.status(),
                            details.type(),
                            details.currency(),
                            details.network(),
                            details.cryptoAmount(),
                            details.fiatCurrency(),
                            details.fiatAmount()))
                    : Optional.empty();
        }
    }
}
