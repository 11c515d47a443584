package dev.rampgate.sandbox.transaction;

import static dev.rampgate.sandbox.transaction.ProofStatus.CANCELLED;
import static dev.rampgate.sandbox.transaction.ProofStatus.COMPLETED;
import static dev.rampgate.sandbox.transaction.ProofStatus.FAILED;
import static dev.rampgate.sandbox.transaction.ProofStatus.PENDING;
import static dev.rampgate.sandbox.transaction.ProofStatus.PROCESSING;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.rampgate.sandbox.fault.Words;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** What can happen to a transaction, and from which statuses it can (Proof contract, section 6). */
public enum Action {
    /** The user's card is charged. */
    PAY("buy", Set.of(PENDING), PROCESSING),
    /** The user's crypto arrives at the deposit address. */
    DEPOSIT("sell", Set.of(PENDING), PROCESSING),
    /** The crypto, or the fiat payout of a sell, is delivered. Out of {@code pending} it skips {@code processing}. */
    COMPLETE(null, Set.of(PENDING, PROCESSING), COMPLETED),
    /** The payment, the deposit or the payout fails. */
    FAIL(null, Set.of(PENDING, PROCESSING), FAILED),
    /** The user cancels inside the widget. */
    CANCEL(null, Set.of(PENDING, PROCESSING), CANCELLED),
    /** The user tries again inside the widget, with the same transaction (Proof contract, C7). */
    RETRY(null, Set.of(FAILED, CANCELLED), PROCESSING);

    private final String onlyFor;
    private final Set<ProofStatus> from;
    private final ProofStatus to;

    Action(String onlyFor, Set<ProofStatus> from, ProofStatus to) {
        this.onlyFor = onlyFor;
        this.from = from;
        this.to = to;
    }

    /** The action of this name, in any case of letters. */
    public static Optional<Action> of(String name) {
        for (Action action : values()) {
            if (action.name().equals(name.toUpperCase(Locale.ROOT))) {
                return Optional.of(action);
            }
        }
        return Optional.empty();
    }

    /** The name in JSON. */
    @JsonValue
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * In any case of letters.
     *
     * @throws IllegalArgumentException naming the actions that there are
     */
    @JsonCreator
    static Action read(String wireName) {
        return Words.find(Action.class, wireName);
    }

    /** Whether a transaction with this status allows it, whatever its type. */
    public boolean isPossibleFrom(ProofStatus status) {
        return from.contains(status);
    }

    public ProofStatus leadsTo() {
        return to;
    }

    public boolean isPossibleFor(ProofTransaction transaction) {
        return (onlyFor == null || onlyFor.equals(transaction.type()))
                && from.stream().anyMatch(status -> status.is(transaction.status()));
    }
}
