package dev.rampgate.books.drift;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What finds breaks. Each finds its own again, and takes back no other's. */
public enum Source {
    /** A drift run, which asks Proof about each transaction. */
    POLL,
    /** A statement of Proof's that was imported. */
    STATEMENT;

    private final String wireName = name().toLowerCase(Locale.ROOT);

    /** As JSON and the table spell it, for example {@code poll}. */
    public String wireName() {
        return wireName;
    }

    /** The source that is spelled so; empty if there is none. */
    public static Optional<Source> of(String wireName) {
        return Arrays.stream(values())
                .filter(source -> source.wireName.equals(wireName))
                .findFirst();
    }
}
