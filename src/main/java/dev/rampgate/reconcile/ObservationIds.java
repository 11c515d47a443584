package dev.rampgate.reconcile;

import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.UUID;
import java.util.random.RandomGenerator;

/** Gives each observation an id of its own: a UUID of version 7, so that new rows of an index stand together. */
@ApplicationScoped
public class ObservationIds {

    private final RandomGenerator random;

    public ObservationIds(RandomGenerator random) {
        this.random = random;
    }

    /** The next id, of this time. */
    public UUID next(Instant now) {
        long high = now.toEpochMilli() << 16 | 0x7000L | random.nextLong() & 0x0FFFL;
        long low = random.nextLong() & 0x3FFF_FFFF_FFFF_FFFFL | 0x8000_0000_0000_0000L;
        return new UUID(high, low);
    }
}
