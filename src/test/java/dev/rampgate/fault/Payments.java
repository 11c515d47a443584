package dev.rampgate.fault;

import dev.rampgate.sandbox.transaction.Action;
import dev.rampgate.sandbox.transaction.ProofTransaction;
import dev.rampgate.sandbox.transaction.StatusChange;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Users who open sessions at a steady rate and pay within seconds, for hours: each transaction comes to an end, so that the number of
 * open ones stays the same. Of ten webhooks about a change one is never sent, one comes twice, one late, and now and then one claims
 * what is not so.
 */
final class Payments implements AutoCloseable {

    private static final int USERS = 1_000;
    private static final int STEP_MILLIS = 3_000;
    private static final int LATE_MILLIS = 15_000;
    private static final Pattern ID = Pattern.compile("\"merchant_transaction_id\"\\s*:\\s*\"([^\"]+)\"");

    private final Cluster cluster;
    private final WebhookSender sender;
    private final Random random;
    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(2))
            .build();
    private final ScheduledExecutorService clockwork = Executors.newScheduledThreadPool(3);
    private final Queue<String> opened = new ConcurrentLinkedQueue<>();
    private final AtomicInteger asked = new AtomicInteger();

    Payments(Cluster cluster, WebhookSender sender, Random random) {
        this.cluster = cluster;
        this.sender = sender;
        this.random = random;
    }

    Payments start(int sessionsPerSecond) {
        clockwork.scheduleAtFixedRate(
                safely(this::openSession), 0, 1_000_000 / sessionsPerSecond, TimeUnit.MICROSECONDS);
        return this;
    }

    /** The transactions whose sessions were answered. */
    List<String> opened() {
        return List.copyOf(opened);
    }

    /** How many sessions were asked for. */
    int asked() {
        return asked.get();
    }

    /** No more of it. */
    @Override
    public void close() throws InterruptedException {
        clockwork.shutdownNow();
        clockwork.awaitTermination(10, TimeUnit.SECONDS);
    }

    /** What is still open at Proof comes to its end, and each transaction that had not ended is reported once. */
    void completeAll() {
        for (String id : opened) {
            if (Action.COMPLETE.isPossibleFor(cluster.proof().transactions().get(id))) {
                ProofTransaction ended = cluster.proof().drive(id, Action.COMPLETE);
                report(ended, ended.last());
            }
        }
    }

    private void openSession() {
        asked.incrementAndGet();
        HttpRequest request = cluster.sessionCall("cust-" + random.nextInt(USERS), random);
        client.sendAsync(request, BodyHandlers.ofString())
                .thenAccept(this::begin)
                .exceptionally(unanswered -> null);
    }

    private void begin(HttpResponse<String> answer) {
        Matcher id = ID.matcher(answer.body());
        if (answer.statusCode() == 201 && id.find()) {
            opened.add(id.group(1));
            later(STEP_MILLIS, () -> step(id.group(1)));
        }
    }

    private void step(String id) {
        ProofTransaction now = cluster.proof().transactions().get(id);
        Action action = next(now);
        if (action == null) {
            return;
        }
        ProofTransaction moved = cluster.proof().drive(id, action);
        report(moved);
        later(STEP_MILLIS, () -> step(id));
    }

    /** What the user does next; null if nothing more. */
    private Action next(ProofTransaction transaction) {
        int chance = random.nextInt(100);
        return switch (transaction.status()) {
            case "pending" -> chance < 90 ? Action.PAY : Action.CANCEL;
            case "processing" -> chance < 80 ? Action.COMPLETE : chance < 92 ? Action.FAIL : Action.CANCEL;
            case "failed" -> chance < 30 ? Action.RETRY : null;
            default -> null;
        };
    }

    private void report(ProofTransaction transaction) {
        StatusChange state = transaction.last();
        switch (random.nextInt(10)) {
            case 0 -> {
                // It is lost on its way.
            }
            case 1 -> {
                report(transaction, state);
                report(transaction, state);
            }
            case 2 -> later(LATE_MILLIS, () -> report(transaction, state));
            default -> report(transaction, state);
        }
        if (random.nextInt(50) == 0) {
            report(transaction, new StatusChange("completed", Instant.now(), "1.00", "1.00"));
        }
    }

    private void report(ProofTransaction transaction, StatusChange state) {
        sender.tell(cluster.anyReady(random).url("/proof-webhook/" + Cluster.WEBHOOK_KEY), transaction, state);
    }

    private void later(int withinMillis, Runnable step) {
        try {
            clockwork.schedule(safely(step), 200 + random.nextInt(withinMillis), TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException closed) {
            // The transaction stays as it is, until all are completed.
        }
    }

    /** What is repeated at a rate ends silently with its first exception. */
    private static Runnable safely(Runnable step) {
        return () -> {
            try {
                step.run();
            } catch (RuntimeException broken) {
                broken.printStackTrace();
            }
        };
    }
}
