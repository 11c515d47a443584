package dev.rampgate.pollqueue;

import dev.rampgate.database.Columns;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Writes the plans of one batch into the poll queue, on the batch's connection and in its database transaction. */
public final class PollPlanWriter {

    /**
     * The given plans, and the shortest period that counts for those of each owner: the more unsettled transactions there are, the longer.
     * They are counted once for each owner, since a batch may hold many plans of one.
     */
    private static final String PLANS_AND_SHARES = """
            WITH plan AS (
                SELECT *
                FROM unnest($1::text[], $2::smallint[], $3::bigint[], $4::integer[], $5::text[])
                         WITH ORDINALITY AS one (transaction_id, priority, delay, period, owner, number)
            ), share AS (
                SELECT owner, ($6::integer[])[1 + width_bucket(unsettled, $7::bigint[])] AS least_period
                FROM (SELECT DISTINCT owner FROM plan) AS each
                     CROSS JOIN LATERAL (
                         SELECT count(*) AS unsettled
                         FROM (
                             SELECT
                             FROM transaction
                             WHERE transaction.user_id = each.owner AND NOT transaction.settled AND NOT transaction.abandoned
                             LIMIT $8
                         ) AS found
                     ) AS counted
            ), shared AS (
                SELECT plan.*, coalesce(share.least_period, ($6::integer[])[1]) AS least_period
                FROM plan
                     LEFT JOIN share ON share.owner = plan.owner
            )
            """;

    private final SqlConnection connection;
    private final int unknownCapacity;

    /** @param unknownCapacity most ids that are kept although only webhooks named them */
    public PollPlanWriter(SqlConnection connection, int unknownCapacity) {
        this.connection = connection;
        this.unknownCapacity = unknownCapacity;
    }

    /**
     * The statements that write these plans, at most one for each kind; none is sent before it is subscribed to.
     *
     * @param plans at most one per transaction, sorted by transaction id, so that two batches never wait for each other
     */
    public List<Uni<Void>> write(List<PollPlan> plans) {
        List<PollPlan> answered = plans.stream().filter(PollPlan::answered).toList();
        List<PollPlan> others = plans.stream().filter(plan -> !plan.answered()).toList();
        List<Uni<Void>> statements = new ArrayList<>();
        if (!answered.isEmpty()) {
            statements.add(replan(answered));
        }
        if (!others.isEmpty()) {
            statements.add(hasten(others));
        }
        return statements;
    }

    /**
     * After an answered poll: replaces what was planned and ends the claim. If a poll was wanted after this one was sent, the next
     * one is due at once. At most one poll a second.
     */
    private Uni<Void> replan(List<PollPlan> plans) {
        return run(PLANS_AND_SHARES + """
                INSERT INTO poll AS planned (transaction_id, priority, due_at, period, least_period)
                SELECT transaction_id, priority, now() + delay * interval '1 ms', greatest(period, least_period), least_period
                FROM shared
                ORDER BY number
                ON CONFLICT (transaction_id) DO UPDATE
                SET priority = excluded.priority,
                    period = excluded.period,
                    least_period = excluded.least_period,
                    due_at = CASE
                        WHEN planned.wanted_at > planned.asked_at
                            THEN greatest(least(excluded.due_at, planned.due_at), planned.asked_at + interval '1 s')
                        WHEN excluded.due_at IS NULL THEN NULL
                        ELSE greatest(excluded.due_at, planned.asked_at + interval '1 s')
                    END,
                    lease_until = NULL,
                    leased_by = NULL,
                    failures = 0,
                    missing_since = NULL
                """, planColumns(plans).parameters());
    }

    /**
     * After another observation: the poll may only come earlier. A claim that the transaction has changed is answered only by a poll
     * that is sent after the claim. Unknown ids are kept up to the capacity.
     */
    private Uni<Void> hasten(List<PollPlan> plans) {
        return run(
                PLANS_AND_SHARES + """
                INSERT INTO poll AS planned (transaction_id, priority, due_at, period, wanted_at, least_period)
                SELECT transaction_id,
                       priority,
                       now() + delay * interval '1 ms',
                       greatest(period, least_period),
                       CASE WHEN delay = 0 THEN now() END,
                       least_period
                FROM shared
                WHERE priority < 2
                   OR (SELECT count(*) FROM (SELECT FROM poll WHERE priority = 2 AND due_at IS NOT NULL LIMIT $9) AS unknown) < $9
                ORDER BY number
                ON CONFLICT (transaction_id) DO UPDATE
                SET priority = least(planned.priority, excluded.priority),
                    wanted_at = coalesce(excluded.wanted_at, planned.wanted_at),
                    least_period = greatest(planned.least_period, excluded.least_period),
                    period = CASE
                        WHEN planned.failures = 0
                            THEN greatest(least(planned.period, excluded.period), planned.least_period, excluded.least_period)
                        ELSE planned.period
                    END,
                    due_at = least(planned.due_at, greatest(excluded.due_at, planned.asked_at + interval '1 s'))
                """,
                planColumns(plans).and((long) unknownCapacity).parameters());
    }

    private static Columns<PollPlan> planColumns(List<PollPlan> plans) {
        return Columns.of(plans)
                .text(PollPlan::transactionId)
                .array(plan -> (short) plan.priority().ordinal(), Short[]::new)
                .array(plan -> plan.delay().map(Duration::toMillis).orElse(null), Long[]::new)
                .integer(PollPlan::period)
                .text(PollPlan::owner)
                .and(PollPlan.PERIODS.toArray(Integer[]::new))
                .and(PollPlan.CROWDS.stream().map(Integer::longValue).toArray(Long[]::new))
                .and((long) PollPlan.CROWDS.get(PollPlan.CROWDS.size() - 1));
    }

    private Uni<Void> run(String statement, Tuple parameters) {
        return connection.preparedQuery(statement).execute(parameters).replaceWithVoid();
    }
}
