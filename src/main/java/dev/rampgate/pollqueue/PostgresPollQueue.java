package dev.rampgate.pollqueue;

import static dev.rampgate.database.Columns.seconds;

import dev.rampgate.database.ReplicaId;
import dev.rampgate.pollqueue.PollPlan.Priority;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** The poll queue in PostgreSQL. All times are the database's. */
@ApplicationScoped
public class PostgresPollQueue implements PollQueue {

    /** How far ahead slots are reserved, in seconds; with the pause between two rounds it bounds what may pile up. */
    private static final double HORIZON = 0.3;

    /** How many of each period are looked at for each call that may be made: other replicas take some meanwhile. */
    private static final int CHOICE = 4;

    private final Pool pool;
    private final PollSettings settings;
    private final UUID replica;

    public PostgresPollQueue(Pool pool, PollSettings settings, ReplicaId replica) {
        this.pool = pool;
        this.settings = settings;
        this.replica = replica.value();
    }

    /** A budget of calls: its name and the seconds between two of them. */
    private record Budget(String name, double spacing) {}

    @Override
    public Uni<List<Claim>> claim(Priority priority, int most) {
        List<Budget> budgets = budgets(priority);
        // coalesce: without statistics the planner would read all that is due by the index, and not the candidates by
        // their keys.
        return pool.preparedQuery("""
                        WITH candidate AS MATERIALIZED (
                            SELECT transaction_id
                            FROM unnest($4::integer[]) AS every (period)
                                 CROSS JOIN LATERAL (
                                     SELECT transaction_id, due_at
                                     FROM poll
                                     WHERE poll.priority = $3
                                       AND poll.period = every.period
                                       AND due_at <= now()
                                       AND (lease_until IS NULL OR lease_until <= now())
                                     ORDER BY due_at
                                     LIMIT $5
                                 ) AS oldest
                        ), budget AS MATERIALIZED (
                            SELECT poll_budget.name,
                                   greatest(next_at, now()) AS free_at,
                                   CASE WHEN refused THEN $6 ELSE spacing END AS spacing,
                                   refused
                            FROM poll_budget
                                 JOIN unnest($1::text[], $2::double precision[]) AS pace (name, spacing)
                                      ON pace.name = poll_budget.name
                            WHERE EXISTS (SELECT FROM candidate)
                            ORDER BY poll_budget.name
                            FOR UPDATE OF poll_budget
                        ), allowance AS (
                            SELECT least(
                                       $7,
                                       min(greatest(0, ceil(extract(epoch FROM now() - free_at + $8 * interval '1 s') / spacing)))
                                   )::bigint AS calls
                            FROM budget
                        ), due AS (
                            SELECT transaction_id, (extract(epoch FROM now() - due_at) / period)::double precision AS lateness
                            FROM poll
                            WHERE transaction_id = ANY (ARRAY (SELECT transaction_id FROM candidate))
                              AND coalesce(
                                      priority = $3 AND due_at <= now() AND (lease_until IS NULL OR lease_until <= now()),
                                      false)
                            ORDER BY lateness DESC
                            LIMIT (SELECT coalesce(calls, 0) FROM allowance)
                            FOR UPDATE OF poll SKIP LOCKED
                        ), claimed AS (
                            UPDATE poll
                            SET lease_until = now() + $9 * interval '1 s', leased_by = $10, asked_at = now()
                            FROM due
                            WHERE poll.transaction_id = due.transaction_id
                            RETURNING poll.transaction_id, lateness, failures, now() - missing_since AS missing
                        ), spent AS (
                            UPDATE poll_budget
                            SET next_at = free_at + (SELECT count(*) FROM claimed) * spacing * interval '1 s'
                            FROM budget
                            WHERE poll_budget.name = budget.name AND EXISTS (SELECT FROM claimed)
                        )
                        SELECT transaction_id,
                               failures,
                               coalesce(extract(epoch FROM missing), 0)::double precision AS missing,
                               refused AS probe,
                               extract(epoch FROM free_at - clock_timestamp())::double precision
                                   + (row_number() OVER (ORDER BY lateness DESC) - 1) * spacing AS wait
                        FROM claimed
                             CROSS JOIN (SELECT free_at, spacing, refused FROM budget WHERE name = 'all') AS pace
                        ORDER BY lateness DESC
                        """)
                .execute(Tuple.tuple(List.of(
                        budgets.stream().map(Budget::name).toArray(String[]::new),
                        budgets.stream().map(Budget::spacing).toArray(Double[]::new),
                        (short) priority.ordinal(),
                        PollPlan.PERIODS.toArray(Integer[]::new),
                        CHOICE * (long) Math.ceil(HORIZON * settings.maxRate()),
                        seconds(settings.refusedPause()),
                        (double) most,
                        HORIZON,
                        seconds(settings.lease()),
                        replica)))
                .map(rows -> {
                    List<Claim> claims = new ArrayList<>();
                    rows.forEach(row -> claims.add(claim(priority, row)));
                    return claims;
                });
    }

    @Override
    public Uni<Void> postpone(Claim claim, Duration delay, boolean missing) {
        return pool.preparedQuery("""
                        UPDATE poll
                        SET due_at = CASE
                                WHEN wanted_at > asked_at THEN greatest(now(), asked_at + interval '1 s')
                                ELSE now() + $2 * interval '1 s'
                            END,
                            failures = failures + 1,
                            period = greatest(period, 300),
                            missing_since = CASE WHEN $4 THEN coalesce(missing_since, now()) ELSE missing_since END,
                            lease_until = NULL,
                            leased_by = NULL
                        WHERE transaction_id = $1 AND leased_by = $3
                        """)
                .execute(Tuple.of(claim.transactionId(), seconds(delay), replica, missing))
                .replaceWithVoid();
    }

    @Override
    public Uni<Void> release(Claim claim) {
        return pool.preparedQuery("""
                        UPDATE poll
                        SET lease_until = NULL, leased_by = NULL
                        WHERE transaction_id = $1 AND leased_by = $2
                        """)
                .execute(Tuple.of(claim.transactionId(), replica))
                .replaceWithVoid();
    }

    @Override
    public Uni<Void> forget(Claim claim) {
        // Two statements in one, of which each row meets one.
        return pool.preparedQuery("""
                        WITH gone AS (
                            DELETE FROM poll
                            WHERE transaction_id = $1 AND priority = 2 AND (wanted_at > asked_at) IS NOT TRUE
                        )
                        UPDATE poll
                        SET due_at = greatest(now(), asked_at + interval '1 s'), lease_until = NULL, leased_by = NULL
                        WHERE transaction_id = $1 AND priority = 2 AND wanted_at > asked_at AND leased_by = $2
                        """)
                .execute(Tuple.of(claim.transactionId(), replica))
                .replaceWithVoid();
    }

    @Override
    public Uni<Void> pause(Duration duration) {
        return pool.preparedQuery("""
                        UPDATE poll_budget
                        SET next_at = greatest(next_at, now() + $1 * interval '1 s')
                        WHERE name = 'all'
                        """).execute(Tuple.of(seconds(duration))).replaceWithVoid();
    }

    @Override
    public Uni<Boolean> refuse() {
        return pool.preparedQuery("""
                        UPDATE poll_budget
                        SET next_at = greatest(poll_budget.next_at, now() + $1 * interval '1 s'), refused = true
                        FROM (SELECT refused FROM poll_budget WHERE name = 'all' FOR UPDATE) AS before
                        WHERE name = 'all'
                        RETURNING NOT before.refused AS news
                        """)
                .execute(Tuple.of(seconds(settings.refusedPause())))
                .map(rows -> rows.iterator().next().getBoolean("news"));
    }

    @Override
    public Uni<Void> resume() {
        return pool.query("""
                        UPDATE poll_budget
                        SET next_at = now(), refused = false
                        WHERE name = 'all' AND refused
                        """).execute().replaceWithVoid();
    }

    private List<Budget> budgets(Priority priority) {
        Budget all = new Budget("all", 1 / settings.maxRate());
        Budget nudged = new Budget("webhook", 1 / settings.nudgedMaxRate());
        Budget unknown = new Budget("unknown", 1 / settings.unknownMaxRate());
        return switch (priority) {
            case NUDGED -> List.of(all, nudged);
            case KNOWN -> List.of(all);
            case UNKNOWN -> List.of(all, nudged, unknown);
        };
    }

    private static Claim claim(Priority priority, Row row) {
        return new Claim(
                row.getString("transaction_id"),
                priority,
                row.getInteger("failures"),
                Duration.ofMillis((long) (row.getDouble("missing") * 1_000)),
                row.getBoolean("probe"),
                Duration.ofNanos((long) (row.getDouble("wait") * 1_000_000_000)));
    }
}
