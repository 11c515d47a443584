package dev.rampgate.fault;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/** Another system that follows the feed of events on any replica, and checks what comes. It keeps its cursor. */
final class FeedReader implements AutoCloseable {

    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(30);
    private static final long BETWEEN_ATTEMPTS = 50;
    private static final int TOO_MANY = 429;

    private final Cluster cluster;
    private final Random random = new Random(1);
    private final HttpClient client = HttpClient.newHttpClient();
    private final Map<String, Integer> versions = new HashMap<>();
    private final Thread thread = new Thread(this::run, "feed-reader");
    private volatile boolean closed;
    private volatile int read;
    private volatile String broken;

    FeedReader(Cluster cluster) {
        this.cluster = cluster;
        thread.setDaemon(true);
        thread.start();
    }

    /** How many events it has read. */
    int read() {
        return read;
    }

    /** What is wrong with what it has read; null if nothing is. */
    String broken() {
        return broken;
    }

    private void run() {
        String cursor = null;
        while (!closed && broken == null) {
            try {
                HttpResponse<String> answer = client.send(request(cursor), BodyHandlers.ofString());
                if (answer.statusCode() == 200) {
                    JsonObject page = new JsonObject(answer.body());
                    take(page.getJsonArray("events"));
                    cursor = page.getString("next");
                } else if (answer.statusCode() == TOO_MANY || answer.statusCode() >= 500) {
                    TimeUnit.MILLISECONDS.sleep(BETWEEN_ATTEMPTS);
                } else {
                    broken = answer.statusCode() + " " + answer.body();
                }
            } catch (IOException killed) {
                pause();
            } catch (InterruptedException ended) {
                return;
            }
        }
    }

    private void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(BETWEEN_ATTEMPTS);
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        }
    }

    private HttpRequest request(String cursor) {
        String path = "/operate/events?limit=500&wait=2s" + (cursor == null ? "" : "&after=" + cursor);
        return HttpRequest.newBuilder(URI.create(cluster.anyReady(random).managementUrl(path)))
                .header("Authorization", "Bearer " + Cluster.OPERATOR_TOKEN)
                .timeout(ANSWER_LIMIT)
                .build();
    }

    private void take(JsonArray events) {
        for (int i = 0; i < events.size(); i++) {
            JsonObject data = events.getJsonObject(i).getJsonObject("data");
            String id = data.getString("merchant_transaction_id");
            int version = data.getInteger("version");
            int before = versions.getOrDefault(id, 0);
            if (version != before + 1) {
                broken = "version " + version + " of " + id + " follows " + before;
            }
            versions.put(id, version);
        }
        read += events.size();
    }

    @Override
    public void close() throws InterruptedException {
        closed = true;
        thread.interrupt();
        thread.join();
    }
}
