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
        return exists(NAME.format(day))
                .chain(there -> there
                        ? Uni.createFrom().voidItem()
                        : alone(connection -> call(connection, "SELECT archive_make_day($1)", day))
                                .replaceWithVoid());
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
        LocalDate day = dayOf(name);
        return alone(connection -> call(connection, "SELECT archive_detach_day($1)", day))
                .chain(() -> alone(connection -> call(connection, "SELECT archive_drop_day($1)", day)))
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

    /**
     * One step in a transaction of its own, and whether it was done: nothing happens if another replica is at it. A connection
     * remembers which tables there were until it next locks one; the last statement before the step makes it look again, so that
     * it sees what another replica made or dropped just before.
     */
    private Uni<Boolean> alone(Step step) {
        return pool.withTransaction(connection -> connection
                .preparedQuery("SELECT pg_try_advisory_xact_lock($1) AS there")
                .execute(Tuple.of(LOCK))
                .map(rows -> only(rows.iterator().next()))
                .chain(ours -> ours
                        ? statements(
                                        connection,
                                        "SET LOCAL lock_timeout = '300ms'",
                                        "SET LOCAL statement_timeout = '5s'",
                                        "SELECT FROM pg_class LIMIT 0")
                                .chain(() -> step.on(connection))
                                .replaceWith(true)
                        : Uni.createFrom().item(false)));
    }

    /** One of the functions of V9_1, which run with the rights of the tables' owner: the service's own role may have fewer. */
    private static Uni<Void> call(SqlConnection connection, String function, LocalDate day) {
        return connection.preparedQuery(function).execute(Tuple.of(day)).replaceWithVoid();
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
