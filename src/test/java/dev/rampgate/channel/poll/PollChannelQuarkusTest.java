package dev.rampgate.channel.poll;

import static dev.rampgate.support.ProofAndDatabase.proof;
import static dev.rampgate.support.TestSession.open;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.rampgate.pollqueue.PollPlan.Priority;
import dev.rampgate.pollqueue.PollQueue;
import dev.rampgate.pollqueue.PollQueue.Claim;
import dev.rampgate.reconcile.LedgerStore;
import dev.rampgate.sandbox.fault.Fault;
import dev.rampgate.sandbox.fault.FaultRule;
import dev.rampgate.sandbox.fault.Place;
import dev.rampgate.sandbox.transaction.Action;
import dev.rampgate.sandbox.transaction.SessionOrder;
import dev.rampgate.support.ProofAndDatabase;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(ProofAndDatabase.class)
class PollChannelQuarkusTest {

    private static final Duration LIMIT = Duration.ofSeconds(40);
    /** How the ids of rows begin that this test writes by itself. */
    private static final String ROW = "row-";

    @Inject
    Pool pool;

    @Inject
    LedgerStore store;

    @Inject
    PollQueue queue;

    @Inject
    MeterRegistry meters;

    @AfterEach
    void heal() {
        proof().faults().clear();
        // A call in flight may still be refused, which would pause the polls of the next test.
        await().atMost(LIMIT)
                .until(() -> count(
                                "SELECT count(*) FROM poll WHERE lease_until > now() AND NOT starts_with(transaction_id, $1)",
                                ROW)
                        == 0);
        setBudgets("next_at = now(), refused = false");
    }

    /** Locks the budgets by name, as claims do: in another order the two could deadlock. */
    private void setBudgets(String values) {
        pool.query("""
                        UPDATE poll_budget
                        SET %s
                        FROM (SELECT name FROM poll_budget ORDER BY name FOR UPDATE) AS locked
                        WHERE poll_budget.name = locked.name
                        """.formatted(values)).execute().await().atMost(LIMIT);
    }

    @Test
    void anUnknownTransactionThatProofKnowsIsAdopted() {
        String id = proof().open(SessionOrder.sell("cust-1", "USDC", "ERC20", "42.75"))
                .id();
        makeDue(id);

        await().atMost(LIMIT)
                .until(() -> count("SELECT count(*) FROM transaction WHERE id = $1 AND confirmed", id) == 1);
        assertThat(count("SELECT count(*) FROM transaction WHERE id = $1 AND user_id = 'cust-1' AND type = 'sell'", id))
                .isEqualTo(1);
    }

    @Test
    void anUnknownTransactionThatProofDoesNotKnowLeavesNoRow() {
        String id = UUID.randomUUID().toString();
        makeDue(id);

        await().atMost(LIMIT)
                .until(() -> proof().calls().count(call -> call.path().endsWith(id)) > 0);
        await().atMost(LIMIT).until(() -> count("SELECT count(*) FROM poll WHERE transaction_id = $1", id) == 0);
        assertThat(count("SELECT count(*) FROM transaction WHERE id = $1", id)).isZero();
    }

    @Test
    void aKnownTransactionThatProofNoLongerFindsIsKeptAndAskedForMoreSlowly() {
        String id = open();
        proof().transactions().forget(id);
        makeDue(id);

        await().atMost(LIMIT)
                .until(() -> count("SELECT count(*) FROM poll WHERE transaction_id = $1 AND failures > 0", id) == 1);
        assertThat(count("SELECT count(*) FROM poll WHERE transaction_id = $1 AND missing_since IS NOT NULL", id))
                .isEqualTo(1);
        assertThat(count("SELECT count(*) FROM transaction WHERE id = $1", id)).isEqualTo(1);
    }

    @Test
    void aPollThatIsWantedWhileAnotherIsInFlightComesAfterIt() {
        String id = open();
        await().atMost(LIMIT).until(() -> proof().sockets().count(id) == 1);
        fail(id, new Fault.Slow(1_500), 1);
        long before = asked(id);
        makeDue(id);
        await().atMost(LIMIT).until(() -> asked(id) > before);

        long inFlight = asked(id);
        makeDue(id);

        // With a healthy socket the next one of its own would come after a minute.
        await().atMost(LIMIT).until(() -> asked(id) > inFlight);
    }

    @Test
    void failedCallsBackOffAndTheNextGoodOneEndsIt() {
        proof().faults().loseWebhooks().refuseSockets(503);
        String id = open();
        fail(id, Fault.Status.of(502), 2);
        proof().drive(id, Action.PAY);
        makeDue(id);

        await().atMost(LIMIT)
                .until(() -> count(
                                "SELECT count(*) FROM transaction WHERE id = $1 AND status = 'processing' AND confirmed",
                                id)
                        == 1);
        assertThat(count("SELECT count(*) FROM poll WHERE transaction_id = $1 AND failures = 0", id))
                .isEqualTo(1);
    }

    @Test
    void whenProofSaysThatWeAskTooOftenAllReplicasWaitAsLongAsItSays() {
        String id = open();
        fail(id, new Fault.Status(429, null, null, 30, null), 1);
        makeDue(id);

        await().atMost(LIMIT).until(() -> pausedFor("20 s"));
    }

    @Test
    void whenProofRefusesOurTokenAllReplicasPause() {
        String id = open();
        refuseAll(401);
        makeDue(id);

        await().atMost(LIMIT).until(() -> pausedFor("20 s"));
        makeDue(id);
        assertThat(queue.claim(Priority.KNOWN, 100).await().atMost(LIMIT)).isEmpty();
    }

    @Test
    void callsOfOneClaimLeaveInSlotsOfTheBudget() {
        pause();
        List<String> ids = due(30, Priority.KNOWN, 10, "0 s");
        heal();

        // The channel claims, too: whoever comes first, the slots of one claim stand at least a twentieth of a second
        // apart.
        List<Claim> claims = queue.claim(Priority.KNOWN, 100).await().atMost(LIMIT);

        for (int i = 1; i < claims.size(); i++) {
            Duration gap = claims.get(i).delay().minus(claims.get(i - 1).delay());
            assertThat(gap).isBetween(Duration.ofMillis(49), Duration.ofMillis(51));
        }
        assertThat(claims).hasSizeLessThanOrEqualTo(6);
        forget(ids);
    }

    @Test
    void whileProofRefusesUsOneCallAPauseFindsOutAndThenAllGoOn() {
        String id = open();
        refuseAll(403);
        makeDue(id);
        await().atMost(LIMIT).until(() -> refused() && pausedFor("20 s"));

        // The pause has ended, Proof still refuses, and many wait.
        List<String> ids = due(20, Priority.KNOWN, 10, "1 s");
        setBudgets("next_at = now()");
        List<Claim> claims = queue.claim(Priority.KNOWN, 100).await().atMost(LIMIT);

        // Whoever came first, this test or the channel.
        assertThat(claims).hasSizeLessThanOrEqualTo(1);
        assertThat(claims).allMatch(Claim::probe);
        assertThat(queue.claim(Priority.KNOWN, 100).await().atMost(LIMIT)).isEmpty();
        forget(ids);
        proof().faults().clear();
        makeDue(id);
        setBudgets("next_at = now()");
        await().atMost(LIMIT).until(() -> !refused());
    }

    @Test
    void whoIsLateByTheLargestPartOfItsPeriodGoesFirst() {
        pause();
        List<String> slow = due(20, Priority.KNOWN, 3_600, "10 min");
        List<String> failing = due(20, Priority.KNOWN, 300, "2 min");
        List<String> fresh = due(1, Priority.KNOWN, 10, "30 s");
        heal();

        await().atMost(LIMIT).until(() -> {
            queue.claim(Priority.KNOWN, 1).await().atMost(LIMIT);
            return count("SELECT count(*) FROM poll WHERE transaction_id = $1 AND asked_at IS NOT NULL", fresh.get(0))
                    == 1;
        });

        // A claim may begin before another one and wait for it: then a handful at most has the earlier moment.
        List<String> others = Stream.concat(slow.stream(), failing.stream()).toList();
        long before = count("""
                SELECT count(*)
                FROM poll
                WHERE transaction_id = ANY ($1::text[])
                  AND asked_at < (SELECT asked_at FROM poll WHERE transaction_id = $2)
                """, others.toArray(String[]::new), fresh.get(0));
        assertThat(before).isLessThanOrEqualTo(5);
        forget(Stream.of(slow, failing, fresh).flatMap(List::stream).toList());
    }

    @Test
    void aTransactionThatProofHasNotKnownForAnHourRaisesAnAlarm() {
        String id = open();
        proof().transactions().forget(id);
        double before = alarms();
        pool.preparedQuery("UPDATE poll SET missing_since = now() - interval '61 min' WHERE transaction_id = $1")
                .execute(Tuple.of(id))
                .await()
                .atMost(LIMIT);
        makeDue(id);

        await().atMost(LIMIT).until(() -> alarms() > before);
    }

    /** Other tests' transactions are polled, too; this fault is for one. */
    private static void fail(String id, Fault fault, int times) {
        proof().faults()
                .add(FaultRule.always(Place.TRANSACTION_CALL, fault)
                        .times(times)
                        .transaction(id));
    }

    /** Every call: one that is answered 200 would end the pause. */
    private static void refuseAll(int status) {
        proof().faults().add(FaultRule.always(Place.TRANSACTION_CALL, Fault.Status.of(status)));
    }

    private static long asked(String id) {
        return proof().calls().count(call -> call.path().endsWith(id));
    }

    /** Rows that are due, of transactions that nobody knows. */
    private List<String> due(int number, Priority priority, int period, String late) {
        List<String> ids =
                Stream.generate(() -> ROW + UUID.randomUUID()).limit(number).toList();
        pool.preparedQuery("""
                        INSERT INTO poll (transaction_id, priority, due_at, period)
                        SELECT id, $2, now() - $4::text::interval, $3
                        FROM unnest($1::text[]) AS t (id)
                        """)
                .execute(Tuple.of(ids.toArray(String[]::new), (short) priority.ordinal(), period, late))
                .await()
                .atMost(LIMIT);
        return ids;
    }

    private void forget(List<String> ids) {
        pool.preparedQuery("DELETE FROM poll WHERE transaction_id = ANY ($1::text[])")
                .execute(Tuple.of(ids.toArray(String[]::new)))
                .await()
                .atMost(LIMIT);
    }

    private double alarms() {
        Counter counter = meters.find("rampgate.alarms")
                .tag("alarm", "transaction_missing")
                .counter();
        return counter == null ? 0 : counter.count();
    }

    private boolean refused() {
        return pool.query("SELECT refused FROM poll_budget WHERE name = 'all'")
                .execute()
                .await()
                .atMost(LIMIT)
                .iterator()
                .next()
                .getBoolean("refused");
    }

    private boolean pausedFor(String interval) {
        return count(
                        "SELECT count(*) FROM poll_budget WHERE name = 'all' AND next_at > now() + $1::text::interval",
                        interval)
                == 1;
    }

    private void pause() {
        queue.pause(Duration.ofMinutes(1)).await().atMost(LIMIT);
    }

    private void makeDue(String id) {
        store.makeDue(List.of(id), Duration.ZERO).await().atMost(LIMIT);
    }

    private long count(String query, Object... parameters) {
        return pool.preparedQuery(query)
                .execute(Tuple.tuple(List.of(parameters)))
                .await()
                .atMost(LIMIT)
                .iterator()
                .next()
                .getLong(0);
    }
}
