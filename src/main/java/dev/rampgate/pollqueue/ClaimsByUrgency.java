package dev.rampgate.pollqueue;

import dev.rampgate.pollqueue.PollPlan.Priority;
import dev.rampgate.pollqueue.PollQueue.Claim;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/**
 * Claims that wait for a slot of the call budget. The next slot goes to the most urgent claim, so that a nudge does not wait for
 * claims that were made before it and are less urgent (decision 0053).
 */
public final class ClaimsByUrgency {

    /** Of one priority, the first claim goes first. */
    private final Map<Priority, Deque<Claim>> waiting = new EnumMap<>(Priority.class);

    public ClaimsByUrgency() {
        for (Priority priority : Priority.values()) {
            waiting.put(priority, new ArrayDeque<>());
        }
    }

    public void add(Claim claim) {
        waiting.get(claim.priority()).addLast(claim);
    }

    public Optional<Claim> takeMostUrgent() {
        return waiting.values().stream()
                .filter(claims -> !claims.isEmpty())
                .findFirst()
                .map(Deque::removeFirst);
    }

    public Optional<Claim> takeLeastUrgent() {
        return waiting.values().stream()
                .filter(claims -> !claims.isEmpty())
                .reduce((urgent, less) -> less)
                .map(Deque::removeLast);
    }
}
