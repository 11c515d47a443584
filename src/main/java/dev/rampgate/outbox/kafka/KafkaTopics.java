package dev.rampgate.outbox.kafka;

import static dev.rampgate.database.Columns.seconds;

import dev.rampgate.database.Columns;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.Tuple;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * The table {@code kafka_topic}: how far a topic has the feed, and which replica publishes to it. All times are the database's. What
 * reads or moves the position names the claim, so that a replica whose claim another one has taken neither publishes nor moves it.
 */
final class KafkaTopics {

    private final Pool pool;
    private final String topic;
    private final UUID replica;
    private final Duration lease;

    KafkaTopics(Pool pool, String topic, UUID replica, Duration lease) {
        this.pool = pool;
        this.topic = topic;
        this.replica = replica;
        this.lease = lease;
    }

    /**
     * Events to publish.
     *
     * @param after the place up to which the topic has the feed
     * @param events those after it, in order
     */
    record Page(long after, List<PlacedEvent> events) {

        PlacedEvent last() {
            return events.get(events.size() - 1);
        }

        /** How many events the retention deleted before they were published: places have no gap. */
        long expired() {
            return events.isEmpty() ? 0 : events.get(0).position() - after - 1;
        }
    }

    /**
     * What is not published.
     *
     * @param lag how many events
     * @param age how long ago the first of them was decided; zero if there is none
     */
    record Figures(long lag, Duration age) {}

    /** Begins at the present end of the feed; without effect on a topic that is known. */
    Uni<Void> register() {
        return pool.preparedQuery("""
                        INSERT INTO kafka_topic (topic, position)
                        SELECT $1, last_position
                        FROM feed
                        ON CONFLICT (topic) DO NOTHING
                        """).execute(Tuple.of(topic)).replaceWithVoid();
    }

    /** Takes the lease if no replica holds it. The claim is a number that no claim before had. */
    Uni<Optional<Long>> claim() {
        return pool.preparedQuery("""
                        UPDATE kafka_topic
                        SET claim = claim + 1, leased_by = $2, lease_until = now() + $3 * interval '1 s'
                        WHERE topic = $1 AND lease_until <= now()
                        RETURNING claim
                        """)
                .execute(Tuple.of(topic, replica, seconds(lease)))
                .map(rows -> rows.size() == 0
                        ? Optional.empty()
                        : Optional.of(rows.iterator().next().getLong("claim")));
    }

    /** The next events; none at all if the claim was taken by another replica. One statement, so that both are of one state. */
    Uni<Optional<Page>> page(long claim, int limit) {
        return pool.preparedQuery("""
                        SELECT kafka_topic.position AS after, next.position, next.number, next.id, next.transaction_id,
                               next.type, next.created_at, next.body
                        FROM kafka_topic
                             LEFT JOIN LATERAL (
                                 SELECT position, number, id, transaction_id, type, created_at, body
                                 FROM event
                                 WHERE event.position > kafka_topic.position
                                 ORDER BY event.position
                                 LIMIT $3
                             ) AS next ON true
                        WHERE kafka_topic.topic = $1 AND kafka_topic.claim = $2
                        ORDER BY next.position
                        """)
                .execute(Tuple.of(topic, claim, (long) limit))
                .map(KafkaTopics::page);
    }

    private static Optional<Page> page(RowSet<Row> rows) {
        if (rows.size() == 0) {
            return Optional.empty();
        }
        List<PlacedEvent> events = new ArrayList<>(rows.size());
        long after = 0;
        for (Row row : rows) {
            after = row.getLong("after");
            if (row.getLong("position") != null) {
                events.add(new PlacedEvent(
                        row.getLong("position"),
                        row.getLong("number"),
                        row.getString("id"),
                        row.getString("transaction_id"),
                        row.getString("type"),
                        Columns.instant(row, "created_at"),
                        row.getString("body")));
            }
        }
        return Optional.of(new Page(after, events));
    }

    /**
     * Moves the position behind a page that the broker has committed, and renews the lease; may be repeated.
     *
     * @return false if the claim was taken by another replica, or if the database has lost what was published: the position then stays,
     *     and what follows it is published again
     */
    Uni<Boolean> save(long claim, Page page) {
        PlacedEvent last = page.last();
        return pool.preparedQuery("""
                        UPDATE kafka_topic
                        SET position = $4, lease_until = now() + $5 * interval '1 s'
                        WHERE topic = $1 AND claim = $2 AND position IN ($3, $4)
                          AND EXISTS (SELECT
                                      FROM event
                                      WHERE event.position = $4 AND number = $6 AND id = $7 AND created_at = $8)
                        """)
                .execute(Tuple.from(List.of(
                        topic,
                        claim,
                        page.after(),
                        last.position(),
                        seconds(lease),
                        last.number(),
                        last.id(),
                        Columns.utc(last.createdAt()))))
                .map(rows -> rows.rowCount() == 1);
    }

    /** Renews the lease; false if the claim was taken by another replica. */
    Uni<Boolean> renew(long claim) {
        return pool.preparedQuery("""
                        UPDATE kafka_topic
                        SET lease_until = now() + $3 * interval '1 s'
                        WHERE topic = $1 AND claim = $2
                        """)
                .execute(Tuple.of(topic, claim, seconds(lease)))
                .map(rows -> rows.rowCount() == 1);
    }

    /** Gives the lease back, so that another replica need not wait for its end. */
    Uni<Void> release(long claim) {
        return pool.preparedQuery("""
                        UPDATE kafka_topic
                        SET lease_until = '-infinity', leased_by = NULL
                        WHERE topic = $1 AND claim = $2
                        """).execute(Tuple.of(topic, claim)).replaceWithVoid();
    }

    Uni<Figures> figures() {
        return pool.preparedQuery("""
                        SELECT greatest(0, feed.last_position - kafka_topic.position) AS lag,
                               extract(epoch FROM now() - (
                                   SELECT created_at
                                   FROM event
                                   WHERE event.position > kafka_topic.position
                                   ORDER BY event.position
                                   LIMIT 1
                               ))::double precision AS age
                        FROM kafka_topic
                             CROSS JOIN feed
                        WHERE kafka_topic.topic = $1
                        """).execute(Tuple.of(topic)).map(KafkaTopics::figures);
    }

    private static Figures figures(RowSet<Row> rows) {
        if (rows.size() == 0) {
            return new Figures(0, Duration.ZERO);
        }
        Row row = rows.iterator().next();
        Double age = row.getDouble("age");
        return new Figures(
                row.getLong("lag"), age == null ? Duration.ZERO : Duration.ofMillis(Math.max(0, (long) (age * 1_000))));
    }
}
