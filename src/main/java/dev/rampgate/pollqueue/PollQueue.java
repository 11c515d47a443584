package dev.rampgate.pollqueue;

import dev.rampgate.pollqueue.PollPlan.Priority;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.List;

/**
 * What is due to be polled, shared by all replicas: each claims what it will ask for, for the time of a lease, together
 * with the slots in which the calls may leave.
 */
public interface PollQueue {

    /**
     * A transaction that this replica alone may ask for.
     *
     * @param transactionId the transaction
     * @param priority why it is asked for
     * @param failures calls that failed in a row
     * @param missing how long Proof has answered that it does not know it
     * @param probe whether Proof refuses polls, and this one is to find out if it still does
     * @param delay until the slot in which the call may leave; negative if the slot has passed
     */
    record Claim(
            String transactionId, Priority priority, int failures, Duration missing, boolean probe, Duration delay) {}

    /**
     * Claims what is due, as much as the budgets allow: first what is late by the largest part of its own period, so that
     * rows that always fail never starve good ones. While Proof refuses us, all replicas together get one claim per pause.
     *
     * @param most how many claims are wanted
     */
    Uni<List<Claim>> claim(Priority priority, int most);

    /**
     * Gives a claim back after a call that failed. As long as it fails it goes after what does not. If a poll was
     * wanted after this one was sent, it is due at once.
     *
     * @param delay until it is due again
     * @param missing whether Proof answered that it does not know it; another failure says nothing about that
     */
    Uni<Void> postpone(Claim claim, Duration delay, boolean missing);

    /** Gives a claim back without a call. */
    Uni<Void> release(Claim claim);

    /**
     * Forgets an id that Proof does not know either, unless it became known meanwhile. If a webhook named it since the call,
     * the answer may be older than that, so it is asked for once more (rule 8).
     */
    Uni<Void> forget(Claim claim);

    /** Stops the calls of all replicas for a while. */
    Uni<Void> pause(Duration duration);

    /**
     * Proof refuses our token or address: stops the calls of all replicas but one per pause.
     *
     * @return whether no replica had recorded that before
     */
    Uni<Boolean> refuse();

    /** Proof answers us again. */
    Uni<Void> resume();
}
