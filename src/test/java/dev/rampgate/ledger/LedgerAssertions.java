package dev.rampgate.ledger;

import org.assertj.core.api.Assertions;

/** AssertJ's assertions, and those about decisions and stories. */
final class LedgerAssertions extends Assertions {

    private LedgerAssertions() {}

    static DecisionAssert assertThat(Decision decision) {
        return new DecisionAssert(decision);
    }

    static StoryAssert assertThat(Story story) {
        return new StoryAssert(story);
    }
}
