package dev.rampgate.simulation;

import java.util.random.RandomGenerator;

class MemoryDatabaseTest extends DatabaseContract {

    @Override
    Database open(VirtualTime time, RandomGenerator chance, World.Plan plan) {
        return new MemoryDatabase(time, chance, plan.reconciling(), plan.polling(), plan.socketing(), true);
    }
}
