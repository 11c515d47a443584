package dev.rampgate.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.rampgate.fault.LedgerTables.Age;
import dev.rampgate.sandbox.transaction.Action;
import dev.rampgate.sandbox.transaction.ProofTransaction;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Many readers of many transactions at two replicas: each is told everything once and in order, also while both restart. */
@Tag("measures")
class LiveStreamsFaultIT {

    private static final Duration LIMIT = Duration.ofSeconds(120);
    private static final int STREAMS = Scale.of("live.streams", 100, 500, 5_000);
    private static final int RATE = Scale.of("live.rate", 50, 100, 200);
    /** {@code rampgate.live.reconnect-spread}. */
    private static final int SPREAD_SECONDS = 5;

    private static Cluster cluster;

    private final Random random = Scale.seeded();
    private final WebhookSender sender = new WebhookSender();
    private final Map<String, Instant> sentAt = new ConcurrentHashMap<>();

    @BeforeAll
    static void start() {
        cluster = Cluster.start(
                2,
                Map.of(
                        "RAMPGATE_WEBHOOK_TRUST", "authoritative",
                        "RAMPGATE_WEBHOOK_ACK_TIMEOUT", "10s",
                        "RAMPGATE_SOCKET_MAX_CONNECTIONS", "0",
                        "RAMPGATE_POLL_MAX_RATE", "400",
                        "RAMPGATE_POLL_NUDGED_MAX_RATE", "400"));
    }

    @AfterAll
    static void stop() throws Exception {
        cluster.close();
    }

    @Test
    void everyReaderGetsEveryEventOnceInOrderAndSoon() {
        List<String> ids = put();
        long heapBefore = liveHeap();
        try (LiveReaders readers = new LiveReaders(() -> cluster.anyReady(random), random)) {
            readers.follow(ids);
            await().atMost(LIMIT).until(() -> readers.open() == STREAMS);
            long heapOfStreams = liveHeap() - heapBefore;

            move(ids, Action.PAY);
            move(ids, Action.COMPLETE);

            await().atMost(LIMIT).until(() -> readers.ended() == STREAMS);
            assertPublishedOnceInOrder(readers, ids);
            assertThat(readers.refusals()).isZero();
            Map<String, Instant> committedAt = cluster.announcedAt();
            new Figures("live-streams")
                    .line("streams, at two replicas", STREAMS)
                    .line("transitions per second", RATE)
                    .line("heap per idle stream, in bytes", heapOfStreams / STREAMS)
                    .times(
                            "from the commit to the event at the reader, replicas cold",
                            took(readers, ids, "2", committedAt))
                    .times(
                            "from the commit to the event at the reader, replicas warm",
                            took(readers, ids, "3", committedAt))
                    .times("from sending the webhook to the event at the reader, cold", took(readers, ids, "2", sentAt))
                    .times("from sending the webhook to the event at the reader, warm", took(readers, ids, "3", sentAt))
                    .publish();
        }
    }

    @Test
    void aRollingRestartMovesReadersWithoutAHerdAndWithoutLoss() {
        List<String> ids = put();
        try (LiveReaders readers = new LiveReaders(() -> cluster.anyReady(random), random)) {
            readers.follow(ids);
            await().atMost(LIMIT).until(() -> readers.open() == STREAMS);
            Thread deploy = new Thread(() -> cluster.replicas().forEach(replica -> {
                replica.terminate();
                replica.launch();
                replica.awaitReady();
            }));
            deploy.start();

            move(ids, Action.PAY);
            await().atMost(LIMIT).until(() -> !deploy.isAlive());
            move(ids, Action.COMPLETE);

            await().atMost(LIMIT).until(() -> readers.ended() == STREAMS);
            assertPublishedOnceInOrder(readers, ids);
            long peak = LiveReaders.peak(readers.reconnects());
            new Figures("live-rolling-restart")
                    .line("streams, at two replicas that restart one after the other", STREAMS)
                    .line("reconnects", readers.reconnects().size())
                    .line("most reconnects within a second", peak)
                    .line("even rate if one replica held all, per second", STREAMS / SPREAD_SECONDS)
                    .line("refused meanwhile", readers.refusals())
                    .publish();
            assertThat(peak).isLessThanOrEqualTo(Math.max(20, 2L * STREAMS / SPREAD_SECONDS));
        }
    }

    /** A reader may find a transition before its confirmation was written, or both at once; never one twice or out of order. */
    private static void assertPublishedOnceInOrder(LiveReaders readers, List<String> ids) {
        assertThat(ids).allSatisfy(id -> {
            List<String> told = readers.told(id);
            assertThat(told)
                    .isSortedAccordingTo(
                            (one, other) -> Double.compare(Double.parseDouble(one), Double.parseDouble(other)));
            assertThat(told).doesNotHaveDuplicates().contains("2", "3", "3.1");
        });
    }

    /** Bytes that live objects take in all replicas; 0 where they are native executables. */
    private static long liveHeap() {
        String jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
        return ProcessHandle.current()
                .children()
                .filter(child -> child.info().commandLine().orElse("").contains("quarkus-run.jar"))
                .mapToLong(replica -> {
                    try {
                        // Counts after a full collection; the last line is the total of instances and bytes.
                        Process histogram = new ProcessBuilder(jcmd, Long.toString(replica.pid()), "GC.class_histogram")
                                .redirectErrorStream(true)
                                .start();
                        String printed = new String(histogram.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                        Matcher total = Pattern.compile("Total +\\d+ +(\\d+)").matcher(printed);
                        return total.find() ? Long.parseLong(total.group(1)) : 0;
                    } catch (IOException noTool) {
                        return 0;
                    }
                })
                .sum();
    }

    /** From these moments, by transaction and sequence, to the events of one step; in milliseconds. */
    private static List<Long> took(LiveReaders readers, List<String> ids, String step, Map<String, Instant> since) {
        return ids.stream()
                .filter(id -> since.containsKey(id + " " + step))
                .map(id -> Duration.between(since.get(id + " " + step), readers.cameAt(id, step))
                        .toMillis())
                .toList();
    }

    private static List<String> put() {
        List<String> ids = cluster.openAtProof(STREAMS);
        cluster.ledger()
                .put(ids.stream().map(cluster.proof().transactions()::get).toList(), Age.HOURS, 0, "5 min");
        return ids;
    }

    /** Moves all transactions on at the given rate, and tells any ready replica of each until one has heard. */
    private void move(List<String> ids, Action action) {
        String event = action == Action.PAY ? "2" : "3";
        long next = System.nanoTime();
        List<String> order = new ArrayList<>(ids);
        for (String id : order) {
            LockSupport.parkNanos(next - System.nanoTime());
            next += TimeUnit.SECONDS.toNanos(1) / RATE;
            cluster.proof().drive(id, action);
            sentAt.put(id + " " + event, Instant.now());
            tell(cluster.proof().transactions().get(id));
        }
        sender.sent();
    }

    private void tell(ProofTransaction transaction) {
        sender.tell(cluster.anyReady(random).url("/proof-webhook/" + Cluster.WEBHOOK_KEY), transaction)
                .thenAccept(sent -> {
                    if (!sent.isAcknowledged()) {
                        tell(cluster.proof().transactions().get(transaction.id()));
                    }
                });
    }
}
