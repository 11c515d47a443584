package dev.rampgate.sandbox.scenario;

import dev.rampgate.sandbox.fault.FaultRule;
import dev.rampgate.sandbox.transaction.LifeMode;
import dev.rampgate.sandbox.transaction.StoryStep;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A way in which Proof's world goes, as data that anybody can write: what goes wrong and when, how transactions live, and
 * whose clock is wrong. In JSON the names are in snake_case.
 *
 * @param name lower-case letters, digits and dashes
 * @param summary one sentence for the list of scenarios
 * @param seed of the chance behind rates, so that a run can be repeated; null takes the simulator's own chance
 * @param life null leaves it as the simulator was started
 * @param clockSkewMs how far Proof's clock is ahead, in milliseconds; null is not at all
 * @param faults in their order: of several that fit, the first strikes
 * @param story what happens to each transaction opened meanwhile, instead of its usual life; empty for the usual one
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

    /** Who moves transactions on, and by what delays are multiplied; either may be null for no change. */
    public record Life(LifeMode mode, Double factor) {}

    public Scenario {
        if (name == null || !NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("a scenario's name is of lower-case letters, digits and dashes");
        }
        summary = summary == null ? "" : summary;
        faults = faults == null ? List.of() : List.copyOf(faults);
        story = story == null ? List.of() : List.copyOf(story);
    }
}
