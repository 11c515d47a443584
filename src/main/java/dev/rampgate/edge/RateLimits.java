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
 * Creates rate limits for other packages. A refused call gets a 429 problem with {@code Retry-After} and is counted in
 * {@code rampgate.edge.limited}, by the limit's name. Each replica limits for itself.
 */
@ApplicationScoped
public class RateLimits {

    /** The number of users or sources that one limit remembers; about 15 MB when full. */
    private static final int CAPACITY = 100_000;

    private static final Gate NO_LIMIT = new Gate() {
        @Override
        public void pass(String key) {}

        @Override
        public void pass(Supplier<Optional<String>> key) {}
    };

    private final InstantSource clock;
    private final MeterRegistry meters;

    public RateLimits(InstantSource clock, MeterRegistry meters) {
        this.clock = clock;
        this.meters = meters;
    }

    /**
     * Creates the limit that a setting configures.
     *
     * @param name lower case, for metrics, for example {@code session_user}
     * @param setting the setting's full name, for the error message
     * @param rate the setting's value, in the form of {@link Rate#of}
     */
    public Gate limit(String name, String setting, String rate) {
        Counter refused = counter(name);
        return Rate.of(setting, rate)
                .map(known -> gate(new RateLimit(known, CAPACITY, clock), refused))
                .orElse(NO_LIMIT);
    }

    /**
     * Creates a limit of failures: only what failed counts, and beyond it nothing of that key is tried.
     *
     * @param name as for {@link #limit}
     * @param setting as for {@link #limit}
     * @param rate as for {@link #limit}
     */
    public Failures failures(String name, String setting, String rate) {
        Counter refused = counter(name);
        return new Failures(Rate.of(setting, rate).map(known -> new RateLimit(known, CAPACITY, clock)), refused);
    }

    private Counter counter(String name) {
        return Counter.builder("rampgate.edge.limited")
                .description("Calls refused by a rate limit")
                .tag("limit", name)
                .register(meters);
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

    /** A limit that a call must pass. */
    @FunctionalInterface
    public interface Gate {

        /**
         * Counts one call of this key.
         *
         * @throws ProblemException 429 if the key made too many calls
         */
        void pass(String key);

        /**
         * As {@link #pass(String)}, for a key that is expensive to compute: it is computed only if there is a limit. A call
         * without a key passes.
         */
        default void pass(Supplier<Optional<String>> key) {
            key.get().ifPresent(this::pass);
        }
    }

    /** A limit of failures. Thread-safe. */
    public static final class Failures {

        private final Optional<RateLimit> limit;
        private final Counter refused;

        private Failures(Optional<RateLimit> limit, Counter refused) {
            this.limit = limit;
            this.refused = refused;
        }

        /**
         * Checks a key before something is tried that may fail. Counts nothing.
         *
         * @throws ProblemException 429 if too much of this key failed
         */
        public void check(String key) {
            limit.flatMap(known -> known.waitOf(key)).ifPresent(wait -> {
                refused.increment();
                throw new ProblemException(
                        Problem.of(ProblemType.TOO_MANY_REQUESTS).withRetryAfter(wait));
            });
        }

        /** Counts one failure of a key. */
        public void count(String key) {
            limit.ifPresent(known -> known.take(key));
        }
    }
}
