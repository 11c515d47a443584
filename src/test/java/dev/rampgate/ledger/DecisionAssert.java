package dev.rampgate.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import org.assertj.core.api.AbstractAssert;

/** What the rules decided about one observation. */
final class DecisionAssert extends AbstractAssert<DecisionAssert, Decision> {

    DecisionAssert(Decision actual) {
        super(actual, DecisionAssert.class);
    }

    DecisionAssert hasOutcome(Outcome expected) {
        assertThat(actual.outcome()).as("outcome").isEqualTo(expected);
        return this;
    }

    /** Exactly these. */
    DecisionAssert hasTransitions(Transition... expected) {
        assertThat(actual.transitions()).as("transitions").containsExactly(expected);
        return this;
    }

    DecisionAssert hasNoTransitions() {
        assertThat(actual.transitions()).as("transitions").isEmpty();
        return this;
    }

    /** Exactly these. */
    DecisionAssert hasMarks(TransitionMark... expected) {
        assertThat(actual.marks()).as("marks").containsExactly(expected);
        return this;
    }

    DecisionAssert hasNoMarks() {
        assertThat(actual.marks()).as("marks").isEmpty();
        return this;
    }

    /** Exactly these. */
    DecisionAssert raises(Alarm... expected) {
        assertThat(actual.alarms()).as("alarms").containsExactly(expected);
        return this;
    }

    DecisionAssert raisesNoAlarm() {
        assertThat(actual.alarms()).as("alarms").isEmpty();
        return this;
    }

    DecisionAssert hasWish(PollWish expected) {
        assertThat(actual.wish()).as("wish").isEqualTo(expected);
        return this;
    }

    DecisionAssert isArchived() {
        assertThat(actual.archived()).as("archived").isTrue();
        return this;
    }

    DecisionAssert isNotArchived() {
        assertThat(actual.archived()).as("archived").isFalse();
        return this;
    }
}
