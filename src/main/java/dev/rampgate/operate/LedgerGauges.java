package dev.rampgate.operate;

import static dev.rampgate.database.Columns.seconds;

import dev.rampgate.database.housekeeping.HousekeepingJob;
import dev.rampgate.pollqueue.PollFigures;
import dev.rampgate.pollqueue.PollPlan.Priority;
import dev.rampgate.telemetry.Labels;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * What only the database knows: how much is in flight and for how long, what is overdue to be polled, and whether Proof
 * refuses us. Read now and then, never by a scrape; figures that are too old are not shown, and their age always is. The same
 * at each replica, so that alerts take the greatest.
 */
@ApplicationScoped
public class LedgerGauges implements HousekeepingJob {

    private static final Duration INTERVAL = Duration.ofSeconds(15);

    /** Older figures are not exported, since they would mislead. */
    private static final Duration TOO_OLD = Duration.ofMinutes(2);

    /** Counts stop at this number, so that reading them stays cheap. */
    private static final int MOST_COUNTED = 10_000;

    private static final List<String> UNDER_WAY = List.of("pending", "processing");

    /** Time since a transaction's last change, in the steps of the poll ladder. */
    private record Age(String label, Duration atLeast, Duration below) {}

    private static final List<Age> AGES = List.of(
            new Age("below_15m", Duration.ofDays(-1), Duration.ofMinutes(15)),
            new Age("15m_to_1h", Duration.ofMinutes(15), Duration.ofHours(1)),
            new Age("1h_to_1d", Duration.ofHours(1), Duration.ofDays(1)),
            new Age("1d_to_7d", Duration.ofDays(1), Duration.ofDays(7)),
            new Age("over_7d", Duration.ofDays(7), Duration.ofDays(100_000)));

    private record Figure(String name, String label, String more) {
        Figure(String name, String label) {
            this(name, label, "");
        }
    }

    private final Pool pool;
    private final PollFigures polls;
    private final InstantSource clock;
    private final MeterRegistry meters;
    private volatile Map<Figure, Double> figures = Map.of();
    private volatile Instant readAt;

    public LedgerGauges(Pool pool, InstantSource clock, MeterRegistry meters) {
        this.pool = pool;
        this.polls = new PollFigures(pool);
        this.clock = clock;
        this.meters = meters;
        this.readAt = clock.instant();
        register();
    }

    @Override
    public String name() {
        return "figures";
    }

    @Override
    public Duration interval() {
        return INTERVAL;
    }

    @Override
    public Uni<Void> run() {
        return read();
    }

    /** Reads the figures once. */
    public Uni<Void> read() {
        return Uni.combine()
                .all()
                .unis(inFlight(), overdue(), refusals())
                .usingConcurrencyOf(1)
                .with((inFlight, overdue, refusals) -> {
                    Map<Figure, Double> all = new HashMap<>(inFlight);
                    all.putAll(overdue);
                    all.putAll(refusals);
                    return all;
                })
                .invoke(all -> {
                    figures = all;
                    readAt = clock.instant();
                })
                .replaceWithVoid();
    }

    /** By the index transaction_under_way: each status and age is one range of it. */
    private Uni<Map<Figure, Double>> inFlight() {
        return pool.preparedQuery("""
                        SELECT each.status,
                               step.age,
                               found.transactions,
                               extract(epoch FROM now() - found.oldest)::double precision AS oldest
                        FROM unnest($1::text[]) AS each (status)
                             CROSS JOIN unnest($2::text[], $3::double precision[], $4::double precision[])
                                 AS step (age, at_least, below)
                             CROSS JOIN LATERAL (
                                 SELECT count(*) AS transactions, min(changed_at) AS oldest
                                 FROM (
                                     SELECT changed_at
                                     FROM transaction
                                     WHERE status = each.status
                                       AND status IN ('pending', 'processing')
                                       AND NOT abandoned
                                       AND changed_at <= now() - step.at_least * interval '1 s'
                                       AND changed_at > now() - step.below * interval '1 s'
                                     ORDER BY changed_at
                                     LIMIT $5
                                 ) AS counted
                             ) AS found
                        """)
                .execute(Tuple.of(
                        UNDER_WAY.toArray(String[]::new),
                        AGES.stream().map(Age::label).toArray(String[]::new),
                        AGES.stream().map(age -> seconds(age.atLeast())).toArray(Double[]::new),
                        AGES.stream().map(age -> seconds(age.below())).toArray(Double[]::new),
                        (long) MOST_COUNTED))
                .map(rows -> {
                    Map<Figure, Double> read = new HashMap<>();
                    for (Row row : rows) {
                        String status = row.getString("status");
                        read.put(
                                new Figure("in_flight", status, row.getString("age")),
                                row.getLong("transactions").doubleValue());
                        read.merge(new Figure("oldest", status), orZero(row.getDouble("oldest")), Math::max);
                    }
                    return read;
                });
    }

    private Uni<Map<Figure, Double>> overdue() {
        return polls.overdue(MOST_COUNTED).map(all -> {
            Map<Figure, Double> read = new HashMap<>();
            all.forEach((priority, overdue) -> {
                read.put(new Figure("due", Labels.of(priority)), (double) overdue.polls());
                read.put(new Figure("lag", Labels.of(priority)), seconds(overdue.lag()));
            });
            return read;
        });
    }

    private Uni<Map<Figure, Double>> refusals() {
        return polls.refusals().map(refused -> {
            Map<Figure, Double> read = new HashMap<>();
            refused.forEach((channel, refuses) -> read.put(new Figure("refused", channel), refuses ? 1.0 : 0.0));
            return read;
        });
    }

    private static double orZero(Double value) {
        return value == null ? 0 : value;
    }

    // --- the gauges

    private void register() {
        for (String status : UNDER_WAY) {
            for (Age age : AGES) {
                show(Gauge.builder(
                                "rampgate.transactions.in.flight",
                                this,
                                of(new Figure("in_flight", status, age.label())))
                        .description("Transactions in flight, by the time since their last change")
                        .tag("status", status)
                        .tag("age", age.label()));
            }
            show(Gauge.builder("rampgate.transactions.oldest.seconds", this, of(new Figure("oldest", status)))
                    .description("How long the oldest of them has not changed")
                    .tag("status", status));
        }
        for (Priority priority : Priority.values()) {
            String label = Labels.of(priority);
            show(Gauge.builder("rampgate.poll.due", this, of(new Figure("due", label)))
                    .description("Transactions whose poll is due and has not been made")
                    .tag("priority", label));
            show(Gauge.builder("rampgate.poll.lag.seconds", this, of(new Figure("lag", label)))
                    .description("How long the first of them has waited")
                    .tag("priority", label));
        }
        for (String channel : List.of("poll", "socket")) {
            show(Gauge.builder("rampgate.proof.refusing", this, of(new Figure("refused", channel)))
                    .description("Whether Proof refuses our token or address; all replicas then try once a minute")
                    .tag("channel", channel));
        }
        show(Gauge.builder("rampgate.figures.age.seconds", this, LedgerGauges::age)
                .description("Time since these figures were read from the database"));
    }

    private void show(Gauge.Builder<LedgerGauges> gauge) {
        gauge.register(meters);
    }

    private static ToDoubleFunction<LedgerGauges> of(Figure figure) {
        return all -> all.age() > seconds(TOO_OLD) ? Double.NaN : all.figures.getOrDefault(figure, Double.NaN);
    }

    private double age() {
        return seconds(Duration.between(readAt, clock.instant()));
    }
}
