package dev.rampgate.live;

import static dev.rampgate.database.Columns.instant;

import dev.rampgate.database.Columns;
import dev.rampgate.database.ConnectionShare;
import dev.rampgate.database.ConnectionShares;
import dev.rampgate.database.DatabaseFailure;
import dev.rampgate.ledger.Channel;
import dev.rampgate.ledger.FollowUp.Nudge;
import dev.rampgate.ledger.OwnReference;
import dev.rampgate.ledger.Status;
import dev.rampgate.ledger.TransactionDetails;
import dev.rampgate.live.TransactionSnapshot.Step;
import dev.rampgate.live.TransactionView.Entry;
import dev.rampgate.problem.Problem;
import dev.rampgate.problem.ProblemException;
import dev.rampgate.problem.ProblemType;
import dev.rampgate.reconcile.postgres.FollowUpJson;
import dev.rampgate.reconcile.postgres.OwnReferenceColumns;
import dev.rampgate.telemetry.ThrottledLog;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jboss.logging.Logger;

/** Reads transactions from the database, as their owners see them. */
@ApplicationScoped
class TransactionReader {

    private static final Logger LOG = Logger.getLogger(TransactionReader.class);
    private static final Duration TRY_AGAIN = Duration.ofSeconds(2);

    /** The columns of a view, by name and not by {@code *} (decision 0045). */
    private static final String VIEW = """
            transaction.id, user_id, type, currency, network, requested_amount, crypto_amount, fiat_currency, fiat_amount,
            payment_method, reference, reference_source, metadata, address, created_at, transaction.status, transaction.attempt, confirmed, since, changed_at, settled,
            abandoned, follow_up
            """;

    private final Pool pool;
    private final ConnectionShare share;
    private final ThrottledLog log;

    @Inject
    TransactionReader(Pool pool, ConnectionShares shares, InstantSource clock) {
        this(pool, shares.reads(), clock);
    }

    TransactionReader(Pool pool, ConnectionShare share, InstantSource clock) {
        this.pool = pool;
        this.share = share;
        this.log = new ThrottledLog(LOG, clock);
    }

    /**
     * Reads one transaction with its timeline; empty if it does not exist, belongs to another user, or its owner was erased.
     *
     * @param userId the reader; null if the request has a ticket for this transaction, so that its owner reads
     */
    Uni<Optional<Reading>> one(String userId, String transactionId) {
        return share.within(() -> pool.preparedQuery("""
                        SELECT transition.attempt AS step_attempt,
                               transition.status AS step_status,
                               channel, reported_at, occurred_at, observed_at, confirmed_at, correction,
                               extract(epoch FROM now() - greatest(
                                   changed_at, CASE WHEN failures = 0 THEN asked_at END
                               ))::double precision AS age,
                               due_at IS NOT NULL AND due_at <= now() OR coalesce(failures, 0) > 0 AS planned,
                        """ + VIEW + """
                        FROM transaction
                             JOIN transition ON transition.transaction_id = transaction.id
                             LEFT JOIN poll ON poll.transaction_id = transaction.id
                        WHERE transaction.id = $1 AND transaction.user_id = coalesce($2, transaction.user_id)
                        ORDER BY transition.sequence
                        """).execute(Tuple.of(transactionId, userId)))
                .map(TransactionReader::reading)
                .onFailure()
                .transform(this::unavailable);
    }

    /**
     * One transaction, as read.
     *
     * @param view the transaction with its timeline
     * @param age time since Proof last answered a poll of it, or since its last change
     * @param planned whether a poll is due, or polls fail and wait for their backoff
     */
    record Reading(TransactionView view, Duration age, boolean planned) {}

    /** Reads transactions with all their transitions, each consistently, by id; unknown ids are missing. */
    Uni<Map<String, TransactionSnapshot>> snapshots(Collection<String> transactionIds) {
        return pool.preparedQuery("""
                        SELECT transition.sequence AS step_sequence,
                               transition.attempt AS step_attempt,
                               transition.status AS step_status,
                               coalesce(occurred_at, observed_at) AS step_updated_at,
                               channel, confirmed_at,
                        """ + VIEW + """
                        FROM transaction
                             JOIN transition ON transition.transaction_id = transaction.id
                        WHERE transaction.id = ANY ($1::text[])
                        ORDER BY transaction.id, transition.sequence
                        """)
                .execute(Tuple.of(Columns.texts(transactionIds)))
                .map(TransactionReader::snapshots);
    }

    /** The user id of a transaction's owner; empty if the transaction does not exist, has no owner, or its owner was erased. */
    Uni<Optional<String>> owner(String transactionId) {
        return share.within(() -> pool.preparedQuery(
                                "SELECT user_id FROM transaction WHERE id = $1 AND user_id IS NOT NULL")
                        .execute(Tuple.of(transactionId)))
                .map(rows -> rows.size() == 0
                        ? Optional.<String>empty()
                        : Optional.of(rows.iterator().next().getString("user_id"))
                                .filter(owner -> !TransactionDetails.isPseudonym(owner)))
                .onFailure()
                .transform(this::unavailable);
    }

    /**
     * Reads the user's transactions after the cursor, newest first.
     *
     * @param reference the only one that is asked for; empty for all
     */
    Uni<List<TransactionView>> page(String userId, Optional<String> reference, PageCursor after, int limit) {
        Tuple asked = Tuple.of(userId, Columns.utc(after.createdAt()), after.transactionId(), limit);
        reference.ifPresent(asked::addString);
        return share.within(() -> pool.preparedQuery(
                                """
                        SELECT
                        """ + VIEW + """
                        FROM transaction
                        WHERE user_id = $1 AND (created_at, id) < ($2, $3)
                        """ + (reference.isPresent() ? "AND reference = $5\n" : "") + """
                        ORDER BY created_at DESC, id DESC
                        LIMIT $4
                        """)
                        .execute(asked))
                .map(rows -> {
                    List<TransactionView> views = new ArrayList<>(rows.size());
                    rows.forEach(row -> views.add(view(row)));
                    return views;
                })
                .onFailure()
                .transform(this::unavailable);
    }

    private ProblemException unavailable(Throwable failure) {
        log.warn(
                DatabaseFailure.isOutage(failure)
                        ? "Transactions cannot be read: %s"
                        : "The database refused to read transactions: %s",
                DatabaseFailure.detail(failure));
        return new ProblemException(Problem.of(ProblemType.UNAVAILABLE).withRetryAfter(TRY_AGAIN));
    }

    private static Optional<Reading> reading(RowSet<Row> rows) {
        if (rows.size() == 0) {
            return Optional.empty();
        }
        Row first = rows.iterator().next();
        if (TransactionDetails.isPseudonym(first.getString("user_id"))) {
            return Optional.empty();
        }
        List<Entry> timeline = new ArrayList<>(rows.size());
        rows.forEach(row -> timeline.add(entry(row)));
        return Optional.of(new Reading(
                view(first).withTimeline(timeline),
                Duration.ofMillis((long) (Math.max(0, first.getDouble("age")) * 1_000)),
                first.getBoolean("planned")));
    }

    private static Map<String, TransactionSnapshot> snapshots(RowSet<Row> rows) {
        Map<String, List<Step>> steps = new HashMap<>();
        Map<String, Row> transactions = new HashMap<>();
        for (Row row : rows) {
            String id = row.getString("id");
            transactions.putIfAbsent(id, row);
            steps.computeIfAbsent(id, ignored -> new ArrayList<>()).add(step(row));
        }
        Map<String, TransactionSnapshot> snapshots = new HashMap<>();
        transactions.forEach((id, row) -> snapshots.put(
                id,
                new TransactionSnapshot(
                        row.getString("user_id"), view(row), instant(row, "changed_at"), steps.get(id))));
        return snapshots;
    }

    private static Step step(Row row) {
        return new Step(
                row.getInteger("step_sequence"),
                row.getInteger("step_attempt"),
                row.getString("step_status"),
                instant(row, "step_updated_at"),
                Channel.POLL.name().equals(row.getString("channel")),
                row.getOffsetDateTime("confirmed_at") != null);
    }

    private static Entry entry(Row row) {
        return new Entry(
                row.getInteger("step_attempt"),
                row.getString("step_status"),
                row.getString("channel"),
                instant(row, "reported_at"),
                instant(row, "occurred_at"),
                instant(row, "observed_at"),
                instant(row, "confirmed_at"),
                row.getBoolean("correction"));
    }

    private static TransactionView view(Row row) {
        OwnReference own = OwnReferenceColumns.read(row);
        boolean named = own != null && own.reference() != null;
        return new TransactionView(
                row.getString("id"),
                row.getString("type"),
                row.getString("status"),
                row.getBoolean("confirmed"),
                reported(row),
                row.getInteger("attempt"),
                row.getString("currency"),
                row.getString("network"),
                row.getString("requested_amount"),
                row.getString("crypto_amount"),
                row.getString("fiat_currency"),
                row.getString("fiat_amount"),
                row.getString("payment_method"),
                named ? own.reference() : null,
                named ? own.source().wireName() : null,
                own == null || own.metadata().isEmpty() ? null : own.metadataInOrder(),
                row.getString("address"),
                instant(row, "created_at"),
                instant(row, "since"),
                row.getBoolean("settled"),
                row.getBoolean("abandoned"),
                null);
    }

    /** The status that a webhook claims, until a poll has answered; null if there is none. */
    private static String reported(Row row) {
        Nudge nudge = FollowUpJson.read((JsonObject) row.getValue("follow_up")).nudge();
        return Optional.ofNullable(nudge)
                .filter(claim -> claim.channel() == Channel.WEBHOOK)
                .map(Nudge::status)
                .map(Status::wireName)
                .filter(claimed -> !claimed.equals(row.getString("status")))
                .orElse(null);
    }
}
