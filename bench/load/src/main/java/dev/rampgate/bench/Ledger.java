package dev.rampgate.bench;

/** Rows of Rampgate's tables as sessions and a first poll leave them, made by the database itself. */
final class Ledger {

    private static final String USER = "cust-8841";

    private final Database database;
    private long transactions;

    Ledger(Database database) {
        this.database = database;
    }

    Database database() {
        return database;
    }

    /** Makes transactions bench-0, bench-1, ... until there are that many. */
    void growTo(long count) {
        if (count > transactions) {
            put("bench-", transactions, count, "30 d", "2 h");
            transactions = count;
        }
    }

    /** How many transactions bench-... there are. */
    long size() {
        return transactions;
    }

    /** Makes transactions of other names, which are due within a time. */
    void put(String prefix, long from, long to, String dueWithin, String age) {
        String rows = "generate_series(" + from + "::bigint, " + (to - 1) + "::bigint) AS n";
        database.execute("""
            INSERT INTO transaction (
                id, user_id, type, currency, network, requested_amount, created_at, status, attempt, sequence,
                confirmed, as_of, since, attempt_since, changed_at, settled, abandoned
            )
            SELECT '%1$s' || n, '%2$s', 'buy', 'USDC', 'ERC20', '42.75', '2026-05-02T08:00:00Z', 'pending', 1, 1,
                   true, '2026-05-02T08:00:00Z', '2026-05-02T08:00:00Z', '2026-05-02T08:00:00Z', now() - interval '%3$s',
                   false, false
            FROM %4$s
            """.formatted(prefix, USER, age, rows), """
                    INSERT INTO transition (transaction_id, sequence, attempt, status, channel, observed_at, confirmed_at, correction)
                    SELECT '%1$s' || n, 1, 1, 'pending', 'SESSION', now() - interval '%2$s', now() - interval '%2$s', false
                    FROM %3$s
                    """.formatted(prefix, age, rows), """
                    INSERT INTO poll (transaction_id, priority, due_at, period)
                    SELECT '%1$s' || n, 1, now() + interval '%2$s' * random(), 10
                    FROM %3$s
                    """.formatted(
                        prefix, dueWithin, rows));
    }

    static String user() {
        return USER;
    }
}
