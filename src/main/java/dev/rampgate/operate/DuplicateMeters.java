package dev.rampgate.operate;

import io.micrometer.core.instrument.config.MeterFilter;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

/**
 * Excludes gauges that Quarkus registers more than once, with a warning at each start, and of which only the first one works:
 * those of each PostgreSQL client ({@code sql_pool} has the pool's figures), and the connections of each event loop
 * ({@code rampgate.edge.connections} counts them).
 */
final class DuplicateMeters {

    private DuplicateMeters() {}

    /** Applies the exclusion to all registries. */
    static final class Filter {
        @Produces
        @Singleton
        MeterFilter withoutDuplicates() {
            return MeterFilter.deny(meter -> meter.getName().startsWith("postgresql.")
                    || meter.getName().equals("vertx.http.connections.current")
                    || meter.getName().equals("vertx.http.connections.max"));
        }
    }
}
