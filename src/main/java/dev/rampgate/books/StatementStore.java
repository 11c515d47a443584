package dev.rampgate.books;

import dev.rampgate.books.NoStatementException.Reason;
import dev.rampgate.database.Columns;
import dev.rampgate.database.ConnectionShares;
import dev.rampgate.database.StatementTurns;
import dev.rampgate.outbox.FeedTime;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Of what each statement is made, stored when it is first asked for, and which months are closed. Both are decided while the row of {@code feed} is
 * locked: one after the other, and with nothing becoming known meanwhile.
 */
@ApplicationScoped
class StatementStore {

    /** More than become known at once: a round of the sequencer. */
    private static final long LATEST = 2_000;

    private final Pool pool;
    private final StatementTurns share;
    private final FeedTime time;

    @Inject
    StatementStore(Pool pool, ConnectionShares shares, FeedTime time) {
        this(pool, shares.backOffice(), time);
    }

    StatementStore(Pool pool, StatementTurns share, FeedTime time) {
        this.pool = pool;
        this.share = share;
        this.time = time;
    }

    /**
     * A month that is closed.
     *
     * @param period which; a month before it that was never closed by itself was closed with it
     * @param asKnownAt what became known later is a correction
     * @param closedAt when it was closed
     * @param closedBy the actor's name
     */
    record Closed(Period period, Instant asKnownAt, Instant closedAt, String closedBy) {}

    /**
     * The statement of a month as known at a time.
     *
     * @param asKnownAt none for when it was closed, or for now if it is not closed
     */
    Uni<Statement> statement(Period period, Optional<Instant> asKnownAt) {
        return share.within(() -> pool.withConnection(connection -> lookUp(connection, period, asKnownAt)))
                .chain(look -> look.found().isPresent()
                        ? Uni.createFrom().item(look.found().get())
                        : share.within(() ->
                                pool.withTransaction(connection -> settledOrMade(connection, period, look.at()))));
    }

    /**
     * What is stored already.
     *
     * @param at as known when; none for now
     * @param found none if it was never asked for
     */
    private record Look(Optional<Instant> at, Optional<Statement> found) {}

    private static Uni<Look> lookUp(SqlConnection connection, Period period, Optional<Instant> asKnownAt) {
        Uni<Optional<Instant>> at = asKnownAt.isPresent()
                ? Uni.createFrom().item(asKnownAt.map(StatementStore::stored))
                : closeOf(connection, period);
        return at.chain(time -> time.isPresent()
                ? find(connection, period, time.get()).map(found -> new Look(time, found))
                : Uni.createFrom().item(new Look(time, Optional.empty())));
    }

    /** The database keeps microseconds. */
    private static Instant stored(Instant time) {
        return time.truncatedTo(ChronoUnit.MICROS);
    }

    private Uni<Statement> settledOrMade(SqlConnection connection, Period period, Optional<Instant> asked) {
        return time.settle(connection, asked)
                .map(settled ->
                        settled.orElseThrow(() -> new NoStatementException(Reason.TIME, "must not be in the future")))
                .chain(at -> findOrMake(connection, period, at));
    }

    private static Uni<Statement> findOrMake(SqlConnection connection, Period period, Instant at) {
        if (!at.isAfter(period.from())) {
            throw new NoStatementException(
                    Reason.TIME, "must be later than the beginning of the month, " + period.from());
        }
        return find(connection, period, at)
                .chain(found -> found.isPresent() ? Uni.createFrom().item(found.get()) : make(connection, period, at));
    }

    private static Uni<Statement> make(SqlConnection connection, Period period, Instant at) {
        return Uni.combine()
                .all()
                .unis(positionAt(connection, at), closeOf(connection, period), closeOf(connection, period.previous()))
                .asTuple()
                .map(read -> new Statement(
                        period,
                        at,
                        read.getItem1(),
                        read.getItem2().filter(close -> close.isBefore(at)).orElse(at),
                        read.getItem3().orElse(null)))
                .call(statement -> connection
                        .preparedQuery("""
                                INSERT INTO statement (period, as_known_at, position, booked_until, corrected_since)
                                VALUES ($1, $2, $3, $4, $5)
                                """)
                        .execute(Tuple.of(
                                period.firstDay(),
                                Columns.utc(at),
                                statement.position(),
                                Columns.utc(statement.bookedUntil()),
                                Columns.utc(statement.correctedSince()))));
    }

    private static Uni<Optional<Statement>> find(SqlConnection connection, Period period, Instant at) {
        return connection
                .preparedQuery("""
                        SELECT position, booked_until, corrected_since
                        FROM statement
                        WHERE period = $1 AND as_known_at = $2
                        """)
                .execute(Tuple.of(period.firstDay(), Columns.utc(at)))
                .map(rows -> {
                    if (rows.size() == 0) {
                        return Optional.empty();
                    }
                    Row row = rows.iterator().next();
                    return Optional.of(new Statement(
                            period,
                            at,
                            row.getLong("position"),
                            Columns.instant(row, "booked_until"),
                            Columns.instant(row, "corrected_since")));
                });
    }

    private static Uni<Long> positionAt(SqlConnection connection, Instant at) {
        return connection
                .preparedQuery("""
                        SELECT coalesce(max(position), 0) AS position
                        FROM (
                            SELECT position
                            FROM amount_revision
                            WHERE known_at <= $1
                            ORDER BY known_at DESC
                            LIMIT $2
                        ) AS latest
                        """)
                .execute(Tuple.of(Columns.utc(at), LATEST))
                .map(rows -> rows.iterator().next().getLong("position"));
    }

    /** As known at which time a month is closed: by itself, or together with the first later one that is. */
    private static Uni<Optional<Instant>> closeOf(SqlConnection connection, Period period) {
        return connection
                .preparedQuery("""
                        SELECT as_known_at
                        FROM closed_period
                        WHERE period >= $1
                        ORDER BY period
                        LIMIT 1
                        """)
                .execute(Tuple.of(period.firstDay()))
                .map(rows -> rows.size() == 0
                        ? Optional.empty()
                        : Optional.of(Columns.instant(rows.iterator().next(), "as_known_at")));
    }

    /**
     * Closes a month, and with it all months before it that are not closed.
     *
     * @param asKnownAt none for now
     * @return its statement as known at the close
     */
    Uni<Statement> close(Period period, Optional<Instant> asKnownAt, String actor) {
        return share.within(() -> pool.withTransaction(
                connection -> settledOrMade(connection, period, asKnownAt.map(StatementStore::stored))
                        .chain(statement -> close(connection, statement, actor))));
    }

    private static Uni<Statement> close(SqlConnection connection, Statement statement, String actor) {
        if (statement.asKnownAt().isBefore(statement.period().to())) {
            throw new NoStatementException(
                    Reason.TIME,
                    "must not be before the end of the month, "
                            + statement.period().to());
        }
        return last(connection)
                .invoke(last -> last.ifPresent(closed -> check(statement, closed)))
                .chain(() -> closeOf(connection, statement.period().previous()))
                .invoke(previous -> {
                    if (!previous.equals(Optional.ofNullable(statement.correctedSince()))) {
                        throw new NoStatementException(
                                Reason.STATE,
                                "The statement as known at " + statement.asKnownAt()
                                        + " was made before the month before was closed, and lists no corrections."
                                        + " Close it as known at another time");
                    }
                })
                .chain(() -> connection
                        .preparedQuery("""
                                INSERT INTO closed_period (period, as_known_at, closed_at, closed_by)
                                VALUES ($1, $2, clock_timestamp(), $3)
                                """)
                        .execute(Tuple.of(statement.period().firstDay(), Columns.utc(statement.asKnownAt()), actor)))
                .replaceWith(statement);
    }

    private static void check(Statement statement, Closed last) {
        if (!last.period().firstDay().isBefore(statement.period().firstDay())) {
            throw new NoStatementException(
                    Reason.STATE, "It is closed: " + last.period() + " was closed as known at " + last.asKnownAt());
        }
        if (!statement.asKnownAt().isAfter(last.asKnownAt())) {
            throw new NoStatementException(
                    Reason.TIME,
                    "must be later than " + last.asKnownAt() + ", as known at which " + last.period() + " is closed");
        }
    }

    private static Uni<Optional<Closed>> last(SqlConnection connection) {
        return connection
                .preparedQuery(CLOSED + "LIMIT 1")
                .execute()
                .map(rows -> rows.size() == 0
                        ? Optional.empty()
                        : Optional.of(closed(rows.iterator().next())));
    }

    private static final String CLOSED = """
            SELECT period, as_known_at, closed_at, closed_by
            FROM closed_period
            ORDER BY period DESC
            """;

    /** Closed months, the latest first. */
    Uni<List<Closed>> closed() {
        return share.within(() -> pool.preparedQuery(CLOSED).execute()).map(rows -> {
            List<Closed> closed = new ArrayList<>(rows.size());
            rows.forEach(row -> closed.add(closed(row)));
            return closed;
        });
    }

    private static Closed closed(Row row) {
        return new Closed(
                Period.of(row.getLocalDate("period")),
                Columns.instant(row, "as_known_at"),
                Columns.instant(row, "closed_at"),
                row.getString("closed_by"));
    }
}
