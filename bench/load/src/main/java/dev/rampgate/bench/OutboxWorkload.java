package dev.rampgate.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;

/** What the company's systems hear: how long after a change, and how many events a second, with one endpoint and with five. */
final class OutboxWorkload {

    static final String LATENCY = "from the commit of a change to the receiver's 2xx";
    static final String THROUGHPUT = "events that are sent while others wait";

    private static final int CHANGES_PER_SECOND = 100;

    private static final Duration LIMIT = Duration.ofMinutes(3);

    private final Results results;
    private final Scale scale;
    private final Path folder;

    OutboxWorkload(Results results, Scale scale, Path folder) {
        this.results = results;
        this.scale = scale;
        this.folder = folder;
    }

    /** Settings of Rampgate: these endpoints, at no less than their fastest. */
    Map<String, String> settings(List<String> urls) {
        try {
            Path secrets = folder.resolve("endpoint-secrets");
            Files.writeString(
                    secrets, "whsec_" + Base64.getEncoder().encodeToString("secret-canary-of-the-benchmark".getBytes()));
            Map<String, String> settings = new HashMap<>(
                    Map.of(
                            "RAMPGATE_SOCKET_MAX_CONNECTIONS", "0",
                            // Each change is confirmed by a poll before it is published.
                            "RAMPGATE_POLL_MAX_RATE", "10000",
                            "RAMPGATE_POLL_NUDGED_MAX_RATE", "10000"));
            for (int n = 0; n < urls.size(); n++) {
                String prefix = "RAMPGATE_OUTBOX_ENDPOINTS_E" + n + "_";
                settings.put(prefix + "URL", urls.get(n));
                settings.put(prefix + "SECRETS_FILE", secrets.toString());
                settings.put(prefix + "RATE", "10000");
            }
            return settings;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Measures a subject that was just started.
     *
     * @param endpoints how many of the receiver's it sends events to
     * @param books how it is given events, and when it committed them
     */
    void run(Subject subject, EventReceiver receiver, int endpoints, Books books) {
        String suffix = endpoints == 1 ? ", 1 endpoint" : ", " + endpoints + " endpoints";
        results.row(LATENCY + suffix, subject.name(), subject.does());
        results.row(THROUGHPUT + suffix, subject.name(), subject.does());
        long warm = CHANGES_PER_SECOND * Math.max(1, scale.warmUpLimit(subject).toSeconds() / 3);
        long measured = CHANGES_PER_SECOND * scale.slice().toSeconds();
        if (subject.isRampgate()) {
            subject.ledger().put("event-", 0, warm + measured, "30 d", "2 h");
        }
        change(subject, receiver, endpoints, 0, warm);
        long changed = change(subject, receiver, endpoints, warm, measured);
        Samples millis = new Samples();
        subject.database().forEach(books.committed(), (id, committed) -> IntStream.range(0, endpoints)
                .mapToObj(endpoint -> receiver.cameAt(endpoint, id))
                .filter(Objects::nonNull)
                .forEach(came -> millis.add(Duration.between(committed, came).toNanos() / 1e6)));
        if (millis.size() < changed * endpoints) {
            throw new BenchFailure(subject.name() + ": " + millis.size() + " of " + changed * endpoints + " events");
        }
        results.add(LATENCY + suffix, subject.name(), WebhookWorkload.P50, millis.percentile(50));
        results.add(LATENCY + suffix, subject.name(), WebhookWorkload.P99, millis.percentile(99));
        results.add(LATENCY + suffix, subject.name(), WebhookWorkload.RATE, CHANGES_PER_SECOND);

        receiver.forget();
        long start = System.nanoTime();
        subject.database().execute(books.many().formatted(scale.delivered()));
        // The peer's worker sleeps until the next webhook.
        new OpenLoad(subject.port())
                .run(1, Duration.ZERO, Duration.ofSeconds(1), n -> Request.webhook(subject.path(), "wake", "processing"));
        await(subject, receiver, (long) scale.delivered() * endpoints);
        results.add(
                THROUGHPUT + suffix,
                subject.name(),
                WebhookWorkload.THROUGHPUT,
                (double) scale.delivered() * endpoints / ((receiver.lastNanos() - start) / 1e9));
    }

    /** Sends webhooks at a fixed rate, and waits for the events of those that were acknowledged, which it counts. */
    private static long change(Subject subject, EventReceiver receiver, int endpoints, long first, long count) {
        receiver.forget();
        OpenLoad.Result sent = new OpenLoad(subject.port())
                .run(
                        CHANGES_PER_SECOND,
                        Duration.ZERO,
                        Duration.ofSeconds(count / CHANGES_PER_SECOND),
                        n -> Request.webhook(subject.path(), "event-" + (first + n), "processing"));
        // Whether it kept up with the webhooks does not matter: the time of an event counts from its commit.
        long acknowledged = sent.acknowledged().size();
        await(subject, receiver, acknowledged * endpoints);
        return acknowledged;
    }

    private static void await(Subject subject, EventReceiver receiver, long events) {
        Ports.await(
                "every endpoint of " + subject.name() + " has its events",
                LIMIT,
                subject.child(),
                () -> receiver.taken() >= events);
    }

    /**
     * What a subject keeps of its events.
     *
     * @param committed ids of transactions and when their first event was committed
     * @param many puts %d events of other transactions there
     */
    record Books(String committed, String many) {

        static final Books RAMPGATE =
                new Books("SELECT transaction_id, created_at FROM event WHERE transaction_id LIKE 'event-%'", """
                    INSERT INTO event (transaction_id, version, epoch, id, type, created_at, body)
                    SELECT 'many-' || n, 1, epoch, 'evt_bench_' || n, type, now(),
                           replace(body, transaction_id, 'many-' || n)
                    FROM (SELECT * FROM event ORDER BY number LIMIT 1) AS one
                         CROSS JOIN generate_series(1, %d) AS n
                    """);

        static final Books PEER = new Books(
                "SELECT merchant_transaction_id, received_at FROM webhook_event WHERE merchant_transaction_id LIKE 'event-%'",
                """
                    INSERT INTO outbox (merchant_transaction_id, body)
                    SELECT 'many-' || n, '{"merchant_transaction_id":"many-' || n || '"}'
                    FROM generate_series(1, %d) AS n
                    """);
    }
}
