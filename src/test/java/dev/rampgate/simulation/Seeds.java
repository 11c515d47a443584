package dev.rampgate.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rampgate.simulation.World.Tally;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import java.util.stream.LongStream;

/** Where worlds come from. */
public final class Seeds {

    private Seeds() {}

    /** {@code -Dsimulation.seed=N}, or any. */
    public static long first() {
        return Long.getLong("simulation.seed", new SecureRandom().nextInt(Integer.MAX_VALUE));
    }

    /** Lives through one world of the ledger; whatever breaks it tells its seed. */
    static Tally live(long seed, Mutation mutation, List<Duration> pauses, Function<World, Database> databases) {
        return live(seed, () -> new World(seed, mutation, pauses, databases).run());
    }

    /** Lives through one world; whatever breaks it tells its seed. */
    public static <T> T live(long seed, Supplier<T> world) {
        try {
            return world.get();
        } catch (AssertionError | RuntimeException violation) {
            throw new AssertionError("in the world of -Dsimulation.seed=" + seed, violation);
        }
    }

    /**
     * Asserts that a bug that was planted breaks a world, and prints which one and how.
     *
     * @param worlds so many are tried
     * @param world lives through the world of a seed, with the bug
     */
    public static void assertFound(Object bug, int worlds, LongConsumer world) {
        long first = first();
        String[] violation = new String[1];
        OptionalLong found = LongStream.range(first, first + worlds)
                .filter(seed -> {
                    try {
                        world.accept(seed);
                        return false;
                    } catch (AssertionError broken) {
                        violation[0] = broken.getMessage();
                        return true;
                    }
                })
                .findFirst();
        System.out.printf(
                "%s, from -Dsimulation.seed=%d: found in world %s: %s%n",
                bug, first, found.isPresent() ? Long.toString(found.getAsLong() - first + 1) : "none", violation[0]);

        assertThat(found).isPresent();
    }
}
