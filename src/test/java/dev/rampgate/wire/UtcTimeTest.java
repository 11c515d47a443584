package dev.rampgate.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UtcTimeTest {

    private static final long FIRST = Instant.parse("0000-01-01T00:00:00Z").getEpochSecond();
    private static final long LAST = Instant.parse("9999-12-31T23:59:59Z").getEpochSecond();

    @Test
    void everyTimeOfFourDigitYearsIsReadAsItWasWritten() {
        Random random = new Random(7);
        int[] precisions = {1, 1_000, 1_000_000, 1_000_000_000};
        for (int i = 0; i < 20_000; i++) {
            int precision = precisions[i % precisions.length];
            Instant time = Instant.ofEpochSecond(
                    random.nextLong(FIRST, LAST + 1), random.nextInt(1_000_000_000) / precision * (long) precision);

            assertThat(UtcTime.read(time.toString())).contains(time);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "2026-05-02T08:02:10.1Z",
                "2026-05-02T08:02:10.12Z",
                "2024-02-29T23:59:59.000000001Z",
                "1969-12-31T23:59:59.9Z"
            })
    void aFractionMayHaveOneToNineDigits(String text) {
        assertThat(UtcTime.read(text)).contains(Instant.parse(text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "Z",
                "2026-05-02",
                "2026-05-02T08:02Z",
                "2026-05-02T08:02:10",
                "2026-05-02T08:02:10.Z",
                "2026-05-02T08:02:10.1234567890Z",
                "2026-05-02T08:02:10,5Z",
                "2026-05-02T08:02:10+00:00",
                "2026-05-02t08:02:10z",
                "2026-05-02 08:02:10Z",
                "2026-05-02T08:02:1oZ",
                "2026-05-02T08:02:٣0Z",
                "-026-05-02T08:02:10Z",
                "+12026-05-02T08:02:10Z",
                "2026-00-02T08:02:10Z",
                "2026-13-02T08:02:10Z",
                "2026-05-00T08:02:10Z",
                "2026-05-32T08:02:10Z",
                "2026-02-29T08:02:10Z",
                "2026-05-02T24:00:00Z",
                "2026-05-02T08:60:10Z",
                "2026-05-02T23:59:60Z",
                " 2026-05-02T08:02:10Z"
            })
    void whatHasAnotherFormOrIsNoTimeIsNotRead(String text) {
        assertThat(UtcTime.read(text)).isEmpty();
    }
}
