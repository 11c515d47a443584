package dev.rampgate.operate;

import dev.rampgate.ledger.TransactionDetails;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.UUID;
import java.util.random.RandomGenerator;

/**
 * Erases who a user was: the user id of the user's transactions becomes a pseudonym that nobody can trace back, raw texts
 * and kept answers of sessions go. Amounts and statuses stay; they are the company's books.
 */
@ApplicationScoped
class Erasure {

    /** Transactions in one database transaction, so that none holds locks for long. */
    private static final int CHUNK = 50;

    private final Pool pool;
    private final RandomGenerator chance;

    Erasure(Pool pool, RandomGenerator chance) {
        this.pool = pool;
        this.chance = chance;
    }

    /**
     * What was erased.
     *
     * @param transactions whose user id was replaced
     * @param observations whose raw text was removed
     */
    record Erased(long transactions, long observations) {
        private static final Erased NOTHING = new Erased(0, 0);

        private Erased and(Erased more) {
            return new Erased(transactions + more.transactions, observations + more.observations);
        }
    }

    /** Erases a user; doing it again does nothing more, and if it failed on its way, the rest. */
    Uni<Erased> erase(String userId) {
        String pseudonym = TransactionDetails.ERASED + new UUID(chance.nextLong(), chance.nextLong());
        return forgetAnswers(userId).chain(() -> eraseFrom(userId, pseudonym, Erased.NOTHING));
    }

    private Uni<Erased> eraseFrom(String userId, String pseudonym, Erased before) {
        return pool.withTransaction(connection -> connection
                        .query("SET LOCAL statement_timeout = '5s'")
                        .execute()
                        .chain(() -> chunk(connection, userId, pseudonym)))
                .chain(erased -> erased.transactions() < CHUNK
                        ? Uni.createFrom().item(before.and(erased))
                        : eraseFrom(userId, pseudonym, before.and(erased)));
    }

    /** Locks in the order of the reconcile stream, so that the two cannot block each other. */
    private static Uni<Erased> chunk(SqlConnection connection, String userId, String pseudonym) {
        return connection
                .preparedQuery("""
                        WITH owned AS (
                            SELECT id
                            FROM transaction
                            WHERE user_id = $1
                            ORDER BY id
                            LIMIT $3
                            FOR NO KEY UPDATE
                        ), renamed AS (
                            UPDATE transaction
                            SET user_id = $2
                            FROM owned
                            WHERE transaction.id = owned.id
                            RETURNING transaction.id
                        ), emptied AS (
                            UPDATE observation
                            SET raw = NULL
                            FROM owned
                            WHERE observation.transaction_id = owned.id AND raw IS NOT NULL
                            RETURNING observation.id
                        )
                        SELECT (SELECT count(*) FROM renamed) AS transactions, (SELECT count(*) FROM emptied) AS observations
                        """)
                .execute(Tuple.of(userId, pseudonym, (long) CHUNK))
                .map(rows -> rows.iterator().next())
                .map(row -> new Erased(row.getLong("transactions"), row.getLong("observations")));
    }

    /**
     * Answers that a repeated request for a session would get (such a request opens another one then), and those that wait to
     * be handed off.
     */
    private Uni<Void> forgetAnswers(String userId) {
        return pool.preparedQuery("DELETE FROM idempotency_key WHERE user_id = $1 AND answer IS NOT NULL")
                .execute(Tuple.of(userId))
                .chain(() -> pool.preparedQuery("DELETE FROM hand_off WHERE user_id = $1")
                        .execute(Tuple.of(userId)))
                .replaceWithVoid();
    }
}
