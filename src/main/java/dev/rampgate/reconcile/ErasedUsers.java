package dev.rampgate.reconcile;

import dev.rampgate.database.Columns;
import dev.rampgate.ledger.Channel;
import dev.rampgate.ledger.Observation;
import dev.rampgate.ledger.TransactionDetails;
import io.smallrye.mutiny.Uni;
import io.vertx.core.buffer.Buffer;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.random.RandomGenerator;

/**
 * The users who were erased, by a keyed hash of their id and the time; the owner of tables {@code erased_user} and
 * {@code erasure_key}. Who writes a user's id into the database asks here in the same transaction of the database, and writes
 * nothing that began before the erasure (decision 64).
 *
 * <p>Between the question and the commit no erasure of these users begins: the question takes a shared lock by the hash of
 * each id, {@link #remember} the exclusive one. So an erasure either comes first and is seen, or finds what was written.
 */
@Singleton
public class ErasedUsers {

    /** Sets the locks apart from others of the same database. */
    private static final long LOCKS = 0x52616d7067617465L;

    private final ErasureKeys keys;

    /** @param keys of the erasure ledger, whose marks are asked for, too */
    @Inject
    public ErasedUsers(ErasureKeys keys) {
        this.keys = keys;
    }

    /** A mark of the erasure ledger, and when its user was erased. */
    public record LedgerMark(byte[] mark, Instant erasedAt) {}

    /** Which of these users were erased, and when last; none of them is erased before this transaction has ended. */
    public Uni<Map<String, Instant>> among(SqlConnection connection, Collection<String> userIds) {
        // In one order, so that two who ask while others erase cannot block each other.
        List<String> inOrder = userIds.stream().sorted().toList();
        Uni<Void> locked = connection
                .preparedQuery("""
                        SELECT pg_advisory_xact_lock_shared(hashtextextended(user_id, $2))
                        FROM unnest($1::text[]) AS asked (user_id)
                        """)
                .execute(Tuple.of(Columns.texts(inOrder), LOCKS))
                .replaceWithVoid();
        Columns<Asked> marks = Columns.of(underEachKey(inOrder));
        Uni<Map<String, Instant>> erased = connection
                .preparedQuery("""
                        SELECT asked.user_id, erased_user.erased_at
                        FROM unnest($3::text[]) AS asked (user_id)
                             JOIN erasure_key ON erasure_key.one
                             JOIN erased_user
                                 ON erased_user.mark = sha256(erasure_key.key || convert_to(asked.user_id, 'UTF8'))
                        UNION ALL
                        SELECT asked.user_id, erased_user.erased_at
                        FROM unnest($1::text[], $2::bytea[]) AS asked (user_id, mark)
                             JOIN erased_user ON erased_user.mark = asked.mark
                        """)
                .execute(marks.text(Asked::userId)
                        .array(Asked::mark, Buffer[]::new)
                        .and(Columns.texts(inOrder))
                        .parameters())
                .map(ErasedUsers::latest);
        // Two statements that leave together. The server begins the second when the locks are held, so it sees what was
        // committed until then.
        return Uni.combine().all().unis(locked, erased).with((held, found) -> found);
    }

    private record Asked(String userId, Buffer mark) {}

    private List<Asked> underEachKey(Collection<String> userIds) {
        return userIds.stream()
                .flatMap(userId ->
                        keys.marks(userId).stream().map(mark -> new Asked(userId, Buffer.buffer(mark.mark()))))
                .toList();
    }

    private static Map<String, Instant> latest(RowSet<Row> rows) {
        Map<String, Instant> found = new HashMap<>();
        rows.forEach(row -> found.merge(
                row.getString("user_id"),
                Columns.instant(row, "erased_at"),
                (one, other) -> one.isAfter(other) ? one : other));
        return found;
    }

    /** Which of these users the erasure ledger names, and when each was erased last. Takes no lock. */
    public Uni<Map<String, Instant>> namedByLedger(Pool pool, Collection<String> userIds) {
        return pool.preparedQuery("""
                        SELECT asked.user_id, erased_user.erased_at
                        FROM unnest($1::text[], $2::bytea[]) AS asked (user_id, mark)
                             JOIN erased_user ON erased_user.mark = asked.mark
                        """)
                .execute(Columns.of(underEachKey(userIds))
                        .text(Asked::userId)
                        .array(Asked::mark, Buffer[]::new)
                        .parameters())
                .map(ErasedUsers::latest);
    }

    /** Copies marks of the erasure ledger, so that whoever they stand for counts as erased. */
    public static Uni<Void> remember(Pool pool, Collection<LedgerMark> marks) {
        return pool.preparedQuery("""
                        INSERT INTO erased_user AS known (mark, erased_at)
                        SELECT mark, max(erased_at)
                        FROM unnest($1::bytea[], $2::timestamptz[]) AS erased (mark, erased_at)
                        GROUP BY mark
                        ORDER BY mark
                        ON CONFLICT (mark) DO UPDATE
                        SET erased_at = excluded.erased_at
                        WHERE known.erased_at < excluded.erased_at
                        """)
                .execute(Columns.of(marks)
                        .array(mark -> Buffer.buffer(mark.mark()), Buffer[]::new)
                        .time(LedgerMark::erasedAt)
                        .parameters())
                .replaceWithVoid();
    }

    /** Remembers that a user is erased, once all who asked before have committed. */
    public Uni<Void> remember(SqlConnection connection, String userId, Instant erasedAt) {
        return connection
                .preparedQuery("SELECT pg_advisory_xact_lock(hashtextextended($1, $2))")
                .execute(Tuple.of(userId, LOCKS))
                .chain(() -> connection
                        .preparedQuery("""
                                INSERT INTO erased_user AS known (mark, erased_at)
                                SELECT sha256(erasure_key.key || convert_to($1, 'UTF8')), $2::timestamptz
                                FROM erasure_key
                                WHERE erasure_key.one
                                UNION ALL
                                SELECT mark, $2::timestamptz
                                FROM unnest($3::bytea[]) AS ledger (mark)
                                ON CONFLICT (mark) DO UPDATE
                                SET erased_at = greatest(known.erased_at, excluded.erased_at)
                                """)
                        .execute(Tuple.of(
                                userId,
                                Columns.utc(erasedAt),
                                underEachKey(List.of(userId)).stream()
                                        .map(Asked::mark)
                                        .toArray(Buffer[]::new))))
                .replaceWithVoid();
    }

    /**
     * Does work in one transaction of the database, unless the user was erased since.
     *
     * @param begunAt when the user asked for it
     * @return what the work brings; empty if the user was erased at that time or later
     */
    public <T> Uni<Optional<T>> unlessErased(
            Pool pool, String userId, Instant begunAt, Function<SqlConnection, Uni<T>> work) {
        return pool.withTransaction(connection -> among(connection, List.of(userId))
                .chain(erased -> isCovered(begunAt, erased.get(userId))
                        ? Uni.createFrom().item(Optional.<T>empty())
                        : work.apply(connection).map(Optional::ofNullable)));
    }

    /** An observation as it may be kept: of a transaction that is older than its owner's erasure, without owner and text. */
    static Observation kept(Observation observation, Map<String, Instant> erased, RandomGenerator random) {
        Instant erasedAt = erased.get(observation.details().userId());
        return isCovered(createdAt(observation), erasedAt)
                ? observation
                        .withoutRaw()
                        .with(observation
                                .details()
                                .erasedAs(TransactionDetails.pseudonym(new UUID(random.nextLong(), random.nextLong()))))
                : observation;
    }

    /** Null if nothing says so; then it may be old. A session without such a time was answered after it was created. */
    private static Instant createdAt(Observation observation) {
        Instant created = observation.details().createdAt();
        return created == null && observation.channel() == Channel.SESSION ? observation.receivedAt() : created;
    }

    private static boolean isCovered(Instant begunAt, Instant erasedAt) {
        return erasedAt != null && (begunAt == null || !begunAt.isAfter(erasedAt));
    }
}
