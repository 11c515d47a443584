package dev.rampgate.outbox.delivery;

import dev.rampgate.database.Columns;
import dev.rampgate.outbox.FeedRow;
import dev.rampgate.outbox.delivery.Claimed.Queue;
import dev.rampgate.telemetry.Labels;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.IntFunction;

/** The tables {@code endpoint}, {@code delivery} and {@code delivery_attempt}, as the rounds of the endpoints use them. */
class DeliveryStore {

    /** Most places of the feed that one round makes deliveries of. */
    static final int MOST_MADE = 500;

    /** Most places of the feed that a probe makes deliveries of: an endpoint that is dead for days costs few rows. */
    static final int MOST_MADE_TO_PROBE = 20;

    /** Most retries that become due together. */
    static final int MOST_HASTENED = 10_000;

    /**
     * Rounds of one generation of an endpoint's row. So many versions are passed to find the newest one; and with each generation all versions that
     * lead one are passed, to see that the name is still unique.
     */
    static final int ROUNDS_OF_A_GENERATION = 32;

    /** Heads among which the probes of an open circuit rotate, the longest due first. */
    static final int MOST_PROBED = 1_000;

    /** Whether a probe of an endpoint is in flight. */
    private static final String PROBING = """
            EXISTS (
                SELECT
                FROM delivery
                WHERE delivery.endpoint = $1
                  AND queue = 0
                  AND delivery.position = endpoint.probed_position
                  AND claim IS NOT NULL
                  AND due_at > statement_timestamp()
            )""";

    private final Pool pool;
    private final Map<String, Newest> newest = new ConcurrentHashMap<>();

    DeliveryStore(Pool pool) {
        this.pool = pool;
    }

    /**
     * From which generation on an endpoint's row is searched: the last one that was seen, so that no older version is passed. One that is not found is
     * locked by another replica, or the database has lost commits and its generation is lower again: then it is searched among all.
     */
    private static final class Newest {

        private static final int MOST_MISSES = 20;

        private final AtomicLong generation = new AtomicLong();
        private final AtomicInteger misses = new AtomicInteger();

        long from() {
            return generation.get();
        }

        /** @param found null if no row was */
        void seen(Long found) {
            if (found != null) {
                generation.set(found);
                misses.set(0);
            } else if (misses.incrementAndGet() >= MOST_MISSES) {
                lost();
            }
        }

        void lost() {
            generation.set(0);
            misses.set(0);
        }
    }

    private Newest newest(String name) {
        return newest.computeIfAbsent(name, any -> new Newest());
    }

    /** Makes an endpoint known. One that is new gets what has no place in the feed yet, and all that follows. */
    Uni<Void> register(String name, List<String> types) {
        return pool.preparedQuery("""
                        INSERT INTO endpoint AS known (
                            name, types, known_at, position, paced_to, replay_paced_to, swept_to, replay_swept_to)
                        SELECT $1, $2, now(), last_position, now(), now(), '-infinity', '-infinity'
                        FROM feed
                        ON CONFLICT (name) DO UPDATE
                        SET types = excluded.types, known_at = excluded.known_at
                        """)
                .execute(Tuple.of(name, Columns.texts(types)))
                .replaceWithVoid();
    }

    /** Whether a round would find something to do, without a lock; not while there is no such row. */
    Uni<Boolean> hasWork(String name) {
        return pool.preparedQuery("""
                        SELECT endpoint.paused_at IS NULL
                               AND CASE
                                   WHEN endpoint.open_since IS NULL
                                       THEN endpoint.position < feed.last_position
                                           OR EXISTS (
                                               SELECT
                                               FROM delivery
                                               WHERE delivery.endpoint = $1
                                                 AND queue = 0
                                                 AND NOT waiting
                                                 AND parked_at IS NULL
                                                 AND due_at >= endpoint.swept_to
                                                 AND due_at <= statement_timestamp()
                                           )
                                   ELSE endpoint.probe_at <= statement_timestamp()
                                       OR endpoint.outages = 1
                                           AND endpoint.position < feed.last_position
                                           AND NOT %s
                               END
                               OR endpoint.open_since IS NULL
                                   AND EXISTS (
                                       SELECT
                                       FROM delivery
                                       WHERE delivery.endpoint = $1
                                         AND queue = 1
                                         AND NOT waiting
                                         AND parked_at IS NULL
                                         AND due_at >= endpoint.replay_swept_to
                                         AND due_at <= statement_timestamp()
                                   ) AS work
                        FROM (
                                 SELECT position, paused_at, outages, open_since, probe_at, probed_position, swept_to, replay_swept_to
                                 FROM endpoint
                                 WHERE name COLLATE "POSIX" = $1 AND generation >= $2
                             ) AS endpoint
                             CROSS JOIN %s
                        """.formatted(PROBING, FeedRow.NEWEST))
                .execute(Tuple.of(name, newest(name).from()))
                .map(rows -> {
                    if (rows.size() == 0) {
                        newest(name).lost();
                    }
                    return rows.size() > 0 && rows.iterator().next().getBoolean("work");
                });
    }

    /** Locks an endpoint's row as rounds do, and waits for it: until the end of the database transaction no round changes its deliveries. */
    static Uni<Void> lock(SqlConnection connection, String name) {
        return connection.preparedQuery("""
                        SELECT set_config('idle_in_transaction_session_timeout', '5s', true)
                        FROM endpoint
                        WHERE name = $1
                        FOR NO KEY UPDATE
                        """).execute(Tuple.of(name)).replaceWithVoid();
    }

    /**
     * Runs a piece of work while this replica has the endpoint's row locked. The row's newest version is found by its generation: each round leaves
     * an old one, and a long transaction of others keeps them all.
     *
     * @return empty if another has it, or if there is no such row
     */
    <T> Uni<Optional<T>> locked(String name, Function<Round, Uni<T>> work) {
        return pool.withTransaction(connection -> connection
                .preparedQuery("""
                        WITH locked AS MATERIALIZED (
                            SELECT ctid AS row_version, generation, types, position, paused_because, resumed_at, outages, open_since, probe_at, probes,
                                   probed_position, paced_to, replay_paced_to, swept_to, replay_swept_to
                            FROM endpoint
                            WHERE name COLLATE "POSIX" = $1 AND generation >= $2
                            FOR NO KEY UPDATE SKIP LOCKED
                        )
                        SELECT row_version::text AS row_version, generation, types, endpoint.position, paused_because, resumed_at, outages, open_since, probe_at, probes, probed_position,
                               paced_to, replay_paced_to,
                               nullif(swept_to, '-infinity') AS swept_to,
                               nullif(replay_swept_to, '-infinity') AS replay_swept_to,
                               feed.last_position,
                               feed.expired_position,
                               %s AS probing,
                               statement_timestamp() AS now,
                               set_config('idle_in_transaction_session_timeout', '5s', true)
                        FROM locked AS endpoint
                             CROSS JOIN %s
                        """.formatted(PROBING, FeedRow.NEWEST))
                .execute(Tuple.of(name, newest(name).from()))
                .invoke(rows -> newest(name)
                        .seen(rows.size() == 0 ? null : rows.iterator().next().getLong("generation")))
                .chain(rows -> rows.size() == 0
                        ? Uni.createFrom().item(Optional.<T>empty())
                        : work.apply(new Round(connection, name, rows.iterator().next()))
                                .map(Optional::of)));
    }

    /** One database transaction in which an endpoint's row is locked. */
    static final class Round {
        private final SqlConnection connection;
        private final String name;
        private final EndpointState state = new EndpointState();
        private final String rowVersion;
        private final String[] types;
        private final long lastPosition;
        private final long expiredPosition;
        private final Instant now;

        private Round(SqlConnection connection, String name, Row row) {
            this.connection = connection;
            this.name = name;
            this.rowVersion = row.getString("row_version");
            this.types = row.getArrayOfStrings("types");
            state.position = row.getLong("position");
            state.pause = Optional.ofNullable(row.getString("paused_because"))
                    .map(why -> EndpointState.Pause.valueOf(why.toUpperCase(Locale.ROOT)))
                    .orElse(null);
            state.resumedAt = Columns.instant(row, "resumed_at");
            state.outages = row.getInteger("outages");
            state.openSince = Columns.instant(row, "open_since");
            state.probeAt = Columns.instant(row, "probe_at");
            state.probes = row.getInteger("probes");
            state.probedPosition = row.getLong("probed_position");
            state.probing = row.getBoolean("probing");
            state.pacedTo = Columns.instant(row, "paced_to");
            state.replayPacedTo = Columns.instant(row, "replay_paced_to");
            state.sweptTo = orEpoch(Columns.instant(row, "swept_to"));
            state.replaySweptTo = orEpoch(Columns.instant(row, "replay_swept_to"));
            this.lastPosition = row.getLong("last_position");
            this.expiredPosition = row.getLong("expired_position");
            // The clock of a server that took over may be behind; nothing may become due before what was swept.
            this.now = latest(Columns.instant(row, "now"), latest(state.sweptTo, state.replaySweptTo));
        }

        private static Instant orEpoch(Instant time) {
            return time == null ? Instant.EPOCH : time;
        }

        private static Instant latest(Instant one, Instant other) {
            return one.isAfter(other) ? one : other;
        }

        EndpointState state() {
            return state;
        }

        Instant now() {
            return now;
        }

        /** Whether the feed goes on behind what deliveries were made of. */
        boolean isBehind() {
            return state.position < lastPosition;
        }

        /** Places behind the endpoint's position whose events were deleted, so that it will never get them. */
        long missed() {
            return Math.max(0, expiredPosition - state.position);
        }

        /** Those attempts whose claim still holds: what another replica may have sent since says nothing about the endpoint. */
        Uni<Set<Attempt>> held(List<Attempt> attempts) {
            return connection
                    .preparedQuery("""
                            SELECT given.number::integer
                            FROM unnest($2::smallint[], $3::bigint[], $4::uuid[])
                                     WITH ORDINALITY AS given (queue, position, claim, number)
                                 JOIN delivery
                                      ON delivery.endpoint = $1
                                     AND delivery.queue = given.queue
                                     AND delivery.position = given.position
                                     AND delivery.claim = given.claim
                            """)
                    .execute(Tuple.of(
                            name,
                            array(attempts, each -> each.delivery().queue().column(), Short[]::new),
                            array(attempts, each -> each.delivery().position(), Long[]::new),
                            array(attempts, each -> each.delivery().claim(), UUID[]::new)))
                    .map(rows -> {
                        Set<Attempt> held = new HashSet<>();
                        rows.forEach(row -> held.add(attempts.get(row.getInteger("number") - 1)));
                        return held;
                    });
        }

        private static <T> T[] array(List<Attempt> attempts, Function<Attempt, T> value, IntFunction<T[]> made) {
            return attempts.stream().map(value).toArray(made);
        }

        /**
         * Applies what became of attempts, and notes them.
         *
         * @return how many had lost their claim, and so changed nothing
         */
        Uni<Integer> mark(List<Mark> marks) {
            return connection
                    .preparedQuery("""
                            WITH given AS MATERIALIZED (
                                SELECT *
                                FROM unnest(
                                    $3::smallint[], $4::bigint[], $5::uuid[], $6::text[], $7::integer[], $8::timestamptz[],
                                    $9::timestamptz[], $10::text[], $11::integer[], $12::integer[], $13::text[], $14::integer[]
                                ) AS one (queue, position, claim, step, attempts, due_at, failing_since, outcome, status, took,
                                          transaction_id, version)
                            ), held AS MATERIALIZED (
                                SELECT given.*
                                FROM given
                                     JOIN delivery
                                          ON delivery.endpoint = $1
                                         AND delivery.queue = given.queue
                                         AND delivery.position = given.position
                                         AND delivery.claim = given.claim
                            ), removed AS (
                                DELETE FROM delivery
                                USING held
                                WHERE delivery.endpoint = $1
                                  AND delivery.queue = held.queue
                                  AND delivery.position = held.position
                                  AND held.step = 'done'
                            ), kept AS (
                                UPDATE delivery
                                SET claim = NULL,
                                    attempts = held.attempts,
                                    due_at = held.due_at,
                                    failing_since = coalesce(delivery.failing_since, held.failing_since),
                                    last_outcome = held.outcome,
                                    last_status = nullif(held.status, 0),
                                    parked_at = CASE WHEN held.step = 'park' THEN $2::timestamptz END
                                FROM held
                                WHERE delivery.endpoint = $1
                                  AND delivery.queue = held.queue
                                  AND delivery.position = held.position
                                  AND held.step <> 'done'
                            ), headed AS (
                                UPDATE delivery
                                SET waiting = false, due_at = $2
                                FROM held
                                     CROSS JOIN LATERAL (
                                         SELECT following.position
                                         FROM delivery AS following
                                         WHERE following.endpoint = $1
                                           AND following.queue = held.queue
                                           AND following.transaction_id = held.transaction_id
                                           AND following.position <> held.position
                                           AND following.parked_at IS NULL
                                         ORDER BY following.position
                                         LIMIT 1
                                     ) AS next
                                WHERE held.step <> 'retry'
                                  AND delivery.endpoint = $1
                                  AND delivery.queue = held.queue
                                  AND delivery.position = next.position
                                  AND delivery.waiting
                            ), noted AS (
                                INSERT INTO delivery_attempt (
                                    endpoint, queue, position, transaction_id, version, attempted_at, outcome, status, took)
                                SELECT $1, queue, position, transaction_id, version,
                                       $2::timestamptz - took * interval '1 ms', outcome, nullif(status, 0), took
                                FROM given
                            )
                            SELECT count(*)::integer AS held
                            FROM held
                            """)
                    .execute(parameters(marks))
                    .map(rows -> marks.size() - rows.iterator().next().getInteger("held"));
        }

        private Tuple parameters(List<Mark> marks) {
            Tuple columns = Columns.of(marks)
                    .array(mark -> mark.attempt().delivery().queue().column(), Short[]::new)
                    .array(mark -> mark.attempt().delivery().position(), Long[]::new)
                    .array(mark -> mark.attempt().delivery().claim(), UUID[]::new)
                    .text(mark -> Labels.of(mark.step()))
                    .integer(Mark::attempts)
                    .time(Mark::dueAt)
                    .time(Mark::failingSince)
                    .text(mark -> Labels.of(mark.attempt().outcome()))
                    .integer(mark -> mark.attempt().status())
                    .integer(mark -> (int) mark.attempt().took().toMillis())
                    .text(mark -> mark.attempt().delivery().transactionId())
                    .integer(mark -> mark.attempt().delivery().version())
                    .parameters();
            Tuple all = Tuple.of(name, Columns.utc(now));
            for (int i = 0; i < columns.size(); i++) {
                all.addValue(columns.getValue(i));
            }
            return all;
        }

        /**
         * Makes what waits for another attempt due now, except what was rejected for its own sake, and what failed before this outage, too: the
         * endpoint has taken others since, so the event may be the cause, and would use up its attempts with each outage. These are few: while a
         * circuit is open, no deliveries are made.
         *
         * @param openSince when the outage that has ended began
         */
        Uni<Void> makeRetriesDue(Instant openSince) {
            return connection
                    .preparedQuery("""
                            WITH later AS MATERIALIZED (
                                SELECT each.queue, retry.position
                                FROM (VALUES (0::smallint), (1::smallint)) AS each (queue)
                                     CROSS JOIN LATERAL (
                                         SELECT position
                                         FROM delivery
                                         WHERE endpoint = $1
                                           AND delivery.queue = each.queue
                                           AND NOT waiting
                                           AND parked_at IS NULL
                                           AND claim IS NULL
                                           AND due_at > $2
                                           AND last_outcome <> 'rejected'
                                           AND (failing_since IS NULL OR failing_since >= $4)
                                         ORDER BY due_at
                                         LIMIT $3
                                     ) AS retry
                            )
                            UPDATE delivery
                            SET due_at = $2
                            FROM later
                            WHERE delivery.endpoint = $1
                              AND delivery.queue = later.queue
                              AND delivery.position = later.position
                            """)
                    .execute(Tuple.of(name, Columns.utc(now), (long) MOST_HASTENED, Columns.utc(openSince)))
                    .replaceWithVoid();
        }

        /**
         * Makes the next deliveries: of the events behind the endpoint's position, those of its types. A delivery waits while one of an earlier
         * event of its transaction is there.
         *
         * @param most places of the feed
         * @return how many
         */
        Uni<Integer> make(int most) {
            long from = state.position;
            state.position = Math.min(lastPosition, Math.max(from, expiredPosition) + most);
            return connection
                    .preparedQuery("""
                            INSERT INTO delivery (
                                endpoint, queue, position, transaction_id, version, event_at, waiting, due_at)
                            SELECT $1, 0, position, transaction_id, version, created_at,
                                   (
                                       SELECT true
                                       FROM delivery AS earlier
                                       WHERE earlier.endpoint = $1
                                         AND earlier.queue = 0
                                         AND earlier.transaction_id = made.transaction_id
                                         AND earlier.parked_at IS NULL
                                       LIMIT 1
                                   ) IS NOT NULL
                                   OR row_number() OVER (PARTITION BY transaction_id ORDER BY position) > 1,
                                   $4
                            FROM (
                                SELECT event.position, transaction_id, version, created_at
                                FROM event
                                WHERE event.position > $2 AND event.position <= $3
                                  AND ($5::text[] = '{}' OR event.type = ANY ($5::text[]))
                            ) AS made
                            ORDER BY position
                            ON CONFLICT DO NOTHING
                            """)
                    .execute(Tuple.of(name, from, state.position, Columns.utc(now), types))
                    .map(RowSet::rowCount);
        }

        /**
         * Claims the heads that are due, the longest due first.
         *
         * @param most at most so many
         */
        Uni<List<Claimed>> claim(Queue queue, int most, UUID claim, Duration lease) {
            Instant from = queue == Queue.LIVE ? state.sweptTo : state.replaySweptTo;
            return connection
                    .preparedQuery("""
                            WITH due AS MATERIALIZED (
                                SELECT position, due_at
                                FROM delivery
                                WHERE endpoint = $1
                                  AND queue = $2
                                  AND NOT waiting
                                  AND parked_at IS NULL
                                  AND due_at >= $3
                                  AND due_at <= $4
                                ORDER BY due_at
                                LIMIT $5
                            ), claimed AS (
                                UPDATE delivery
                                SET claim = $6, due_at = $7
                                FROM due
                                WHERE delivery.endpoint = $1
                                  AND delivery.queue = $2
                                  AND delivery.position = due.position
                                RETURNING delivery.position, delivery.transaction_id, delivery.version, delivery.attempts,
                                          due.due_at
                            )
                            SELECT claimed.*, event.id, event.body
                            FROM claimed
                                 LEFT JOIN event ON event.position = claimed.position
                            """)
                    .execute(Tuple.tuple(List.of(
                            name,
                            queue.column(),
                            Columns.utc(from),
                            Columns.utc(now),
                            (long) most,
                            claim,
                            Columns.utc(now.plus(lease)))))
                    .map(rows -> claimed(rows, queue, claim, false))
                    .invoke(found -> sweep(queue, found, most));
        }

        /** What is found first next time is due no earlier than the last of these; or than now, if these were all. */
        private void sweep(Queue queue, List<Claimed> found, int most) {
            Instant to = found.size() < most
                    ? now
                    : found.stream()
                            .map(Claimed::dueAt)
                            .max(Comparator.naturalOrder())
                            .orElse(now);
            if (queue == Queue.LIVE) {
                state.sweptTo = to;
            } else {
                state.replaySweptTo = to;
            }
        }

        /**
         * Claims the head behind the one that was probed last, due or not; the first time only one that is due. The heads are searched as
         * {@link #claim} does, behind the rows that are deleted and that a long transaction keeps.
         *
         * @param again whether to begin again with the first head behind the last one
         */
        Uni<List<Claimed>> claimProbe(UUID claim, Duration lease, boolean again) {
            return connection
                    .preparedQuery("""
                            WITH head AS MATERIALIZED (
                                SELECT position, due_at
                                FROM (
                                    SELECT position, due_at, claim
                                    FROM delivery
                                    WHERE endpoint = $1
                                      AND queue = 0
                                      AND NOT waiting
                                      AND parked_at IS NULL
                                      AND due_at >= $6
                                    ORDER BY due_at
                                    LIMIT $7
                                ) AS first
                                WHERE (due_at <= $3 OR claim IS NULL AND NOT $8) AND (position > $2 OR $9)
                                ORDER BY position <= $2, position
                                LIMIT 1
                            ), claimed AS (
                                UPDATE delivery
                                SET claim = $4, due_at = $5
                                FROM head
                                WHERE delivery.endpoint = $1 AND delivery.queue = 0 AND delivery.position = head.position
                                RETURNING delivery.position, delivery.transaction_id, delivery.version, delivery.attempts,
                                          head.due_at
                            )
                            SELECT claimed.*, event.id, event.body
                            FROM claimed
                                 LEFT JOIN event ON event.position = claimed.position
                            """)
                    .execute(Tuple.tuple(List.of(
                            name,
                            state.probedPosition,
                            Columns.utc(now),
                            claim,
                            Columns.utc(now.plus(lease)),
                            Columns.utc(state.sweptTo),
                            (long) MOST_PROBED,
                            state.isFirstProbe(),
                            again)))
                    .map(rows -> claimed(rows, Queue.LIVE, claim, true))
                    .invoke(found -> found.forEach(probe -> state.probing(probe.position(), now.plus(lease))));
        }

        private List<Claimed> claimed(RowSet<Row> rows, Queue queue, UUID claim, boolean probe) {
            List<Claimed> all = new ArrayList<>();
            rows.forEach(row -> all.add(new Claimed(
                    queue,
                    row.getLong("position"),
                    row.getString("transaction_id"),
                    row.getInteger("version"),
                    row.getInteger("attempts"),
                    Columns.instant(row, "due_at"),
                    now,
                    claim,
                    probe,
                    probe && row.getLong("position") == state.probedPosition,
                    row.getString("id"),
                    row.getString("body"))));
            all.sort(Comparator.comparingLong(Claimed::position));
            return all;
        }

        /** Writes the endpoint's row. */
        Uni<Void> save() {
            return connection
                    .preparedQuery("""
                            UPDATE endpoint
                            SET position = $2,
                                paused_because = $3,
                                paused_at = CASE WHEN $3::text IS NULL THEN NULL ELSE coalesce(paused_at, $4) END,
                                outages = $5,
                                open_since = $6,
                                probe_at = $7,
                                probes = $8,
                                probed_position = $9,
                                paced_to = $10,
                                replay_paced_to = $11,
                                swept_to = $12,
                                replay_swept_to = $13,
                                lost_events = lost_events + $14,
                                lost_at = CASE WHEN $14 > 0 THEN $4 ELSE lost_at END,
                                rounds = rounds + 1,
                                generation = (rounds + 1) / $15
                            WHERE ctid = $16::text::tid AND name = $1
                            """)
                    .execute(Tuple.tuple()
                            .addString(name)
                            .addLong(state.position)
                            .addString(state.pause == null ? null : Labels.of(state.pause))
                            .addValue(Columns.utc(now))
                            .addInteger(state.outages)
                            .addValue(Columns.utc(state.openSince))
                            .addValue(Columns.utc(state.probeAt))
                            .addInteger(state.probes)
                            .addLong(state.probedPosition)
                            .addValue(Columns.utc(state.pacedTo))
                            .addValue(Columns.utc(state.replayPacedTo))
                            .addValue(Columns.utc(state.sweptTo))
                            .addValue(Columns.utc(state.replaySweptTo))
                            .addLong(state.lost)
                            .addLong((long) ROUNDS_OF_A_GENERATION)
                            .addString(rowVersion))
                    .invoke(rows -> {
                        if (rows.rowCount() != 1) {
                            throw new IllegalStateException(
                                    "the row of endpoint " + name + " was changed while it was locked");
                        }
                    })
                    .replaceWithVoid();
        }
    }
}
