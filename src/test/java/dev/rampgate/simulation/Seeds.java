package dev.rampgate.simulation;

import dev.rampgate.simulation.World.Tally;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;

/** Where worlds come from. */
public final class Seeds {

    private Seeds() {}

    /** {@code -Dsimulation.seed=N}, or any. */
    public static long first() {
        return Long.getLong("simulation.seed", new SecureRandom().nextInt(Integer.MAX_VALUE));
    }

    /** Lives through one world; whatever breaks it tells its seed. */
    static Tally live(long seed, Mutation mutation, List<Duration> pauses, Function<World, Database> databases) {
        try {
            return new World(seed, mutation, pauses, databases).run();
        } catch (AssertionError | RuntimeException violation) {
            throw new AssertionError("in the world of -Dsimulation.seed=" + seed, violation);
        }
    }
}
