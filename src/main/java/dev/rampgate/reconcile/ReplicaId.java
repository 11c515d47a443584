package dev.rampgate.reconcile;

import jakarta.inject.Singleton;
import java.util.UUID;
import java.util.random.RandomGenerator;

/** Who this process is among the replicas, for leases; new at every start. */
@Singleton
public class ReplicaId {

    private final UUID id;

    public ReplicaId(RandomGenerator chance) {
        this.id = new UUID(chance.nextLong(), chance.nextLong());
    }

    public UUID value() {
        return id;
    }
}
