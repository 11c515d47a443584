package dev.rampgate.pollqueue;

import dev.rampgate.database.Columns;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.SqlClient;
import io.vertx.mutiny.sqlclient.Tuple;
import java.time.Duration;
import java.util.Collection;

/** Makes transactions due to be polled outside of a batch: an observation may have been missed, or an operator wants it. */
public final class PollRequests {

    private final Pool pool;

    public PollRequests(Pool pool) {
        this.pool = pool;
    }

    /**
     * Makes transactions due, at most once a second each. An id that the ledger does not know gets the lowest priority. Fails with
     * the failure of the database's client.
     *
     * @param spread each becomes due at a random time within it, so that many do not use up the budget at once
     */
    public Uni<Void> makeDue(Collection<String> transactionIds, Duration spread) {
        return makeDue(pool, transactionIds, spread);
    }

    /**
     * The same on a connection, in its transaction if there is one. Locks the transactions first, in the order of batches: a batch plans polls in
     * two statements, and one that waited here for a row between them would be waited for in turn.
     */
    public static Uni<Void> makeDue(SqlClient connection, Collection<String> transactionIds, Duration spread) {
        return connection
                .preparedQuery("""
                        WITH known AS MATERIALIZED (
                            SELECT id
                            FROM transaction
                            WHERE id = ANY ($1::text[])
                            ORDER BY id
                            FOR NO KEY UPDATE
                        )
                        INSERT INTO poll AS planned (transaction_id, priority, due_at, wanted_at)
                        SELECT missed.id, CASE WHEN known.id IS NULL THEN 2 ELSE 0 END, now() + random() * $2 * interval '1 s', now()
                        FROM unnest($1::text[]) AS missed (id)
                             LEFT JOIN known ON known.id = missed.id
                        ORDER BY missed.id COLLATE "C"
                        ON CONFLICT (transaction_id) DO UPDATE
                        SET due_at = least(planned.due_at, greatest(excluded.due_at, planned.asked_at + interval '1 s')),
                            wanted_at = excluded.wanted_at,
                            period = CASE
                                WHEN planned.failures = 0
                                    THEN greatest(least(planned.period, excluded.period), planned.least_period)
                                ELSE planned.period
                            END
                        """)
                .execute(Tuple.of(Columns.texts(transactionIds), Columns.seconds(spread)))
                .replaceWithVoid();
    }
}
