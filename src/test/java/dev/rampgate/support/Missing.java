package dev.rampgate.support;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Assumptions;

/** What a test needs and not every machine has. */
public final class Missing {

    private Missing() {}

    /** Leaves the test out, and says so; the CI sets {@code RAMPGATE_REQUIRE_EXAMPLES}, and the test fails there. */
    public static void leaveOut(String message) {
        assertThat(System.getenv("RAMPGATE_REQUIRE_EXAMPLES")).as(message).isNull();
        System.err.println(message);
        Assumptions.abort(message);
    }
}
