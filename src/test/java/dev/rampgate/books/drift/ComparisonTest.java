package dev.rampgate.books.drift;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class ComparisonTest {

    private static final Duration TOLERANCE = Duration.ofHours(24);
    private static final Instant NOW = Instant.parse("2026-11-05T12:00:00Z");
    private static final Instant OLD = Instant.parse("2026-10-01T08:00:00Z");

    private final Comparison comparison = new Comparison(TOLERANCE);

    @Test
    void theSameAmountInAnotherSpellingIsNoDifference() {
        assertThat(comparison.of("t", here("completed", "42.60"), there("Completed", "42.6", OLD), NOW))
                .isEmpty();
    }

    @Test
    void whatProofDoesNotSayIsNotCompared() {
        assertThat(comparison.of("t", here("completed", "42.60"), there("completed", null, OLD), NOW))
                .isEmpty();
    }

    @Test
    void anotherStatusAndAnotherAmountAreTwoDifferences() {
        assertThat(comparison.of("t", here("failed", null), there("completed", "42.60", OLD), NOW))
                .extracting(Difference::kind)
                .containsExactly(BreakKind.STATUS, BreakKind.AMOUNT);
    }

    @Test
    void anOldDifferenceIsRealAtOnce() {
        assertThat(realFrom(here("completed", "42.60"), there("completed", "41", OLD)))
                .isEqualTo(NOW);
    }

    @Test
    void whatProofChangedLatelyMayBeAMatterOfTiming() {
        Instant lately = NOW.minus(Duration.ofHours(1));

        assertThat(realFrom(here("completed", "42.60"), there("completed", "41", lately)))
                .isEqualTo(lately.plus(TOLERANCE));
    }

    @Test
    void anOlderAnswerOfProofMayBeAMatterOfTimingForSoLong() {
        assertThat(realFrom(here("completed", "42.60"), there("completed", "41", OLD.minusSeconds(1))))
                .isEqualTo(NOW.plus(TOLERANCE));
    }

    @Test
    void aTimeInTheFutureMakesNothingAMatterOfTimingForGood() {
        assertThat(realFrom(here("completed", "42.60"), there("completed", "41", NOW.plus(Duration.ofDays(365)))))
                .isEqualTo(NOW.plus(TOLERANCE));
    }

    @Test
    void aTransactionNearTheEndOfAPeriodMayStandInTheNextStatement() {
        Instant from = Instant.parse("2026-10-01T00:00:00Z");
        Instant to = Instant.parse("2026-11-01T00:00:00Z");

        assertThat(notListed("2026-10-31T12:00:00Z", from, to)).isEqualTo(NOW.plus(TOLERANCE));
        assertThat(notListed("2026-10-15T12:00:00Z", from, to)).isEqualTo(NOW);
    }

    private Instant notListed(String createdAt, Instant from, Instant to) {
        Here here = new Here("completed", "1", "1", "USDC", "EUR", true, OLD, OLD, Instant.parse(createdAt));
        return comparison.notListed("t", here, from, to, NOW).realFrom();
    }

    private Instant realFrom(Here here, There there) {
        List<Difference> differences = comparison.of("t", here, there, NOW);
        assertThat(differences).hasSize(1);
        return differences.get(0).realFrom();
    }

    private static Here here(String status, String amount) {
        return new Here(status, amount, amount, "USDC", "EUR", true, OLD, OLD, OLD);
    }

    private static There there(String status, String amount, Instant updatedAt) {
        return new There(status, amount, amount, "usdc", "EUR", false, updatedAt);
    }
}
