package dev.rampgate.ledger;

import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * What truly happened to a transaction at Proof. A legal history begins with {@code pending}, rises to an end, and may go
 * on after {@code failed} and {@code cancelled}, anywhere (Proof contract, C7); nothing follows {@code completed}.
 */
public record ProofHistory(List<Step> steps) {

    /**
     * One status.
     *
     * @param at when it truly began
     * @param updatedAt what Proof says about that, perhaps rounded
     * @param attempt the true number of the attempt
     */
    public record Step(Status status, Instant at, Instant updatedAt, int attempt) {

        /** Proof tells amounts once they are known; each attempt has its own. */
        public String amount() {
            return switch (status) {
                case PENDING, FAILED, CANCELLED -> null;
                case PROCESSING -> attempt + ".50";
                case COMPLETED -> attempt + ".49";
            };
        }

        @Override
        public String toString() {
            return status.wireName() + "@" + updatedAt;
        }
    }

    public ProofHistory {
        steps = List.copyOf(steps);
    }

    public static ProofHistory begunAt(Instant at, Instant updatedAt) {
        return new ProofHistory(List.of(new Step(Status.PENDING, at, updatedAt, 1)));
    }

    public ProofHistory then(Status status, Instant at, Instant updatedAt) {
        List<Step> more = new ArrayList<>(steps);
        int attempt = last().attempt() + (last().status().isProvisional() ? 1 : 0);
        more.add(new Step(status, at, updatedAt, attempt));
        return new ProofHistory(more);
    }

    public Step last() {
        return steps.get(steps.size() - 1);
    }

    /** What Proof's state was at this moment. */
    public Step stateAt(Instant moment) {
        Step state = steps.get(0);
        for (Step step : steps) {
            if (!step.at().isAfter(moment)) {
                state = step;
            }
        }
        return state;
    }

    /** What may come after this status. */
    public static Set<Status> successors(Status status) {
        return switch (status) {
            case PENDING -> EnumSet.of(Status.PROCESSING, Status.COMPLETED, Status.FAILED, Status.CANCELLED);
            case PROCESSING -> EnumSet.of(Status.COMPLETED, Status.FAILED, Status.CANCELLED);
            case COMPLETED -> EnumSet.noneOf(Status.class);
            case FAILED, CANCELLED -> EnumSet.complementOf(EnumSet.of(status));
        };
    }

    /** Every legal history of so many steps, each step in the second of the one before or in a later one. */
    static void forEach(int length, Instant start, Consumer<ProofHistory> visitor) {
        extend(begunAt(start, start), length, visitor);
    }

    private static void extend(ProofHistory history, int length, Consumer<ProofHistory> visitor) {
        if (history.steps.size() == length) {
            visitor.accept(history);
            return;
        }
        Step last = history.last();
        for (Status next : successors(last.status())) {
            Instant second = last.updatedAt().plusSeconds(2);
            extend(history.then(next, last.at().plusMillis(10), last.updatedAt()), length, visitor);
            extend(history.then(next, second, second), length, visitor);
        }
    }
}
