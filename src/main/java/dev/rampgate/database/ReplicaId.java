package dev.rampgate.database;

import jakarta.inject.Singleton;
import java.util.UUID;
import java.util.random.RandomGenerator;

/** Who this process is among the replicas, for leases; new at every start. */
@Singleton
public class ReplicaId {

    private final UUID id;

    public ReplicaId(RandomGenerator random) {
        this.id = new UUID(random.nextLong(), random.nextLong());
    }

    public UUID value() {
        return id;
    }
}
