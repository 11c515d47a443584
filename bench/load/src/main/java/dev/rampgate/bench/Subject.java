package dev.rampgate.bench;

import java.util.function.Supplier;

/**
 * Something that is measured: how it is started, the path it is called by, and the database it writes to. It is started and ended any
 * number of times; its database stays, and so do the numbers that webhooks to it have used.
 */
final class Subject {

    private final String name;
    private final String does;
    private final Supplier<Running> start;
    private final String path;
    private final Database database;
    private final Books books;
    private final Ledger ledger;
    private Running running;
    private long used;

    /**
     * One that was started and listens.
     *
     * @param rampgate null if it is something else
     */
    record Running(Child child, int port, Rampgate rampgate) {

        static Running of(Rampgate rampgate) {
            return new Running(rampgate.child(), rampgate.port(), rampgate);
        }
    }

    /**
     * How its acknowledgements are found in its database.
     *
     * @param webhooks counts the webhooks that it has stored
     * @param missing counts those of the keys $1 that it has not stored
     * @param everyRepeat whether it stores a webhook that it knows already once more
     */
    record Books(String webhooks, String missing, boolean everyRepeat) {

        static final Books PEER = new Books("SELECT count(*) FROM webhook_event", """
            SELECT count(*)
            FROM unnest(?::text[]) AS acknowledged (key)
            WHERE NOT EXISTS (
                SELECT FROM webhook_event
                WHERE merchant_transaction_id = split_part(key, ' ', 1) AND status = split_part(key, ' ', 2)
            )
            """, false);

        static final Books RAMPGATE =
                new Books("SELECT count(*) FROM observation WHERE channel = 'WEBHOOK'", """
                    SELECT count(*)
                    FROM unnest(?::text[]) AS acknowledged (key)
                    WHERE NOT EXISTS (
                        SELECT FROM observation
                        WHERE transaction_id = split_part(key, ' ', 1) AND status = split_part(key, ' ', 2) AND channel = 'WEBHOOK'
                    )
                    """, true);
    }

    /**
     * @param does what it does for one call, for the table
     * @param database null if it keeps nothing
     */
    private Subject(
            String name,
            String does,
            Supplier<Running> start,
            String path,
            Database database,
            Books books,
            Ledger ledger) {
        this.name = name;
        this.does = does;
        this.start = start;
        this.path = path;
        this.database = database;
        this.books = books;
        this.ledger = ledger;
    }

    static Subject rampgate(String name, String does, Supplier<Rampgate> start, Database database) {
        return new Subject(
                name,
                does,
                () -> Running.of(start.get()),
                Rampgate.WEBHOOK_PATH,
                database,
                Books.RAMPGATE,
                new Ledger(database));
    }

    static Subject peer(String name, String does, Supplier<Running> start, String path, Database database) {
        return new Subject(name, does, start, path, database, Books.PEER, null);
    }

    static Subject limit(String name, String does, Supplier<Running> start, String path) {
        return new Subject(name, does, start, path, null, null, null);
    }

    /** The same, called for something else, on the same database. */
    Subject as(String does, String path) {
        return new Subject(name, does, start, path, database, books, ledger);
    }

    String name() {
        return name;
    }

    String does() {
        return does;
    }

    /** Starts it, runs the work and ends it, so that nothing else takes processor time meanwhile. */
    void whileRunning(Runnable work) {
        running = start.get();
        try {
            work.run();
        } finally {
            running.child().close();
            running = null;
        }
        if (!keepsNothing()) {
            database.tidy();
        }
    }

    Child child() {
        return running.child();
    }

    int port() {
        return running.port();
    }

    /** Only of Rampgate. */
    Rampgate rampgate() {
        return running.rampgate();
    }

    String path() {
        return path;
    }

    boolean keepsNothing() {
        return database == null;
    }

    Database database() {
        return database;
    }

    Books books() {
        return books;
    }

    boolean isRampgate() {
        return books == Books.RAMPGATE;
    }

    /** Only of Rampgate. */
    Ledger ledger() {
        return ledger;
    }

    /** The first number that no webhook to it has had yet. */
    long firstUnused() {
        return used;
    }

    void use(long numbers) {
        used += numbers;
    }
}
