package dev.rampgate.brake;

import dev.rampgate.database.Columns;
import dev.rampgate.database.TransactionStep;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/** The table of brakes. The database's clock says which of them have expired, so that all replicas agree. */
@ApplicationScoped
class BrakeStore {

    static final String CHANNEL = "rampgate_brake";

    /** Most brakes that stop sessions at once. As many that have expired are kept for operators to see. */
    static final int MOST = 50;

    /** How long one that has expired is shown. */
    private static final Duration SHOWN = Duration.ofDays(7);

    /** Any number that nothing else uses for an advisory lock. */
    private static final long LOCK = 0x7261_6d70_6272_616bL;

    private static final String COLUMNS = """
            name, type, currency, network, reason, created_at, created_by, changed_at, changed_by, expires_at,
            expires_at > now() AS active
            """;

    private final Pool pool;

    BrakeStore(Pool pool) {
        this.pool = pool;
    }

    /** Thrown if as many brakes are on as there may be. */
    static final class TooManyException extends Exception {
        private TooManyException() {
            super("too many brakes", null, false, false);
        }
    }

    /** Those that stop sessions now. */
    Uni<List<Brake>> active() {
        return pool.query("SELECT " + COLUMNS + " FROM brake WHERE expires_at > now() ORDER BY name")
                .execute()
                .map(BrakeStore::brakes);
    }

    /** Those that stop sessions now, and those that expired within the last days. */
    Uni<List<Brake>> all() {
        return pool.query("SELECT " + COLUMNS + " FROM brake ORDER BY name")
                .execute()
                .map(BrakeStore::brakes);
    }

    /**
     * Puts a brake on, or changes the one of this name. The same once more changes nothing. One that has expired counts as gone.
     *
     * @param expiresAt empty to leave the expiry of one that is on as it is
     * @param usually the expiry of a new one without {@code expiresAt}
     * @param together what is committed with it
     * @return as it is afterwards; fails with {@link TooManyException}
     */
    Uni<Brake> put(
            String name,
            BrakeScope scope,
            String reason,
            String actor,
            Optional<Instant> expiresAt,
            Instant usually,
            TransactionStep together) {
        return pool.withTransaction(connection -> tidied(connection, name)
                .chain(() -> connection
                        .preparedQuery(
                                "SELECT count(*)::integer AS others FROM brake WHERE expires_at > now() AND name <> $1")
                        .execute(Tuple.of(name)))
                .map(rows -> rows.iterator().next().getInteger("others"))
                .onItem()
                .transformToUni(others -> others < MOST
                        ? written(connection, name, scope, reason, actor, expiresAt, usually)
                        : Uni.createFrom().failure(new TooManyException()))
                .call(() -> together.run(connection))
                .call(() -> notified(connection)));
    }

    /** One change at a time, so that the bound holds. */
    private static Uni<Void> tidied(SqlConnection connection, String name) {
        return connection
                .preparedQuery("SELECT pg_advisory_xact_lock($1)")
                .execute(Tuple.of(LOCK))
                .chain(() ->
                        connection.preparedQuery("""
                                DELETE FROM brake
                                WHERE expires_at <= now()
                                  AND (name = $1
                                       OR expires_at < now() - make_interval(secs => $2)
                                       OR name IN (
                                           SELECT name
                                           FROM brake
                                           WHERE expires_at <= now()
                                           ORDER BY expires_at DESC
                                           OFFSET $3
                                       ))
                                """).execute(Tuple.of(name, (double) SHOWN.toSeconds(), (long) MOST)))
                .replaceWithVoid();
    }

    private static Uni<Brake> written(
            SqlConnection connection,
            String name,
            BrakeScope scope,
            String reason,
            String actor,
            Optional<Instant> expiresAt,
            Instant usually) {
        Tuple values = Tuple.tuple()
                .addString(name)
                .addString(scope.type())
                .addString(scope.currency())
                .addString(scope.network())
                .addString(reason)
                .addString(actor)
                .addValue(expiresAt.map(time -> time.atOffset(ZoneOffset.UTC)).orElse(null))
                .addValue(usually.atOffset(ZoneOffset.UTC));
        return connection
                .preparedQuery("""
                        INSERT INTO brake AS known
                            (name, type, currency, network, reason, created_at, created_by, changed_at, changed_by, expires_at)
                        VALUES ($1, $2, $3, $4, $5, now(), $6, now(), $6, coalesce($7::timestamptz, $8::timestamptz))
                        ON CONFLICT (name) DO UPDATE SET
                            type = excluded.type,
                            currency = excluded.currency,
                            network = excluded.network,
                            reason = excluded.reason,
                            expires_at = coalesce($7::timestamptz, known.expires_at),
                            changed_at = now(),
                            changed_by = excluded.changed_by
                        WHERE (known.type, known.currency, known.network, known.reason, known.expires_at)
                            IS DISTINCT FROM
                              (excluded.type, excluded.currency, excluded.network, excluded.reason,
                               coalesce($7::timestamptz, known.expires_at))
                        """)
                .execute(values)
                .chain(() -> connection
                        .preparedQuery("SELECT " + COLUMNS + " FROM brake WHERE name = $1")
                        .execute(Tuple.of(name)))
                .map(rows -> brake(rows.iterator().next()));
    }

    /**
     * Takes a brake off.
     *
     * @param together what is committed with it, if there is one
     * @return as it was; empty if there is none, or only one that has expired
     */
    Uni<Optional<Brake>> release(String name, TransactionStep together) {
        return pool.withTransaction(connection -> tidied(connection, name)
                .chain(() -> connection
                        .preparedQuery("DELETE FROM brake WHERE name = $1 RETURNING " + COLUMNS)
                        .execute(Tuple.of(name)))
                .map(rows -> {
                    Iterator<Row> found = rows.iterator();
                    return found.hasNext() ? Optional.of(brake(found.next())) : Optional.<Brake>empty();
                })
                .call(released -> released.isPresent()
                        ? together.run(connection)
                        : Uni.createFrom().voidItem())
                .call(() -> notified(connection)));
    }

    /** Goes out with the commit. Brakes change seldom, so that the lock that a notification takes at the commit delays nothing. */
    private static Uni<Void> notified(SqlConnection connection) {
        return connection
                .preparedQuery("SELECT pg_notify($1, '')")
                .execute(Tuple.of(CHANNEL))
                .replaceWithVoid();
    }

    private static List<Brake> brakes(RowSet<Row> rows) {
        List<Brake> brakes = new ArrayList<>();
        rows.forEach(row -> brakes.add(brake(row)));
        return List.copyOf(brakes);
    }

    private static Brake brake(Row row) {
        return new Brake(
                row.getString("name"),
                new BrakeScope(row.getString("type"), row.getString("currency"), row.getString("network")),
                row.getString("reason"),
                Columns.instant(row, "created_at"),
                row.getString("created_by"),
                Columns.instant(row, "changed_at"),
                row.getString("changed_by"),
                Columns.instant(row, "expires_at"),
                row.getBoolean("active"));
    }
}
