package dev.rampgate.reconcile.postgres;

import dev.rampgate.database.Columns;
import dev.rampgate.database.housekeeping.HousekeepingJob;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jboss.logging.Logger;

/**
 * Keeps the days of the archive: makes a partition for each day ahead of it, and drops whole days when they are older than the
 * retention. The only thing in Rampgate that deletes something by itself, and only observations.
 *
 * <p>Every replica does it; an advisory lock lets one at a time. No step waits long for a lock, for whoever waits behind it
 * waits, too; a step that could not be done is done in the next round.
 */
@ApplicationScoped
public class Archive implements HousekeepingJob {

    private static final Logger LOG = Logger.getLogger(Archive.class);

    /** Days made ahead, so that a week without any replica that can make them does no harm. */
    private static final int AHEAD = 7;

    /** Rows without a day that are deleted in one round. */
    private static final int SWEEP = 5_000;

    /** Any number that nobody else uses for an advisory lock. */
    static final long LOCK = 0x72616d7061726368L;

    private static final DateTimeFormatter NAME = DateTimeFormatter.ofPattern("'observation_'uuuuMMdd");

    private final Pool pool;
    private final ArchiveSettings settings;
    private final InstantSource clock;
    private final MeterRegistry meters;
    private volatile int daysAhead;

    Archive(Pool pool, ArchiveSettings settings, InstantSource clock, MeterRegistry meters) {
        this.pool = pool;
        this.settings = settings;
        this.clock = clock;
        this.meters = meters;
        Gauge.builder("rampgate.archive.days.ahead", this, archive -> archive.daysAhead)
                .description("Days after today for which the archive has its partition")
                .register(meters);
    }

    void onStart(@Observes @Priority(1) StartupEvent start) {
        if (settings.retention().compareTo(Duration.ofDays(1)) < 0) {
            throw new ConfigurationException(
                    "rampgate.archive.retention (RAMPGATE_ARCHIVE_RETENTION) must be a day or more, such as 90d");
        }
    }

    @Override
    public String name() {
        return "archive";
    }

    @Override
    public Duration interval() {
        return settings.interval();
    }

    /** Makes the days that are missing, and drops those that are too old. */
    @Override
    public Uni<Void> run() {
        Instant now = clock.instant();
        return make(now).chain(() -> drop(now.minus(settings.retention())));
    }

    // --- make

    private Uni<Void> make(Instant now) {
        LocalDate today = day(now);
        return Multi.createFrom()
                .items(IntStream.rangeClosed(0, AHEAD).boxed())
                .onItem()
                .transformToUniAndConcatenate(
                        ahead -> make(today.plusDays(ahead)).invoke(() -> daysAhead = ahead))
                .onItem()
                .ignoreAsUni();
    }

    /** Rows of that day that came before its partition move into it. */
    private Uni<Void> make(LocalDate day) {
        String name = NAME.format(day);
        return exists(name)
                .chain(there -> there
                        ? Uni.createFrom().voidItem()
                        : alone(connection -> exists(connection, name)
                                        .chain(made ->
                                                made ? Uni.createFrom().voidItem() : make(connection, name, day)))
                                .replaceWithVoid());
    }

    /** Not {@code CREATE TABLE ... PARTITION OF}, which locks everybody out of the archive. */
    private static Uni<Void> make(SqlConnection connection, String name, LocalDate day) {
        String range =
                "received_at >= '%1$sT00:00:00Z' AND received_at < '%2$sT00:00:00Z'".formatted(day, day.plusDays(1));
        return statements(
                connection,
                "CREATE TABLE %s (LIKE observation INCLUDING ALL)".formatted(name),
                "LOCK TABLE observation_other IN ACCESS EXCLUSIVE MODE",
                """
                WITH moved AS (
                    DELETE FROM observation_other
                    WHERE %s
                    RETURNING *
                )
                INSERT INTO %s
                SELECT *
                FROM moved
                """.formatted(range, name),
                "ALTER TABLE observation ATTACH PARTITION %s FOR VALUES FROM ('%sT00:00:00Z') TO ('%sT00:00:00Z')"
                        .formatted(name, day, day.plusDays(1)));
    }

    // --- drop

    private Uni<Void> drop(Instant before) {
        return days().onItem()
                .transformToMulti(names -> Multi.createFrom().iterable(names))
                .filter(name -> !dayOf(name)
                        .plusDays(1)
                        .atStartOfDay()
                        .toInstant(ZoneOffset.UTC)
                        .isAfter(before))
                .onItem()
                .transformToUniAndConcatenate(this::drop)
                .onItem()
                .ignoreAsUni()
                .chain(() -> sweep(before));
    }

    /** Detached first, for a moment; deleting the files then locks nobody out. */
    private Uni<Void> drop(String name) {
        return alone(connection -> isAttached(connection, name)
                        .chain(attached -> attached
                                ? statements(connection, "ALTER TABLE observation DETACH PARTITION " + name)
                                : Uni.createFrom().voidItem()))
                .chain(() -> alone(connection -> statements(connection, "DROP TABLE IF EXISTS " + name)))
                .invoke(ours -> {
                    if (ours) {
                        dropped(name);
                    }
                })
                .replaceWithVoid();
    }

    private void dropped(String name) {
        meters.counter("rampgate.archive.days.dropped").increment();
        LOG.infof("The archive of %s is dropped, as rampgate.archive.retention says", dayOf(name));
    }

    /** Observations that came so late, or with such a clock, that it had no day. */
    private Uni<Void> sweep(Instant before) {
        return alone(connection -> connection
                        .preparedQuery("""
                                DELETE FROM observation_other
                                WHERE ctid = ANY (ARRAY(SELECT ctid FROM observation_other WHERE received_at < $1 LIMIT $2))
                                """)
                        .execute(Tuple.of(Columns.utc(before), (long) SWEEP))
                        .replaceWithVoid())
                .replaceWithVoid();
    }

    // --- what is there

    private Uni<List<String>> days() {
        return pool.query("""
                        SELECT relname::text AS name
                        FROM pg_class
                        WHERE relkind = 'r'
                          AND relname ~ '^observation_[0-9]{8}$'
                          AND relnamespace = (SELECT relnamespace FROM pg_class WHERE oid = 'observation'::regclass)
                        ORDER BY relname
                        """).execute().map(rows -> {
            List<String> names = new ArrayList<>();
            rows.forEach(row -> names.add(row.getString("name")));
            return names;
        });
    }

    private Uni<Boolean> exists(String name) {
        return pool.preparedQuery("SELECT to_regclass($1) IS NOT NULL AS there")
                .execute(Tuple.of(name))
                .map(rows -> only(rows.iterator().next()));
    }

    private static Uni<Boolean> exists(SqlConnection connection, String name) {
        return connection
                .preparedQuery("SELECT to_regclass($1) IS NOT NULL AS there")
                .execute(Tuple.of(name))
                .map(rows -> only(rows.iterator().next()));
    }

    private static Uni<Boolean> isAttached(SqlConnection connection, String name) {
        return connection
                .preparedQuery(
                        "SELECT count(*) > 0 AS there FROM pg_class WHERE oid = to_regclass($1) AND relispartition")
                .execute(Tuple.of(name))
                .map(rows -> only(rows.iterator().next()));
    }

    private static boolean only(Row row) {
        return row.getBoolean("there");
    }

    private static LocalDate day(Instant time) {
        return LocalDate.ofInstant(time, ZoneOffset.UTC);
    }

    private static LocalDate dayOf(String name) {
        return LocalDate.parse(name, NAME);
    }

    // --- one replica at a time

    private interface Step {
        Uni<Void> on(SqlConnection connection);
    }

    /** One step in a transaction of its own, and whether it was done: nothing happens if another replica is at it. */
    private Uni<Boolean> alone(Step step) {
        return pool.withTransaction(connection -> connection
                .preparedQuery("SELECT pg_try_advisory_xact_lock($1) AS there")
                .execute(Tuple.of(LOCK))
                .map(rows -> only(rows.iterator().next()))
                .chain(ours -> ours
                        ? statements(
                                        connection,
                                        "SET LOCAL lock_timeout = '300ms'",
                                        "SET LOCAL statement_timeout = '5s'")
                                .chain(() -> step.on(connection))
                                .replaceWith(true)
                        : Uni.createFrom().item(false)));
    }

    private static Uni<Void> statements(SqlConnection connection, String... statements) {
        return Multi.createFrom()
                .items(statements)
                .onItem()
                .transformToUniAndConcatenate(
                        statement -> connection.query(statement).execute())
                .onItem()
                .ignoreAsUni();
    }
}
