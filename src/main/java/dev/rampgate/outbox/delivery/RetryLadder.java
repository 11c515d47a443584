package dev.rampgate.outbox.delivery;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** When a delivery is tried again: after 2 s first, then less and less often, over about 76 hours. */
final class RetryLadder {

    private static final List<Duration> STEPS = List.of(
            Duration.ofSeconds(2),
            Duration.ofSeconds(10),
            Duration.ofMinutes(1),
            Duration.ofMinutes(5),
            Duration.ofMinutes(15),
            Duration.ofMinutes(30),
            Duration.ofHours(1),
            Duration.ofHours(2),
            Duration.ofHours(4),
            Duration.ofHours(8),
            Duration.ofHours(12),
            Duration.ofHours(12),
            Duration.ofHours(12),
            Duration.ofHours(12),
            Duration.ofHours(12));

    /** Attempts that a delivery has. */
    static final int ATTEMPTS = STEPS.size() + 1;

    private static final double LEAST = 0.9;
    private static final double SPREAD = 0.2;

    private RetryLadder() {}

    /**
     * The pause before the next attempt, give or take a tenth.
     *
     * @param used attempts so far, at least 1
     * @return empty if there is no further attempt
     */
    static Optional<Duration> after(int used, RandomGenerator random) {
        return used >= ATTEMPTS
                ? Optional.empty()
                : Optional.of(Duration.ofMillis(
                        (long) (STEPS.get(used - 1).toMillis() * (LEAST + SPREAD * random.nextDouble()))));
    }
}
