package dev.rampgate.books.drift;

import dev.rampgate.ledger.Status;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Compares what Proof says about a transaction with the record. Pure. What Proof does not say is not compared: an absent amount is no
 * difference.
 *
 * <p>A difference is a matter of timing while it may yet go away by itself: Proof has changed it lately, Proof answered from a copy that is
 * older than the record, or the record is not settled. That lasts at most {@code tolerance}; then it is real.
 */
public final class Comparison {

    private final Duration tolerance;

    /** @param tolerance how long a difference may be a matter of timing */
    public Comparison(Duration tolerance) {
        this.tolerance = tolerance;
    }

    /** The differences about a transaction that both have, none or one of each kind. */
    public List<Difference> of(String transactionId, Here here, There there, Instant now) {
        List<Difference> differences = new ArrayList<>();
        if (!isSameStatus(here, there)) {
            differences.add(new Difference(transactionId, BreakKind.STATUS, here, there, realFrom(here, there, now)));
        }
        if (!isSameAmount(here, there)) {
            differences.add(new Difference(transactionId, BreakKind.AMOUNT, here, there, realFrom(here, there, now)));
        }
        return differences;
    }

    /** Proof has it and the record does not: a matter of timing if Proof changed it lately. */
    public Difference missingHere(String transactionId, There there, Instant now) {
        Instant realFrom = there.updatedAt() == null ? now : there.updatedAt().plus(tolerance);
        return new Difference(transactionId, BreakKind.MISSING_HERE, null, there, bounded(realFrom, now));
    }

    /** Proof answers a call that it does not know the transaction: real, unless the record opened it lately. */
    public Difference unknownThere(String transactionId, Here here, Instant now) {
        return missingThere(transactionId, here, here.createdAt().plus(tolerance), now);
    }

    /**
     * A statement that lists all of its period lacks it. Near both ends of the period it may be in the neighbouring one.
     *
     * @param from where the period begins
     * @param to where it ends
     */
    public Difference notListed(String transactionId, Here here, Instant from, Instant to, Instant now) {
        boolean nearEnd = here.createdAt().isBefore(from.plus(tolerance))
                || !here.createdAt().isBefore(to.minus(tolerance));
        return missingThere(transactionId, here, nearEnd ? now.plus(tolerance) : now, now);
    }

    private Difference missingThere(String transactionId, Here here, Instant realFrom, Instant now) {
        return new Difference(transactionId, BreakKind.MISSING_THERE, here, null, bounded(realFrom, now));
    }

    /** Whether the record now says what Proof said when the break was found. */
    public static boolean agrees(BreakKind kind, Here here, There there) {
        return switch (kind) {
            case STATUS -> isSameStatus(here, there);
            case AMOUNT -> isSameAmount(here, there);
            case MISSING_HERE -> isSameStatus(here, there) && isSameAmount(here, there);
            // Only Proof can take that back.
            case MISSING_THERE -> false;
        };
    }

    private static boolean isSameStatus(Here here, There there) {
        return Status.of(there.status())
                .map(status -> status.wireName().equals(here.status()))
                .orElse(false);
    }

    private static boolean isSameAmount(Here here, There there) {
        return !there.amountUnreadable()
                && isSameNumber(here.cryptoAmount(), there.cryptoAmount())
                && isSameNumber(here.fiatAmount(), there.fiatAmount())
                && isSameWord(here.currency(), there.currency())
                && isSameWord(here.fiatCurrency(), there.fiatCurrency());
    }

    private static boolean isSameNumber(String here, String there) {
        return there == null || here != null && new BigDecimal(here).compareTo(new BigDecimal(there)) == 0;
    }

    private static boolean isSameWord(String here, String there) {
        return there == null || here == null || here.strip().equalsIgnoreCase(there.strip());
    }

    private Instant realFrom(Here here, There there, Instant now) {
        Instant realFrom = now;
        if (!here.settled()) {
            realFrom = here.changedAt().plus(tolerance);
        }
        if (there.updatedAt() != null && here.asOf() != null && !Objects.equals(there.updatedAt(), here.asOf())) {
            boolean newer = there.updatedAt().isAfter(here.asOf());
            Instant until = (newer ? there.updatedAt() : now).plus(tolerance);
            realFrom = until.isAfter(realFrom) ? until : realFrom;
        }
        return bounded(realFrom, now);
    }

    /** Never in the past, and never further away than the tolerance, whatever times Proof names. */
    private Instant bounded(Instant realFrom, Instant now) {
        Instant latest = now.plus(tolerance);
        return realFrom.isBefore(now) ? now : realFrom.isAfter(latest) ? latest : realFrom;
    }
}
