package dev.rampgate.sandbox.scenario;

import dev.rampgate.sandbox.fault.FaultRule;
import dev.rampgate.sandbox.transaction.Action;
import dev.rampgate.sandbox.transaction.LifeMode;
import dev.rampgate.sandbox.transaction.ProofStatus;
import dev.rampgate.sandbox.transaction.StoryStep;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A behaviour of the simulated Proof, as data: which faults happen when, how transactions develop, and how far the clock is off.
 * In JSON the names are in snake_case.
 *
 * @param name lower-case letters, digits and dashes
 * @param summary one sentence for the list of scenarios
 * @param seed of the random numbers behind rates, so that a run can be repeated; null uses the simulator's own
 * @param life null keeps the settings with which the simulator was started
 * @param clockSkewMs how far Proof's clock is ahead, in milliseconds; null is 0
 * @param faults in order: of several that match, the first one happens
 * @param story what happens to each transaction that is opened meanwhile; empty for the usual course
 */
public record Scenario(
        String name,
        String summary,
        Long seed,
        Life life,
        Long clockSkewMs,
        List<FaultRule> faults,
        List<StoryStep> story) {

    private static final Pattern NAME = Pattern.compile("[a-z0-9-]{1,60}");

    /** Who changes transactions, and the factor of delays; either may be null for no change. */
    public record Life(LifeMode mode, Double factor) {
        public Life {
            if (factor != null && !(factor >= 0 && factor <= 1_000)) {
                throw new IllegalArgumentException("a delay factor is between 0 and 1000, not " + factor);
            }
        }
    }

    /** Ten years: more is a slip of the hand. */
    private static final long MOST_SKEW_MS = 3_650L * 24 * 60 * 60 * 1000;

    public Scenario {
        if (name == null || !NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("a scenario's name is of lower-case letters, digits and dashes");
        }
        if (clockSkewMs != null && (clockSkewMs < -MOST_SKEW_MS || clockSkewMs > MOST_SKEW_MS)) {
            throw new IllegalArgumentException("clock_skew_ms is at most ten years, not " + clockSkewMs);
        }
        summary = summary == null ? "" : summary;
        faults = faults == null ? List.of() : List.copyOf(faults);
        story = story == null ? List.of() : List.copyOf(story);
        requirePossible(story);
    }

    /** Each step must be possible after the ones before it; otherwise it and all that follow would silently not happen. */
    private static void requirePossible(List<StoryStep> story) {
        ProofStatus status = ProofStatus.PENDING;
        for (int i = 0; i < story.size(); i++) {
            Action action = story.get(i).action();
            if (!action.isPossibleFrom(status)) {
                throw new IllegalArgumentException("the story is impossible: its step " + (i + 1) + " is "
                        + action.wireName() + ", but the transaction is " + status.wireName() + " by then");
            }
            status = action.leadsTo();
        }
    }
}
