package dev.rampgate.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rampgate.simulation.World.Tally;
import java.security.SecureRandom;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The real rules, stream and channels of three replicas in worlds of virtual time, each grown from its seed.
 * {@code -Dsimulation.seed=N} begins with that world, {@code -Dsimulation.seeds=N} visits so many.
 */
class SimulationTest {

    private static final int SEEDS = Integer.getInteger("simulation.seeds", 1_000);
    private static final int SEEDS_OF_MUTATION = 1_000;

    /** Simulated processes log as much as real ones. */
    private static final Logger LOG = Logger.getLogger("dev.rampgate");

    private Level level;

    @BeforeEach
    void silence() {
        level = LOG.getLevel();
        LOG.setLevel(Level.OFF);
    }

    @AfterEach
    void speak() {
        LOG.setLevel(level);
    }

    @Test
    void noWorldBreaksTheLedger() throws InterruptedException, ExecutionException {
        long first = firstSeed();
        System.out.printf("Simulation of %,d worlds from -Dsimulation.seed=%d%n", SEEDS, first);
        Tally tally = liveAll(first, SEEDS);
        System.out.println(tally);
        // A world in which nothing happens proves nothing.
        assertThat(tally.transitions()).isGreaterThan(SEEDS);
        assertThat(tally.calls()).isGreaterThan(tally.transitions());
    }

    @ParameterizedTest
    @EnumSource(names = "NONE", mode = EnumSource.Mode.EXCLUDE)
    void aBrokenRuleIsFound(Mutation mutation) {
        long first = firstSeed();
        OptionalLong found = LongStream.range(first, first + SEEDS_OF_MUTATION)
                .filter(seed -> breaks(seed, mutation))
                .findFirst();
        System.out.printf("%s was found in world %s from -Dsimulation.seed=%d%n", mutation, found, first);

        assertThat(found).isPresent();
    }

    private static long firstSeed() {
        return Long.getLong("simulation.seed", new SecureRandom().nextInt(Integer.MAX_VALUE));
    }

    private static Tally liveAll(long first, int worlds) throws InterruptedException, ExecutionException {
        // The first one alone: what Mutiny prepares at its first use is not safe for several threads.
        Tally all = live(first);
        List<Callable<Tally>> others = LongStream.range(first + 1, first + worlds)
                .<Callable<Tally>>mapToObj(seed -> () -> live(seed))
                .toList();
        ExecutorService threads =
                Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors());
        try {
            for (Future<Tally> one : threads.invokeAll(others)) {
                all = all.plus(one.get());
            }
        } finally {
            threads.shutdownNow();
        }
        return all;
    }

    private static Tally live(long seed) {
        try {
            return world(seed, Mutation.NONE).run();
        } catch (AssertionError | RuntimeException violation) {
            throw new AssertionError("in the world of -Dsimulation.seed=" + seed, violation);
        }
    }

    private static boolean breaks(long seed, Mutation mutation) {
        try {
            world(seed, mutation).run();
            return false;
        } catch (AssertionError violation) {
            return true;
        }
    }

    private static World world(long seed, Mutation mutation) {
        return new World(
                seed,
                mutation,
                world -> new MemoryDatabase(
                        world.time(),
                        world.chance(),
                        world.plan().reconciling(),
                        world.plan().polling(),
                        world.plan().socketing(),
                        mutation != Mutation.NO_UNIQUE_KEY));
    }
}
