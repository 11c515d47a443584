package dev.rampgate.fault;

import dev.rampgate.sandbox.transaction.Action;
import dev.rampgate.sandbox.transaction.ProofTransaction;
import dev.rampgate.sandbox.transaction.StatusChange;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What users and Proof do all day, at a rate that does not ask how anybody is: sessions are opened, their transactions move
 * on, and webhooks tell of it, most of them again and again, some of what is long past.
 */
final class Traffic implements AutoCloseable {

    private static final int RECENT = 100;
    private static final Pattern ID = Pattern.compile("\"merchant_transaction_id\"\\s*:\\s*\"([^\"]+)\"");

    private final Cluster cluster;
    private final WebhookSender sender;
    private final Random random;
    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(2))
            .build();
    private final ScheduledExecutorService clockwork = Executors.newScheduledThreadPool(2);
    private final Queue<String> opened = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedDeque<String> recent = new ConcurrentLinkedDeque<>();

    Traffic(Cluster cluster, WebhookSender sender, Random random) {
        this.cluster = cluster;
        this.sender = sender;
        this.random = random;
    }

    Traffic start(int sessionsPerSecond, int webhooksPerSecond) {
        every(sessionsPerSecond, this::openSession);
        every(sessionsPerSecond * 3, this::moveOn);
        every(webhooksPerSecond, this::tell);
        return this;
    }

    /** The transactions whose sessions were answered. */
    List<String> opened() {
        return List.copyOf(opened);
    }

    /** No more of it; what is under way ends. */
    @Override
    public void close() throws InterruptedException {
        clockwork.shutdownNow();
        clockwork.awaitTermination(10, TimeUnit.SECONDS);
    }

    /** All payments come to their end at Proof, which tells nobody but those who ask and those who listen. */
    void completeAll() {
        opened.stream()
                .filter(id -> Action.COMPLETE.isPossibleFor(
                        cluster.proof().transactions().get(id)))
                .forEach(id -> cluster.proof().drive(id, Action.COMPLETE));
    }

    private void every(int perSecond, Runnable step) {
        clockwork.scheduleAtFixedRate(
                () -> {
                    try {
                        step.run();
                    } catch (RuntimeException broken) {
                        // A fixed rate ends silently with its first exception.
                        broken.printStackTrace();
                    }
                },
                0,
                1_000_000 / perSecond,
                TimeUnit.MICROSECONDS);
    }

    private void openSession() {
        HttpRequest request = cluster.sessionCall("cust-" + random.nextInt(1_000), random);
        client.sendAsync(request, BodyHandlers.ofString())
                .thenAccept(this::remember)
                .exceptionally(unanswered -> null);
    }

    private void remember(HttpResponse<String> answer) {
        Matcher id = ID.matcher(answer.body());
        if (answer.statusCode() == 201 && id.find()) {
            opened.add(id.group(1));
            recent.addLast(id.group(1));
            if (recent.size() > RECENT) {
                recent.pollFirst();
            }
        }
    }

    private void moveOn() {
        anyRecent().ifPresent(transaction -> {
            Action action = Action.PAY.isPossibleFor(transaction)
                    ? Action.PAY
                    : List.of(Action.COMPLETE, Action.COMPLETE, Action.FAIL, Action.CANCEL)
                            .get(random.nextInt(4));
            if (action.isPossibleFor(transaction)) {
                cluster.proof().drive(transaction.id(), action);
            }
        });
    }

    private void tell() {
        anyRecent().ifPresent(transaction -> {
            List<StatusChange> history = transaction.history();
            StatusChange state =
                    random.nextInt(6) == 0 ? history.get(random.nextInt(history.size())) : transaction.last();
            sender.tell(cluster.anyReady(random).url("/proof-webhook/" + Cluster.WEBHOOK_KEY), transaction, state);
        });
    }

    private Optional<ProofTransaction> anyRecent() {
        List<String> some = List.copyOf(recent);
        return some.isEmpty()
                ? Optional.empty()
                : cluster.proof().transactions().find(some.get(random.nextInt(some.size())));
    }
}
