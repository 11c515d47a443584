package dev.rampgate.ledger;

import java.time.Instant;

/**
 * Where a transaction stands: what the rules accepted.
 *
 * @param status the recorded status
 * @param attempt 1, and one more each time polls showed that a recorded status no longer holds
 * @param sequence number of the last transition, from 1
 * @param confirmed whether a poll has shown the recorded status
 * @param asOf {@code updated_at} of the last applied poll; null before the first
 * @param since Proof's time of the change to the recorded status, or when we learned of it if Proof gave none
 * @param attemptSince Proof's time of the change that opened this attempt, or when we learned of it if Proof gave none
 * @param changedAt when we last accepted a change, by our clock; the age of a transaction counts from here
 * @param settled nothing more is expected
 * @param abandoned a {@code buy} that stayed unsettled past the horizon
 */
public record LedgerState(
        Status status,
        int attempt,
        int sequence,
        boolean confirmed,
        Instant asOf,
        Instant since,
        Instant attemptSince,
        Instant changedAt,
        boolean settled,
        boolean abandoned) {

    /** The first standing of a transaction. */
    static LedgerState opened(Status status, boolean confirmed, Instant asOf, Instant since, Instant now) {
        return new LedgerState(status, 1, 1, confirmed, asOf, since, since, now, false, false);
    }

    /** The standing after a higher status of the same attempt. */
    LedgerState movedTo(Status higher, Instant changed, Instant now) {
        return new LedgerState(higher, attempt, sequence + 1, false, asOf, changed, attemptSince, now, false, false);
    }

    /** The standing after polls showed that the recorded status no longer holds. */
    LedgerState correctedTo(Status other, Instant changed, Instant now) {
        return new LedgerState(other, attempt + 1, sequence + 1, false, asOf, changed, changed, now, false, false);
    }

    /** The standing after a poll that showed the recorded status with this time, which may be unknown (null). */
    LedgerState confirmedAt(Instant updatedAt) {
        Instant latest = updatedAt != null ? updatedAt : asOf;
        return new LedgerState(
                status, attempt, sequence, true, latest, since, attemptSince, changedAt, settled, abandoned);
    }

    LedgerState withSettled(boolean nowSettled) {
        return new LedgerState(
                status, attempt, sequence, confirmed, asOf, since, attemptSince, changedAt, nowSettled, abandoned);
    }

    LedgerState withAbandoned(boolean nowAbandoned) {
        return new LedgerState(
                status, attempt, sequence, confirmed, asOf, since, attemptSince, changedAt, settled, nowAbandoned);
    }

    /** Whether Proof's time is after that of the last applied poll; an unknown time is not. */
    boolean isBefore(Instant time) {
        return time != null && (asOf == null || time.isAfter(asOf));
    }

    /** Whether Proof's time is before that of the last applied poll; an unknown time is not. */
    boolean isAfter(Instant time) {
        return time != null && asOf != null && time.isBefore(asOf);
    }

    /** Whether what happened at this time is surely later than what is recorded; a tie or an unknown time is not. */
    boolean isSurelyBefore(Instant time) {
        return isBefore(time) && time.isAfter(since);
    }

    /**
     * Whether a higher status with this time can only have come after what is recorded. In doubt it may as well have come
     * before: a late word of an attempt that failed and was retried (decision 0004). No doubt is about {@code completed},
     * which nothing follows, nor about what comes after the {@code pending} that comes before all.
     */
    boolean surelyRisesTo(Status higher, Instant time) {
        boolean isFirst = status == Status.PENDING && attempt == 1;
        return higher == Status.COMPLETED || isFirst || isSurelyBefore(time);
    }

    /** Whether an observation with this time can be about the current attempt. */
    boolean attemptCovers(Instant time) {
        return attempt == 1 || time != null && !time.isBefore(attemptSince);
    }

    /**
     * Whether this status with this time, if it is true, belongs to an attempt after this one: later than the last applied
     * poll and no higher than what is recorded, so another status, or the same provisional end once more.
     */
    boolean isLeftFor(Status told, Instant time) {
        boolean other = told != status && !told.follows(status);
        boolean again = told == status && confirmed && told.isProvisional();
        return (other || again) && isBefore(time);
    }

    /** Whether nothing can change it any more but a conflict: {@code completed}, shown by a poll. */
    boolean isFinal() {
        return status == Status.COMPLETED && confirmed;
    }
}
