package dev.rampgate.outbox.delivery;

import dev.rampgate.database.Columns;
import dev.rampgate.database.housekeeping.HousekeepingJob;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;

/** Figures of the endpoints of this replica's settings, read every 15 s; the same at each replica that has them. */
@ApplicationScoped
class DeliveryFigures implements HousekeepingJob {

    private static final Duration INTERVAL = Duration.ofSeconds(15);

    private final Pool pool;
    private final Deliveries deliveries;
    private final InstantSource clock;

    DeliveryFigures(Pool pool, Deliveries deliveries, InstantSource clock) {
        this.pool = pool;
        this.deliveries = deliveries;
        this.clock = clock;
    }

    /**
     * One endpoint's figures.
     *
     * @param ageSeconds of its oldest event that is neither delivered nor parked; 0 if there is none
     * @param parked at most {@link EndpointOperations#MOST_COUNTED}
     */
    record Figures(double ageSeconds, double parked, boolean paused, boolean open, Instant readAt) {}

    @Override
    public String name() {
        return "delivery_figures";
    }

    @Override
    public Duration interval() {
        return INTERVAL;
    }

    /** Without endpoints it asks nothing. */
    @Override
    public Uni<Void> run() {
        if (deliveries.names().isEmpty()) {
            return Uni.createFrom().voidItem();
        }
        return pool.preparedQuery("""
                        SELECT name,
                               coalesce(greatest(0, extract(epoch FROM now() - oldest.at)), 0)::double precision AS age,
                               paused_at IS NOT NULL AS paused,
                               open_since IS NOT NULL AS open,
                               (
                                   SELECT count(*)
                                   FROM (
                                       SELECT
                                       FROM delivery
                                       WHERE delivery.endpoint = endpoint.name AND parked_at IS NOT NULL
                                       LIMIT $2
                                   ) AS counted
                               )::double precision AS parked
                        FROM endpoint
                             CROSS JOIN LATERAL (
                        """ + EndpointOperations.OLDEST + """
                             ) AS oldest
                        WHERE name = ANY ($1::text[])
                        """)
                .execute(Tuple.of(Columns.texts(deliveries.names()), (long) EndpointOperations.MOST_COUNTED))
                .invoke(rows -> {
                    Map<String, Figures> read = new HashMap<>();
                    for (Row row : rows) {
                        read.put(
                                row.getString("name"),
                                new Figures(
                                        row.getDouble("age"),
                                        row.getDouble("parked"),
                                        row.getBoolean("paused"),
                                        row.getBoolean("open"),
                                        clock.instant()));
                    }
                    deliveries.show(read);
                })
                .replaceWithVoid();
    }
}
