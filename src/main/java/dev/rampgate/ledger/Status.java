package dev.rampgate.ledger;

import java.util.Locale;
import java.util.Optional;

/**
 * The status of a transaction, as Proof's GET, WebSocket and webhook all spell it (Proof contract, section 6).
 *
 * <p>{@code pending} comes before {@code processing}, which comes before the terminal ones; among the terminal ones
 * none is higher than another.
 */
public enum Status {
    PENDING(0, false),
    PROCESSING(1, false),
    COMPLETED(2, true),
    FAILED(2, true),
    CANCELLED(2, true);

    private final int rank;
    private final boolean terminal;
    private final String wireName = name().toLowerCase(Locale.ROOT);

    Status(int rank, boolean terminal) {
        this.rank = rank;
        this.terminal = terminal;
    }

    /**
     * The status that Proof spells like this, in any letter case and with any white space around it; none if the contract does
     * not know it.
     */
    public static Optional<Status> of(String spelling) {
        String word = spelling == null ? "" : spelling.strip();
        for (Status status : values()) {
            if (status.wireName.equalsIgnoreCase(word)) {
                return Optional.of(status);
            }
        }
        return Optional.empty();
    }

    /** As Proof spells it, for example {@code processing}. */
    public String wireName() {
        return wireName;
    }

    /** Whether Proof expects nothing more after it. */
    public boolean isTerminal() {
        return terminal;
    }

    /** Whether a payment may still be retried inside the widget after it (Proof contract, C7). */
    public boolean isProvisional() {
        return this == FAILED || this == CANCELLED;
    }

    /** Whether one attempt may go from {@code other} to this status; steps may be skipped. */
    public boolean follows(Status other) {
        return rank > other.rank;
    }
}
