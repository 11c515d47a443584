package dev.rampgate.pollqueue;

import dev.rampgate.pollqueue.PollPlan.Priority;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;

/** What the gauges show of the poll queue; the same for all replicas. */
public final class PollFigures {

    private final Pool pool;

    public PollFigures(Pool pool) {
        this.pool = pool;
    }

    /**
     * The polls of one priority that are due and have not been made.
     *
     * @param polls how many; of each period at most the number that was asked for
     * @param lag how long the oldest of them has been due; zero if there is none
     */
    public record Overdue(long polls, Duration lag) {
        private static final Overdue NONE = new Overdue(0, Duration.ZERO);

        private Overdue and(Overdue other) {
            return new Overdue(polls + other.polls, lag.compareTo(other.lag) > 0 ? lag : other.lag);
        }
    }

    /**
     * The overdue polls of each priority. By the index poll_due_by_period: each priority and period is one range of it.
     *
     * @param mostCounted counting a range ends here
     */
    public Uni<Map<Priority, Overdue>> overdue(int mostCounted) {
        return pool.preparedQuery("""
                        SELECT each.priority,
                               found.polls,
                               extract(epoch FROM now() - found.oldest)::double precision AS lag
                        FROM unnest($1::smallint[]) AS each (priority)
                             CROSS JOIN unnest($2::integer[]) AS every (period)
                             CROSS JOIN LATERAL (
                                 SELECT count(*) AS polls, min(due_at) AS oldest
                                 FROM (
                                     SELECT due_at
                                     FROM poll
                                     WHERE poll.priority = each.priority
                                       AND poll.period = every.period
                                       AND due_at <= now()
                                     ORDER BY due_at
                                     LIMIT $3
                                 ) AS counted
                             ) AS found
                        """)
                .execute(Tuple.of(
                        Stream.of(Priority.values())
                                .map(priority -> (short) priority.ordinal())
                                .toArray(Short[]::new),
                        PollPlan.PERIODS.toArray(Integer[]::new),
                        (long) mostCounted))
                .map(rows -> {
                    Map<Priority, Overdue> overdue = new EnumMap<>(Priority.class);
                    rows.forEach(row ->
                            overdue.merge(Priority.values()[row.getShort("priority")], overdue(row), Overdue::and));
                    return overdue;
                });
    }

    private static Overdue overdue(Row row) {
        Double lag = row.getDouble("lag");
        return lag == null
                ? Overdue.NONE
                : new Overdue(row.getLong("polls"), Duration.ofNanos((long) (lag * 1_000_000_000)));
    }

    /** Whether Proof refuses our token or address, by channel: {@code poll} and {@code socket}. */
    public Uni<Map<String, Boolean>> refusals() {
        return pool.query("""
                        SELECT CASE name WHEN 'all' THEN 'poll' ELSE name END AS channel, refused
                        FROM poll_budget
                        WHERE name IN ('all', 'socket')
                        """).execute().map(rows -> {
            Map<String, Boolean> refused = new HashMap<>();
            rows.forEach(row -> refused.put(row.getString("channel"), row.getBoolean("refused")));
            return refused;
        });
    }
}
