package dev.rampgate.database.migration;

import io.smallrye.mutiny.Uni;

/**
 * What must be done in the tables before anything is served from them. {@link Migration} does it once they are there, before a port is open if the
 * database answers by then, and before this replica is ready in any case.
 */
public interface Preparation {

    /** What could not be done if it fails, for the log: such as {@code the erasure ledger could not be applied}. */
    String failure();

    /** Does it. If it fails, it is tried again. */
    Uni<Void> prepare();
}
