package dev.rampgate.simulation;

import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

class PostgresDatabaseTest extends DatabaseContract {

    private static PostgresServer server;

    @BeforeAll
    static void start() {
        server = new PostgresServer();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Override
    Database open(VirtualTime time, RandomGenerator random, World.Plan plan) {
        return new PostgresDatabase(server, time, random, plan);
    }
}
