package dev.rampgate.pollqueue;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * When to ask Proof about a transaction next.
 *
 * @param transactionId the transaction
 * @param priority how urgent the call is
 * @param answered whether a poll was answered, so that this replaces what was planned; else it only hastens it
 * @param delay from now; empty: no poll is scheduled
 * @param owner the user whose share of the polls is to be looked up; null if the transaction has no known owner, or if the
 *     share stays as it was
 */
public record PollPlan(
        String transactionId, Priority priority, boolean answered, Optional<Duration> delay, String owner) {

    /** A plan that leaves its owner's share as it was. */
    public PollPlan(String transactionId, Priority priority, boolean answered, Optional<Duration> delay) {
        this(transactionId, priority, answered, delay, null);
    }

    /** What {@link #period()} may be, in seconds; also the values of the column {@code poll.period}. */
    public static final List<Integer> PERIODS = List.of(10, 60, 300, 3_600, 21_600);

    /**
     * From how many unsettled transactions of one user on {@link #PERIODS} after the first are the shortest that count for
     * them: a user with n of them has, all together, about the share of one transaction that is polled every 10 s.
     */
    public static final List<Integer> CROWDS = List.of(3, 14, 105, 881);

    /** The shortest period that counts for a transaction whose owner has so many unsettled ones. */
    public static int leastPeriod(long unsettled) {
        return PERIODS.get(
                (int) CROWDS.stream().filter(crowd -> unsettled >= crowd).count());
    }

    /**
     * About how often the transaction is polled, in seconds. When the budget is short, the transaction that is late by the largest
     * part of it goes first.
     */
    public int period() {
        long seconds = delay.map(Duration::toSeconds).orElse(Long.MAX_VALUE);
        // Up to twice a period counts as that period, for delays are jittered.
        return PERIODS.stream()
                .filter(period -> seconds <= 2L * period)
                .findFirst()
                .orElse(21_600);
    }

    /** Whether it is wanted as soon as the budget allows. */
    public boolean isDueAtOnce() {
        return delay.isPresent() && delay.get().isZero();
    }

    /** Which poll goes first when the budget is short; the order is that of the column {@code poll.priority}. */
    public enum Priority {
        /** Known, and something claimed that it changed. */
        NUDGED,
        /** Known. */
        KNOWN,
        /** Named by a webhook only. */
        UNKNOWN
    }
}
