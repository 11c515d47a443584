package dev.rampgate.fault;

import dev.rampgate.sandbox.transaction.ProofTransaction;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The tables behind the replicas' backs: to see what they wrote, and to put many transactions there at once. */
final class LedgerTables implements AutoCloseable {

    private final String jdbcUrl;
    private Connection open;

    LedgerTables(String jdbcUrl) {
        this.jdbcUrl = jdbcUrl;
    }

    /** A transaction as recorded. */
    record Recorded(String status, boolean confirmed, String cryptoAmount, String fiatAmount, int attempt) {}

    /** An accepted status change; the times in milliseconds, 0 for none. */
    record Moved(
            String transactionId,
            int sequence,
            int attempt,
            String status,
            String channel,
            long observedAt,
            long confirmedAt) {}

    /** Who holds a poll or a socket, and until when. */
    record Held(String by, String until) {}

    Map<String, Recorded> transactions() {
        Map<String, Recorded> recorded = new HashMap<>();
        query(
                """
                SELECT id, status, confirmed, coalesce(crypto_amount, ''), coalesce(fiat_amount, ''), attempt
                FROM transaction
                """,
                row -> recorded.put(
                        row.getString(1),
                        new Recorded(
                                row.getString(2),
                                row.getBoolean(3),
                                row.getString(4),
                                row.getString(5),
                                row.getInt(6))));
        return recorded;
    }

    /** The user of each transaction that has one. */
    Map<String, String> owners() {
        Map<String, String> owners = new HashMap<>();
        query(
                "SELECT id, user_id FROM transaction WHERE user_id IS NOT NULL",
                row -> owners.put(row.getString(1), row.getString(2)));
        return owners;
    }

    /** In order per transaction. */
    List<Moved> transitions() {
        List<Moved> moved = new ArrayList<>();
        query(
                """
                SELECT transaction_id,
                       sequence,
                       attempt,
                       status,
                       channel,
                       extract(epoch FROM observed_at) * 1000,
                       coalesce(extract(epoch FROM confirmed_at) * 1000, 0)
                FROM transition
                ORDER BY transaction_id, sequence
                """,
                row -> moved.add(new Moved(
                        row.getString(1),
                        row.getInt(2),
                        row.getInt(3),
                        row.getString(4),
                        row.getString(5),
                        row.getLong(6),
                        row.getLong(7))));
        return moved;
    }

    /** How many webhooks of each transaction are in the archive. */
    Map<String, Integer> archivedWebhooks() {
        Map<String, Integer> archived = new HashMap<>();
        query(
                "SELECT transaction_id, count(*) FROM observation WHERE channel = 'WEBHOOK' GROUP BY transaction_id",
                row -> archived.put(row.getString(1), row.getInt(2)));
        return archived;
    }

    /** The marks ({@link WebhookSender}) that stand in the archive. */
    Collection<Long> archivedMarks() {
        List<Long> marks = new ArrayList<>();
        query(
                "SELECT (raw::jsonb ->> 'mark')::bigint FROM observation WHERE channel = 'WEBHOOK' AND raw IS NOT NULL",
                row -> marks.add(row.getLong(1)));
        return marks;
    }

    /** All polls and sockets that some replica holds. */
    Map<String, Held> held() {
        Map<String, Held> held = new HashMap<>();
        query("""
                SELECT 'poll ' || transaction_id, leased_by::text, lease_until::text FROM poll WHERE leased_by IS NOT NULL
                UNION ALL
                SELECT 'socket ' || transaction_id, leased_by::text, lease_until::text FROM socket WHERE leased_by IS NOT NULL
                """, row -> held.put(row.getString(1), new Held(row.getString(2), row.getString(3))));
        return held;
    }

    /** How many sockets nobody holds. */
    int freeSockets() {
        return count("SELECT count(*) FROM socket WHERE leased_by IS NULL");
    }

    int count(String sql) {
        List<Integer> count = new ArrayList<>();
        query(sql, row -> count.add(row.getInt(1)));
        return count.get(0);
    }

    /** Who owns a transaction that was put there. */
    static String ownerOf(String transactionId) {
        return "owner-of-" + transactionId;
    }

    /**
     * Puts transactions there as a session and a first poll leave them, much faster than sessions could. Each has an owner of
     * its own, since the polls are shared among owners (decision 60).
     *
     * @param age how long ago they changed last, which sets how often they are polled
     * @param failures how many polls in a row have failed
     * @param dueIn when the next poll is due
     */
    void put(Collection<ProofTransaction> transactions, Age age, int failures, String dueIn) {
        String[] ids = transactions.stream().map(ProofTransaction::id).toArray(String[]::new);
        String[] openedAt =
                transactions.stream().map(one -> one.createdAt().toString()).toArray(String[]::new);
        run("""
                WITH new AS (
                    SELECT id, opened_at
                    FROM unnest(?::text[], ?::timestamptz[]) AS new (id, opened_at)
                ), opened AS (
                    INSERT INTO transaction (
                        id, user_id, type, currency, network, requested_amount, created_at, status, attempt, sequence,
                        confirmed, as_of, since, attempt_since, changed_at, settled, abandoned
                    )
                    SELECT id, 'owner-of-' || id, 'buy', 'USDC', 'ERC20', '42.75', opened_at, 'pending', 1, 1, true, opened_at,
                           opened_at, opened_at, now() - ?::interval, false, false
                    FROM new
                ), moved AS (
                    INSERT INTO transition (
                        transaction_id, sequence, attempt, status, channel, observed_at, confirmed_at, correction
                    )
                    SELECT id, 1, 1, 'pending', 'SESSION', opened_at, opened_at, false
                    FROM new
                )
                INSERT INTO poll (transaction_id, priority, due_at, failures, period)
                SELECT id, 1, now() + ?::interval, ?, ?
                FROM new
                """, statement -> {
            statement.setArray(1, statement.getConnection().createArrayOf("text", ids));
            statement.setArray(2, statement.getConnection().createArrayOf("text", openedAt));
            statement.setString(3, age.interval);
            statement.setString(4, dueIn);
            statement.setInt(5, failures);
            // As a failed call leaves it.
            statement.setInt(6, failures > 0 ? 300 : 10);
        });
    }

    /** How long ago a transaction changed last. */
    enum Age {
        /** Polled every 5 to 10 s. */
        FRESH("0 s"),
        /** Polled every 5 minutes. */
        HOURS("2 h");

        private final String interval;

        Age(String interval) {
            this.interval = interval;
        }
    }

    /** Makes them worth a socket of their own. */
    void heat(Collection<String> ids) {
        run(
                "INSERT INTO socket (transaction_id, hot_until) SELECT id, now() + interval '15 min' FROM unnest(?::text[]) AS hot (id)",
                statement -> statement.setArray(1, statement.getConnection().createArrayOf("text", ids.toArray())));
    }

    /** Nothing is left, for the next test. */
    void clear() {
        run("TRUNCATE transaction, transition, observation, poll, socket", statement -> {});
    }

    /** One statement, and what to do with it. */
    interface Step<T> {
        void with(T one) throws SQLException;
    }

    void run(String sql, Step<PreparedStatement> parameters) {
        connected(connection -> {
            try (PreparedStatement statement = connection.prepareStatement(sql)) {
                parameters.with(statement);
                statement.execute();
            }
        });
    }

    private void query(String sql, Step<ResultSet> row) {
        connected(connection -> {
            try (PreparedStatement statement = connection.prepareStatement(sql);
                    ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    row.with(rows);
                }
            }
        });
    }

    /** One connection as long as it lasts: some tests take the database away. */
    private synchronized void connected(Step<Connection> work) {
        try {
            if (open == null || !open.isValid(1)) {
                open = DriverManager.getConnection(jdbcUrl);
            }
            work.with(open);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public synchronized void close() {
        try {
            if (open != null) {
                open.close();
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
