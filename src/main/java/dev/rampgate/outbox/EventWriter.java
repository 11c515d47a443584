package dev.rampgate.outbox;

import dev.rampgate.database.Columns;
import dev.rampgate.ledger.Event;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import java.util.List;

/** Writes the events of one batch, on the batch's connection and in its database transaction. */
public final class EventWriter {

    private final SqlConnection connection;
    private final EventBodies bodies;
    private long epoch;

    public EventWriter(SqlConnection connection, EventBodies bodies) {
        this.connection = connection;
        this.bodies = bodies;
    }

    /**
     * Reads the ledger's epoch. Send it after the statement that locks the batch's transactions: then no event of a transaction can have
     * an earlier epoch than the event before it.
     */
    public Uni<Void> readEpoch() {
        return connection
                .preparedQuery("SELECT epoch FROM ledger_epoch")
                .execute()
                .invoke(rows -> epoch = rows.iterator().next().getLong("epoch"))
                .replaceWithVoid();
    }

    /**
     * The statements that write these events, at most one; none is sent before it is subscribed to.
     *
     * @param events of each transaction in the order of their versions, which their numbers then have, too
     */
    public List<Uni<Void>> write(List<Event> events) {
        return events.isEmpty() ? List.of() : List.of(insert(events));
    }

    private Uni<Void> insert(List<Event> events) {
        return connection
                .preparedQuery("""
                        INSERT INTO event (transaction_id, version, epoch, id, type, created_at, body)
                        SELECT transaction_id, version, $7, id, type, created_at, body
                        FROM unnest($1::text[], $2::integer[], $3::text[], $4::text[], $5::timestamptz[], $6::text[])
                             WITH ORDINALITY AS made (transaction_id, version, id, type, created_at, body, place)
                        ORDER BY place
                        """)
                .execute(Columns.of(events)
                        .text(event -> event.record().id())
                        .integer(Event::version)
                        .text(event -> bodies.id(event, epoch))
                        .text(event -> event.type().wireName())
                        .time(Event::at)
                        .text(event -> bodies.body(event, epoch))
                        .and(epoch)
                        .parameters())
                .replaceWithVoid();
    }
}
