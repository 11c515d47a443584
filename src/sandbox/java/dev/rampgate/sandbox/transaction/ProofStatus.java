package dev.rampgate.sandbox.transaction;

import java.util.Locale;

/**
 * The statuses that Proof knows (Proof contract, section 6). The simulator has its own list on purpose: it simulates
 * another company's host, and shares no code with Rampgate.
 */
public enum ProofStatus {
    PENDING,
    PROCESSING,
    COMPLETED,
    FAILED,
    CANCELLED;

    private final String wireName = name().toLowerCase(Locale.ROOT);

    public String wireName() {
        return wireName;
    }

    public boolean is(String status) {
        return wireName.equals(status);
    }

    /** Whether the contract expects nothing more after a status spelled like this. */
    public static boolean isTerminal(String status) {
        return COMPLETED.is(status) || FAILED.is(status) || CANCELLED.is(status);
    }
}
