package dev.rampgate.session;

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
 * How many unfinished transactions a user may have: {@code pending} or {@code processing} and not abandoned, as the ledger
 * knows them, and those that this replica is opening now. Those that other replicas are opening at the same time
 * are not counted. While the database does not answer, the ledger's are not counted either: a session that a user asks for
 * is opened then all the same. A wrong setting fails startup.
 */
@Startup
@ApplicationScoped
class UnfinishedSessions {

    private static final String SETTING = "rampgate.session.limits.unfinished";

    /** A transaction takes minutes to end. */
    private static final Duration TRY_AGAIN = Duration.ofMinutes(1);

    private final Pool pool;
    private final ReconcileStream stream;
    private final int most;
    private final Duration timeout;
    private final Counter refused;
    private final Counter unchecked;
    /** How many sessions of each user this replica is opening; a user without any has no entry. */
    private final Map<String, Integer> opening = new ConcurrentHashMap<>();

    UnfinishedSessions(Pool pool, ReconcileStream stream, SessionSettings settings, MeterRegistry meters) {
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
     * @return as the session; fails with a {@link ProblemException}, 429, if the user has too many
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
                : count(userId).ifNoItem().after(timeout).fail().onFailure().recoverWithUni(this::uncounted);
    }

    private Uni<Integer> uncounted() {
        return Uni.createFrom().item(0).invoke(() -> unchecked.increment());
    }

    /** By the index transaction_unsettled_by_user. */
    Uni<Integer> count(String userId) {
        return pool.preparedQuery("""
                        SELECT count(*)::integer AS unfinished
                        FROM (
                            SELECT
                            FROM transaction
                            WHERE user_id = $1 AND NOT settled AND NOT abandoned AND (status = 'pending' OR status = 'processing')
                            LIMIT $2
                        ) AS open
                        """)
                .execute(Tuple.of(userId, (long) most))
                .map(rows -> rows.iterator().next().getInteger("unfinished"));
    }

    private void refuseBeyond(int unfinished) {
        if (unfinished >= most) {
            refused.increment();
            throw new ProblemException(Problem.of(
                            ProblemType.TOO_MANY_UNFINISHED,
                            "Finish or cancel one of them in the widget first; one that nothing happens to is given up"
                                    + " after seven days")
                    .withRetryAfter(TRY_AGAIN));
        }
    }
}
