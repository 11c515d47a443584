package dev.rampgate.outbox.delivery;

import dev.rampgate.database.Columns;
import dev.rampgate.database.TransactionStep;
import dev.rampgate.telemetry.Labels;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** What an operator sees of endpoints and deliveries, and does with them. All replicas find it in the tables. */
@ApplicationScoped
public class EndpointOperations {

    /** Counts stop here, so that they stay cheap. */
    public static final int MOST_COUNTED = 10_000;

    /** Most deliveries of one page. */
    public static final int MOST_LISTED = 500;

    /** Most events that one replay sends again. */
    public static final int MOST_REPLAYED = 100_000;

    /** Rows that one page looks through. */
    private static final int MOST_SCANNED = 10_000;

    /** Places of the feed that one statement queues. */
    private static final int CHUNK = 2_000;

    /** By so much the order of places may differ from that of the times of the events: longer than a batch may take. */
    private static final Duration SLACK = Duration.ofSeconds(60);

    private final Pool pool;
    private final Deliveries deliveries;

    EndpointOperations(Pool pool, Deliveries deliveries) {
        this.pool = pool;
        this.deliveries = deliveries;
    }

    // --- reading

    /** All endpoints that the settings of some replica name or named. */
    public Uni<List<EndpointView>> endpoints() {
        return pool.preparedQuery("""
                        SELECT name, types, paused_because, paused_at, open_since, probe_at, lost_events, lost_at,
                               greatest(0, feed.last_position - endpoint.position) AS behind,
                               (
                                   SELECT count(*)
                                   FROM (
                                       SELECT parked_at
                                       FROM delivery
                                       WHERE delivery.endpoint = endpoint.name
                                       LIMIT $1
                                   ) AS counted
                                   WHERE parked_at IS NULL
                               ) AS queued,
                               (
                                   SELECT count(*)
                                   FROM (
                                       SELECT parked_at
                                       FROM delivery
                                       WHERE delivery.endpoint = endpoint.name
                                       LIMIT $1
                                   ) AS counted
                                   WHERE parked_at IS NOT NULL
                               ) AS parked,
                               oldest.at AS oldest_at
                        FROM endpoint
                             CROSS JOIN feed
                             CROSS JOIN LATERAL (
                        """ + OLDEST + """
                             ) AS oldest
                        ORDER BY name
                        """)
                .execute(Tuple.of((long) MOST_COUNTED))
                .map(rows -> {
                    List<EndpointView> all = new ArrayList<>();
                    rows.forEach(row -> all.add(endpoint(row)));
                    return all;
                });
    }

    /** When the oldest event was made that is neither delivered nor parked: one that is queued, or the first behind the position. */
    static final String OLDEST = """
            SELECT coalesce(
                (
                    SELECT event_at
                    FROM delivery
                    WHERE delivery.endpoint = endpoint.name AND queue = 0 AND parked_at IS NULL
                    ORDER BY delivery.position
                    LIMIT 1
                ),
                (
                    SELECT created_at
                    FROM event
                    WHERE event.position > endpoint.position
                      AND (endpoint.types = '{}' OR event.type = ANY (endpoint.types))
                    ORDER BY event.position
                    LIMIT 1
                )
            ) AS at
            """;

    private EndpointView endpoint(Row row) {
        Instant pausedAt = Columns.instant(row, "paused_at");
        Instant openSince = Columns.instant(row, "open_since");
        EndpointView.State state = pausedAt != null
                ? EndpointView.State.PAUSED
                : openSince != null ? EndpointView.State.OPEN : EndpointView.State.FLOWING;
        return new EndpointView(
                row.getString("name"),
                deliveries.knows(row.getString("name")),
                List.of(row.getArrayOfStrings("types")),
                state,
                row.getString("paused_because"),
                pausedAt,
                openSince,
                Columns.instant(row, "probe_at"),
                row.getLong("behind"),
                row.getLong("queued"),
                row.getLong("parked"),
                Columns.instant(row, "oldest_at"),
                row.getLong("lost_events"),
                Columns.instant(row, "lost_at"));
    }

    /**
     * Which deliveries an operator wants to see.
     *
     * @param endpoint only of this one
     * @param parked only these, or only the others
     * @param transactionId only of this one
     */
    public record Filter(Optional<String> endpoint, Optional<Boolean> parked, Optional<String> transactionId) {}

    /** Where a page begins: behind this delivery. */
    public record Place(String endpoint, int queue, long position) {}

    /**
     * A page of deliveries.
     *
     * @param next where the next one begins; empty if there is none. A page may be empty and have a next one: it has looked through so many rows
     */
    public record Page(List<DeliveryView> deliveries, Optional<Place> next) {}

    /** What is not delivered yet, in the order of endpoint, queue and place. */
    public Uni<Page> undelivered(Filter filter, Optional<Place> after, int limit) {
        Place from = after.orElse(new Place(filter.endpoint().orElse(""), -1, -1));
        return pool.preparedQuery("""
                        WITH scanned AS MATERIALIZED (
                            SELECT endpoint, queue, position, transaction_id, version, event_at, waiting, due_at, attempts, last_outcome,
                                   last_status, parked_at
                            FROM delivery
                            WHERE (endpoint, queue, position) > ($1, $2, $3)
                              AND endpoint <= $4
                            ORDER BY endpoint, queue, position
                            LIMIT $5
                        ), found AS (
                            SELECT *
                            FROM scanned
                            WHERE ($6::boolean IS NULL OR (parked_at IS NOT NULL) = $6)
                              AND ($7::text IS NULL OR transaction_id = $7)
                              AND ($9::text IS NULL OR endpoint = $9)
                            ORDER BY endpoint, queue, position
                            LIMIT $8
                        ), last AS (
                            SELECT (SELECT count(*) FROM scanned) AS scanned, endpoint, queue, position
                            FROM scanned
                            ORDER BY endpoint DESC, queue DESC, position DESC
                            LIMIT 1
                        )
                        SELECT last.scanned,
                               last.endpoint AS last_endpoint,
                               last.queue AS last_queue,
                               last.position AS last_position,
                               found.*
                        FROM last
                             LEFT JOIN found ON true
                        ORDER BY found.endpoint, found.queue, found.position
                        """)
                .execute(Tuple.tuple()
                        .addString(from.endpoint())
                        .addValue((short) from.queue())
                        .addLong(from.position())
                        .addString(filter.endpoint().orElse("~"))
                        .addLong((long) MOST_SCANNED)
                        .addBoolean(filter.parked().orElse(null))
                        .addString(filter.transactionId().orElse(null))
                        .addLong((long) limit)
                        .addString(filter.endpoint().orElse(null)))
                .map(rows -> {
                    List<DeliveryView> found = new ArrayList<>();
                    Place next = null;
                    for (Row row : rows) {
                        if (row.getLong("scanned") == MOST_SCANNED) {
                            next = new Place(
                                    row.getString("last_endpoint"),
                                    row.getShort("last_queue"),
                                    row.getLong("last_position"));
                        }
                        if (row.getString("endpoint") != null) {
                            found.add(delivery(row));
                            if (found.size() == limit) {
                                next = new Place(
                                        row.getString("endpoint"), row.getShort("queue"), row.getLong("position"));
                            }
                        }
                    }
                    return new Page(found, Optional.ofNullable(next));
                });
    }

    private static DeliveryView delivery(Row row) {
        boolean parked = row.getValue("parked_at") != null;
        return new DeliveryView(
                row.getString("endpoint"),
                parked ? "parked" : "pending",
                row.getShort("queue") == Claimed.Queue.REPLAY.column(),
                row.getString("transaction_id"),
                row.getInteger("version"),
                row.getInteger("attempts"),
                parked || row.getBoolean("waiting") ? null : Columns.instant(row, "due_at"),
                row.getString("last_outcome"),
                row.getInteger("last_status"),
                Columns.instant(row, "event_at"));
    }

    /** The last attempts of a transaction's deliveries that were answered 2xx, the newest first, at most {@link #MOST_LISTED}. */
    public Uni<List<DeliveryView>> delivered(String transactionId, Optional<String> endpoint) {
        return pool.preparedQuery("""
                        SELECT endpoint, queue, transaction_id, version, attempted_at, outcome, status
                        FROM delivery_attempt
                        WHERE transaction_id = $1 AND ($2::text IS NULL OR endpoint = $2) AND outcome = 'delivered'
                        ORDER BY number DESC
                        LIMIT $3
                        """)
                .execute(Tuple.tuple()
                        .addString(transactionId)
                        .addString(endpoint.orElse(null))
                        .addLong((long) MOST_LISTED))
                .map(rows -> {
                    List<DeliveryView> found = new ArrayList<>();
                    rows.forEach(row -> found.add(new DeliveryView(
                            row.getString("endpoint"),
                            row.getString("outcome"),
                            row.getShort("queue") == Claimed.Queue.REPLAY.column(),
                            row.getString("transaction_id"),
                            row.getInteger("version"),
                            1,
                            null,
                            row.getString("outcome"),
                            row.getInteger("status"),
                            Columns.instant(row, "attempted_at"))));
                    return found;
                });
    }

    // --- pausing

    /**
     * Keeps the live events of an endpoint until it is resumed. What is being sent is not stopped.
     *
     * @param together what is committed with it, if there is such an endpoint
     * @return false if there is no such endpoint
     */
    public Uni<Boolean> pause(String name, TransactionStep together) {
        return pool.withTransaction(connection -> connection
                .preparedQuery("""
                        UPDATE endpoint
                        SET paused_at = coalesce(paused_at, now()), paused_because = coalesce(paused_because, $2)
                        WHERE name = $1
                        """)
                .execute(Tuple.of(name, Labels.of(EndpointState.Pause.OPERATOR)))
                .chain(updated -> updated.rowCount() == 0
                        ? Uni.createFrom().item(false)
                        : together.run(connection).replaceWith(true)));
    }

    /**
     * Ends a pause, a delay and an open circuit, and makes everything due.
     *
     * @param together what is committed with it, if there is such an endpoint
     * @return false if there is no such endpoint
     */
    public Uni<Boolean> resume(String name, TransactionStep together) {
        return pool.withTransaction(connection -> connection
                        .preparedQuery("""
                                UPDATE endpoint
                                SET paused_at = NULL, paused_because = NULL, resumed_at = clock_timestamp(), outages = 0,
                                    open_since = NULL, probe_at = NULL, probes = 0
                                WHERE name = $1
                                """)
                        .execute(Tuple.of(name))
                        .chain(updated -> updated.rowCount() == 0
                                ? Uni.createFrom().item(false)
                                : makeAllDue(connection, name)
                                        .chain(() -> together.run(connection))
                                        .replaceWith(true)))
                .invoke(() -> deliveries.wake());
    }

    private static Uni<Void> makeAllDue(SqlConnection connection, String name) {
        return connection.preparedQuery("""
                        UPDATE delivery
                        SET due_at = greatest(clock_timestamp(), endpoint.swept_to, endpoint.replay_swept_to), failing_since = NULL
                        FROM endpoint
                        WHERE endpoint.name = $1
                          AND delivery.endpoint = $1
                          AND NOT waiting
                          AND parked_at IS NULL
                          AND claim IS NULL
                          AND due_at > now()
                        """).execute(Tuple.of(name)).replaceWithVoid();
    }

    /**
     * Sends a test event at once, from the replica that answers, whatever the state of the endpoint.
     *
     * @return empty if this replica's settings do not have the endpoint
     */
    public Optional<Uni<Tested>> test(String name) {
        return deliveries
                .test(name)
                .map(sent -> sent.map(answer -> new Tested(
                        Labels.of(answer.outcome()),
                        answer.status() == 0 ? null : answer.status(),
                        answer.took().toMillis())));
    }

    /**
     * How a test event was answered.
     *
     * @param outcome as the metric has it
     * @param status of the answer; null if there was none
     * @param millis until the status
     */
    public record Tested(String outcome, Integer status, long millis) {}

    // --- sending again

    /**
     * Sends events of a transaction once more, parked ones, too: through the queue of replays, in the order of their versions.
     *
     * @param version only this one
     * @param endpoint only to this one
     * @param together what is committed with those of the first endpoint
     * @return how many deliveries are queued
     */
    public Uni<Integer> resend(
            String transactionId, Optional<Integer> version, Optional<String> endpoint, TransactionStep together) {
        return names(endpoint)
                .chain(names -> names.isEmpty()
                        ? pool.withConnection(together::run).replaceWith(0)
                        : inTurn(
                                names,
                                name -> locked(
                                        name,
                                        connection -> (name.equals(names.get(0)) ? together : TransactionStep.NONE)
                                                .run(connection)
                                                .chain(() -> unpark(connection, name, transactionId, version))
                                                .chain(() -> queue(
                                                        connection,
                                                        name,
                                                        OF_TRANSACTION,
                                                        Tuple.tuple()
                                                                .addString(name)
                                                                .addString(transactionId)
                                                                .addInteger(version.orElse(null)))))))
                .invoke(() -> deliveries.wake());
    }

    private Uni<List<String>> names(Optional<String> endpoint) {
        return pool.preparedQuery("SELECT name FROM endpoint WHERE $1::text IS NULL OR name = $1 ORDER BY name")
                .execute(Tuple.tuple().addString(endpoint.orElse(null)))
                .map(rows -> {
                    List<String> names = new ArrayList<>();
                    rows.forEach(row -> names.add(row.getString("name")));
                    return names;
                });
    }

    /** How many events of the endpoint's types a window of time has, up to one more than {@link #MOST_REPLAYED}. */
    public Uni<Integer> countWindow(String name, Instant from, Instant to) {
        return bounds(from, to).chain(bounds -> pool.preparedQuery("""
                        SELECT count(*)::integer AS events
                        FROM (
                            SELECT
                            FROM event
                                 JOIN endpoint
                                      ON endpoint.name = $1
                                     AND (endpoint.types = '{}' OR event.type = ANY (endpoint.types))
                            WHERE event.position > $2
                              AND event.position <= $3
                              AND event.created_at >= $4
                              AND event.created_at < $5
                            LIMIT $6
                        ) AS counted
                        """)
                .execute(Tuple.of(
                        name, bounds.after(), bounds.to(), Columns.utc(from), Columns.utc(to), MOST_REPLAYED + 1L))
                .map(rows -> rows.iterator().next().getInteger("events")));
    }

    /**
     * Sends the events of a window of time once more to one endpoint, also while it is paused. They go through a queue of their own, with a
     * tenth of the endpoint's rate.
     *
     * @param together what is committed with the first of them
     * @return how many deliveries are queued
     */
    public Uni<Integer> replay(String name, Instant from, Instant to, TransactionStep together) {
        return bounds(from, to).chain(bounds -> replaySome(name, from, to, bounds, 0, together));
    }

    private Uni<Integer> replaySome(
            String name, Instant from, Instant to, Bounds bounds, int before, TransactionStep together) {
        if (bounds.after() >= bounds.to() || before > MOST_REPLAYED) {
            return together == TransactionStep.NONE
                    ? Uni.createFrom().item(before)
                    : pool.withConnection(together::run).replaceWith(before);
        }
        long until = Math.min(bounds.to(), bounds.after() + CHUNK);
        return locked(name, connection -> together.run(connection)
                        .chain(() -> queue(
                                connection,
                                name,
                                OF_WINDOW,
                                Tuple.tuple()
                                        .addString(name)
                                        .addLong(bounds.after())
                                        .addLong(until)
                                        .addValue(Columns.utc(from))
                                        .addValue(Columns.utc(to)))))
                .invoke(() -> deliveries.wake())
                .chain(queued -> replaySome(
                        name, from, to, new Bounds(until, bounds.to()), before + queued, TransactionStep.NONE));
    }

    private static final String OF_TRANSACTION =
            "event.transaction_id = $2 AND ($3::integer IS NULL OR event.version = $3)";

    private static final String OF_WINDOW =
            "event.position > $2 AND event.position <= $3 AND event.created_at >= $4 AND event.created_at < $5";

    /** One database transaction in which the endpoint's row is locked, as rounds lock it. */
    private Uni<Integer> locked(String name, Function<SqlConnection, Uni<Integer>> work) {
        return pool.withTransaction(
                connection -> DeliveryStore.lock(connection, name).chain(() -> work.apply(connection)));
    }

    /** What is parked is sent by the replay that follows. */
    private static Uni<Void> unpark(
            SqlConnection connection, String name, String transactionId, Optional<Integer> version) {
        return connection
                .preparedQuery("""
                        DELETE FROM delivery
                        WHERE (endpoint, queue, position) IN (
                                SELECT $1::text, each.queue, event.position
                                FROM event
                                     CROSS JOIN (VALUES (0::smallint), (1::smallint)) AS each (queue)
                                WHERE event.transaction_id = $2 AND ($3::integer IS NULL OR event.version = $3)
                            )
                          AND parked_at IS NOT NULL
                        """)
                .execute(Tuple.tuple().addString(name).addString(transactionId).addInteger(version.orElse(null)))
                .replaceWithVoid();
    }

    /**
     * Queues replays. The first of a transaction is its head unless there is one. What no delivery was made of yet is left out: it will be
     * sent anyway.
     */
    private static Uni<Integer> queue(SqlConnection connection, String name, String which, Tuple parameters) {
        return connection
                .preparedQuery("""
                        INSERT INTO delivery (
                            endpoint, queue, position, transaction_id, version, event_at, waiting, due_at)
                        SELECT name, 1, position, transaction_id, version, created_at,
                               row_number() OVER (PARTITION BY transaction_id ORDER BY position) > 1
                               OR (
                                   SELECT true
                                   FROM delivery AS earlier
                                   WHERE earlier.endpoint = name
                                     AND earlier.queue = 1
                                     AND earlier.transaction_id = again.transaction_id
                                     AND earlier.parked_at IS NULL
                                   LIMIT 1
                               ) IS NOT NULL,
                               greatest(clock_timestamp(), replay_swept_to)
                        FROM (
                            SELECT endpoint.name, endpoint.replay_swept_to,
                                   event.position, transaction_id, version, created_at
                            FROM event
                                 JOIN endpoint
                                      ON endpoint.name = $1
                                     AND (endpoint.types = '{}' OR event.type = ANY (endpoint.types))
                                     AND event.position <= endpoint.position
                            WHERE %s
                              AND NOT EXISTS (
                                  SELECT
                                  FROM delivery AS queued
                                  WHERE queued.endpoint = $1 AND queued.queue = 1 AND queued.position = event.position
                              )
                        ) AS again
                        ORDER BY position
                        """.formatted(which))
                .execute(parameters)
                .map(rows -> rows.rowCount());
    }

    private static Uni<Integer> inTurn(List<String> names, Function<String, Uni<Integer>> work) {
        Uni<Integer> sum = Uni.createFrom().item(0);
        for (String name : names) {
            sum = sum.chain(before -> work.apply(name).map(number -> before + number));
        }
        return sum;
    }

    // --- the places of a window of time

    /** Places behind one and up to another. */
    private record Bounds(long after, long to) {}

    private Uni<Bounds> bounds(Instant from, Instant to) {
        return pool.query("SELECT expired_position, last_position FROM feed")
                .execute()
                .map(rows -> rows.iterator().next())
                .chain(feed -> {
                    long first = feed.getLong("expired_position");
                    long last = feed.getLong("last_position");
                    return lastBefore(from.minus(SLACK), first, last)
                            .chain(after ->
                                    lastBefore(to.plus(SLACK), after, last).map(until -> new Bounds(after, until)));
                });
    }

    /** By halves: the last place whose event was made before this time, between two places. */
    private Uni<Long> lastBefore(Instant time, long low, long high) {
        if (low >= high) {
            return Uni.createFrom().item(low);
        }
        long middle = low + (high - low + 1) / 2;
        return pool.preparedQuery("SELECT created_at < $2 AS before FROM event WHERE position = $1")
                .execute(Tuple.of(middle, Columns.utc(time)))
                .chain(rows -> {
                    boolean before = rows.size() == 0 || rows.iterator().next().getBoolean("before");
                    return before ? lastBefore(time, middle, high) : lastBefore(time, low, middle - 1);
                });
    }
}
