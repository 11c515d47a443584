package dev.rampgate.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.assertj.core.api.AbstractAssert;

/** What the ledger has recorded about the transaction of a {@link Story}. */
final class StoryAssert extends AbstractAssert<StoryAssert, Story> {

    StoryAssert(Story actual) {
        super(actual, StoryAssert.class);
    }

    /** No record of the transaction exists. */
    StoryAssert isUnknown() {
        assertThat(actual.isKnown()).as("known").isFalse();
        return this;
    }

    StoryAssert hasRecord(TransactionRecord expected) {
        assertThat(actual.record()).as("record").isEqualTo(expected);
        return this;
    }

    StoryAssert hasDetails(TransactionDetails expected) {
        assertThat(actual.record().details()).as("details").isEqualTo(expected);
        return this;
    }

    StoryAssert hasState(LedgerState expected) {
        assertThat(actual.state()).as("state").isEqualTo(expected);
        return this;
    }

    StoryAssert hasStatus(Status expected) {
        assertThat(actual.state().status()).as("status").isEqualTo(expected);
        return this;
    }

    StoryAssert isSettled() {
        assertThat(actual.state().settled()).as("settled").isTrue();
        return this;
    }

    StoryAssert isNotSettled() {
        assertThat(actual.state().settled()).as("settled").isFalse();
        return this;
    }

    StoryAssert isAbandoned() {
        assertThat(actual.state().abandoned()).as("abandoned").isTrue();
        return this;
    }

    StoryAssert isNotAbandoned() {
        assertThat(actual.state().abandoned()).as("abandoned").isFalse();
        return this;
    }

    StoryAssert hasFollowUp(FollowUp expected) {
        assertThat(actual.followUp()).as("follow-up").isEqualTo(expected);
        return this;
    }

    StoryAssert hasNudge(FollowUp.Nudge expected) {
        assertThat(actual.followUp().nudge()).as("nudge").isEqualTo(expected);
        return this;
    }

    StoryAssert hasNoNudge() {
        assertThat(actual.followUp().nudge()).as("nudge").isNull();
        return this;
    }

    /** A nudge waits, and this many polls answered below its claim. */
    StoryAssert hasNudgeAnsweredBelow(int times) {
        assertThat(actual.followUp().nudge()).as("nudge").isNotNull();
        assertThat(actual.followUp().nudge().answers())
                .as("polls that answered below the nudge")
                .isEqualTo(times);
        return this;
    }

    StoryAssert hasDissent(FollowUp.Dissent expected) {
        assertThat(actual.followUp().dissent()).as("dissent").isEqualTo(expected);
        return this;
    }

    StoryAssert hasNoDissent() {
        assertThat(actual.followUp().dissent()).as("dissent").isNull();
        return this;
    }

    StoryAssert isWatchedSince(Instant expected) {
        assertThat(actual.followUp().watchedSince()).as("watched since").isEqualTo(expected);
        return this;
    }

    StoryAssert isNotWatched() {
        assertThat(actual.followUp().watchedSince()).as("watched since").isNull();
        return this;
    }
}
