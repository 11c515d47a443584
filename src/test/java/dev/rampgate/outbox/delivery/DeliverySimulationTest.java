package dev.rampgate.outbox.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rampgate.outbox.delivery.DeliveryWorld.Tally;
import dev.rampgate.simulation.PostgresServer;
import dev.rampgate.simulation.QuietLog;
import dev.rampgate.simulation.Seeds;
import java.util.OptionalLong;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Deliveries to hostile receivers in worlds of virtual time on a real PostgreSQL, each grown from its seed.
 * {@code -Dsimulation.seed=N} begins with that world, {@code -Dsimulation.delivery-seeds=N} visits that many.
 */
@ExtendWith(QuietLog.class)
class DeliverySimulationTest {

    private static final int SEEDS = Integer.getInteger("simulation.delivery-seeds", 8);
    private static final int SEEDS_OF_BUG = 1_000;

    private static PostgresServer server;

    @BeforeAll
    static void start() {
        server = new PostgresServer();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void noWorldBreaksTheOutbox() {
        long first = Seeds.first();
        System.out.printf("Simulation of %,d worlds of deliveries from -Dsimulation.seed=%d%n", SEEDS, first);
        Tally tally = Tally.NOTHING;
        for (long seed = first; seed < first + SEEDS; seed++) {
            tally = tally.plus(live(seed));
        }
        System.out.println(tally);
        // A world in which nothing happens proves nothing.
        assertThat(tally.events()).isGreaterThan(SEEDS);
        assertThat(tally.attempts()).isGreaterThan(tally.acceptances());
    }

    @ParameterizedTest
    @EnumSource(names = "NONE", mode = EnumSource.Mode.EXCLUDE)
    void aPlantedBugIsFound(DeliveryBug bug) {
        long first = Seeds.first();
        String[] found = new String[1];
        OptionalLong world = LongStream.range(first, first + SEEDS_OF_BUG)
                .filter(seed -> {
                    try {
                        new DeliveryWorld(seed, bug, server).run();
                        return false;
                    } catch (AssertionError violation) {
                        found[0] = violation.getMessage();
                        return true;
                    }
                })
                .findFirst();
        System.out.printf(
                "%s, from -Dsimulation.seed=%d: found in world %s: %s%n",
                bug, first, world.isPresent() ? Long.toString(world.getAsLong() - first + 1) : "none", found[0]);

        assertThat(world).isPresent();
    }

    private static Tally live(long seed) {
        try {
            return new DeliveryWorld(seed, DeliveryBug.NONE, server).run();
        } catch (AssertionError | RuntimeException violation) {
            throw new AssertionError("in the world of -Dsimulation.seed=" + seed, violation);
        }
    }
}
