package dev.rampgate.channel.poll;

import dev.rampgate.reconcile.PollPlan.Priority;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.List;

/**
 * What is due to be polled, shared by all replicas: each claims what it will ask for, for the time of a lease, together
 * with the moments at which the calls may leave.
 */
public interface PollQueue {

    /**
     * A transaction that this replica alone may ask for.
     *
     * @param transactionId the transaction
     * @param priority why it is asked for
     * @param failures calls that failed in a row
     * @param missing how long Proof has answered that it does not know it
     * @param delay until the call may leave
     */
    record Claim(String transactionId, Priority priority, int failures, Duration missing, Duration delay) {}

    /** Claims what is due, as much as the budgets allow. */
    Uni<List<Claim>> claim(Priority priority);

    /**
     * Gives a claim back after a call that failed.
     *
     * @param delay until it is due again
     * @param missing whether Proof answered that it does not know it
     */
    Uni<Void> postpone(Claim claim, Duration delay, boolean missing);

    /** Forgets an id that Proof does not know either, unless it became known meanwhile. */
    Uni<Void> forget(Claim claim);

    /** Stops the calls of all replicas for a while. */
    Uni<Void> pause(Duration duration);
}
