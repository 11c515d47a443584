package dev.rampgate.books;

import dev.rampgate.books.Sum.Group;
import dev.rampgate.database.Columns;
import dev.rampgate.database.ConnectionShares;
import dev.rampgate.database.ShareFullException;
import dev.rampgate.database.StatementTurns;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Reads the amount revisions by statements that are short each: one reads a day, or a bounded number of rows.
 */
@ApplicationScoped
class StatementReader {

    /** Rows of one page of items. */
    static final int ITEMS = 4_000;

    /** Rows that one statement looks at for changes. */
    static final int CHANGES = 10_000;

    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(2);
    private static final int ATTEMPTS = 10;

    /**
     * Whether no revision has replaced it by what was known at a time. The limit keeps PostgreSQL from joining whole tables: few rows are replaced,
     * and their index is small. Of {@code IS NOT TRUE} PostgreSQL expects that half of the rows pass; of {@code IS NULL} it expects hardly any, and then
     * it reads and sorts a whole month for one page.
     */
    private static final String IS_LATEST = """
            (
                SELECT later.replaces
                FROM amount_revision AS later
                WHERE later.transaction_id = revision.transaction_id
                  AND later.number > revision.number
                  AND later.replaces
                  AND later.known_at <= %s
                LIMIT 1
            ) IS NOT TRUE
            """;

    private static final String DAY = """
            SELECT type, currency, network, fiat_currency, status,
                   count(*) AS number,
                   coalesce(sum(crypto_amount), 0)::text AS crypto_amount,
                   coalesce(sum(fiat_amount), 0)::text AS fiat_amount,
                   count(*) FILTER (WHERE crypto_amount IS NULL OR fiat_amount IS NULL) AS without_amounts,
                   coalesce(sum(crypto_amount) FILTER (WHERE fiat_amount IS NULL), 0)::text AS unrated_crypto,
                   coalesce(sum(fiat_amount) FILTER (WHERE crypto_amount IS NULL), 0)::text AS unrated_fiat
            FROM amount_revision AS revision
            WHERE period_at >= $1 AND period_at < $2 AND known_at <= $3 AND
            """ + IS_LATEST.formatted("$3") + """
            GROUP BY type, currency, network, fiat_currency, status
            """;

    private static final String PAGE =
            "SELECT transaction_id, " + Entry.columns("revision", "") + """
            FROM amount_revision AS revision
            WHERE (period_at, transaction_id) > ($1, $2) AND period_at < $3 AND known_at <= $4 AND
            """ + IS_LATEST.formatted("$4") + """
            ORDER BY period_at, transaction_id
            LIMIT $5
            """;

    private static final String SPAN =
            "SELECT *, place = $7 AS ends FROM (SELECT revision.transaction_id, revision.number, "
                    + "revision.known_at AS end_known_at, revision.place, "
                    + Entry.columns("revision", "after_") + ", "
                    + Entry.columns("before", "before_") + """
                , (revision.replaces OR revision.period_at >= $5 AND revision.period_at < $6)
                  AND (revision.period_at >= $5 AND revision.period_at < $6 OR before.period_at >= $5 AND before.period_at < $6)
                  AND
            """ + IS_LATEST.formatted("$4") + """
                AS matches
                FROM (
                    SELECT *, row_number() OVER (ORDER BY known_at, transaction_id, number) AS place
                    FROM amount_revision
                    WHERE (known_at, transaction_id, number) > ($1, $2, $3) AND known_at <= $4
                    ORDER BY known_at, transaction_id, number
                    LIMIT $7
                ) AS revision
                     LEFT JOIN LATERAL (
                         SELECT *
                         FROM amount_revision AS earlier
                         WHERE revision.replaces
                           AND earlier.transaction_id = revision.transaction_id
                           AND earlier.number < revision.number
                           AND earlier.known_at <= $8
                         ORDER BY earlier.number DESC
                         LIMIT 1
                     ) AS before ON true
            ) AS change
            WHERE matches OR place = $7
            ORDER BY end_known_at, transaction_id, number
            """;

    private final Pool pool;
    private final StatementTurns share;

    @Inject
    StatementReader(Pool pool, ConnectionShares shares) {
        this(pool, shares.backOffice());
    }

    StatementReader(Pool pool, StatementTurns share) {
        this.pool = pool;
        this.share = share;
    }

    /** A database that is busy for a moment ends no statement. */
    private <T> Uni<T> patiently(Supplier<Uni<T>> work) {
        return share.within(work)
                .onFailure(ShareFullException.class)
                .retry()
                .withBackOff(FIRST_PAUSE, LONGEST_PAUSE)
                .atMost(ATTEMPTS);
    }

    /** What the items of a day add up to, as known at a time, in the order of their groups. */
    Uni<List<Sum>> day(LocalDate day, Instant knownAt) {
        return patiently(() -> pool.withTransaction(connection -> connection
                        // Rows are hashed then: to sort them by five texts costs as much as all the rest.
                        .query("SET LOCAL enable_sort = off")
                        .execute()
                        .chain(() -> connection
                                .preparedQuery(DAY)
                                .execute(Tuple.of(
                                        Columns.utc(Period.start(day)),
                                        Columns.utc(Period.start(day.plusDays(1))),
                                        Columns.utc(knownAt))))))
                .map(rows -> {
                    List<Sum> sums = new ArrayList<>(rows.size());
                    rows.forEach(row -> sums.add(sum(day, row)));
                    sums.sort(Comparator.comparing(Sum::group, Sum.ORDER));
                    return sums;
                });
    }

    private static Sum sum(LocalDate day, Row row) {
        BigDecimal crypto = Entry.decimal(row, "crypto_amount");
        BigDecimal fiat = Entry.decimal(row, "fiat_amount");
        return new Sum(
                new Group(
                        day.toString(),
                        row.getString("type"),
                        row.getString("currency"),
                        row.getString("network"),
                        row.getString("fiat_currency"),
                        row.getString("status")),
                row.getLong("number"),
                crypto,
                fiat,
                row.getLong("without_amounts"),
                crypto.subtract(Entry.decimal(row, "unrated_crypto")),
                fiat.subtract(Entry.decimal(row, "unrated_fiat")));
    }

    /**
     * Some items of a month, by time and id.
     *
     * @param entries in their order
     * @param next where to go on; empty at the end
     */
    record Items(List<Entry> entries, Optional<ItemCursor> next) {}

    /** An item; what follows comes next. */
    record ItemCursor(Instant periodAt, String transactionId) {
        static ItemCursor start(Period period) {
            return new ItemCursor(period.from(), "");
        }
    }

    Uni<Items> items(Period period, ItemCursor after, Instant knownAt) {
        return patiently(() -> pool.preparedQuery(PAGE)
                        .execute(Tuple.of(
                                Columns.utc(after.periodAt()),
                                after.transactionId(),
                                Columns.utc(period.to()),
                                Columns.utc(knownAt),
                                (long) ITEMS)))
                .map(rows -> {
                    List<Entry> entries = new ArrayList<>(rows.size());
                    rows.forEach(row -> entries.add(Entry.of(row, "")));
                    return new Items(entries, next(entries));
                });
    }

    private static Optional<ItemCursor> next(List<Entry> entries) {
        if (entries.size() < ITEMS) {
            return Optional.empty();
        }
        Entry last = entries.get(entries.size() - 1);
        return Optional.of(new ItemCursor(last.periodAt(), last.transactionId()));
    }

    /**
     * How a transaction differs between two times.
     *
     * @param before null if it had no end before, or one of another month than was asked for
     * @param replacement whether {@code after} counts in place of an end that was known before
     * @param after null if it has no end any more, or one of another month than was asked for
     */
    record Change(Entry before, boolean replacement, Entry after) {}

    /**
     * Some of the changes, by when they became known.
     *
     * @param next where to go on; empty at the end
     */
    record Changes(List<Change> changes, Optional<ChangeCursor> next) {}

    /** A revision; what follows comes next. */
    record ChangeCursor(Instant knownAt, String transactionId, long number) {

        /** Before all that became known after a time: the database keeps microseconds. */
        static ChangeCursor after(Instant time) {
            return new ChangeCursor(time.plusNanos(1_000), "", 0);
        }
    }

    /**
     * What became known in a span of time about some months.
     *
     * @param since the state before is the one that was known then
     * @param until the state after is the one that was known then
     * @param from only what belongs to this time or later
     * @param to only what belongs to an earlier time
     */
    Uni<Changes> changes(ChangeCursor cursor, Instant since, Instant until, Instant from, Instant to) {
        return patiently(() -> pool.preparedQuery(SPAN)
                        .execute(Tuple.tuple()
                                .addOffsetDateTime(Columns.utc(cursor.knownAt()))
                                .addString(cursor.transactionId())
                                .addLong(cursor.number())
                                .addOffsetDateTime(Columns.utc(until))
                                .addOffsetDateTime(Columns.utc(from))
                                .addOffsetDateTime(Columns.utc(to))
                                .addLong((long) CHANGES)
                                .addOffsetDateTime(Columns.utc(since))))
                .map(rows -> changes(rows, from, to));
    }

    private static Changes changes(RowSet<Row> rows, Instant from, Instant to) {
        List<Change> changes = new ArrayList<>();
        Optional<ChangeCursor> next = Optional.empty();
        for (Row row : rows) {
            if (Boolean.TRUE.equals(row.getBoolean("matches"))) {
                change(row, from, to).ifPresent(changes::add);
            }
            if (Boolean.TRUE.equals(row.getBoolean("ends"))) {
                next = Optional.of(new ChangeCursor(
                        Columns.instant(row, "end_known_at"), row.getString("transaction_id"), row.getLong("number")));
            }
        }
        return new Changes(changes, next);
    }

    private static Optional<Change> change(Row row, Instant from, Instant to) {
        Entry was = Entry.of(row, "before_");
        Entry is = Entry.of(row, "after_");
        Entry before = isWithin(was, from, to) ? was : null;
        Entry after = isWithin(is, from, to) ? is : null;
        boolean same = before != null && after != null && before.sumsUpAs(after);
        return same || before == null && after == null
                ? Optional.empty()
                : Optional.of(new Change(before, was != null, after));
    }

    private static boolean isWithin(Entry entry, Instant from, Instant to) {
        return entry != null
                && !entry.periodAt().isBefore(from)
                && entry.periodAt().isBefore(to);
    }
}
