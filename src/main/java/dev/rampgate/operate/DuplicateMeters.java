package dev.rampgate.operate;

import io.micrometer.core.instrument.config.MeterFilter;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

/**
 * Leaves out gauges that are registered more than once, of which only the first counts, with a warning at each start: those of
 * each PostgreSQL client (the pool's own figures, {@code sql_pool}, stay), and of the connections of each event loop
 * ({@code rampgate.edge.connections} counts them).
 */
final class DuplicateMeters {

    private DuplicateMeters() {}

    /** For all registries. */
    static final class Filter {
        @Produces
        @Singleton
        MeterFilter withoutDoubles() {
            return MeterFilter.deny(meter -> meter.getName().startsWith("postgresql.")
                    || meter.getName().equals("vertx.http.connections.current")
                    || meter.getName().equals("vertx.http.connections.max"));
        }
    }
}
