package dev.rampgate.outbox.delivery;

import dev.rampgate.database.Columns;
import dev.rampgate.database.housekeeping.HousekeepingJob;
import dev.rampgate.outbox.OutboxSettings;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.jboss.logging.Logger;

/**
 * Deletes attempts, and endpoints that no replica has had in its settings, once they are older than the retention of events. Says which
 * endpoints are no longer in any settings.
 */
@ApplicationScoped
class DeliveryRetention implements HousekeepingJob {

    private static final Logger LOG = Logger.getLogger(DeliveryRetention.class);

    /** Most rows that one statement deletes. */
    static final int MOST_DELETED = 5_000;

    /** Statements of one run, so that it ends. */
    private static final int MOST_STATEMENTS = 50;

    /** An endpoint that no replica has confirmed for so long is in no settings. */
    private static final Duration UNKNOWN_AFTER = Duration.ofMinutes(10);

    private final Pool pool;
    private final Deliveries deliveries;
    private final OutboxSettings settings;
    private final InstantSource clock;
    private final Counter abandoned;
    private final Set<String> reported = new HashSet<>();
    private final AtomicInteger unknown = new AtomicInteger();

    DeliveryRetention(
            Pool pool, Deliveries deliveries, OutboxSettings settings, InstantSource clock, MeterRegistry meters) {
        this.pool = pool;
        this.deliveries = deliveries;
        this.settings = settings;
        this.clock = clock;
        this.abandoned = Counter.builder("rampgate.outbox.delivery.abandoned")
                .description("Deliveries that expired since their endpoint is in no settings any more")
                .register(meters);
        Gauge.builder("rampgate.outbox.endpoints.unknown", unknown, AtomicInteger::get)
                .description(
                        "Endpoints that are in the settings of no replica any more and whose events wait until they expire")
                .register(meters);
    }

    @Override
    public String name() {
        return "delivery_retention";
    }

    @Override
    public Duration interval() {
        return settings.retentionInterval();
    }

    /** Without endpoints, now or before, it asks for the rows of a table that is empty. */
    @Override
    public Uni<Void> run() {
        return confirm()
                .chain(this::reportUnknown)
                .chain(any -> any
                        ? deleteAttempts(MOST_STATEMENTS).chain(this::deleteUnknown)
                        : Uni.createFrom().voidItem());
    }

    private Uni<Void> confirm() {
        return deliveries.names().isEmpty()
                ? Uni.createFrom().voidItem()
                : pool.preparedQuery("""
                                UPDATE endpoint
                                SET known_at = now()
                                FROM (
                                    SELECT name
                                    FROM endpoint
                                    WHERE name = ANY ($1::text[])
                                    ORDER BY name
                                    FOR NO KEY UPDATE
                                ) AS known
                                WHERE endpoint.name = known.name
                                """)
                        .execute(Tuple.of(Columns.texts(deliveries.names())))
                        .replaceWithVoid();
    }

    private Uni<Boolean> reportUnknown() {
        return pool.preparedQuery("SELECT name, known_at < now() - $1 * interval '1 s' AS unknown FROM endpoint")
                .execute(Tuple.of(Columns.seconds(UNKNOWN_AFTER)))
                .map(rows -> {
                    Set<String> found = new HashSet<>();
                    rows.forEach(row -> {
                        if (row.getBoolean("unknown")) {
                            found.add(row.getString("name"));
                        }
                    });
                    reported.retainAll(found);
                    found.stream()
                            .filter(reported::add)
                            .forEach(name -> LOG.errorf(
                                    "Endpoint %s is in the settings of no replica any more. Its events wait until they expire after"
                                            + " rampgate.outbox.retention; put it back to have them sent",
                                    name));
                    unknown.set(found.size());
                    return rows.size() > 0;
                });
    }

    private Uni<Void> deleteAttempts(int statements) {
        return pool.preparedQuery("""
                        DELETE FROM delivery_attempt
                        WHERE number = ANY (ARRAY(
                            SELECT number
                            FROM (
                                SELECT number, attempted_at
                                FROM delivery_attempt
                                ORDER BY number
                                LIMIT $2
                            ) AS first
                            WHERE attempted_at < $1
                        ))
                        """)
                .execute(Tuple.of(Columns.utc(clock.instant().minus(settings.retention())), (long) MOST_DELETED))
                .chain(rows -> rows.rowCount() == MOST_DELETED && statements > 1
                        ? deleteAttempts(statements - 1)
                        : Uni.createFrom().voidItem());
    }

    private Uni<Void> deleteUnknown() {
        return pool.preparedQuery("""
                        WITH unknown AS (
                            DELETE FROM endpoint
                            WHERE known_at < $1
                            RETURNING name
                        )
                        DELETE FROM delivery
                        USING unknown
                        WHERE delivery.endpoint = unknown.name
                        """)
                .execute(Tuple.of(Columns.utc(clock.instant().minus(settings.retention()))))
                .invoke(rows -> abandoned.increment(rows.rowCount()))
                .replaceWithVoid();
    }
}
