package dev.rampgate.fault;

import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.rampgate.fault.LedgerTables.Age;
import dev.rampgate.fault.LedgerTables.Moved;
import dev.rampgate.fault.WebhookSender.Sent;
import dev.rampgate.sandbox.transaction.Action;
import dev.rampgate.sandbox.transaction.ProofTransaction;
import dev.rampgate.sandbox.transaction.StatusChange;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The same news, or contradicting news, at two replicas in the same moment. */
@Tag("measures")
class TwoReplicasIT {

    private static final int COPIES = 64;
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private static Cluster cluster;

    @BeforeAll
    static void start() {
        // With a key a webhook is believed here, without one it is advice.
        cluster = Cluster.start(
                2,
                Map.of(
                        "RAMPGATE_WEBHOOK_TRUST", "authoritative",
                        "RAMPGATE_WEBHOOK_OPEN", "true",
                        "RAMPGATE_WEBHOOK_LIMITS_OPEN", "off",
                        "RAMPGATE_WEBHOOK_ACK_TIMEOUT", "10s",
                        "RAMPGATE_POLL_MAX_RATE", "200",
                        "RAMPGATE_POLL_NUDGED_MAX_RATE", "200",
                        "RAMPGATE_POLL_LAG_TOLERANCE", "3s"));
        // An installed database may hold what other tests left.
        cluster.ledger().clear();
    }

    @AfterAll
    static void stop() throws Exception {
        cluster.close();
    }

    @Test
    void identicalWebhooksAtOnceMakeOneTransitionAndAreAllArchived() {
        List<String> ids = put(Scale.of("identical.ids", 20, 50, 200), Age.HOURS);
        ids.forEach(id -> cluster.proof().drive(id, Action.COMPLETE));
        WebhookSender sender = new WebhookSender();

        for (int i = 0; i < ids.size(); i++) {
            String path = i % 2 == 0 ? "/proof-webhook" : "/proof-webhook/" + Cluster.WEBHOOK_KEY;
            ProofTransaction truth = cluster.proof().transactions().get(ids.get(i));
            List<CompletableFuture<Sent>> copies = new ArrayList<>();
            for (int copy = 0; copy < COPIES; copy++) {
                copies.add(sender.tell(cluster.replicas().get(copy % 2).url(path), truth));
            }
            CompletableFuture.allOf(copies.toArray(CompletableFuture[]::new)).join();
        }
        cluster.awaitTruth(LIMIT, ids);

        assertThat(sender.sent()).hasSize(COPIES * ids.size()).allMatch(Sent::isAcknowledged);
        List<Long> marks = sender.sent().stream().map(Sent::mark).toList();
        await().atMost(LIMIT).untilAsserted(() -> assertThat(cluster.ledger().archivedMarks())
                .containsAll(marks));
        assertThat(cluster.ledger().archivedWebhooks())
                .allSatisfy((id, archived) -> assertThat(archived).isEqualTo(COPIES));
        assertThat(Truth.historyDifferences(cluster.proof(), cluster.ledger(), ids))
                .isEmpty();
        assertThat(endings(ids)).hasSize(ids.size());
        assertThat(announcedOnce(endings(ids))).isTrue();
        new Figures("identical-webhooks")
                .line("ids, with " + COPIES + " webhooks at once on two replicas", ids.size())
                .line("webhooks acknowledged", sender.acknowledged().size())
                .line("in the archive", cluster.ledger().archivedMarks().size())
                .line("transitions to completed", endings(ids).size())
                .times(
                        "answered in",
                        sender.sent().stream().map(one -> one.took().toMillis()).toList())
                .publish();
    }

    @Test
    void ofCompletedAndFailedAtOnceOneWinsAndIsAnnouncedOnce() {
        Random random = Scale.seeded();
        int rounds = Scale.of("races", 40, 200, 1_000);
        List<String> ids = new ArrayList<>();
        WebhookSender sender = new WebhookSender();
        for (int done = 0; done < rounds; done += 20) {
            List<String> some = put(Math.min(20, rounds - done), Age.FRESH);
            cluster.ledger().heat(some);
            await().atMost(LIMIT).until(() -> some.stream()
                    .allMatch(id -> cluster.proof().sockets().count(id) == 1));
            some.forEach(id -> race(id, sender, random));
            ids.addAll(some);
        }
        sender.sent();
        cluster.awaitTruth(LIMIT, ids);

        Map<String, Long> endingsByAttempt =
                endings(ids).stream().collect(groupingBy(end -> end.transactionId() + " " + end.attempt(), counting()));
        assertThat(endingsByAttempt.values()).allMatch(endings -> endings == 1);
        assertThat(endingsByAttempt.keySet())
                .containsAll(ids.stream().map(id -> id + " 1").toList());
        assertThat(announcedOnce(endings(ids))).isTrue();
        Map<String, Long> winners = endings(ids).stream()
                .filter(end -> end.attempt() == 1)
                .collect(groupingBy(end -> end.status() + " by " + end.channel(), counting()));
        // Otherwise nothing raced.
        assertThat(winners).hasSizeGreaterThan(2);
        new Figures("completed-against-failed")
                .line("rounds", rounds)
                .line("winners", new TreeMap<>(winners))
                .line(
                        "corrected by polls afterwards",
                        endings(ids).stream().filter(end -> end.attempt() > 1).count())
                .line("announced twice", 0)
                .publish();
    }

    @Test
    void aBrakeThatOneReplicaPutsOnStopsSessionsAtTheOtherUntilItIsReleased() {
        ReplicaProcess one = cluster.replicas().get(0);
        ReplicaProcess other = cluster.replicas().get(1);
        assertThat(Brake.session(other)).isEqualTo("201 ");

        assertThat(Brake.put(one, "night", Duration.ofHours(1))).isEqualTo(200);
        assertThat(Brake.session(one)).isEqualTo("503 sessions-paused");
        await("the brake").atMost(LIMIT).until(() -> Brake.session(other).equals("503 sessions-paused"));
        assertThat(Brake.release(other, "night")).isEqualTo(200);
        assertThat(Brake.session(other)).isEqualTo("201 ");
        await("the release").atMost(LIMIT).until(() -> Brake.session(one).equals("201 "));
    }

    /** Two contradicting ends on two ways at once; what Proof then answers to a poll is one of them. */
    private static void race(String id, WebhookSender sender, Random random) {
        ProofTransaction before = cluster.proof().transactions().get(id);
        StatusChange completed = state("completed", before);
        StatusChange failed = state("failed", before);
        boolean bySocket = random.nextBoolean();
        boolean failedFirst = random.nextBoolean();
        List<Runnable> ways =
                new ArrayList<>(List.of(() -> sender.tell(keyed(0), before, failedFirst ? failed : completed), () -> {
                    StatusChange other = failedFirst ? completed : failed;
                    if (bySocket) {
                        cluster.proof().sockets().send(id, frame(before, other));
                    } else {
                        sender.tell(keyed(1), before, other);
                    }
                }));
        cluster.proof()
                .transactions()
                .rewrite(
                        id,
                        ProofTransaction.Rewrite.nothing()
                                .status(random.nextBoolean() ? "completed" : "failed")
                                .updatedAt(completed.at()));
        ways.forEach(Runnable::run);
    }

    private static StatusChange state(String status, ProofTransaction before) {
        return new StatusChange(status, before.updatedAt().plusMillis(50), "", "");
    }

    private static String keyed(int replica) {
        return cluster.replicas().get(replica).url("/proof-webhook/" + Cluster.WEBHOOK_KEY);
    }

    private static String frame(ProofTransaction before, StatusChange state) {
        return """
                {"event": "tx.update", "merchant_transaction_id": "%s", "type": "buy", "status": "%s", "currency": "USDC",
                 "occurred_at": "%s"}
                """.formatted(before.id(), state.status(), state.at());
    }

    private static List<String> put(int count, Age age) {
        List<String> ids = cluster.openAtProof(count);
        cluster.ledger()
                .put(ids.stream().map(cluster.proof().transactions()::get).toList(), age, 0, "5 min");
        return ids;
    }

    /** Transitions of these transactions to a terminal status. */
    private static List<Moved> endings(List<String> ids) {
        Set<String> wanted = new HashSet<>(ids);
        return cluster.ledger().transitions().stream()
                .filter(moved -> wanted.contains(moved.transactionId()))
                .filter(moved -> Stream.of("completed", "failed").anyMatch(moved.status()::equals))
                .toList();
    }

    private static boolean announcedOnce(List<Moved> transitions) {
        Map<String, Long> announced = cluster.announcements();
        return transitions.stream()
                .allMatch(moved -> announced.getOrDefault(moved.transactionId() + " " + moved.sequence(), 0L) == 1);
    }
}
