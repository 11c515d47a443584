package dev.rampgate.simulation;

import java.util.random.RandomGenerator;

class MemoryDatabaseTest extends DatabaseContract {

    @Override
    Database open(VirtualTime time, RandomGenerator random, World.Plan plan) {
        return new MemoryDatabase(time, random, plan.reconciling(), plan.polling(), plan.socketing(), true);
    }
}
