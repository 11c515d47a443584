package dev.rampgate.bench;

/** Something that is measured: a process, the path it is called by, and the database it writes to. */
final class Subject {

    private final String name;
    private final String does;
    private final Child child;
    private final int port;
    private final String path;
    private final Database database;
    private final Books books;
    private long used;

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
     * @param does what it does for one webhook, for the table
     * @param database null if it keeps nothing
     */
    Subject(String name, String does, Child child, int port, String path, Database database, Books books) {
        this.name = name;
        this.does = does;
        this.child = child;
        this.port = port;
        this.path = path;
        this.database = database;
        this.books = books;
    }

    String name() {
        return name;
    }

    String does() {
        return does;
    }

    Child child() {
        return child;
    }

    int port() {
        return port;
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

    /** The first number that no webhook to it has had yet. */
    long firstUnused() {
        return used;
    }

    void use(long numbers) {
        used += numbers;
    }
}
