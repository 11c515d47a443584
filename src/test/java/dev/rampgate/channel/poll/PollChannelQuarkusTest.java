package dev.rampgate.channel.poll;

import static dev.rampgate.ProofAndDatabase.proof;
import static dev.rampgate.TestSession.open;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.rampgate.ProofAndDatabase;
import dev.rampgate.channel.poll.PollQueue.Claim;
import dev.rampgate.reconcile.LedgerStore;
import dev.rampgate.reconcile.PollPlan.Priority;
import dev.rampgate.sandbox.fault.Fault;
import dev.rampgate.sandbox.fault.FaultRule;
import dev.rampgate.sandbox.fault.Place;
import dev.rampgate.sandbox.transaction.Action;
import dev.rampgate.sandbox.transaction.SessionOrder;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(ProofAndDatabase.class)
class PollChannelQuarkusTest {

    private static final Duration LIMIT = Duration.ofSeconds(40);

    @Inject
    Pool pool;

    @Inject
    LedgerStore store;

    @Inject
    PollQueue queue;

    @AfterEach
    void heal() {
        proof().faults().clear();
        pool.query("UPDATE poll_budget SET next_at = now()").execute().await().atMost(LIMIT);
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
    void aPollThatIsWantedWhileAnotherIsUnderWayComesAfterIt() {
        String id = open();
        await().atMost(LIMIT).until(() -> proof().sockets().count(id) == 1);
        fail(id, new Fault.Slow(1_500), 1);
        long before = asked(id);
        makeDue(id);
        await().atMost(LIMIT).until(() -> asked(id) > before);

        long underWay = asked(id);
        makeDue(id);

        // With a healthy socket the next one of its own would come after a minute.
        await().atMost(LIMIT).until(() -> asked(id) > underWay);
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
        fail(id, Fault.Status.of(401), 1);
        makeDue(id);

        await().atMost(LIMIT).until(() -> pausedFor("20 s"));
        makeDue(id);
        assertThat(queue.claim(Priority.KNOWN).await().atMost(LIMIT)).isEmpty();
    }

    @Test
    void callsOfOneClaimLeaveInSlotsOfTheBudget() {
        pause();
        List<String> ids =
                Stream.generate(() -> "slot-" + UUID.randomUUID()).limit(30).toList();
        pool.preparedQuery(
                        "INSERT INTO poll (transaction_id, priority, due_at) SELECT id, 1, now() FROM unnest($1::text[]) AS t (id)")
                .execute(Tuple.of(ids.toArray(String[]::new)))
                .await()
                .atMost(LIMIT);
        heal();

        // The channel claims, too: whoever comes first, the slots of one claim stand at least a twentieth of a second
        // apart.
        List<Claim> claims = queue.claim(Priority.KNOWN).await().atMost(LIMIT);

        for (int i = 1; i < claims.size(); i++) {
            Duration gap = claims.get(i).delay().minus(claims.get(i - 1).delay());
            assertThat(gap).isBetween(Duration.ofMillis(49), Duration.ofMillis(51));
        }
        assertThat(claims).hasSizeLessThanOrEqualTo(6);
        pool.preparedQuery("DELETE FROM poll WHERE transaction_id = ANY ($1::text[])")
                .execute(Tuple.of(ids.toArray(String[]::new)))
                .await()
                .atMost(LIMIT);
    }

    @Test
    void claimingUsesTheIndexOfDuePolls() {
        List<String> plan = pool.withTransaction(connection -> connection
                        .query("SET LOCAL enable_seqscan = off")
                        .execute()
                        .chain(() -> connection.query("""
                                        EXPLAIN
                                        SELECT transaction_id
                                        FROM poll
                                        WHERE priority = 1 AND due_at <= now() AND (lease_until IS NULL OR lease_until <= now())
                                        ORDER BY due_at
                                        LIMIT 5
                                        FOR UPDATE SKIP LOCKED
                                        """).execute()))
                .map(rows -> {
                    List<String> lines = new ArrayList<>();
                    for (Row row : rows) {
                        lines.add(row.getString(0));
                    }
                    return lines;
                })
                .await()
                .atMost(LIMIT);

        assertThat(plan)
                .anyMatch(line -> line.contains("Index Scan using poll_due"))
                .noneMatch(line -> line.contains("Sort"));
    }

    /** Other tests' transactions are polled, too; this fault is for one. */
    private static void fail(String id, Fault fault, int times) {
        proof().faults()
                .add(FaultRule.always(Place.TRANSACTION_CALL, fault)
                        .times(times)
                        .transaction(id));
    }

    private static long asked(String id) {
        return proof().calls().count(call -> call.path().endsWith(id));
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

    private long count(String query, String id) {
        return pool.preparedQuery(query)
                .execute(Tuple.of(id))
                .await()
                .atMost(LIMIT)
                .iterator()
                .next()
                .getLong(0);
    }
}
