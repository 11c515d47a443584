package dev.rampgate.outbox;

import dev.rampgate.database.Columns;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * Takes the user out of the bodies of events that exist, for an erasure. Id, place and the mark that cursors hold stay, so that no reader
 * of the feed notices. What was sent before is out of reach.
 */
@ApplicationScoped
public class EventRedaction {

    /** Bodies that are in memory at once. */
    static final int MOST_REDACTED = 200;

    private final EventBodies bodies;

    public EventRedaction(EventBodies bodies) {
        this.bodies = bodies;
    }

    /**
     * Redacts every event of these transactions that is not redacted yet, on the caller's connection and in its database
     * transaction. The caller holds the transactions' rows locked: a batch that had them before has committed its events, which this finds,
     * and a batch that gets them afterwards reads the erased owner and writes redacted events.
     *
     * @return how many bodies were replaced
     */
    public Uni<Long> redact(SqlConnection connection, Collection<String> transactionIds) {
        return transactionIds.isEmpty()
                ? Uni.createFrom().item(0L)
                : EventStore.lockFeed(connection).chain(() -> redactRest(connection, transactionIds, 0));
    }

    private record Redacted(String transactionId, int version, String body) {}

    private Uni<Long> redactRest(SqlConnection connection, Collection<String> transactionIds, long before) {
        return readSome(connection, transactionIds).chain(some -> {
            long redacted = before + some.size();
            Uni<Void> written = some.isEmpty() ? Uni.createFrom().voidItem() : write(connection, some);
            return written.chain(() -> some.size() < MOST_REDACTED
                    ? Uni.createFrom().item(redacted)
                    : redactRest(connection, transactionIds, redacted));
        });
    }

    private Uni<List<Redacted>> readSome(SqlConnection connection, Collection<String> transactionIds) {
        return connection
                .preparedQuery("""
                        SELECT transaction_id, version, body
                        FROM event
                        WHERE transaction_id = ANY ($1::text[]) AND right(body, length($2)) <> $2
                        ORDER BY transaction_id, version
                        LIMIT $3
                        """)
                .execute(Tuple.of(Columns.texts(transactionIds), EventBodies.REDACTED_END, (long) MOST_REDACTED))
                .map(rows -> {
                    List<Redacted> some = new ArrayList<>(rows.size());
                    rows.forEach(row -> some.add(new Redacted(
                            row.getString("transaction_id"),
                            row.getInteger("version"),
                            bodies.redacted(row.getString("body")))));
                    return some;
                });
    }

    private static Uni<Void> write(SqlConnection connection, List<Redacted> events) {
        return connection
                .preparedQuery("""
                        UPDATE event
                        SET body = redacted.body
                        FROM unnest($1::text[], $2::integer[], $3::text[]) AS redacted (transaction_id, version, body)
                        WHERE event.transaction_id = redacted.transaction_id AND event.version = redacted.version
                        """)
                .execute(Columns.of(events)
                        .text(Redacted::transactionId)
                        .integer(Redacted::version)
                        .text(Redacted::body)
                        .parameters())
                .replaceWithVoid();
    }
}
