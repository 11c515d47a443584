package dev.rampgate.edge;

import dev.rampgate.problem.Problem;
import dev.rampgate.problem.ProblemException;
import dev.rampgate.problem.ProblemType;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Makes the limits of the rooms that have some. A refusal is a 429 problem with {@code Retry-After}, and is counted:
 * {@code rampgate.edge.limited}, by the name of the limit. Each replica counts for itself.
 */
@ApplicationScoped
public class RateLimits {

    /** How many users or sources one limit remembers; some 15 MB when full. */
    private static final int CAPACITY = 100_000;

    private static final Gate NO_LIMIT = new Gate() {
        @Override
        public void pass(String key) {}

        @Override
        public void pass(Supplier<String> key) {}
    };

    private final InstantSource clock;
    private final MeterRegistry meters;

    public RateLimits(InstantSource clock, MeterRegistry meters) {
        this.clock = clock;
        this.meters = meters;
    }

    /**
     * The limit that a setting asks for.
     *
     * @param name lower case, for metrics, for example {@code session_user}
     * @param setting the setting's full name, for the message when it is wrong
     * @param rate its value, as {@link Rate#of} reads it
     */
    public Gate limit(String name, String setting, String rate) {
        Counter refused = Counter.builder("rampgate.edge.limited")
                .description("Calls that were refused since there were too many of them")
                .tag("limit", name)
                .register(meters);
        return Rate.of(setting, rate)
                .map(known -> gate(new RateLimit(known, CAPACITY, clock), refused))
                .orElse(NO_LIMIT);
    }

    private static Gate gate(RateLimit limit, Counter refused) {
        return key -> {
            Optional<Duration> wait = limit.take(key);
            if (wait.isPresent()) {
                refused.increment();
                throw new ProblemException(
                        Problem.of(ProblemType.TOO_MANY_REQUESTS).withRetryAfter(wait.get()));
            }
        };
    }

    /** What a call has to pass. */
    @FunctionalInterface
    public interface Gate {

        /**
         * Counts one call of this key.
         *
         * @throws ProblemException 429 if there were too many
         */
        void pass(String key);

        /** As {@link #pass(String)}, for a key that is dear to find: nobody looks for it where there is no limit. */
        default void pass(Supplier<String> key) {
            pass(key.get());
        }
    }
}
