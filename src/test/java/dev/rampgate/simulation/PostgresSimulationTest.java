package dev.rampgate.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rampgate.simulation.World.Tally;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The same worlds on a real PostgreSQL, with the service's own statements. {@code -Dsimulation.seed=N} begins with that
 * world, {@code -Dsimulation.postgres-seeds=N} visits that many; {@code .ci/run} asks for 30.
 */
@ExtendWith(QuietLog.class)
class PostgresSimulationTest {

    private static final int SEEDS = Integer.getInteger("simulation.postgres-seeds", 10);

    /** Each round is some statements, on which the world waits. */
    private static final List<Duration> PAUSES = List.of(Duration.ofSeconds(5));

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
    void noWorldBreaksTheLedgerInPostgreSql() {
        long first = Seeds.first();
        System.out.printf("Simulation of %,d worlds on PostgreSQL from -Dsimulation.seed=%d%n", SEEDS, first);
        Tally tally = Tally.NOTHING;
        for (long seed = first; seed < first + SEEDS; seed++) {
            tally = tally.plus(Seeds.live(seed, Mutation.NONE, PAUSES, PostgresSimulationTest::database));
        }
        System.out.println(tally);
        assertThat(tally.transitions()).isGreaterThan(SEEDS);
    }

    private static Database database(World world) {
        return new PostgresDatabase(server, world.time(), world.random(), world.plan());
    }
}
