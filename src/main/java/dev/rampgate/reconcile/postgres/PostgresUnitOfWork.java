package dev.rampgate.reconcile.postgres;

import dev.rampgate.database.Columns;
import dev.rampgate.ledger.FollowUp;
import dev.rampgate.ledger.LedgerState;
import dev.rampgate.ledger.Published;
import dev.rampgate.ledger.Status;
import dev.rampgate.ledger.TransactionDetails;
import dev.rampgate.ledger.TransactionRecord;
import dev.rampgate.ledger.Transition;
import dev.rampgate.ledger.TransitionMark;
import dev.rampgate.outbox.AmountRevisionWriter;
import dev.rampgate.outbox.EventBodies;
import dev.rampgate.outbox.EventWriter;
import dev.rampgate.pollqueue.PollPlanWriter;
import dev.rampgate.reconcile.BatchChanges;
import dev.rampgate.reconcile.BatchChanges.Archived;
import dev.rampgate.reconcile.ErasedUsers;
import dev.rampgate.reconcile.LedgerStore.Recorded;
import dev.rampgate.reconcile.LedgerStore.UnitOfWork;
import dev.rampgate.reconcile.StoreException;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import io.vertx.pgclient.PgException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/** One batch on one connection: array parameters throughout, never a statement per row. */
final class PostgresUnitOfWork implements UnitOfWork {

    /** A transaction that changed this lately is worth a socket of its own. */
    private static final Duration HOT = Duration.ofMinutes(15);

    private static final String DUPLICATE_KEY = "23505";

    /**
     * What is kept of a transaction, in the order of {@link #transactionColumns}. Named, since a prepared statement that says
     * {@code *} fails when the migration of a newer build adds a column (decision 0045).
     */
    private static final String COLUMNS = """
            id, user_id, type, currency, network, requested_amount, crypto_amount, fiat_currency,
            fiat_amount, payment_method, reference, reference_source, metadata, address, created_at, status, attempt, sequence,
            confirmed, as_of, since, attempt_since, changed_at,
            settled, abandoned, follow_up, version, status_version, outdated
            """;

    /** Whole transactions as rows, of the parameters that {@link #transactionColumns} makes. */
    private static final String FROM_TRANSACTIONS = """
            FROM unnest(
                $1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
                $9::text[], $10::text[], $11::text[], $12::text[], $13::jsonb[], $14::text[], $15::timestamptz[],
                $16::text[], $17::integer[], $18::integer[], $19::boolean[], $20::timestamptz[], $21::timestamptz[],
                $22::timestamptz[], $23::timestamptz[], $24::boolean[], $25::boolean[], $26::jsonb[],
                $27::integer[], $28::integer[], $29::boolean[]
            ) AS new (
            """ + COLUMNS + """
            )
            """;

    private final SqlConnection connection;
    private final int archiveLimit;
    private final PollPlanWriter polls;
    private final EventWriter events;
    private final ErasedUsers erasedUsers;
    private final AmountRevisionWriter books;

    PostgresUnitOfWork(
            SqlConnection connection,
            int archiveLimit,
            int unknownCapacity,
            EventBodies bodies,
            ErasedUsers erasedUsers) {
        this.connection = connection;
        this.archiveLimit = archiveLimit;
        this.polls = new PollPlanWriter(connection, unknownCapacity);
        this.events = new EventWriter(connection, bodies);
        this.erasedUsers = erasedUsers;
        this.books = new AmountRevisionWriter(connection);
    }

    // --- load

    @Override
    public Uni<Map<String, Recorded>> load(Set<String> ids, Instant now) {
        // Both leave together, in this order.
        return Uni.combine().all().unis(locked(ids, now), events.readEpoch()).with((recorded, read) -> recorded);
    }

    private Uni<Map<String, Recorded>> locked(Set<String> ids, Instant now) {
        return connection
                .preparedQuery("""
                        SELECT socket.healthy_until IS NOT NULL AND socket.healthy_until > now() AS socket_attached,
                               (
                                   SELECT count(*)::integer
                                   FROM (
                                       SELECT FROM observation
                                       WHERE observation.transaction_id = transaction.id
                                         AND observation.received_at >= $2
                                         AND observation.received_at < $2 + interval '1 day'
                                       LIMIT $3
                                   ) AS today
                               ) AS archived_today,
                        """ + COLUMNS + """
                        FROM transaction
                             LEFT JOIN socket ON socket.transaction_id = transaction.id
                        WHERE transaction.id = ANY ($1::text[])
                        ORDER BY transaction.id
                        FOR NO KEY UPDATE OF transaction
                        """)
                .execute(Tuple.of(
                        Columns.texts(ids), Columns.utc(now.truncatedTo(ChronoUnit.DAYS)), (long) archiveLimit))
                .map(rows -> {
                    Map<String, Recorded> recorded = new HashMap<>();
                    for (Row row : rows) {
                        recorded.put(row.getString("id"), recorded(row));
                    }
                    return recorded;
                });
    }

    private static Recorded recorded(Row row) {
        TransactionDetails details = new TransactionDetails(
                row.getString("user_id"),
                row.getString("type"),
                row.getString("currency"),
                row.getString("network"),
                row.getString("requested_amount"),
                row.getString("crypto_amount"),
                row.getString("fiat_currency"),
                row.getString("fiat_amount"),
                row.getString("payment_method"),
                OwnReferenceColumns.read(row),
                row.getString("address"),
                Columns.instant(row, "created_at"));
        LedgerState state = new LedgerState(
                Status.of(row.getString("status")).orElseThrow(),
                row.getInteger("attempt"),
                row.getInteger("sequence"),
                row.getBoolean("confirmed"),
                Columns.instant(row, "as_of"),
                Columns.instant(row, "since"),
                Columns.instant(row, "attempt_since"),
                Columns.instant(row, "changed_at"),
                row.getBoolean("settled"),
                row.getBoolean("abandoned"));
        FollowUp followUp = FollowUpJson.read((JsonObject) row.getValue("follow_up"));
        Published published =
                new Published(row.getInteger("version"), row.getInteger("status_version"), row.getBoolean("outdated"));
        return new Recorded(
                new TransactionRecord(
                        row.getString("id"), details, state, followUp, published, row.getBoolean("socket_attached")),
                row.getInteger("archived_today"));
    }

    @Override
    public Uni<Map<String, Instant>> erased(Set<String> userIds) {
        return erasedUsers.among(connection, userIds);
    }

    // --- persist

    @Override
    public Uni<Void> persist(BatchChanges changes) {
        List<Uni<Void>> statements = new ArrayList<>();
        when(changes.opened(), this::insertTransactions, statements);
        when(changes.records(), this::updateTransactions, statements);
        when(changes.followUps(), this::updateFollowUps, statements);
        when(changes.transitions(), this::insertTransitions, statements);
        when(changes.transitions(), this::heatSockets, statements);
        when(changes.marks(), this::markTransitions, statements);
        when(changes.archive(), this::insertObservations, statements);
        statements.addAll(events.write(changes.events()));
        statements.addAll(books.write(changes.revisions()));
        statements.addAll(polls.write(changes.polls()));
        // Subscribed to in order, so that they leave together and are answered in order.
        return statements.isEmpty()
                ? Uni.createFrom().voidItem()
                : Uni.join().all(statements).andFailFast().replaceWithVoid();
    }

    private interface Statement<T> {
        Uni<Void> on(List<T> rows);
    }

    private static <T> void when(List<T> rows, Statement<T> statement, List<Uni<Void>> statements) {
        if (!rows.isEmpty()) {
            statements.add(statement.on(rows));
        }
    }

    /** Fails as a collision if another batch was faster: in order of their ids, so that two never wait for each other. */
    private Uni<Void> insertTransactions(List<TransactionRecord> opened) {
        return run("""
                INSERT INTO transaction (
                """ + COLUMNS + """
                )
                SELECT *
                """ + FROM_TRANSACTIONS + """
                ORDER BY id COLLATE "C"
                """, transactionColumns(opened))
                .onFailure(PostgresUnitOfWork::isDuplicateKey)
                .transform(taken -> new StoreException(StoreException.Kind.COLLISION, "opened by another batch", null));
    }

    private static boolean isDuplicateKey(Throwable failure) {
        return failure instanceof PgException refused && DUPLICATE_KEY.equals(refused.getSqlState());
    }

    private Uni<Void> updateTransactions(List<TransactionRecord> records) {
        return run("""
                UPDATE transaction
                SET user_id = new.user_id,
                    type = new.type,
                    currency = new.currency,
                    network = new.network,
                    requested_amount = new.requested_amount,
                    crypto_amount = new.crypto_amount,
                    fiat_currency = new.fiat_currency,
                    fiat_amount = new.fiat_amount,
                    payment_method = new.payment_method,
                    reference = new.reference,
                    reference_source = new.reference_source,
                    -- Written once: what is there stays in its place, however long it is.
                    metadata = coalesce(transaction.metadata, new.metadata),
                    address = new.address,
                    created_at = new.created_at,
                    status = new.status,
                    attempt = new.attempt,
                    sequence = new.sequence,
                    confirmed = new.confirmed,
                    as_of = new.as_of,
                    since = new.since,
                    attempt_since = new.attempt_since,
                    changed_at = new.changed_at,
                    settled = new.settled,
                    abandoned = new.abandoned,
                    follow_up = new.follow_up,
                    version = new.version,
                    status_version = new.status_version,
                    outdated = new.outdated
                """ + FROM_TRANSACTIONS + """
                WHERE transaction.id = new.id
                """, transactionColumns(records));
    }

    private static Tuple transactionColumns(List<TransactionRecord> records) {
        return Columns.of(records)
                .text(TransactionRecord::id)
                .text(record -> record.details().userId())
                .text(record -> record.details().type())
                .text(record -> record.details().currency())
                .text(record -> record.details().network())
                .text(record -> record.details().requestedAmount())
                .text(record -> record.details().cryptoAmount())
                .text(record -> record.details().fiatCurrency())
                .text(record -> record.details().fiatAmount())
                .text(record -> record.details().paymentMethod())
                .text(record -> OwnReferenceColumns.reference(record.details()))
                .text(record -> OwnReferenceColumns.source(record.details()))
                .array(record -> OwnReferenceColumns.metadata(record.details()), JsonObject[]::new)
                .text(record -> record.details().address())
                .time(record -> record.details().createdAt())
                .text(record -> record.state().status().wireName())
                .integer(record -> record.state().attempt())
                .integer(record -> record.state().sequence())
                .flag(record -> record.state().confirmed())
                .time(record -> record.state().asOf())
                .time(record -> record.state().since())
                .time(record -> record.state().attemptSince())
                .time(record -> record.state().changedAt())
                .flag(record -> record.state().settled())
                .flag(record -> record.state().abandoned())
                .array(record -> FollowUpJson.write(record.followUp()), JsonObject[]::new)
                .integer(record -> record.published().version())
                .integer(record -> record.published().statusVersion())
                .flag(record -> record.published().outdated())
                .parameters();
    }

    private Uni<Void> updateFollowUps(List<TransactionRecord> records) {
        return run(
                """
                UPDATE transaction
                SET follow_up = new.follow_up
                FROM unnest($1::text[], $2::jsonb[]) AS new (id, follow_up)
                WHERE transaction.id = new.id
                """,
                Columns.of(records)
                        .text(TransactionRecord::id)
                        .array(record -> FollowUpJson.write(record.followUp()), JsonObject[]::new)
                        .parameters());
    }

    private Uni<Void> insertTransitions(List<Transition> transitions) {
        return run(
                """
                INSERT INTO transition (
                    transaction_id, sequence, attempt, status, channel, reported_at, occurred_at, observed_at,
                    confirmed_at, correction
                )
                SELECT *
                FROM unnest(
                    $1::text[], $2::integer[], $3::integer[], $4::text[], $5::text[], $6::timestamptz[],
                    $7::timestamptz[], $8::timestamptz[], $9::timestamptz[], $10::boolean[]
                )
                """,
                Columns.of(transitions)
                        .text(Transition::transactionId)
                        .integer(Transition::sequence)
                        .integer(Transition::attempt)
                        .text(transition -> transition.status().wireName())
                        .text(transition -> transition.channel().name())
                        .time(Transition::reportedAt)
                        .time(Transition::occurredAt)
                        .time(Transition::observedAt)
                        .time(Transition::confirmedAt)
                        .flag(Transition::correction)
                        .parameters());
    }

    private Uni<Void> markTransitions(List<TransitionMark> marks) {
        return run(
                """
                UPDATE transition
                SET reported_at = coalesce(transition.reported_at, mark.reported_at),
                    confirmed_at = coalesce(transition.confirmed_at, mark.confirmed_at)
                FROM (
                    SELECT transaction_id, attempt, status, min(reported_at) AS reported_at, min(confirmed_at) AS confirmed_at
                    FROM unnest($1::text[], $2::integer[], $3::text[], $4::timestamptz[], $5::timestamptz[])
                         AS learned (transaction_id, attempt, status, reported_at, confirmed_at)
                    GROUP BY transaction_id, attempt, status
                ) AS mark
                WHERE transition.transaction_id = mark.transaction_id
                  AND transition.attempt = mark.attempt
                  AND transition.status = mark.status
                """,
                Columns.of(marks)
                        .text(TransitionMark::transactionId)
                        .integer(TransitionMark::attempt)
                        .text(mark -> mark.status().wireName())
                        .time(TransitionMark::reportedAt)
                        .time(TransitionMark::confirmedAt)
                        .parameters());
    }

    private Uni<Void> insertObservations(List<Archived> archive) {
        return run(
                """
                INSERT INTO observation (
                    transaction_id, received_at, id, channel, outcome, status, changed_at, asked_at, raw
                )
                SELECT *
                FROM unnest(
                    $1::text[], $2::timestamptz[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::timestamptz[],
                    $8::timestamptz[], $9::text[]
                )
                ON CONFLICT DO NOTHING
                """,
                Columns.of(archive)
                        .text(one -> one.observation().transactionId())
                        .time(one -> one.observation().receivedAt())
                        .array(one -> one.observation().id(), UUID[]::new)
                        .text(one -> one.observation().channel().name())
                        .text(one -> one.outcome().name())
                        .text(one -> one.observation().status())
                        .time(one -> one.observation().changedAt())
                        .time(one -> one.observation().askedAt())
                        .text(one -> one.observation().raw())
                        .parameters());
    }

    /** Sockets follow what moved lately and may move on; the end of an attempt ends the socket. */
    private Uni<Void> heatSockets(List<Transition> transitions) {
        return run(
                """
                WITH latest AS (
                    SELECT DISTINCT ON (transaction_id) transaction_id, terminal
                    FROM unnest($1::text[], $2::integer[], $3::boolean[]) AS moved (transaction_id, sequence, terminal)
                    ORDER BY transaction_id, sequence DESC
                ), ended AS (
                    DELETE FROM socket USING latest
                    WHERE socket.transaction_id = latest.transaction_id AND latest.terminal
                )
                INSERT INTO socket (transaction_id, hot_until)
                SELECT transaction_id, now() + $4 * interval '1 s'
                FROM latest
                WHERE NOT terminal
                ON CONFLICT (transaction_id) DO UPDATE SET hot_until = excluded.hot_until
                """,
                Columns.of(transitions)
                        .text(Transition::transactionId)
                        .integer(Transition::sequence)
                        .flag(transition -> transition.status().isTerminal())
                        .and(Columns.seconds(HOT))
                        .parameters());
    }

    private Uni<Void> run(String statement, Tuple parameters) {
        return connection.preparedQuery(statement).execute(parameters).replaceWithVoid();
    }
}
