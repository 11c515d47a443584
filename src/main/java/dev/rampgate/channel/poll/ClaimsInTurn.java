package dev.rampgate.channel.poll;

import dev.rampgate.channel.poll.PollQueue.Claim;
import dev.rampgate.reconcile.PollPlan.Priority;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/**
 * Claims that wait for a moment to be asked. The budget gives moments, and whichever comes next belongs to the most urgent claim:
 * a nudge does not wait for what was claimed before it and can as well be asked a moment later (decision 0053).
 */
final class ClaimsInTurn {

    /** Of one priority, who was claimed first goes first. */
    private final Map<Priority, Deque<Claim>> waiting = new EnumMap<>(Priority.class);

    ClaimsInTurn() {
        for (Priority priority : Priority.values()) {
            waiting.put(priority, new ArrayDeque<>());
        }
    }

    void add(Claim claim) {
        waiting.get(claim.priority()).addLast(claim);
    }

    Optional<Claim> takeMostUrgent() {
        return waiting.values().stream()
                .filter(claims -> !claims.isEmpty())
                .findFirst()
                .map(Deque::removeFirst);
    }

    Optional<Claim> takeLeastUrgent() {
        return waiting.values().stream()
                .filter(claims -> !claims.isEmpty())
                .reduce((urgent, less) -> less)
                .map(Deque::removeLast);
    }
}
