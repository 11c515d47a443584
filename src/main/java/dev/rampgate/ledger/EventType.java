package dev.rampgate.ledger;

import java.util.Locale;
import java.util.Optional;

/** What an event says about a transaction. The names are part of the published interface: added to, never renamed. */
public enum EventType {
    /** The transaction entered the ledger. */
    OPENED,
    /** A correction back to {@code pending}; a first {@code pending} is {@link #OPENED}. */
    PENDING,
    PROCESSING,
    COMPLETED,
    FAILED,
    CANCELLED,
    /** Amounts, the owner or another detail changed since the event before. */
    UPDATED,
    /** No further change is expected; only {@code completed} is final. */
    SETTLED,
    /** It was settled, and may change again. */
    REOPENED,
    /** It stayed unsettled for so long that it is no longer polled. */
    ABANDONED,
    /** Proof contradicts a confirmed {@code completed}; the first value was kept. */
    CONFLICT;

    private final String wireName = "transaction." + name().toLowerCase(Locale.ROOT);

    /** For example {@code transaction.completed}. */
    public String wireName() {
        return wireName;
    }

    /** The type with this name; none if there is none. */
    public static Optional<EventType> of(String wireName) {
        for (EventType type : values()) {
            if (type.wireName.equals(wireName)) {
                return Optional.of(type);
            }
        }
        return Optional.empty();
    }

    /** The type that says that a poll confirmed this status. */
    static EventType of(Status status) {
        return switch (status) {
            case PENDING -> PENDING;
            case PROCESSING -> PROCESSING;
            case COMPLETED -> COMPLETED;
            case FAILED -> FAILED;
            case CANCELLED -> CANCELLED;
        };
    }
}
