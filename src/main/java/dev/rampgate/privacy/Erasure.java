package dev.rampgate.privacy;

import dev.rampgate.database.Columns;
import dev.rampgate.database.TransactionStep;
import dev.rampgate.ledger.TransactionDetails;
import dev.rampgate.live.ChangePublisher;
import dev.rampgate.outbox.EventRedaction;
import dev.rampgate.reconcile.ErasedUsers;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.eclipse.microprofile.config.inject.ConfigProperty;

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
    private final ErasedUsers erasedUsers;
    private final ErasureLedger ledger;
    private final AppliedErasures applied;
    private final Duration answersKept;
    private final InstantSource clock;
    private final RandomGenerator random;

    Erasure(
            Pool pool,
            EventRedaction events,
            ChangePublisher announcer,
            ErasedUsers erasedUsers,
            ErasureLedger ledger,
            AppliedErasures applied,
            @ConfigProperty(name = "rampgate.session.idempotency.keep") Duration answersKept,
            InstantSource clock,
            RandomGenerator random) {
        this.pool = pool;
        this.events = events;
        this.announcer = announcer;
        this.erasedUsers = erasedUsers;
        this.ledger = ledger;
        this.applied = applied;
        this.answersKept = answersKept;
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

        boolean isNothing() {
            return equals(NOTHING);
        }

        private Erased and(Erased more) {
            return new Erased(transactions + more.transactions, observations + more.observations, events + more.events);
        }
    }

    /**
     * Erases a user: first in the erasure ledger, if there is one; then remembers it, so that nothing that began before it is written
     * afterwards by any replica; then replaces what is written. A repetition changes nothing more; after a failure it does the
     * rest. Fails with {@link ErasureLedger.NotWrittenException} if nothing was done, since the ledger could not be written.
     *
     * @param together what is committed together with the memory of the erasure
     */
    public Uni<Erased> erase(String userId, TransactionStep together) {
        Instant erasedAt = clock.instant();
        if (!ledger.isOn()) {
            return erase(userId, erasedAt, null, together);
        }
        return ledger.add(userId, erasedAt).chain(receipt -> erase(userId, erasedAt, null, together)
                .onFailure()
                .invoke(failure -> ledger.failed(receipt))
                .call(() -> advance(receipt)));
    }

    /** Without it the next start does it again, which changes nothing. */
    private Uni<Void> advance(ErasureLedger.Receipt receipt) {
        OptionalLong end = ledger.done(receipt);
        return end.isEmpty()
                ? Uni.createFrom().voidItem()
                : applied.advance(receipt.file(), end.getAsLong()).onFailure().recoverWithNull();
    }

    /**
     * Erases a user whom the erasure ledger names, after a restore. Transactions that were created later stay: they are of a user who
     * has registered anew.
     */
    Uni<Erased> eraseAgain(String userId, Instant erasedAt) {
        return erase(userId, erasedAt, erasedAt, TransactionStep.NONE);
    }

    /** @param until what was created later stays; null for none */
    private Uni<Erased> erase(String userId, Instant erasedAt, Instant until, TransactionStep together) {
        String pseudonym = TransactionDetails.pseudonym(new UUID(random.nextLong(), random.nextLong()));
        return remember(userId, erasedAt, together)
                .chain(() -> forgetAnswers(userId, until))
                .chain(() -> eraseFrom(userId, until, pseudonym));
    }

    private Uni<Void> remember(String userId, Instant erasedAt, TransactionStep together) {
        // Waits for every transaction that writes for this user, which may take as long as a batch.
        return pool.withTransaction(connection -> connection
                .query("SET LOCAL lock_timeout = '5s'; SET LOCAL statement_timeout = '6s'")
                .execute()
                .chain(() -> erasedUsers.remember(connection, userId, erasedAt))
                .chain(() -> together.run(connection)));
    }

    /** One database transaction after the other, until one has found less than it could take. */
    private Uni<Erased> eraseFrom(String userId, Instant until, String pseudonym) {
        return Multi.createBy()
                .repeating()
                .uni(() -> eraseSome(userId, until, pseudonym))
                .whilst(chunk -> chunk.ids().size() == CHUNK)
                .map(Chunk::erased)
                .collect()
                .with(Collectors.reducing(Erased.NOTHING, Erased::and));
    }

    private Uni<Chunk> eraseSome(String userId, Instant until, String pseudonym) {
        return pool.withTransaction(connection -> connection
                        .query("SET LOCAL lock_timeout = '4s'; SET LOCAL statement_timeout = '5s'")
                        .execute()
                        .chain(() -> rename(connection, userId, until, pseudonym))
                        .chain(ids -> empty(connection, ids).chain(emptied -> events.redact(connection, ids)
                                .map(redacted -> new Chunk(ids, new Erased(ids.size(), emptied, redacted))))))
                .invoke(chunk -> announcer.publish(Set.copyOf(chunk.ids())));
    }

    private record Chunk(List<String> ids, Erased erased) {}

    /** Locks in the order of the reconcile stream, so that the two cannot block each other. */
    private static Uni<List<String>> rename(SqlConnection connection, String userId, Instant until, String pseudonym) {
        return connection
                .preparedQuery("""
                        WITH owned AS (
                            SELECT id
                            FROM transaction
                            WHERE user_id = $1 AND ($4::timestamptz IS NULL OR created_at <= $4)
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
                .execute(Tuple.of(userId, pseudonym, (long) CHUNK, Columns.utc(until)))
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
    private Uni<Void> forgetAnswers(String userId, Instant until) {
        // What expires later than anything that was begun until then is of a user who has registered anew.
        Tuple parameters = Tuple.of(userId, until == null ? null : Columns.utc(until.plus(answersKept)));
        return pool.preparedQuery("""
                        DELETE FROM idempotency_key
                        WHERE user_id = $1 AND ($2::timestamptz IS NULL OR expires_at <= $2)
                        """)
                .execute(parameters)
                .chain(() -> pool.preparedQuery("""
                                DELETE FROM hand_off
                                WHERE user_id = $1 AND ($2::timestamptz IS NULL OR expires_at <= $2)
                                """).execute(parameters))
                .replaceWithVoid();
    }
}
