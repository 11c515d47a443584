package dev.rampgate.fault;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * The three objectives of docs/operations.md, measured as Prometheus would: the replicas' metrics are read every few seconds, and a
 * counter that begins anew continues where the process before it ended.
 */
final class Objectives implements AutoCloseable {

    private static final int INTERVAL_SECONDS = 5;
    private static final double MOST_LAG_SECONDS = 60;
    private static final String LAG = "rampgate_outbox_feed_lag_seconds";

    /** What is counted, and the lines of the metrics that have it. */
    private enum Count {
        WEBHOOKS("rampgate_webhook_ack_seconds_count", ""),
        WEBHOOKS_IN_TIME("rampgate_webhook_ack_seconds_bucket", "le=\"0.5\""),
        WEBHOOKS_REFUSED("rampgate_webhooks_total", "result=\"unavailable\""),
        CHANGES("rampgate_transition_delay_seconds_count", ""),
        CHANGES_IN_TIME("rampgate_transition_delay_seconds_bucket", "le=\"10.0\""),
        LOOKS(null, null),
        LATE_LOOKS(null, null);

        private final String beginning;
        private final String tag;

        Count(String beginning, String tag) {
            this.beginning = beginning;
            this.tag = tag;
        }

        private boolean isIn(String line) {
            return beginning != null && line.startsWith(beginning) && line.contains(tag);
        }
    }

    private final Cluster cluster;
    private final HttpClient client =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(1)).build();
    private final ScheduledExecutorService clockwork = Executors.newSingleThreadScheduledExecutor();
    private final Map<String, Double> last = new HashMap<>();
    private final Map<Count, Double> counted = new EnumMap<>(Count.class);

    Objectives(Cluster cluster) {
        this.cluster = cluster;
        clockwork.scheduleAtFixedRate(this::look, 0, INTERVAL_SECONDS, TimeUnit.SECONDS);
    }

    /** The shares of good outcomes since the last call of this method. */
    synchronized List<String> shares() {
        List<String> shares = List.of(
                "webhook_acknowledged "
                        + share(
                                of(Count.WEBHOOKS_IN_TIME) - of(Count.WEBHOOKS_REFUSED),
                                of(Count.WEBHOOKS),
                                "webhooks"),
                "change_visible " + share(of(Count.CHANGES_IN_TIME), of(Count.CHANGES), "changes"),
                "event_delivered " + share(of(Count.LOOKS) - of(Count.LATE_LOOKS), of(Count.LOOKS), "looks"));
        counted.clear();
        return shares;
    }

    private double of(Count count) {
        return counted.getOrDefault(count, 0.0);
    }

    private static String share(double good, double all, String what) {
        return all == 0 ? "none" : String.format(Locale.ROOT, "%.3f%% of %.0f %s", 100 * good / all, all, what);
    }

    /** A look at which no replica answers is a late one: without a replica nothing is delivered. */
    private void look() {
        double lag = 0;
        boolean answered = false;
        for (ReplicaProcess replica : cluster.replicas()) {
            String metrics = metrics(replica);
            answered |= metrics.contains(LAG);
            for (String line : metrics.lines().toList()) {
                if (line.startsWith(LAG)) {
                    lag = Math.max(lag, value(line));
                }
                count(replica.url("") + line.substring(0, Math.max(0, line.lastIndexOf(' '))), line);
            }
        }
        add(Count.LOOKS, 1);
        add(Count.LATE_LOOKS, !answered || lag > MOST_LAG_SECONDS ? 1 : 0);
    }

    private synchronized void count(String series, String line) {
        for (Count count : Count.values()) {
            if (count.isIn(line)) {
                double now = value(line);
                double before = last.getOrDefault(series, 0.0);
                add(count, now >= before ? now - before : now);
                last.put(series, now);
            }
        }
    }

    private synchronized void add(Count count, double more) {
        counted.merge(count, more, Double::sum);
    }

    private static double value(String line) {
        return Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1));
    }

    /** Empty while the replica does not answer. */
    private String metrics(ReplicaProcess replica) {
        try {
            HttpRequest request = HttpRequest.newBuilder(URI.create(replica.managementUrl("/q/metrics")))
                    .timeout(Duration.ofSeconds(3))
                    .build();
            return client.send(request, BodyHandlers.ofString()).body();
        } catch (IOException away) {
            return "";
        } catch (InterruptedException closed) {
            Thread.currentThread().interrupt();
            return "";
        }
    }

    @Override
    public void close() {
        clockwork.shutdownNow();
    }
}
