package dev.rampgate.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rampgate.simulation.World.Tally;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The real rules, stream and channels of three replicas in worlds of virtual time, each grown from its seed.
 * {@code -Dsimulation.seed=N} begins with that world, {@code -Dsimulation.seeds=N} visits that many; {@code .ci/run} asks for
 * 1,000.
 */
@ExtendWith(QuietLog.class)
class SimulationTest {

    private static final int SEEDS = Integer.getInteger("simulation.seeds", 200);
    private static final int SEEDS_OF_MUTATION = 1_000;
    private static final List<Duration> PAUSES =
            List.of(Duration.ofMillis(500), Duration.ofSeconds(1), Duration.ofSeconds(3));

    @Test
    void noWorldBreaksTheLedger() throws InterruptedException, ExecutionException {
        long first = Seeds.first();
        System.out.printf("Simulation of %,d worlds from -Dsimulation.seed=%d%n", SEEDS, first);
        Tally tally = liveAll(first);
        System.out.println(tally);
        // A world in which nothing happens proves nothing.
        assertThat(tally.transitions()).isGreaterThan(SEEDS);
        assertThat(tally.calls()).isGreaterThan(tally.transitions());
    }

    @ParameterizedTest
    @EnumSource(names = "NONE", mode = EnumSource.Mode.EXCLUDE)
    void aBrokenRuleIsFound(Mutation mutation) {
        Seeds.assertFound(mutation, SEEDS_OF_MUTATION, seed -> new World(
                        seed, mutation, PAUSES, inMemory(mutation != Mutation.NO_UNIQUE_KEY))
                .run());
    }

    private static Tally liveAll(long first) throws InterruptedException, ExecutionException {
        // The first one alone: what Mutiny prepares at its first use is not safe for several threads.
        Tally all = Seeds.live(first, Mutation.NONE, PAUSES, inMemory(true));
        List<Callable<Tally>> others = LongStream.range(first + 1, first + SEEDS)
                .<Callable<Tally>>mapToObj(seed -> () -> Seeds.live(seed, Mutation.NONE, PAUSES, inMemory(true)))
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

    private static Function<World, Database> inMemory(boolean guarded) {
        return world -> new MemoryDatabase(
                world.time(),
                world.random(),
                world.plan().reconciling(),
                world.plan().polling(),
                world.plan().socketing(),
                guarded,
                world.plan().mutation());
    }
}
