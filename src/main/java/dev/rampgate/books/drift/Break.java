package dev.rampgate.books.drift;

import java.time.Duration;
import java.time.Instant;

/**
 * A difference between Proof and the record, as it was found.
 *
 * @param sourceId the run or import that found it first
 * @param seenAt when it was last found
 * @param realFrom until then it may be a matter of timing
 * @param explainedAt of the first explanation; null if there is none
 * @param resolvedAt null while it is open
 * @param thereUpdatedAt Proof's time of its last change; null if Proof did not say it
 */
public record Break(
        long id,
        Source source,
        long sourceId,
        String transactionId,
        BreakKind kind,
        Instant foundAt,
        Instant seenAt,
        Instant realFrom,
        Instant explainedAt,
        Instant resolvedAt,
        Side here,
        Side there,
        Instant thereUpdatedAt) {

    /** A break that is real and unexplained for so long is alarmed. */
    public static final Duration ALARM_AFTER = Duration.ofHours(1);

    /** What one of the two said; each is null if it did not say it. */
    public record Side(String status, String cryptoAmount, String fiatAmount, String fiatCurrency) {
        /** It has no such transaction. */
        static final Side NOTHING = new Side(null, null, null, null);
    }

    /** Whether it may still be a matter of timing. */
    public boolean isTiming(Instant now) {
        return now.isBefore(realFrom);
    }

    /** How long it has been open, or was. */
    public Duration age(Instant now) {
        return Duration.between(foundAt, resolvedAt == null ? now : resolvedAt);
    }

    /** Whether somebody must look into it. */
    public boolean isAlarming(Instant now) {
        return resolvedAt == null
                && explainedAt == null
                && !realFrom.plus(ALARM_AFTER).isAfter(now);
    }

    /** {@code open}, {@code explained} or {@code resolved}. */
    public String state() {
        return resolvedAt != null ? "resolved" : explainedAt != null ? "explained" : "open";
    }
}
