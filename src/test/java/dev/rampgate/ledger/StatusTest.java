package dev.rampgate.ledger;

import static dev.rampgate.ledger.Status.CANCELLED;
import static dev.rampgate.ledger.Status.COMPLETED;
import static dev.rampgate.ledger.Status.FAILED;
import static dev.rampgate.ledger.Status.PENDING;
import static dev.rampgate.ledger.Status.PROCESSING;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.NullAndEmptySource;
import org.junit.jupiter.params.provider.ValueSource;

class StatusTest {

    @Test
    void theFiveStatusesAreSpelledAsInTheContract() {
        assertThat(Stream.of(Status.values()).map(Status::wireName))
                .containsExactly("pending", "processing", "completed", "failed", "cancelled");
    }

    @ParameterizedTest
    @EnumSource
    void aStatusIsFoundByItsSpelling(Status status) {
        assertThat(Status.of(status.wireName())).contains(status);
    }

    @ParameterizedTest
    @ValueSource(strings = {"PENDING", "Pending", " pending", "pending\n"})
    void letterCaseAndWhiteSpaceAroundDoNotMatter(String spelling) {
        assertThat(Status.of(spelling)).contains(PENDING);
    }

    @ParameterizedTest
    @NullAndEmptySource
    @ValueSource(strings = {"canceled", "paid", "on_hold", "pen ding", "pending."})
    void anyOtherSpellingIsUnknown(String spelling) {
        assertThat(Status.of(spelling)).isEmpty();
    }

    static Stream<Arguments> higherOnes() {
        return Stream.of(
                Arguments.of(PENDING, EnumSet.of(PROCESSING, COMPLETED, FAILED, CANCELLED)),
                Arguments.of(PROCESSING, EnumSet.of(COMPLETED, FAILED, CANCELLED)),
                Arguments.of(COMPLETED, EnumSet.noneOf(Status.class)),
                Arguments.of(FAILED, EnumSet.noneOf(Status.class)),
                Arguments.of(CANCELLED, EnumSet.noneOf(Status.class)));
    }

    @ParameterizedTest
    @MethodSource("higherOnes")
    void pendingComesBeforeProcessingComesBeforeTheEnds(Status status, Set<Status> higher) {
        assertThat(Stream.of(Status.values()).filter(other -> other.follows(status)))
                .containsExactlyInAnyOrderElementsOf(higher);
    }

    @Test
    void completedFailedAndCancelledAreEnds() {
        assertThat(Stream.of(Status.values()).filter(Status::isTerminal)).containsExactly(COMPLETED, FAILED, CANCELLED);
    }

    @Test
    void afterFailedAndCancelledAPaymentMayBeRetried() {
        assertThat(Stream.of(Status.values()).filter(Status::isProvisional)).containsExactly(FAILED, CANCELLED);
    }
}
