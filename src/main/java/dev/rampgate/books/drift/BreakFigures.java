package dev.rampgate.books.drift;

import dev.rampgate.database.Columns;
import dev.rampgate.database.housekeeping.HousekeepingJob;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.Map;

/** How many breaks wait for an explanation, read from the database; the same at each replica. */
@ApplicationScoped
class BreakFigures implements HousekeepingJob {

    private static final Duration INTERVAL = Duration.ofSeconds(15);

    /** Older figures are not exported, since they would mislead. */
    private static final Duration TOO_OLD = Duration.ofMinutes(2);

    /** Counts stop here, so that they stay cheap. */
    private static final int MOST_COUNTED = 10_000;

    private record Count(long unexplained, long alarming) {}

    private final Pool pool;
    private final InstantSource clock;
    private volatile Map<BreakKind, Count> counts = Map.of();
    private volatile Instant readAt;

    BreakFigures(Pool pool, InstantSource clock, MeterRegistry meters) {
        this.pool = pool;
        this.clock = clock;
        this.readAt = clock.instant();
        for (BreakKind kind : BreakKind.values()) {
            Gauge.builder("rampgate.books.breaks.unexplained", () -> of(kind).unexplained())
                    .description("Open breaks that no actor has explained, matters of timing included")
                    .tag("kind", kind.wireName())
                    .register(meters);
            Gauge.builder("rampgate.books.breaks.alarming", () -> of(kind).alarming())
                    .description("Open breaks that are real, unexplained and older than an hour")
                    .tag("kind", kind.wireName())
                    .register(meters);
        }
    }

    @Override
    public String name() {
        return "break_figures";
    }

    @Override
    public Duration interval() {
        return INTERVAL;
    }

    @Override
    public Uni<Void> run() {
        return pool.preparedQuery("""
                        SELECT kind,
                               count(*) AS unexplained,
                               count(*) FILTER (WHERE real_from <= now() - $2 * interval '1 s') AS alarming
                        FROM (
                            SELECT kind, real_from
                            FROM break
                            WHERE resolved_at IS NULL AND explained_at IS NULL
                            ORDER BY real_from
                            LIMIT $1
                        ) AS counted
                        GROUP BY kind
                        """)
                .execute(Tuple.of((long) MOST_COUNTED, Columns.seconds(Break.ALARM_AFTER)))
                .invoke(rows -> {
                    Map<BreakKind, Count> read = new EnumMap<>(BreakKind.class);
                    rows.forEach(row -> read.put(
                            BreakKind.of(row.getString("kind")).orElseThrow(),
                            new Count(row.getLong("unexplained"), row.getLong("alarming"))));
                    counts = read;
                    readAt = clock.instant();
                })
                .replaceWithVoid();
    }

    /** Not a number while they are too old. */
    private Figures of(BreakKind kind) {
        if (Duration.between(readAt, clock.instant()).compareTo(TOO_OLD) > 0) {
            return new Figures(Double.NaN, Double.NaN);
        }
        Count count = counts.getOrDefault(kind, new Count(0, 0));
        return new Figures(count.unexplained(), count.alarming());
    }

    private record Figures(double unexplained, double alarming) {}
}
