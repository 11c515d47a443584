package dev.rampgate.pollqueue;

import static dev.rampgate.database.Columns.seconds;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Slots of the call budget for calls that no poll of the queue makes, as those of a drift run: they count in the budget of all replicas
 * and have at most a share of it. All times are the database's.
 */
@ApplicationScoped
public class BudgetShare {

    /** How far ahead slots are reserved, in seconds, as those of polls are. */
    private static final double HORIZON = 0.3;

    private final Pool pool;
    private final PollSettings settings;

    public BudgetShare(Pool pool, PollSettings settings) {
        this.pool = pool;
        this.settings = settings;
    }

    /**
     * When one call may leave.
     *
     * @param delay until then; negative if the slot has passed
     * @param probe whether Proof refuses polls, and this call is to find out if it still does
     */
    public record Slot(Duration delay, boolean probe) {}

    /**
     * Reserves slots, as many as both budgets allow. While Proof refuses us it is one per pause, for polls and these together.
     *
     * @param share of {@code rampgate.poll.max-rate}, above 0 and at most 1
     * @param most how many are wanted
     */
    public Uni<List<Slot>> reserve(double share, int most) {
        return pool.preparedQuery("""
                        WITH budget AS MATERIALIZED (
                            SELECT poll_budget.name,
                                   greatest(next_at, now()) AS free_at,
                                   CASE WHEN refused THEN $3 ELSE spacing END AS spacing,
                                   refused
                            FROM poll_budget
                                 JOIN unnest($1::text[], $2::double precision[]) AS pace (name, spacing)
                                      ON pace.name = poll_budget.name
                            ORDER BY poll_budget.name
                            FOR UPDATE OF poll_budget
                        ), allowance AS MATERIALIZED (
                            SELECT least(
                                       $4,
                                       min(greatest(0, ceil(extract(epoch FROM now() - free_at + $5 * interval '1 s') / spacing)))
                                   )::bigint AS calls
                            FROM budget
                        ), spent AS (
                            UPDATE poll_budget
                            SET next_at = free_at + allowance.calls * spacing * interval '1 s'
                            FROM budget
                                 CROSS JOIN allowance
                            WHERE poll_budget.name = budget.name AND allowance.calls > 0
                        )
                        SELECT refused AS probe,
                               extract(epoch FROM free_at - clock_timestamp())::double precision + slot * spacing AS wait
                        FROM (SELECT free_at, spacing, refused FROM budget WHERE name = 'all') AS pace
                             CROSS JOIN generate_series(0, (SELECT calls FROM allowance) - 1) AS slot
                        ORDER BY slot
                        """)
                .execute(Tuple.tuple(List.of(
                        new String[] {"all", "drift"},
                        new Double[] {1 / settings.maxRate(), 1 / (settings.maxRate() * share)},
                        seconds(settings.refusedPause()),
                        (double) most,
                        HORIZON)))
                .map(rows -> {
                    List<Slot> slots = new ArrayList<>();
                    rows.forEach(row -> slots.add(new Slot(
                            Duration.ofNanos((long) (row.getDouble("wait") * 1_000_000_000)),
                            row.getBoolean("probe"))));
                    return slots;
                });
    }
}
