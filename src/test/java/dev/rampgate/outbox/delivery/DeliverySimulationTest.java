package dev.rampgate.outbox.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rampgate.outbox.delivery.DeliveryWorld.Tally;
import dev.rampgate.simulation.PostgresServer;
import dev.rampgate.simulation.QuietLog;
import dev.rampgate.simulation.Seeds;
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
        Seeds.assertFound(bug, SEEDS_OF_BUG, seed -> new DeliveryWorld(seed, bug, server).run());
    }

    private static Tally live(long seed) {
        return Seeds.live(seed, () -> new DeliveryWorld(seed, DeliveryBug.NONE, server).run());
    }
}
