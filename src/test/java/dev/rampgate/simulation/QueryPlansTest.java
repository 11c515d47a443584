package dev.rampgate.simulation;

import static dev.rampgate.support.GrownDatabase.get;

import dev.rampgate.channel.socket.PostgresSocketClaims;
import dev.rampgate.channel.socket.SocketClaims;
import dev.rampgate.database.ReplicaId;
import dev.rampgate.ledger.AmountRevision;
import dev.rampgate.ledger.Channel;
import dev.rampgate.ledger.FollowUp;
import dev.rampgate.ledger.LedgerState;
import dev.rampgate.ledger.Observation;
import dev.rampgate.ledger.Outcome;
import dev.rampgate.ledger.Published;
import dev.rampgate.ledger.Status;
import dev.rampgate.ledger.TransactionDetails;
import dev.rampgate.ledger.TransactionRecord;
import dev.rampgate.ledger.Transition;
import dev.rampgate.ledger.TransitionMark;
import dev.rampgate.operate.LedgerGauges;
import dev.rampgate.pollqueue.PollPlan;
import dev.rampgate.pollqueue.PollPlan.Priority;
import dev.rampgate.pollqueue.PollQueue;
import dev.rampgate.pollqueue.PollQueue.Claim;
import dev.rampgate.pollqueue.PostgresPollQueue;
import dev.rampgate.reconcile.BatchChanges;
import dev.rampgate.reconcile.BatchChanges.Archived;
import dev.rampgate.reconcile.ErasedUsers;
import dev.rampgate.reconcile.ErasureKeys;
import dev.rampgate.reconcile.LedgerStore;
import dev.rampgate.reconcile.postgres.PostgresLedgerStore;
import dev.rampgate.support.GrownDatabase;
import dev.rampgate.support.TestEvents;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.mutiny.sqlclient.Pool;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.UUID;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** How PostgreSQL runs the statements of the stream, the polls, the sockets and the figures over a ledger that has grown. */
@ExtendWith(GrownDatabase.Shared.class)
class QueryPlansTest {

    private static GrownDatabase database;
    private static LedgerStore store;
    private static PollQueue polls;
    private static SocketClaims sockets;
    private static LedgerGauges figures;

    @BeforeAll
    static void grow(GrownDatabase shared) {
        database = shared;
        Pool pool = database.pool();
        ReplicaId replica = new ReplicaId(new SplittableRandom(1));
        store = new PostgresLedgerStore(
                pool,
                new WorldSettings.Reconciling(10, 1, 100, 100, 100),
                TestEvents.bodies(),
                new ErasedUsers(ErasureKeys.NONE));
        polls = new PostgresPollQueue(pool, new WorldSettings.Polling(20, 10, 2, Duration.ofSeconds(1)), replica);
        sockets = new PostgresSocketClaims(pool, new WorldSettings.Socketing(100), replica);
        figures = new LedgerGauges(pool, InstantSource.system(), new SimpleMeterRegistry());
    }

    @BeforeEach
    void forget() {
        database.forgetPlans();
    }

    @Test
    void aBatchReadsAndWritesItsOwnRowsOnly() {
        Instant now = Instant.now().truncatedTo(ChronoUnit.MICROS);
        BatchChanges changes = new BatchChanges(
                List.of(record("unheard-of", 1, now)),
                List.of(record("transaction-7", 2, now), record("transaction-8", 2, now)),
                List.of(record("transaction-9", 1, now)),
                List.of(moved("transaction-7", Status.PROCESSING, now), moved("transaction-8", Status.FAILED, now)),
                List.of(new TransitionMark("transaction-7", 1, Status.PENDING, now, now)),
                List.of(TestEvents.opened(record("unheard-of", 1, now))),
                List.of(new AmountRevision(record("transaction-8", 2, now), 2, true)),
                List.of(new Archived(observation("transaction-7", now), Outcome.ACCEPTED)),
                List.of(
                        new PollPlan(
                                "transaction-7", Priority.KNOWN, true, Optional.of(Duration.ofSeconds(5)), "cust-7"),
                        new PollPlan("transaction-8", Priority.NUDGED, false, Optional.of(Duration.ZERO))),
                List.of(),
                Map.of(),
                Map.of());

        get(store.inTransaction(
                unit -> unit.load(Set.of("unheard-of", "transaction-7", "transaction-8", "transaction-9"), now)
                        .chain(() -> unit.erased(Set.of("cust-7", "nobody")))
                        .chain(() -> unit.persist(changes))));

        database.assertNoWholeTable(13);
        database.assertUsed("transaction_unsettled_by_user");
    }

    @Test
    void pollsAreClaimedGivenBackAndWantedByIndex() {
        for (Priority priority : Priority.values()) {
            get(polls.claim(priority, 1_000));
        }
        Claim claim = get(polls.claim(Priority.KNOWN, 1_000)).stream()
                .findFirst()
                .orElse(new Claim("transaction-9", Priority.KNOWN, 0, Duration.ZERO, false, Duration.ZERO));
        get(polls.postpone(claim, Duration.ofSeconds(1), true));
        get(polls.release(claim));
        get(polls.forget(claim));
        get(store.makeDue(List.of("transaction-1", "transaction-2"), Duration.ofSeconds(1)));

        database.assertNoWholeTable(8);
    }

    @Test
    void socketsAreClaimedRenewedAndGivenBackByIndex() {
        get(sockets.claim(20));
        get(sockets.untilNextLeaseEnds());
        get(sockets.renew(Map.of("transaction-3", true)));
        get(sockets.release(Set.of("transaction-3")));
        get(sockets.forgetCold());

        database.assertNoWholeTable(5);
    }

    @Test
    void figuresForMetricsAreReadByIndex() {
        get(figures.read());

        database.assertNoWholeTable(3);
        database.assertUsed("transaction_under_way");
        database.assertUsed("poll_due_by_period");
    }

    private static TransactionRecord record(String id, int sequence, Instant now) {
        LedgerState state = new LedgerState(Status.PROCESSING, 1, sequence, false, null, now, now, now, false, false);
        return new TransactionRecord(
                id,
                TransactionDetails.of("buy", "USDC", "ERC20")
                        .withRequestedAmount("1")
                        .withCreatedAt(now),
                state,
                FollowUp.NONE,
                Published.NOTHING,
                false);
    }

    private static Transition moved(String id, Status status, Instant now) {
        return new Transition(id, 2, 1, status, Channel.SOCKET, null, now, now, null, false);
    }

    private static Observation observation(String id, Instant now) {
        return new Observation(
                UUID.randomUUID(),
                Channel.SOCKET,
                true,
                id,
                "processing",
                now,
                null,
                now,
                TransactionDetails.NONE,
                false,
                "{}");
    }
}
