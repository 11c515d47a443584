package dev.rampgate.outbox;

import dev.rampgate.database.Columns;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.Optional;

/**
 * Settles what was known at a time. Until the database transaction ends, nothing gets a place in the feed; afterwards, whatever gets one becomes
 * known later than the settled time, even if the clock of the server is set back or another server takes over.
 */
@ApplicationScoped
public class FeedTime {

    /**
     * Settles what was known at a time.
     *
     * @param connection in a database transaction, which should be short: the feed waits for it
     * @param time none for now, in whole seconds
     * @return the time; none if it is in the future by the database's clock
     */
    public Uni<Optional<Instant>> settle(SqlConnection connection, Optional<Instant> time) {
        return EventStore.lockFeed(connection).chain(() -> connection
                .preparedQuery("""
                        WITH asked AS (
                            SELECT coalesce($1::timestamptz, date_trunc('second', clock_timestamp())) AS time
                        )
                        UPDATE feed
                        SET known_until = greatest(known_until, asked.time)
                        FROM asked
                        WHERE asked.time <= clock_timestamp()
                        RETURNING asked.time
                        """)
                .execute(Tuple.tuple().addOffsetDateTime(Columns.utc(time.orElse(null))))
                .map(rows -> rows.size() == 0
                        ? Optional.empty()
                        : Optional.of(Columns.instant(rows.iterator().next(), "time"))));
    }
}
