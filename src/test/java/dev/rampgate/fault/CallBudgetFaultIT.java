package dev.rampgate.fault;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rampgate.fault.LedgerTables.Age;
import dev.rampgate.sandbox.fault.Fault;
import dev.rampgate.sandbox.fault.FaultRule;
import dev.rampgate.sandbox.fault.Place;
import dev.rampgate.sandbox.http.ReceivedCall;
import dev.rampgate.sandbox.transaction.ProofTransaction;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Far more to ask than Proof may be asked: three replicas keep one budget, and use it fairly. */
@Tag("measures")
class CallBudgetFaultIT {

    private static final int BUDGET = 50;
    /** I5: in any sliding second. The full numbers are for a machine of one's own; elsewhere others make calls late. */
    private static final int MOST_IN_A_SECOND = Scale.of("budget.most", 65, 65, BUDGET + BUDGET / 10);
    /** A transaction that changed lately is asked for every 5 to 10 s. */
    private static final Duration PERIOD = Duration.ofSeconds(10);

    private static Cluster cluster;
    private static Stalls stalls;

    @BeforeAll
    static void start() {
        stalls = Stalls.watch();
        cluster =
                Cluster.start(3, Map.of("RAMPGATE_POLL_MAX_RATE", "" + BUDGET, "RAMPGATE_SOCKET_MAX_CONNECTIONS", "0"));
    }

    @AfterAll
    static void stop() throws Exception {
        cluster.close();
        stalls.close();
    }

    @AfterEach
    void clear() {
        cluster.proof().faults().clear();
        cluster.ledger().clear();
    }

    @Test
    void tenThousandUnsettledTransactionsStayWithinTheBudgetWhateverProofAnswers() throws InterruptedException {
        int unsettled = Scale.of("unsettled", 1_000, 10_000, 10_000);
        int seconds = Scale.of("budget.seconds", 10, 20, 120);
        put(unsettled, 0);
        cluster.proof()
                .faults()
                .add(FaultRule.always(Place.TRANSACTION_CALL, new Fault.Status(429, null, null, 2, Fault.Form.ENVELOPE))
                        .rate(0.002));

        List<Instant> calls = callsWithin(seconds);

        new Figures("budget")
                .line("unsettled transactions, all due, three replicas", unsettled)
                .line("seconds", seconds)
                .line("calls", calls.size())
                .line("budget per second", BUDGET)
                .line("most in a sliding second", mostInASecond(calls))
                .line(
                        "stalls of this machine, which are left out",
                        stalls.lengths().size())
                .publish();
        assertThat(mostInASecond(calls)).isBetween(BUDGET / 2, MOST_IN_A_SECOND);
    }

    @Test
    void aDeployWithEverythingDueMakesNoStorm() throws InterruptedException {
        put(Scale.of("unsettled", 1_000, 10_000, 10_000), 0);
        cluster.proof().calls().clear();
        cluster.replicas().parallelStream().forEach(ReplicaProcess::terminate);
        cluster.startAll();
        TimeUnit.SECONDS.sleep(
                Scale.of("deploy.seconds", 5, 10, 30)); // A rate is measured: calls are counted for this long.

        List<Instant> calls = transactionCalls();
        new Figures("deploy")
                .line("most in a sliding second while three replicas restart", mostInASecond(calls))
                .line("calls", calls.size())
                .line("budget per second", BUDGET)
                .publish();
        // The first calls of a cold process are on their way longer than others, so that some come together.
        assertThat(mostInASecond(calls)).isBetween(BUDGET / 2, BUDGET * 3 / 2);
    }

    @Test
    void rowsThatProofNeverFindsDoNotStarveGoodOnes() throws InterruptedException {
        int missing = Scale.of("missing", 1_000, 5_000, 5_000);
        int seconds = Scale.of("fairness.seconds", 25, 40, 120);
        List<String> good = put(100, 0);
        List<String> lost = put(missing, 1);
        lost.forEach(cluster.proof().transactions()::forget);

        callsWithin(seconds);

        Map<String, List<Instant>> asked = new HashMap<>();
        Set<String> wanted = new HashSet<>(good);
        for (ReceivedCall call : cluster.proof().calls().matching(ReceivedCall::isTransactionCall)) {
            String id = call.path().substring(call.path().lastIndexOf('/') + 1);
            if (wanted.contains(id)) {
                asked.computeIfAbsent(id, first -> new ArrayList<>()).add(call.at());
            }
        }
        List<Long> gaps = new ArrayList<>();
        asked.values().forEach(times -> {
            for (int i = 1; i < times.size(); i++) {
                gaps.add(Duration.between(times.get(i - 1), times.get(i)).toMillis());
            }
        });
        new Figures("fairness")
                .line("transactions that Proof does not find", missing)
                .line("beside good ones", good.size())
                .line(
                        "of these asked for more than once in " + seconds + " s",
                        asked.values().stream()
                                .filter(times -> times.size() > 1)
                                .count())
                .times("between two polls of a good one, period 5 to 10 s", gaps)
                .publish();
        assertThat(asked.keySet()).hasSize(good.size());
        assertThat(asked.values()).allMatch(times -> times.size() > 1);
        assertThat(gaps).allMatch(gap -> gap <= 2 * PERIOD.toMillis());
    }

    private static List<String> put(int count, int failures) {
        List<String> ids = cluster.openAtProof(count);
        List<ProofTransaction> transactions =
                ids.stream().map(cluster.proof().transactions()::get).toList();
        cluster.ledger().put(transactions, Age.FRESH, failures, "0 s");
        return ids;
    }

    private static List<Instant> callsWithin(int seconds) throws InterruptedException {
        cluster.proof().calls().clear();
        TimeUnit.SECONDS.sleep(seconds); // A rate is measured: calls are counted for this long.
        return transactionCalls();
    }

    private static List<Instant> transactionCalls() {
        return cluster.proof().calls().matching(ReceivedCall::isTransactionCall).stream()
                .map(ReceivedCall::at)
                .sorted()
                .toList();
    }

    /** Of the seconds in which the machine left the simulator, which notes the calls, to its work. */
    private static int mostInASecond(List<Instant> calls) {
        Deque<Instant> window = new ArrayDeque<>();
        int most = 0;
        for (Instant call : calls) {
            window.addLast(call);
            while (!window.peekFirst().isAfter(call.minusSeconds(1))) {
                window.removeFirst();
            }
            if (window.size() > most && stalls.isSteady(window.peekFirst(), call)) {
                most = window.size();
            }
        }
        return most;
    }
}
