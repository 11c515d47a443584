package dev.rampgate.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rampgate.channel.socket.SocketClaims;
import dev.rampgate.channel.webhook.WebhookSettings.Trust;
import dev.rampgate.ledger.Channel;
import dev.rampgate.ledger.FollowUp;
import dev.rampgate.ledger.LedgerState;
import dev.rampgate.ledger.Observation;
import dev.rampgate.ledger.Outcome;
import dev.rampgate.ledger.OwnReference;
import dev.rampgate.ledger.Published;
import dev.rampgate.ledger.Status;
import dev.rampgate.ledger.TransactionDetails;
import dev.rampgate.ledger.TransactionRecord;
import dev.rampgate.ledger.Transition;
import dev.rampgate.ledger.TransitionMark;
import dev.rampgate.pollqueue.PollPlan;
import dev.rampgate.pollqueue.PollPlan.Priority;
import dev.rampgate.pollqueue.PollQueue;
import dev.rampgate.pollqueue.PollQueue.Claim;
import dev.rampgate.reconcile.BatchChanges;
import dev.rampgate.reconcile.BatchChanges.Archived;
import dev.rampgate.reconcile.LedgerStore;
import dev.rampgate.reconcile.LedgerStore.Recorded;
import dev.rampgate.reconcile.StoreException;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.Cancellable;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a database must do for the stream and the channels; held against the one in memory and against PostgreSQL. */
abstract class DatabaseContract {

    private static final Instant START = Instant.parse("2026-05-02T08:00:00Z");
    private static final String ID = "transaction";
    private static final int MANY = 1_000;

    /** With a lease of 15 s, a pause of 60 s after a refusal, and 20, 10 and 2 calls per second. */
    private static final World.Plan PLAN = new World.Plan(
            Mutation.NONE,
            new WorldSettings.Reconciling(10, 1, 100, 100, 100),
            new WorldSettings.Polling(20, 10, 2, Duration.ofSeconds(1)),
            new WorldSettings.Socketing(100),
            new WorldSettings.Webhooks(Trust.ADVISORY));

    private final VirtualTime time = new VirtualTime(START);
    private final RandomGenerator random = new SplittableRandom(1);
    private Database database;
    private LedgerStore store;
    private PollQueue polls;
    private PollQueue otherPolls;
    private SocketClaims sockets;
    private SocketClaims otherSockets;

    abstract Database open(VirtualTime time, RandomGenerator random, World.Plan plan);

    @BeforeEach
    void open() {
        database = open(time, random, PLAN);
        store = database.store();
        polls = database.polls(new UUID(0, 1));
        otherPolls = database.polls(new UUID(0, 2));
        sockets = database.sockets(new UUID(0, 1));
        otherSockets = database.sockets(new UUID(0, 2));
    }

    @AfterEach
    void close() {
        database.close();
    }

    // --- The ledger

    @Test
    void whatWasWrittenIsRead() {
        TransactionRecord record = record(ID, Status.PENDING, 1);
        Transition opened = transition(ID, 1, 1, Status.PENDING);
        Observation session = observation(ID);
        write(changes().opened(record).transitions(opened).archive(session));

        assertThat(load(ID)).containsEntry(ID, new Recorded(record, 1));
        assertThat(database.row(ID))
                .contains(new Database.Committed(
                        record.state(), record.details(), List.of(opened), Set.of(session.id())));
    }

    @Test
    void aFollowUpThatIsWrittenAloneLeavesTheRestAsItWas() {
        TransactionRecord record = record(ID, Status.PENDING, 1);
        write(changes().opened(record).transitions(transition(ID, 1, 1, Status.PENDING)));
        FollowUp followUp = new FollowUp(
                null,
                null,
                null,
                "on_hold",
                START,
                Map.of(),
                new FollowUp.Acceptance(Channel.SOCKET, START, START.plusSeconds(2)),
                List.of(new FollowUp.Contradiction(Status.FAILED, START.plusSeconds(1))),
                true);
        write(changes().followUps(MemoryDatabase.following(record(ID, Status.COMPLETED, 2), followUp)));

        assertThat(load(ID)).containsEntry(ID, new Recorded(MemoryDatabase.following(record, followUp), 0));
    }

    @Test
    void nothingOfATransactionThatFailsStays() {
        assertThatThrownBy(() -> get(store.inTransaction(unit -> unit.load(Set.of(ID), time.instant())
                        .chain(() -> unit.persist(opening(ID).build()))
                        .chain(() -> Uni.createFrom().failure(new IllegalStateException("afterwards"))))))
                .isInstanceOf(RuntimeException.class);

        assertThat(database.row(ID)).isEmpty();
        assertThat(load(ID)).isEmpty();
        assertThat(claim(polls, Priority.KNOWN)).isEmpty();
    }

    @Test
    void nothingOfATransactionThatIsCancelledStaysAndNoneWaitsForIt() {
        Cancellable transaction = store.inTransaction(unit -> unit.load(Set.of(ID), time.instant())
                        .chain(() -> unit.persist(opening(ID).build()))
                        .chain(() -> Uni.createFrom().nothing()))
                .subscribe()
                .with(never -> {}, failure -> {});
        transaction.cancel();

        assertThat(database.row(ID)).isEmpty();
        write(opening(ID));
        assertThat(database.row(ID)).isPresent();
    }

    @Test
    void whoComesSecondSeesWhatTheFirstWroteOrCollides() {
        write(opening(ID));
        CompletableFuture<Void> mayGoOn = new CompletableFuture<>();
        CompletableFuture<Void> first = store.inTransaction(unit -> unit.load(Set.of(ID), time.instant())
                        .chain(() -> Uni.createFrom().completionStage(mayGoOn))
                        .chain(() -> unit.persist(changes()
                                .records(record(ID, Status.PROCESSING, 2))
                                .transitions(transition(ID, 2, 1, Status.PROCESSING))
                                .build())))
                .subscribeAsCompletionStage();
        CompletableFuture<Map<String, Recorded>> second = store.inTransaction(
                        unit -> unit.load(Set.of(ID), time.instant()))
                .subscribeAsCompletionStage();
        mayGoOn.complete(null);
        happen(Duration.ofSeconds(1));

        assertThat(first).isCompleted();
        if (second.isCompletedExceptionally()) {
            assertCollided(second);
        } else {
            assertThat(second.join().get(ID).record().state().status()).isEqualTo(Status.PROCESSING);
        }
    }

    @Test
    void ofTwoWhoOpenTheSameTransactionTheSecondCollides() {
        CompletableFuture<Void> mayGoOn = new CompletableFuture<>();
        CompletableFuture<Void> second = store.inTransaction(unit -> unit.load(Set.of(ID), time.instant())
                        .chain(() -> Uni.createFrom().completionStage(mayGoOn))
                        .chain(() -> unit.persist(
                                opening(ID).archive(observation(ID)).build())))
                .subscribeAsCompletionStage();
        happen(Duration.ofMillis(100));
        write(opening(ID));
        mayGoOn.complete(null);
        happen(Duration.ofMillis(100));

        assertCollided(second);
        assertThat(database.row(ID).orElseThrow().timeline()).hasSize(1);
        assertThat(load(ID).get(ID).archivedToday()).isZero();
    }

    @Test
    void whatOneOpenedInVainMayBeOpenedByAnother() {
        CompletableFuture<Void> mayFail = new CompletableFuture<>();
        store.inTransaction(unit -> unit.load(Set.of(ID), time.instant())
                        .chain(() -> unit.persist(opening(ID).build()))
                        .chain(() -> Uni.createFrom().completionStage(mayFail)))
                .subscribe()
                .with(never -> {}, failure -> {});
        happen(Duration.ofMillis(100));
        CompletableFuture<Void> second = store.inTransaction(unit -> unit.load(Set.of(ID), time.instant())
                        .chain(() -> unit.persist(opening(ID).build())))
                .subscribeAsCompletionStage();
        mayFail.completeExceptionally(new IllegalStateException("made up"));
        happen(Duration.ofSeconds(1));

        if (second.isCompletedExceptionally()) {
            assertCollided(second);
            write(opening(ID));
        }
        assertThat(database.row(ID).orElseThrow().timeline()).hasSize(1);
    }

    @Test
    void aStatusIsKeptOncePerAttempt() {
        write(opening(ID));

        assertThatThrownBy(() -> write(changes()
                        .records(record(ID, Status.PENDING, 2))
                        .transitions(transition(ID, 2, 1, Status.PENDING))))
                .isInstanceOfSatisfying(StoreException.class, refused -> assertThat(refused.kind())
                        .isEqualTo(StoreException.Kind.DATA));

        assertThat(database.row(ID).orElseThrow().timeline()).hasSize(1);
    }

    @Test
    void ofTheTimesOfATransitionTheFirstIsKept() {
        write(opening(ID));
        Instant first = time.instant();
        write(changes().marks(new TransitionMark(ID, 1, Status.PENDING, first, null)));
        write(changes().marks(new TransitionMark(ID, 1, Status.PENDING, first.plusSeconds(1), first.plusSeconds(2))));

        Transition opened = database.row(ID).orElseThrow().timeline().get(0);
        assertThat(opened.reportedAt()).isEqualTo(first);
        assertThat(opened.confirmedAt()).isEqualTo(first.plusSeconds(2));
    }

    @Test
    void anObservationThatIsAppliedAgainIsArchivedOnce() {
        Observation twice = observation(ID);
        write(opening(ID).archive(twice));
        write(changes().archive(twice));

        assertThat(load(ID).get(ID).archivedToday()).isEqualTo(1);
    }

    @Test
    void archivedTodayStartsAnewEachDay() {
        write(opening(ID).archive(observation(ID), observation(ID)));
        happen(Duration.ofDays(1));
        write(changes().archive(observation(ID)));

        assertThat(load(ID).get(ID).archivedToday()).isEqualTo(1);
    }

    // --- Polls

    @Test
    void whatIsDueIsClaimedByOneReplicaForTheTimeOfALease() {
        write(opening(ID).poll(Priority.KNOWN, false, Duration.ofSeconds(5)));
        assertThat(claim(polls, Priority.KNOWN)).isEmpty();

        happen(Duration.ofSeconds(5));
        assertThat(claim(polls, Priority.KNOWN)).hasSize(1);
        assertThat(claim(otherPolls, Priority.KNOWN)).isEmpty();

        happen(Duration.ofSeconds(15));
        assertThat(claim(otherPolls, Priority.KNOWN)).hasSize(1);
    }

    @Test
    void anAnswerReplacesWhatWasPlanned() {
        write(opening(ID).poll(Priority.KNOWN, false, Duration.ZERO));
        claim(polls, Priority.KNOWN);
        happen(Duration.ofSeconds(2));
        write(changes().poll(Priority.KNOWN, true, Duration.ofSeconds(60)));

        happen(Duration.ofSeconds(59));
        assertThat(claim(otherPolls, Priority.KNOWN)).isEmpty();
        happen(Duration.ofSeconds(1));
        assertThat(claim(otherPolls, Priority.KNOWN)).hasSize(1);
    }

    @Test
    void anAnswerThatNeedsNoOtherLeavesNothingDue() {
        write(opening(ID).poll(Priority.KNOWN, false, Duration.ZERO));
        claim(polls, Priority.KNOWN);
        happen(Duration.ofSeconds(2));
        write(changes().poll(Priority.KNOWN, true, null));

        happen(Duration.ofDays(2));
        assertThat(claim(polls, Priority.KNOWN)).isEmpty();
    }

    @Test
    void whatIsNoAnswerCanOnlyHasten() {
        write(opening(ID).poll(Priority.KNOWN, false, Duration.ofSeconds(10)));
        write(changes().poll(Priority.KNOWN, false, Duration.ofSeconds(60)));
        happen(Duration.ofSeconds(10));
        assertThat(claim(polls, Priority.KNOWN)).hasSize(1);
    }

    @Test
    void aClaimMakesATransactionDueAtOnceButNotTwiceInASecond() {
        write(opening(ID).poll(Priority.KNOWN, false, Duration.ZERO));
        claim(polls, Priority.KNOWN);
        write(changes().poll(Priority.KNOWN, true, Duration.ofSeconds(60)));
        write(changes().poll(Priority.NUDGED, false, Duration.ZERO));

        assertThat(claim(polls, Priority.NUDGED)).isEmpty();
        happen(Duration.ofSeconds(1));
        assertThat(claim(polls, Priority.NUDGED)).hasSize(1);
    }

    @Test
    void aClaimThatCameDuringACallIsAskedForAfterItsAnswer() {
        write(opening(ID).poll(Priority.KNOWN, false, Duration.ZERO));
        claim(polls, Priority.KNOWN);
        happen(Duration.ofMillis(100));
        write(changes().poll(Priority.NUDGED, false, Duration.ZERO));
        write(changes().poll(Priority.NUDGED, true, Duration.ofSeconds(60)));

        happen(Duration.ofSeconds(1));
        assertThat(claim(polls, Priority.NUDGED)).hasSize(1);
    }

    @Test
    void aClaimThatCameDuringACallIsAskedForAfterItsFailure() {
        write(opening(ID).poll(Priority.KNOWN, false, Duration.ZERO));
        Claim call = claim(polls, Priority.KNOWN).get(0);
        happen(Duration.ofMillis(100));
        write(changes().poll(Priority.NUDGED, false, Duration.ZERO));
        get(polls.postpone(call, Duration.ofMinutes(5), false));

        happen(Duration.ofSeconds(1));
        assertThat(claim(polls, Priority.NUDGED)).hasSize(1);
    }

    @Test
    void aCallThatFailedIsDueAgainAfterItsBackOff() {
        write(opening(ID).poll(Priority.KNOWN, false, Duration.ZERO));
        get(polls.postpone(claim(polls, Priority.KNOWN).get(0), Duration.ofSeconds(30), true));

        happen(Duration.ofSeconds(29));
        assertThat(claim(polls, Priority.KNOWN)).isEmpty();
        happen(Duration.ofSeconds(1));
        Claim again = claim(polls, Priority.KNOWN).get(0);
        assertThat(again.failures()).isEqualTo(1);
        assertThat(again.missing()).isEqualTo(Duration.ofSeconds(30));
    }

    @Test
    void onlyWhoHoldsAClaimGivesItBack() {
        write(opening(ID).poll(Priority.KNOWN, false, Duration.ZERO));
        Claim call = claim(polls, Priority.KNOWN).get(0);
        get(otherPolls.postpone(call, Duration.ZERO, false));
        get(otherPolls.release(call));
        assertThat(claim(otherPolls, Priority.KNOWN)).isEmpty();

        get(polls.release(call));
        assertThat(claim(otherPolls, Priority.KNOWN)).hasSize(1);
    }

    @Test
    void theCallsOfAllReplicasLeaveInSlotsOfTheirOwn() {
        for (int i = 0; i < 10; i++) {
            write(opening(ID + i).poll(ID + i, Priority.KNOWN, false, Duration.ZERO));
        }
        List<Claim> some = get(polls.claim(Priority.KNOWN, 3));
        List<Claim> others = get(otherPolls.claim(Priority.KNOWN, MANY));

        assertThat(some).extracting(Claim::delay).containsExactly(millis(0), millis(50), millis(100));
        assertThat(others).extracting(Claim::delay).startsWith(millis(150), millis(200));
        // As many as fit into the moments that are reserved ahead; the others wait.
        assertThat(some.size() + others.size()).isEqualTo(6);
    }

    @Test
    void whatWebhooksCauseHasABudgetOfItsOwn() {
        for (int i = 0; i < 10; i++) {
            write(opening(ID + i).poll(ID + i, Priority.NUDGED, false, Duration.ZERO));
            write(changes().poll("unknown-" + i, Priority.UNKNOWN, false, Duration.ZERO));
        }

        assertThat(claim(polls, Priority.NUDGED)).hasSize(3);
        happen(Duration.ofSeconds(1));
        assertThat(claim(polls, Priority.UNKNOWN)).hasSize(1);
    }

    @Test
    void whoIsLateByTheLargestPartOfItsPeriodGoesFirst() {
        write(opening("slow").poll("slow", Priority.KNOWN, false, Duration.ofHours(1)));
        write(opening("fast")
                .poll("fast", Priority.KNOWN, false, Duration.ofHours(1).plusMinutes(1)));
        happen(Duration.ofMinutes(1));
        write(changes().poll("fast", Priority.KNOWN, true, Duration.ofSeconds(10)));
        happen(Duration.ofHours(1).plusMinutes(1));

        assertThat(get(polls.claim(Priority.KNOWN, 1)))
                .extracting(Claim::transactionId)
                .containsExactly("fast");
    }

    /** Four users whose transactions alone need four times the budget, and one with a single transaction. */
    @Test
    void manyOpenTransactionsOfOneUserDelayNoOtherUser() {
        Crowd crowd = new Crowd();
        for (int i = 0; i < 600; i++) {
            crowd.open("heavy-" + i % 4, "heavy-" + i);
        }
        crowd.pollFor(Duration.ofSeconds(10));
        crowd.open("light", "light");
        crowd.latest.clear();
        crowd.polls.clear();

        crowd.pollFor(Duration.ofSeconds(60));

        assertThat(crowd.latest.get("light")).isLessThan(Duration.ofSeconds(2));
        assertThat(crowd.polls.get("light")).isGreaterThanOrEqualTo(5);
        // The budget is used up all the same, and each of the four has its share of it.
        assertThat(crowd.polls.values().stream().mapToInt(Integer::intValue).sum())
                .isBetween(1_140, 1_210);
        for (int user = 0; user < 4; user++) {
            assertThat(crowd.polls.get("heavy-" + user)).isBetween(200, 400);
        }
    }

    @Test
    void aNudgeOfAUserWithManyGoesAfterThatOfAUserWithOne() {
        Crowd crowd = new Crowd();
        for (int i = 0; i < 20; i++) {
            crowd.open("heavy", "heavy-" + i);
        }
        crowd.open("light", "light");
        crowd.pollFor(Duration.ofSeconds(15));
        for (int i = 0; i < 20; i++) {
            write(changes().poll("heavy-" + i, Priority.NUDGED, false, Duration.ZERO));
        }
        happen(Duration.ofSeconds(1));
        write(changes().poll("light", Priority.NUDGED, false, Duration.ZERO));
        happen(millis(100));

        assertThat(get(polls.claim(Priority.NUDGED, 1)))
                .extracting(Claim::transactionId)
                .containsExactly("light");
    }

    @Test
    void whatHasNoOwnerHasAShareOfItsOwn() {
        for (int i = 0; i < 20; i++) {
            write(opening("nobodys-" + i).poll("nobodys-" + i, Priority.KNOWN, false, Duration.ofSeconds(5)));
        }
        happen(Duration.ofSeconds(6));
        Crowd crowd = new Crowd();
        crowd.open("light", "light");
        happen(Duration.ofSeconds(20));

        assertThat(get(polls.claim(Priority.KNOWN, 1)))
                .extracting(Claim::transactionId)
                .allMatch(id -> id.startsWith("nobodys-"));
    }

    /** Users whose transactions are opened and polled every 5 to 10 s, as the ladder asks for. */
    private final class Crowd {
        private final Map<String, String> owners = new HashMap<>();
        private final Map<String, Instant> due = new HashMap<>();
        private final Map<String, Duration> latest = new HashMap<>();
        private final Map<String, Integer> polls = new HashMap<>();

        void open(String owner, String id) {
            owners.put(id, owner);
            Writing writing = changes()
                    .opened(record(id, Status.PENDING, 1, owner))
                    .transitions(transition(id, 1, 1, Status.PENDING));
            writing.polls = List.of(plan(id, false));
            write(writing);
        }

        void pollFor(Duration duration) {
            Instant end = time.instant().plus(duration);
            while (time.instant().isBefore(end)) {
                List<Claim> claims = claim(DatabaseContract.this.polls, Priority.KNOWN);
                claims.forEach(this::ask);
                Writing answers = changes();
                answers.polls = claims.stream()
                        .map(claim -> plan(claim.transactionId(), true))
                        .sorted(Comparator.comparing(PollPlan::transactionId))
                        .toList();
                write(answers);
                happen(millis(250));
            }
        }

        private void ask(Claim claim) {
            String owner = owners.get(claim.transactionId());
            Duration late = Duration.between(
                    due.get(claim.transactionId()), time.instant().plus(claim.delay()));
            latest.merge(owner, late, (one, other) -> one.compareTo(other) > 0 ? one : other);
            polls.merge(owner, 1, Integer::sum);
        }

        private PollPlan plan(String id, boolean answered) {
            Duration delay = Duration.ofMillis(5_000 + random.nextInt(5_000));
            due.put(id, time.instant().plus(delay));
            return new PollPlan(id, Priority.KNOWN, answered, Optional.of(delay), owners.get(id));
        }
    }

    @Test
    void anUnknownIdIsForgottenUnlessItBecameKnown() {
        write(changes().poll("unknown", Priority.UNKNOWN, false, Duration.ZERO));
        Claim call = claim(polls, Priority.UNKNOWN).get(0);
        get(polls.forget(call));
        happen(Duration.ofMinutes(1));
        assertThat(claim(polls, Priority.UNKNOWN)).isEmpty();

        write(changes().poll("unknown", Priority.UNKNOWN, false, Duration.ZERO));
        call = claim(polls, Priority.UNKNOWN).get(0);
        write(opening("unknown").poll("unknown", Priority.KNOWN, false, Duration.ofSeconds(5)));
        get(polls.forget(call));
        happen(Duration.ofMinutes(1));
        assertThat(claim(polls, Priority.KNOWN)).hasSize(1);
    }

    @Test
    void anUnknownIdThatAWebhookNamedSinceTheCallIsAskedForOnceMore() {
        write(changes().poll("unknown", Priority.UNKNOWN, false, Duration.ZERO));
        Claim call = claim(polls, Priority.UNKNOWN).get(0);
        happen(Duration.ofMillis(100));
        write(changes().poll("unknown", Priority.UNKNOWN, false, Duration.ZERO));
        get(polls.forget(call));

        happen(Duration.ofSeconds(2));
        Claim again = claim(polls, Priority.UNKNOWN).get(0);
        get(polls.forget(again));
        happen(Duration.ofMinutes(1));
        assertThat(claim(polls, Priority.UNKNOWN)).isEmpty();
    }

    @Test
    void unknownIdsAreKeptUpToANumber() {
        for (int i = 0; i < PLAN.reconciling().unknownCapacity() + 5; i++) {
            write(changes().poll("unknown-" + i, Priority.UNKNOWN, false, Duration.ZERO));
        }
        int calls = 0;
        for (int second = 0; second < 120; second++) {
            for (Claim claim : claim(polls, Priority.UNKNOWN)) {
                calls++;
                get(polls.forget(claim));
            }
            happen(Duration.ofSeconds(1));
        }

        assertThat(calls).isEqualTo(PLAN.reconciling().unknownCapacity());
    }

    @Test
    void aPauseStopsTheCallsOfAllReplicas() {
        write(opening(ID).poll(Priority.KNOWN, false, Duration.ZERO));
        get(polls.pause(Duration.ofSeconds(20)));
        happen(Duration.ofSeconds(19));
        assertThat(claim(otherPolls, Priority.KNOWN)).isEmpty();
        happen(Duration.ofSeconds(1));
        assertThat(claim(otherPolls, Priority.KNOWN)).hasSize(1);
    }

    @Test
    void whileProofRefusesUsAllReplicasMakeOneCallPerPause() {
        write(opening("one").poll("one", Priority.KNOWN, false, Duration.ZERO));
        write(opening("other").poll("other", Priority.KNOWN, false, Duration.ZERO));
        assertThat(get(polls.refuse())).isTrue();
        assertThat(get(otherPolls.refuse())).isFalse();
        assertThat(claim(polls, Priority.KNOWN)).isEmpty();

        happen(Duration.ofMinutes(1));
        assertThat(claim(polls, Priority.KNOWN)).hasSize(1).allMatch(Claim::probe);
        assertThat(claim(otherPolls, Priority.KNOWN)).isEmpty();

        get(polls.resume());
        assertThat(claim(otherPolls, Priority.KNOWN)).hasSize(1).noneMatch(Claim::probe);
    }

    @Test
    void whatMayHaveBeenMissedIsAskedForOnceMore() {
        write(opening(ID).poll(Priority.KNOWN, false, Duration.ZERO));
        claim(polls, Priority.KNOWN);
        happen(Duration.ofMillis(100));
        get(store.makeDue(List.of(ID, "unheard-of"), Duration.ZERO));
        write(changes().poll(Priority.KNOWN, true, Duration.ofSeconds(60)));

        happen(Duration.ofSeconds(1));
        assertThat(claim(polls, Priority.KNOWN)).hasSize(1);
        assertThat(claim(polls, Priority.UNKNOWN)).hasSize(1);
    }

    // --- Sockets

    @Test
    void aSocketIsHeldByOneReplicaForTheTimeOfALease() {
        write(opening(ID));
        assertThat(get(sockets.claim(MANY))).containsExactly(ID);
        assertThat(get(otherSockets.claim(MANY))).isEmpty();

        happen(Duration.ofSeconds(10));
        assertThat(get(sockets.renew(Map.of(ID, true)))).containsExactly(ID);
        happen(Duration.ofSeconds(10));
        assertThat(get(otherSockets.claim(MANY))).isEmpty();
        assertThat(load(ID).get(ID).record().socketAttached()).isTrue();

        happen(Duration.ofSeconds(5));
        assertThat(load(ID).get(ID).record().socketAttached()).isFalse();
        assertThat(get(otherSockets.claim(MANY))).containsExactly(ID);
        assertThat(get(sockets.renew(Map.of(ID, true)))).isEmpty();
    }

    @Test
    void anEmptyClaimSaysWhenTheNextLeaseEnds() {
        write(opening(ID));
        write(opening("other"));
        assertThat(get(sockets.untilNextLeaseEnds())).isEmpty();

        get(sockets.claim(1));
        happen(Duration.ofSeconds(6));
        get(otherSockets.claim(1));

        assertThat(get(otherSockets.untilNextLeaseEnds())).contains(Duration.ofSeconds(9));
        happen(Duration.ofSeconds(9));
        assertThat(get(otherSockets.untilNextLeaseEnds())).contains(Duration.ofSeconds(6));
        assertThat(get(otherSockets.claim(MANY))).hasSize(1);
    }

    @Test
    void theFreshestSocketsAreClaimedFirst() {
        write(opening("older"));
        happen(Duration.ofSeconds(1));
        write(opening("newer"));

        assertThat(get(sockets.claim(1))).containsExactly("newer");
    }

    @Test
    void whatIsReleasedIsFreeForOthers() {
        write(opening(ID));
        get(sockets.claim(MANY));
        get(otherSockets.release(Set.of(ID)));
        assertThat(get(otherSockets.claim(MANY))).isEmpty();

        get(sockets.release(Set.of(ID)));
        assertThat(get(otherSockets.claim(MANY))).containsExactly(ID);
    }

    @Test
    void theEndOfATransactionEndsItsSocket() {
        write(opening(ID));
        write(changes().records(record(ID, Status.FAILED, 2)).transitions(transition(ID, 2, 1, Status.FAILED)));

        assertThat(get(sockets.claim(MANY))).isEmpty();
    }

    @Test
    void whatHasNotChangedForAQuarterOfAnHourNeedsNoSocket() {
        write(opening(ID));
        get(sockets.claim(MANY));
        happen(Duration.ofMinutes(15));
        get(sockets.forgetCold());

        assertThat(get(sockets.renew(Map.of(ID, true)))).isEmpty();
        assertThat(get(otherSockets.claim(MANY))).isEmpty();
    }

    @Test
    void whileProofRefusesUsAllReplicasOpenOneSocketPerPause() {
        write(opening("one"));
        write(opening("other"));
        assertThat(get(sockets.refuse())).isTrue();
        assertThat(get(otherSockets.refuse())).isFalse();
        assertThat(get(otherSockets.areRefused())).isTrue();
        assertThat(get(sockets.claim(MANY))).isEmpty();

        happen(Duration.ofMinutes(1));
        assertThat(get(sockets.claim(MANY))).hasSize(1);
        assertThat(get(otherSockets.claim(MANY))).isEmpty();

        get(sockets.resume());
        assertThat(get(otherSockets.claim(MANY))).hasSize(1);
    }

    // --- How it is told

    private static final class Writing {
        private List<TransactionRecord> opened = List.of();
        private List<TransactionRecord> records = List.of();
        private List<TransactionRecord> followUps = List.of();
        private List<Transition> transitions = List.of();
        private List<TransitionMark> marks = List.of();
        private List<Archived> archive = List.of();
        private List<PollPlan> polls = List.of();

        Writing opened(TransactionRecord... written) {
            opened = List.of(written);
            return this;
        }

        Writing records(TransactionRecord... written) {
            records = List.of(written);
            return this;
        }

        Writing followUps(TransactionRecord... written) {
            followUps = List.of(written);
            return this;
        }

        Writing transitions(Transition... written) {
            transitions = List.of(written);
            return this;
        }

        Writing marks(TransitionMark... written) {
            marks = List.of(written);
            return this;
        }

        Writing archive(Observation... heard) {
            archive = Arrays.stream(heard)
                    .map(one -> new Archived(one, Outcome.ACCEPTED))
                    .toList();
            return this;
        }

        Writing poll(Priority priority, boolean answered, Duration delay) {
            return poll(ID, priority, answered, delay);
        }

        /** @param delay none if no other poll is needed */
        Writing poll(String id, Priority priority, boolean answered, Duration delay) {
            polls = List.of(new PollPlan(id, priority, answered, Optional.ofNullable(delay)));
            return this;
        }

        BatchChanges build() {
            return new BatchChanges(
                    opened,
                    records,
                    followUps,
                    transitions,
                    marks,
                    List.of(),
                    List.of(),
                    archive,
                    polls,
                    List.of(),
                    Map.of(),
                    Map.of());
        }
    }

    private static Writing changes() {
        return new Writing();
    }

    private Writing opening(String id) {
        return changes().opened(record(id, Status.PENDING, 1)).transitions(transition(id, 1, 1, Status.PENDING));
    }

    private void write(Writing writing) {
        BatchChanges changes = writing.build();
        Set<String> ids = new HashSet<>();
        changes.records().forEach(record -> ids.add(record.id()));
        changes.followUps().forEach(record -> ids.add(record.id()));
        get(store.inTransaction(unit -> unit.load(ids, time.instant()).chain(() -> unit.persist(changes))));
    }

    private Map<String, Recorded> load(String id) {
        return get(store.inTransaction(unit -> unit.load(Set.of(id), time.instant())));
    }

    private List<Claim> claim(PollQueue queue, Priority priority) {
        return get(queue.claim(priority, MANY));
    }

    private TransactionRecord record(String id, Status status, int sequence) {
        return record(id, status, sequence, "cust-8841");
    }

    private TransactionRecord record(String id, Status status, int sequence, String owner) {
        TransactionDetails details = TransactionDetails.of("buy", "USDC", "ERC20")
                .withUser(owner)
                .withRequestedAmount("42.750")
                .withCryptoAmount("42.60")
                .withFiat("EUR", "40.15")
                .withPaymentMethod("card")
                .withCreatedAt(START)
                .with(new OwnReference("order-1", OwnReference.Source.GATEWAY, Map.of("cart", "\"ä\"")), "0xAA");
        LedgerState state = new LedgerState(
                status, 1, sequence, false, null, START.plusSeconds(1), START, time.instant(), false, false);
        return new TransactionRecord(id, details, state, FollowUp.NONE, new Published(3, 2, true), false);
    }

    private Transition transition(String id, int sequence, int attempt, Status status) {
        return new Transition(id, sequence, attempt, status, Channel.SESSION, null, START, time.instant(), null, false);
    }

    private Observation observation(String id) {
        return new Observation(
                new UUID(random.nextLong(), random.nextLong()),
                Channel.SESSION,
                true,
                id,
                "pending",
                null,
                null,
                time.instant(),
                TransactionDetails.NONE,
                false,
                null);
    }

    private static void assertCollided(CompletableFuture<?> transaction) {
        assertThatThrownBy(transaction::join)
                .cause()
                .isInstanceOfSatisfying(StoreException.class, refused -> assertThat(refused.kind())
                        .isEqualTo(StoreException.Kind.COLLISION));
    }

    private static Duration millis(int millis) {
        return Duration.ofMillis(millis);
    }

    private void happen(Duration duration) {
        boolean[] over = new boolean[1];
        time.after(duration, () -> over[0] = true);
        while (!over[0]) {
            time.step();
        }
    }

    private <T> T get(Uni<T> work) {
        CompletableFuture<T> result = work.subscribeAsCompletionStage();
        while (!result.isDone() && !time.isOver()) {
            time.step();
        }
        assertThat(result).isDone();
        try {
            return result.join();
        } catch (CompletionException failed) {
            throw failed.getCause() instanceof RuntimeException known ? known : failed;
        }
    }
}
