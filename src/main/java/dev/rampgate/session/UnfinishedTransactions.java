package dev.rampgate.session;

import dev.rampgate.database.DatabaseFailure;
import dev.rampgate.database.Remedy;
import dev.rampgate.problem.Problem;
import dev.rampgate.problem.ProblemException;
import dev.rampgate.problem.ProblemType;
import dev.rampgate.reconcile.ReconcileStream;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.Startup;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * How many unfinished transactions a user may have: of those in the ledger that are not abandoned, the {@code pending} ones
 * created within the last hour and the {@code processing} ones created within the last day, and those that this replica is
 * opening now. Older ones do not count: a transaction that never ends must not keep its user out, and its polls are rare.
 * Those that other replicas are opening at the same time are not counted. While the database does not answer, the ledger's
 * are not counted either: a session that a user asks for is opened then all the same. Only that is a reason: if it was not asked since too many
 * statements wait, the session is refused. A wrong setting fails startup.
 */
@Startup
@ApplicationScoped
class UnfinishedTransactions {

    private static final String SETTING = "rampgate.session.limits.unfinished";

    /** As long as the widget's tokens live at most (Proof's contract): a pending transaction that is older does not begin. */
    static final Duration PENDING_COUNTS = Duration.ofHours(1);

    /** What is still processing after a day waits for something that its user cannot hasten. */
    static final Duration PROCESSING_COUNTS = Duration.ofDays(1);

    /** A transaction that the user finishes ends within minutes, and one of them may become too old to count any time. */
    private static final Duration TRY_AGAIN = Duration.ofMinutes(1);

    private static final Duration WHEN_BUSY = Duration.ofSeconds(2);

    private final Pool pool;
    private final ReconcileStream stream;
    private final int most;
    private final Duration timeout;
    private final Counter refused;
    private final Counter unchecked;
    /** How many sessions of each user this replica is opening; a user without any has no entry. */
    private final Map<String, Integer> opening = new ConcurrentHashMap<>();

    UnfinishedTransactions(Pool pool, ReconcileStream stream, SessionSettings settings, MeterRegistry meters) {
        this.pool = pool;
        this.stream = stream;
        this.most = checked(settings.limits().unfinished());
        this.timeout = settings.storeTimeout();
        this.refused = Counter.builder("rampgate.edge.limited")
                .description("Calls that were refused since there were too many of them")
                .tag("limit", "session_unfinished")
                .register(meters);
        this.unchecked = Counter.builder("rampgate.session.limit.unchecked")
                .description(
                        "Sessions that were opened without counting the user's unfinished transactions in the ledger")
                .register(meters);
    }

    private static int checked(int most) {
        if (most < 0) {
            throw new ConfigurationException(
                    SETTING + " (environment variable RAMPGATE_SESSION_LIMITS_UNFINISHED) is " + most
                            + ", and must be 0 or more",
                    Set.of(SETTING));
        }
        return most;
    }

    /**
     * Opens a session if the user may have one more.
     *
     * @param session opens it, and ends when its transaction is stored
     * @return as the session; fails with a {@link ProblemException}: 429 if the user has too many, 503 if too many statements wait
     */
    <T> Uni<T> within(String userId, Supplier<Uni<T>> session) {
        return most == 0
                ? session.get()
                : Uni.createFrom().deferred(() -> {
                    int others = opening.merge(userId, 1, Integer::sum) - 1;
                    return Uni.createFrom()
                            .deferred(() -> unfinished(userId))
                            .invoke(recorded -> refuseBeyond(recorded + others))
                            .chain(session::get)
                            .onTermination()
                            .invoke(() ->
                                    opening.computeIfPresent(userId, (id, count) -> count == 1 ? null : count - 1));
                });
    }

    private Uni<Integer> unfinished(String userId) {
        return stream.isDatabaseAway()
                ? uncounted()
                : count(userId)
                        .ifNoItem()
                        .after(timeout)
                        .fail()
                        .onFailure(failure -> DatabaseFailure.of(failure).remedy() == Remedy.WAIT)
                        .transform(busy -> new ProblemException(
                                Problem.of(ProblemType.UNAVAILABLE).withRetryAfter(WHEN_BUSY)))
                        .onFailure(failure -> !(failure instanceof ProblemException))
                        .recoverWithUni(this::uncounted);
    }

    private Uni<Integer> uncounted() {
        return Uni.createFrom().item(0).invoke(() -> unchecked.increment());
    }

    /** Those that count, up to the limit; reads no more than what the user created within {@link #PROCESSING_COUNTS}. */
    Uni<Integer> count(String userId) {
        return pool.preparedQuery("""
                        SELECT count(*)::integer AS unfinished
                        FROM (
                            SELECT
                            FROM transaction
                            WHERE user_id = $1 AND NOT settled AND NOT abandoned
                              AND created_at > now() - make_interval(secs => $4)
                              AND (status = 'processing'
                                   OR status = 'pending' AND created_at > now() - make_interval(secs => $3))
                            LIMIT $2
                        ) AS open
                        """)
                .execute(Tuple.of(userId, (long) most, (double) PENDING_COUNTS.toSeconds(), (double)
                        PROCESSING_COUNTS.toSeconds()))
                .map(rows -> rows.iterator().next().getInteger("unfinished"));
    }

    private void refuseBeyond(int unfinished) {
        if (unfinished >= most) {
            refused.increment();
            throw new ProblemException(Problem.of(
                            ProblemType.TOO_MANY_UNFINISHED,
                            "Finish or cancel one of them in the widget first. An unpaid one stops counting after an hour,"
                                    + " any other after a day at most")
                    .withRetryAfter(TRY_AGAIN));
        }
    }
}
