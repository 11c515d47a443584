package dev.rampgate.outbox;

/**
 * The one row of {@code feed}. Each placing leaves an old version of it, and a long transaction of others keeps them all, so statements that
 * run often read the newest by its index and pass none of them.
 */
public final class FeedRow {

    /** The row as it is now, to stand in a {@code FROM}; its alias is {@code feed}. */
    public static final String NEWEST = """
            (
                SELECT last_position, expired_position
                FROM feed
                ORDER BY generation DESC
                LIMIT 1
            ) AS feed""";

    private FeedRow() {}
}
