package dev.rampgate.books.drift;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** How Proof and the record differ about one transaction. */
public enum BreakKind {
    /** Proof has it, the record does not. */
    MISSING_HERE,
    /** The record has it, Proof does not. */
    MISSING_THERE,
    /** The statuses differ. */
    STATUS,
    /** An amount or the fiat currency differs. */
    AMOUNT;

    private final String wireName = name().toLowerCase(Locale.ROOT);

    /** As JSON, metrics and the table spell it, for example {@code missing_here}. */
    public String wireName() {
        return wireName;
    }

    /** The kind that is spelled so; empty if there is none. */
    public static Optional<BreakKind> of(String wireName) {
        return Arrays.stream(values())
                .filter(kind -> kind.wireName.equals(wireName))
                .findFirst();
    }
}
