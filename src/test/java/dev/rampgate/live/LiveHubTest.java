package dev.rampgate.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rampgate.ledger.TransactionDetails;
import dev.rampgate.live.LiveCounters.WakeUp;
import dev.rampgate.live.Transport.Departure;
import dev.rampgate.problem.Problem;
import dev.rampgate.problem.ProblemException;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.helpers.test.UniAssertSubscriber;
import io.smallrye.mutiny.subscription.UniEmitter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The hub with a ledger that answers on request, on an event loop with a manual clock. */
class LiveHubTest {

    private final ManualEventLoop loop = new ManualEventLoop();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final LiveCounters counters = new LiveCounters(meters);
    private final Map<String, TransactionSnapshot> ledger = new HashMap<>();
    private final List<Question> asked = new ArrayList<>();
    private LiveSettings settings = Snapshots.settings(Map.of("rampgate.live.max-streams-per-user", "3"));
    private LiveHub hub = hub();

    /** A read that waits for its answer. */
    private record Question(List<String> ids, UniEmitter<? super Map<String, TransactionSnapshot>> answer) {}

    @Test
    void aTransactionIsReadOnceForAllItsStreams() {
        put("tx", "pending");
        List<Reader> readers = List.of(join("tx", "cust-1"), join("tx", "cust-1"), join("tx", null));
        answerAll();
        int before = asked.size();

        put("tx", "pending", "processing");
        hub.changed(List.of("tx", "nobody-follows-this"), WakeUp.OWN_COMMIT);
        answerAll();

        assertThat(asked).hasSize(before + 1);
        assertThat(asked.get(before).ids).containsExactly("tx");
        assertThat(readers).allSatisfy(reader -> assertThat(reader.log)
                .containsExactly("open", "state 1 pending", "transition 2 processing"));
    }

    @Test
    void aTransactionThatChangesDuringAReadIsReadAgain() {
        put("tx", "pending");
        Reader reader = join("tx", "cust-1");
        loop.run();
        Question stale = asked.get(0);
        Map<String, TransactionSnapshot> then = Map.copyOf(ledger);
        put("tx", "pending", "processing");
        hub.changed(List.of("tx"), WakeUp.NOTIFIED);
        loop.run();

        stale.answer.complete(then);
        answerAll();

        assertThat(reader.log).containsExactly("open", "state 1 pending", "transition 2 processing");
    }

    @Test
    void onlyOneReadIsInFlightAndTheNextTakesAllPendingTransactions() {
        put("a", "pending");
        put("b", "pending");
        put("c", "pending");
        join("a", "cust-1");
        loop.run();
        join("b", "cust-1");
        join("c", "cust-1");
        loop.run();
        assertThat(asked).hasSize(1);

        answerAll();

        assertThat(asked).extracting(Question::ids).containsExactly(List.of("a"), List.of("b", "c"));
    }

    @Test
    void transactionsBeyondTheLimitOfOneStatementAreReadByTheNext() {
        settings = Snapshots.settings(Map.of("rampgate.live.max-streams-per-user", "1000"));
        hub = hub();
        List<String> ids = IntStream.range(0, 700).mapToObj(i -> "tx-" + i).toList();
        ids.forEach(id -> put(id, "pending"));
        ids.forEach(id -> join(id, "cust-1"));
        answerAll();
        asked.clear();

        hub.changed(ids, WakeUp.NOTIFIED);
        answerAll();

        assertThat(asked).extracting(question -> question.ids.size()).containsExactly(500, 200);
    }

    @Test
    void anotherUserIsRefusedAsIfTheTransactionDidNotExist() {
        put("tx", "pending");
        Reader stranger = join("tx", "cust-2");
        Reader lost = join("no-such", "cust-1");
        answerAll();

        assertThat(stranger.log).containsExactly("refuse 404");
        assertThat(lost.log).containsExactly("refuse 404");
        assertThat(hub.streams()).isZero();
    }

    @Test
    void aUserWithTooManyStreamsIsRefusedUntilOneEnds() {
        put("tx", "pending");
        List<Reader> readers =
                IntStream.range(0, 3).mapToObj(i -> join("tx", "cust-1")).toList();
        Reader fourth = join("tx", "cust-1");
        answerAll();
        assertThat(fourth.log).containsExactly("refuse 429");

        readers.get(0).stream.lost();
        Reader fifth = join("tx", "cust-1");
        answerAll();

        assertThat(fifth.log).containsExactly("open", "state 1 pending");
        assertThat(hub.streams()).isEqualTo(3);
    }

    @Test
    void streamsOfAnErasedUserEndAndAreNoLongerCounted() {
        put("tx", "pending");
        List<Reader> readers = List.of(join("tx", "cust-1"), join("tx", "cust-1"), join("tx", null));
        answerAll();
        TransactionSnapshot before = ledger.get("tx");
        ledger.put(
                "tx",
                new TransactionSnapshot(
                        TransactionDetails.pseudonym(new UUID(1, 2)),
                        before.view(),
                        before.changedAt(),
                        before.steps()));
        Reader byTicket = join("tx", null);
        answerAll();

        assertThat(byTicket.log).containsExactly("refuse 404");
        assertThat(readers).allSatisfy(reader -> assertThat(reader.log).endsWith("leave GONE"));
        assertThat(hub.streams()).isZero();
        put("another", "pending");
        List<Reader> anew =
                IntStream.range(0, 3).mapToObj(i -> join("another", "cust-1")).toList();
        answerAll();
        assertThat(anew).allSatisfy(reader -> assertThat(reader.log).containsExactly("open", "state 1 pending"));
    }

    @Test
    void aReplicaWithTooManyStreamsRefusesTheNextAlsoBeforeASocketIsUpgraded() {
        settings = Snapshots.settings(Map.of("rampgate.live.max-streams", "1"));
        hub = hub();
        put("tx", "pending");
        join("tx", "cust-1");
        Reader second = join("tx", "cust-1");
        answerAll();

        assertThat(second.log).containsExactly("refuse 503");
        UniAssertSubscriber<Void> socket =
                hub.checkJoin(Optional.of("cust-1"), "cust-1").subscribe().withSubscriber(UniAssertSubscriber.create());
        loop.run();
        assertThatThrownBy(() -> {
                    throw socket.getFailure();
                })
                .isInstanceOf(ProblemException.class);
    }

    @Test
    void anUnavailableLedgerRefusesNewStreamsAndKeepsOpenOnes() {
        put("tx", "pending");
        Reader follower = join("tx", "cust-1");
        answerAll();
        Reader late = join("tx", "cust-1");
        loop.run();

        loop.pass(Duration.ofSeconds(3));
        put("tx", "pending", "processing");
        asked.clear();
        loop.pass(Duration.ofSeconds(2));
        answerAll();

        assertThat(late.log).containsExactly("refuse 503");
        assertThat(follower.log).contains("transition 2 processing");
    }

    @Test
    void theFallbackFindsChangesWithoutANotification() {
        put("tx", "pending");
        Reader reader = join("tx", "cust-1");
        answerAll();
        hub.startFallback();
        put("tx", "pending", "processing");

        loop.pass(Duration.ofSeconds(30));
        answerAll();

        assertThat(reader.log).endsWith("transition 2 processing");
    }

    @Test
    void allTransactionsAreReadAfterAGapInListening() {
        put("tx", "pending");
        Reader reader = join("tx", "cust-1");
        answerAll();
        put("tx", "pending", "processing");

        hub.anythingChanged(WakeUp.RECONNECTED);
        answerAll();

        assertThat(reader.log).endsWith("transition 2 processing");
    }

    @Test
    void aStreamEndsAfterTheGracePeriodOfItsTerminalStatus() {
        put("tx", "pending", "failed!");
        Reader reader = join("tx", "cust-1");
        answerAll();

        loop.pass(Duration.ofMinutes(10).plusMillis(1));
        answerAll();

        assertThat(reader.log).endsWith("end 2.1 failed+", "close");
        assertThat(hub.streams()).isZero();
    }

    @Test
    void streamsOfADeletedTransactionEnd() {
        put("tx", "pending");
        Reader reader = join("tx", "cust-1");
        answerAll();
        ledger.clear();

        hub.changed(List.of("tx"), WakeUp.NOTIFIED);
        answerAll();

        assertThat(reader.log).endsWith("leave GONE");
    }

    @Test
    void drainingEndsAllStreamsWithRandomReconnectTimesAndNewStreamsToo() {
        put("tx", "pending");
        List<Reader> readers = List.of(join("tx", "cust-1"), join("tx", "cust-1"), join("tx", "cust-1"));
        answerAll();

        hub.drain();
        loop.run();
        Reader anew = join("tx", "cust-1");
        loop.run();

        assertThat(readers).allSatisfy(reader -> assertThat(reader.log).endsWith("leave DRAINING"));
        assertThat(readers).extracting(reader -> reader.comeBack).doesNotHaveDuplicates();
        assertThat(readers).extracting(reader -> reader.comeBack).allSatisfy(delay -> assertThat(delay)
                .isLessThan(Duration.ofSeconds(5)));
        assertThat(anew.log).containsExactly("open", "leave DRAINING");
        assertThat(hub.streams()).isZero();
    }

    private LiveHub hub() {
        return new LiveHub(this::read, loop, settings, loop::now, new Random(1)::nextLong, counters);
    }

    private Uni<Map<String, TransactionSnapshot>> read(Collection<String> ids) {
        return Uni.createFrom().emitter(answer -> asked.add(new Question(List.copyOf(ids), answer)));
    }

    private void put(String id, String... history) {
        ledger.put(id, Snapshots.of(id, history));
    }

    /** Answers all reads, and those that follow from them. */
    private void answerAll() {
        loop.run();
        for (int i = 0; i < asked.size(); i++) {
            Question question = asked.get(i);
            Map<String, TransactionSnapshot> found = new HashMap<>(ledger);
            found.keySet().retainAll(question.ids);
            question.answer.complete(found);
            loop.run();
        }
    }

    private Reader join(String id, String userId) {
        Reader reader = new Reader();
        LiveStream.Environment environment =
                new LiveStream.Environment(settings, loop::now, new Random(1)::nextLong, counters);
        reader.stream = new LiveStream(id, userId, null, reader, loop, environment, hub::leave);
        hub.join(reader.stream);
        return reader;
    }

    /** Records what it receives. */
    private static final class Reader implements Transport {
        private final List<String> log = new ArrayList<>();
        private LiveStream stream;
        private Duration comeBack;

        @Override
        public void refuse(Problem problem) {
            log.add("refuse " + problem.type().status());
        }

        @Override
        public void nothingLeft() {
            log.add("nothing left");
        }

        @Override
        public void open() {
            log.add("open");
        }

        @Override
        public boolean isWritable() {
            return true;
        }

        @Override
        public void onWritable(Runnable again) {
            // Always writable.
        }

        @Override
        public void send(List<LiveEvent> events) {
            log.addAll(Snapshots.lines(events));
        }

        @Override
        public void beat() {
            // Not of interest here.
        }

        @Override
        public void end() {
            log.add("close");
        }

        @Override
        public void leave(Departure why, Duration retry) {
            log.add("leave " + why);
            comeBack = retry;
        }
    }
}
