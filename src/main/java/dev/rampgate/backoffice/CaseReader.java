package dev.rampgate.backoffice;

import static dev.rampgate.database.Columns.instant;

import dev.rampgate.backoffice.CaseFacts.Poll;
import dev.rampgate.database.ConnectionShares;
import dev.rampgate.database.StatementTurns;
import dev.rampgate.ledger.Status;
import dev.rampgate.reconcile.postgres.FollowUpJson;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.Optional;

/** Reads everything about one transaction, by a few short statements. */
@ApplicationScoped
class CaseReader {

    /** Most observations of a case, the latest. */
    static final int MOST_OBSERVATIONS = 100;

    /** Most events of a case, the latest. */
    private static final int MOST_EVENTS = 100;

    /** Most deliveries of each endpoint that are not made yet, the next ones. */
    private static final int MOST_PENDING = 50;

    /** Most parked deliveries, those of the latest events. */
    private static final int MOST_PARKED = 50;

    /** Most attempts of deliveries, the latest. */
    private static final int MOST_ATTEMPTS = 100;

    private final Pool pool;
    private final StatementTurns share;

    @Inject
    CaseReader(Pool pool, ConnectionShares shares) {
        this(pool, shares.backOffice());
    }

    CaseReader(Pool pool, StatementTurns share) {
        this.pool = pool;
        this.share = share;
    }

    /**
     * A case, as read.
     *
     * @param transaction as searches show it
     * @param facts what decides the situation
     * @param socketAttached whether a replica follows it on a healthy socket
     * @param timeline the accepted status changes, oldest first
     * @param archive observations, latest first
     * @param archiveTruncated whether there are older observations
     * @param events published events, latest first
     * @param deliveries what is on its way to each endpoint, what is parked, and what was sent, latest first
     */
    record Reading(
            JsonObject transaction,
            CaseFacts facts,
            boolean socketAttached,
            JsonArray timeline,
            JsonArray archive,
            boolean archiveTruncated,
            JsonArray events,
            JsonObject deliveries) {}

    /** One case; empty if the transaction is unknown. Fails as the database fails. */
    Uni<Optional<Reading>> read(String id) {
        return query("""
                SELECT
                """ + TransactionJson.COLUMNS + """
                , poll.due_at, poll.asked_at, coalesce(poll.failures, 0) AS failures, poll.missing_since,
                coalesce(poll.lease_until > now(), false) AS in_flight, coalesce(socket.healthy_until > now(), false) AS attached,
                coalesce((SELECT refused FROM poll_budget WHERE name = 'all'), false) AS refused, now() AS read_at
                FROM transaction
                     LEFT JOIN poll ON poll.transaction_id = transaction.id
                     LEFT JOIN socket ON socket.transaction_id = transaction.id
                WHERE transaction.id = $1
                """, id)
                .chain(rows -> rows.size() == 0
                        ? Uni.createFrom().item(Optional.empty())
                        : more(id, rows.iterator().next()).map(Optional::of));
    }

    private Uni<Reading> more(String id, Row row) {
        Uni<RowSet<Row>> transitions = query("""
                SELECT sequence, attempt, status, channel, reported_at, occurred_at, observed_at, confirmed_at, correction
                FROM transition
                WHERE transaction_id = $1
                ORDER BY sequence
                """, id);
        Uni<RowSet<Row>> observations = query("""
                SELECT received_at, channel, outcome, status, changed_at, asked_at, raw
                FROM observation
                WHERE transaction_id = $1
                ORDER BY received_at DESC, id DESC
                LIMIT %d
                """.formatted(MOST_OBSERVATIONS + 1), id);
        Uni<RowSet<Row>> events = query("""
                SELECT id, type, version, epoch, created_at, position IS NOT NULL AS placed
                FROM event
                WHERE transaction_id = $1
                ORDER BY version DESC
                LIMIT %d
                """.formatted(MOST_EVENTS), id);
        Uni<RowSet<Row>> pending = query("""
                SELECT endpoint.name AS endpoint, every.queue, line.version, line.due_at, line.attempts, line.last_outcome, line.last_status
                FROM endpoint
                     CROSS JOIN (VALUES (0::smallint), (1::smallint)) AS every (queue)
                     CROSS JOIN LATERAL (
                         SELECT version, due_at, attempts, last_outcome, last_status
                         FROM delivery
                         WHERE delivery.endpoint = endpoint.name
                           AND delivery.queue = every.queue
                           AND delivery.transaction_id = $1
                           AND delivery.parked_at IS NULL
                         ORDER BY position
                         LIMIT %d
                     ) AS line
                ORDER BY endpoint.name, every.queue, line.version
                """.formatted(MOST_PENDING), id);
        Uni<RowSet<Row>> attempts = query("""
                SELECT endpoint, queue, version, attempted_at, outcome, status, took
                FROM delivery_attempt
                WHERE transaction_id = $1
                ORDER BY number DESC
                LIMIT %d
                """.formatted(MOST_ATTEMPTS), id);
        // By the places of the transaction's events, since parked deliveries have no index of their own.
        Uni<RowSet<Row>> parked = query("""
                SELECT delivery.endpoint, delivery.queue, delivery.version, delivery.parked_at, delivery.attempts,
                       delivery.last_outcome, delivery.last_status
                FROM (
                         SELECT position
                         FROM event
                         WHERE transaction_id = $1 AND position IS NOT NULL
                         ORDER BY version DESC
                         LIMIT %d
                     ) AS placed
                     CROSS JOIN endpoint
                     CROSS JOIN (VALUES (0::smallint), (1::smallint)) AS every (queue)
                     JOIN delivery
                          ON delivery.endpoint = endpoint.name
                              AND delivery.queue = every.queue
                              AND delivery.position = placed.position
                WHERE delivery.parked_at IS NOT NULL
                ORDER BY delivery.endpoint, delivery.queue, delivery.version
                LIMIT %d
                """.formatted(MOST_EVENTS, MOST_PARKED), id);
        Uni<JsonObject> deliveries =
                pending.chain(waiting -> parked.chain(stuck -> attempts.map(made -> deliveries(waiting, stuck, made))));
        return transitions.chain(
                timeline -> observations.chain(archive -> events.chain(published -> deliveries.map(sent -> new Reading(
                        TransactionJson.of(row),
                        facts(row),
                        row.getBoolean("attached"),
                        timeline(timeline),
                        archive(archive),
                        archive.size() > MOST_OBSERVATIONS,
                        events(published),
                        sent)))));
    }

    private static JsonObject deliveries(RowSet<Row> pending, RowSet<Row> parked, RowSet<Row> attempts) {
        JsonArray waiting = new JsonArray();
        pending.forEach(row -> waiting.add(undelivered(row, "due_at")));
        JsonArray stuck = new JsonArray();
        parked.forEach(row -> stuck.add(undelivered(row, "parked_at")));
        JsonArray made = new JsonArray();
        attempts.forEach(row -> made.add(attempt(row)));
        return new JsonObject().put("pending", waiting).put("parked", stuck).put("attempts", made);
    }

    static JsonObject attempt(Row row) {
        JsonObject attempt = delivery(row)
                .put("attempted_at", instant(row, "attempted_at").toString())
                .put("outcome", row.getString("outcome"))
                .put("took_ms", row.getInteger("took"));
        if (row.getInteger("status") != null) {
            attempt.put("status", row.getInteger("status"));
        }
        return attempt;
    }

    /** @param time the column that says since when, or when next */
    static JsonObject undelivered(Row row, String time) {
        JsonObject delivery =
                delivery(row).put(time, instant(row, time).toString()).put("attempts", row.getInteger("attempts"));
        TransactionJson.put(delivery, "last_outcome", row.getString("last_outcome"));
        if (row.getInteger("last_status") != null) {
            delivery.put("last_status", row.getInteger("last_status"));
        }
        return delivery;
    }

    static JsonObject delivery(Row row) {
        return new JsonObject()
                .put("endpoint", row.getString("endpoint"))
                .put("replay", row.getShort("queue") == 1)
                .put("version", row.getInteger("version"));
    }

    private Uni<RowSet<Row>> query(String statement, String id) {
        return share.within(() -> pool.preparedQuery(statement).execute(Tuple.of(id)));
    }

    private static CaseFacts facts(Row row) {
        return new CaseFacts(
                row.getString("type"),
                Status.of(row.getString("status")).orElseThrow(),
                row.getInteger("attempt"),
                row.getBoolean("confirmed"),
                row.getBoolean("settled"),
                row.getBoolean("abandoned"),
                FollowUpJson.read((JsonObject) row.getValue("follow_up")),
                instant(row, "changed_at"),
                new Poll(
                        instant(row, "due_at"),
                        instant(row, "asked_at"),
                        row.getInteger("failures"),
                        instant(row, "missing_since"),
                        row.getBoolean("in_flight")),
                row.getBoolean("refused"),
                instant(row, "read_at"));
    }

    static JsonArray timeline(RowSet<Row> rows) {
        JsonArray timeline = new JsonArray();
        for (Row row : rows) {
            JsonObject step = new JsonObject()
                    .put("sequence", row.getInteger("sequence"))
                    .put("attempt", row.getInteger("attempt"))
                    .put("status", row.getString("status"))
                    .put("channel", row.getString("channel"));
            for (String time : new String[] {"reported_at", "occurred_at", "observed_at", "confirmed_at"}) {
                TransactionJson.put(step, time, instant(row, time));
            }
            timeline.add(step.put("correction", row.getBoolean("correction")));
        }
        return timeline;
    }

    private static JsonArray archive(RowSet<Row> rows) {
        JsonArray archive = new JsonArray();
        for (Row row : rows) {
            if (archive.size() == MOST_OBSERVATIONS) {
                break;
            }
            archive.add(observation(row));
        }
        return archive;
    }

    static JsonObject observation(Row row) {
        JsonObject observation = new JsonObject()
                .put("received_at", instant(row, "received_at").toString())
                .put("channel", row.getString("channel"))
                .put("outcome", row.getString("outcome"))
                .put("status", row.getString("status"));
        TransactionJson.put(observation, "changed_at", instant(row, "changed_at"));
        TransactionJson.put(observation, "asked_at", instant(row, "asked_at"));
        TransactionJson.put(observation, "raw", row.getString("raw"));
        return observation;
    }

    private static JsonArray events(RowSet<Row> rows) {
        JsonArray events = new JsonArray();
        rows.forEach(row -> events.add(new JsonObject()
                .put("id", row.getString("id"))
                .put("type", row.getString("type"))
                .put("version", row.getInteger("version"))
                .put("epoch", row.getLong("epoch"))
                .put("created_at", instant(row, "created_at").toString())
                .put("placed", row.getBoolean("placed"))));
        return events;
    }
}
