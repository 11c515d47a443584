package dev.rampgate.privacy;

import dev.rampgate.database.Columns;
import dev.rampgate.ledger.TransactionDetails;
import dev.rampgate.live.ChangePublisher;
import dev.rampgate.outbox.EventRedaction;
import dev.rampgate.reconcile.ErasedUsers;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.random.RandomGenerator;

/**
 * Erases who a user was: the user id of the user's transactions becomes a random pseudonym that does not lead back, reference,
 * metadata, address, raw texts and kept answers of sessions go, also out of the events. Amounts and statuses stay; they are the company's books.
 */
@ApplicationScoped
public class Erasure {

    /** Transactions in one database transaction, so that none holds locks for long. */
    private static final int CHUNK = 50;

    private final Pool pool;
    private final EventRedaction events;
    private final ChangePublisher announcer;
    private final InstantSource clock;
    private final RandomGenerator random;

    Erasure(Pool pool, EventRedaction events, ChangePublisher announcer, InstantSource clock, RandomGenerator random) {
        this.pool = pool;
        this.events = events;
        this.announcer = announcer;
        this.clock = clock;
        this.random = random;
    }

    /**
     * What was erased.
     *
     * @param transactions whose user id was replaced
     * @param observations whose raw text was removed
     * @param events whose body was redacted
     */
    public record Erased(long transactions, long observations, long events) {
        private static final Erased NOTHING = new Erased(0, 0, 0);

        private Erased and(Erased more) {
            return new Erased(transactions + more.transactions, observations + more.observations, events + more.events);
        }
    }

    /**
     * Erases a user: remembers that first, so that nothing that began before it is written afterwards by any replica, then
     * replaces what is written. A repetition changes nothing more; after a failure it does the rest.
     */
    public Uni<Erased> erase(String userId) {
        String pseudonym = TransactionDetails.pseudonym(new UUID(random.nextLong(), random.nextLong()));
        return remember(userId)
                .chain(() -> forgetAnswers(userId))
                .chain(() -> eraseFrom(userId, pseudonym, Erased.NOTHING));
    }

    private Uni<Void> remember(String userId) {
        // Waits for every transaction that writes for this user, which may take as long as a batch.
        return pool.withTransaction(connection -> connection
                .query("SET LOCAL lock_timeout = '5s'; SET LOCAL statement_timeout = '6s'")
                .execute()
                .chain(() -> ErasedUsers.remember(connection, userId, clock.instant())));
    }

    private Uni<Erased> eraseFrom(String userId, String pseudonym, Erased before) {
        return pool.withTransaction(connection -> connection
                        .query("SET LOCAL lock_timeout = '4s'; SET LOCAL statement_timeout = '5s'")
                        .execute()
                        .chain(() -> rename(connection, userId, pseudonym))
                        .chain(ids -> empty(connection, ids).chain(emptied -> events.redact(connection, ids)
                                .map(redacted -> new Chunk(ids, new Erased(ids.size(), emptied, redacted))))))
                .invoke(chunk -> announcer.publish(Set.copyOf(chunk.ids())))
                .chain(chunk -> chunk.ids().size() < CHUNK
                        ? Uni.createFrom().item(before.and(chunk.erased()))
                        : eraseFrom(userId, pseudonym, before.and(chunk.erased())));
    }

    private record Chunk(List<String> ids, Erased erased) {}

    /** Locks in the order of the reconcile stream, so that the two cannot block each other. */
    private static Uni<List<String>> rename(SqlConnection connection, String userId, String pseudonym) {
        return connection
                .preparedQuery("""
                        WITH owned AS (
                            SELECT id
                            FROM transaction
                            WHERE user_id = $1
                            ORDER BY id
                            LIMIT $3
                            FOR NO KEY UPDATE
                        )
                        UPDATE transaction
                        SET user_id = $2,
                            reference = NULL,
                            reference_source = NULL,
                            metadata = NULL,
                            address = NULL
                        FROM owned
                        WHERE transaction.id = owned.id
                        RETURNING transaction.id
                        """)
                .execute(Tuple.of(userId, pseudonym, (long) CHUNK))
                .map(rows -> {
                    List<String> ids = new ArrayList<>();
                    rows.forEach(row -> ids.add(row.getString("id")));
                    return ids;
                });
    }

    /** A statement of its own: it sees what a batch has archived for whose commit the one before waited. */
    private static Uni<Long> empty(SqlConnection connection, List<String> ids) {
        return connection
                .preparedQuery("""
                        UPDATE observation
                        SET raw = NULL
                        WHERE transaction_id = ANY ($1::text[]) AND raw IS NOT NULL
                        """)
                .execute(Tuple.of(Columns.texts(ids)))
                .map(rows -> (long) rows.rowCount());
    }

    /**
     * Claims and answers that a repeated request for a session would get (such a request opens another one then), and sessions
     * that wait to be handed off. An opening in flight finds its claim gone, and keeps nothing.
     */
    private Uni<Void> forgetAnswers(String userId) {
        return pool.preparedQuery("DELETE FROM idempotency_key WHERE user_id = $1")
                .execute(Tuple.of(userId))
                .chain(() -> pool.preparedQuery("DELETE FROM hand_off WHERE user_id = $1")
                        .execute(Tuple.of(userId)))
                .replaceWithVoid();
    }
}
