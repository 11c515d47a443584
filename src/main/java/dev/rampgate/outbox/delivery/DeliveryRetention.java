package dev.rampgate.outbox.delivery;

import dev.rampgate.database.Columns;
import dev.rampgate.database.housekeeping.HousekeepingJob;
import dev.rampgate.outbox.OutboxSettings;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.jboss.logging.Logger;

/**
 * Deletes attempts, and endpoints that no replica has had in its settings, once they are older than the retention of events. Says which
 * endpoints are no longer in any settings. Counts the events that an endpoint loses, whether it flows or not: no endpoint keeps events from
 * being deleted.
 */
@ApplicationScoped
class DeliveryRetention implements HousekeepingJob {

    private static final Logger LOG = Logger.getLogger(DeliveryRetention.class);

    /** Most rows that one statement deletes. */
    static final int MOST_DELETED = 5_000;

    /** Statements of one run, so that it ends. */
    private static final int MOST_STATEMENTS = 50;

    /** An endpoint that no replica has confirmed for this long is in no settings. */
    private static final Duration UNKNOWN_AFTER = Duration.ofMinutes(10);

    /** How many runs before their deletion an endpoint gives up events: their types are still known then. */
    private static final int RUNS_BEFORE = 2;

    /** But no earlier than this part of the retention, if runs are rare: an event is not given up long before it must be. */
    private static final int MOST_OF_RETENTION = 24;

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
                .chain(this::giveUp)
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
                        // A restore or a failover may have lost one.
                        .chain(known -> known.rowCount() < deliveries.names().size()
                                ? deliveries.prepare()
                                : Uni.createFrom().voidItem());
    }

    // --- what an endpoint loses

    private Uni<Void> giveUp() {
        Duration runs = settings.retentionInterval().multipliedBy(RUNS_BEFORE);
        Duration most = settings.retention().dividedBy(MOST_OF_RETENTION);
        Instant before = clock.instant().minus(settings.retention()).plus(runs.compareTo(most) < 0 ? runs : most);
        return Multi.createFrom()
                .iterable(deliveries.names().stream().sorted().toList())
                .onItem()
                .transformToUniAndConcatenate(name -> giveUp(name, before, MOST_STATEMENTS))
                .onItem()
                .ignoreAsUni();
    }

    private Uni<Void> giveUp(String name, Instant before, int statements) {
        return pool.withTransaction(connection -> DeliveryStore.lock(connection, name)
                        .chain(() -> giveUpEvents(connection, name, before))
                        .chain(gone -> giveUpParked(connection, name, before).map(gone::plus)))
                .chain(gone -> {
                    deliveries.lost(name, gone.lost());
                    return gone.more() && statements > 1
                            ? giveUp(name, before, statements - 1)
                            : Uni.createFrom().voidItem();
                });
    }

    /** What one transaction gave up. */
    private record Gone(long lost, boolean more) {
        Gone plus(Gone other) {
            return new Gone(lost + other.lost, more || other.more);
        }
    }

    /** Events of which no deliveries were made yet. If they are deleted already, all of them count, whatever their types. */
    private static Uni<Gone> giveUpEvents(SqlConnection connection, String name, Instant before) {
        return connection
                .preparedQuery("""
                        WITH line AS MATERIALIZED (
                            SELECT endpoint.position, types, greatest(endpoint.position, feed.expired_position) AS first
                            FROM endpoint
                                 CROSS JOIN feed
                            WHERE name = $1
                        ), next AS MATERIALIZED (
                            SELECT event.position, event.created_at, types = '{}' OR event.type = ANY (types) AS wanted
                            FROM line
                                 JOIN event ON event.position > line.first
                            ORDER BY event.position
                            LIMIT $3
                        ), given_up AS MATERIALIZED (
                            SELECT coalesce(max(next.position) FILTER (WHERE created_at < $2), line.first) AS position,
                                   line.first - line.position AS deleted
                            FROM line
                                 LEFT JOIN next ON true
                            GROUP BY line.first, line.position
                        ), lost AS MATERIALIZED (
                            SELECT given_up.position,
                                   deleted + (
                                       SELECT count(*)
                                       FROM next
                                       WHERE wanted AND next.position <= given_up.position
                                   ) AS number
                            FROM given_up
                        )
                        UPDATE endpoint
                        SET position = lost.position,
                            lost_events = lost_events + lost.number,
                            lost_at = CASE WHEN lost.number > 0 THEN clock_timestamp() ELSE lost_at END
                        FROM lost
                        WHERE name = $1 AND endpoint.position < lost.position
                        RETURNING lost.number, (SELECT count(*) FROM next WHERE next.position <= lost.position) AS passed
                        """)
                .execute(Tuple.of(name, Columns.utc(before), (long) MOST_DELETED))
                .map(rows -> rows.size() == 0
                        ? new Gone(0, false)
                        : new Gone(
                                rows.iterator().next().getLong("number"),
                                rows.iterator().next().getLong("passed") == MOST_DELETED));
    }

    /** Those that wait for an operator: without its event none of them can be sent again. */
    private static Uni<Gone> giveUpParked(SqlConnection connection, String name, Instant before) {
        return connection
                .preparedQuery("""
                        WITH given_up AS (
                            DELETE FROM delivery
                            WHERE (endpoint, queue, position) IN (
                                SELECT endpoint, queue, position
                                FROM delivery
                                WHERE endpoint = $1 AND parked_at IS NOT NULL AND event_at < $2
                                LIMIT $3
                            )
                            RETURNING queue
                        ), lost AS MATERIALIZED (
                            SELECT count(*) AS number
                            FROM given_up
                            WHERE queue = 0
                        )
                        UPDATE endpoint
                        SET lost_events = lost_events + lost.number, lost_at = clock_timestamp()
                        FROM lost
                        WHERE name = $1 AND lost.number > 0
                        RETURNING lost.number
                        """)
                .execute(Tuple.of(name, Columns.utc(before), (long) MOST_DELETED))
                .map(rows -> {
                    long lost = rows.size() == 0 ? 0 : rows.iterator().next().getLong("number");
                    return new Gone(lost, lost == MOST_DELETED);
                });
    }

    // --- endpoints that are in no settings

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
