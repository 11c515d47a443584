package dev.rampgate.ledger;

import java.time.Duration;

/** When the ledger wants Proof to be asked about a transaction next. */
public sealed interface PollWish {

    /** Whatever is planned stays. */
    PollWish KEEP = new Keep();
    /** As soon as the budget allows, and at most once a second for one transaction. */
    PollWish AT_ONCE = new AtOnce();
    /** Not by itself any more. */
    PollWish NEVER = new Never();

    /** Whatever is planned stays. */
    record Keep() implements PollWish {}

    /** As soon as the budget allows. */
    record AtOnce() implements PollWish {}

    /** Not by itself any more. */
    record Never() implements PollWish {}

    /**
     * After a while.
     *
     * @param atLeast shortest delay from now
     * @param atMost longest delay from now; the delay between them is random, so that polls spread
     */
    record After(Duration atLeast, Duration atMost) implements PollWish {}

    /** After this long, and up to a tenth longer. */
    static PollWish after(Duration delay) {
        return new After(delay, delay.plus(delay.dividedBy(10)));
    }

    /** The earlier of two wishes. */
    static PollWish earlier(PollWish one, PollWish other) {
        if (one instanceof AtOnce || other instanceof AtOnce) {
            return AT_ONCE;
        }
        if (one instanceof After first && other instanceof After second) {
            return first.atMost().compareTo(second.atMost()) <= 0 ? one : other;
        }
        return one instanceof After ? one : other;
    }
}
