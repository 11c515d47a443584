package dev.rampgate.support;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.restassured.path.json.JsonPath;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodySubscribers;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Flow;

/** Reads a stream of server-sent events as a browser's {@code EventSource} would, but shows what came. */
public final class EventReader implements AutoCloseable, Flow.Subscriber<String> {

    /**
     * An event.
     *
     * @param name {@code event:}
     * @param id {@code id:}
     * @param data {@code data:}
     */
    public record Event(String name, String id, String data) {

        /** What its data says, a path as REST Assured has them. */
        public <T> T get(String path) {
            return JsonPath.from(data).get(path);
        }

        @Override
        public String toString() {
            return name + " " + id + " " + get("status") + ((boolean) get("confirmed") ? "+" : "");
        }
    }

    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final HttpClient CLIENT =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private final List<Event> events = new CopyOnWriteArrayList<>();
    private final List<Long> retries = new CopyOnWriteArrayList<>();
    private final List<String> beats = new CopyOnWriteArrayList<>();
    private volatile int status;
    private volatile String retryAfter;
    private volatile boolean closed;
    private volatile boolean paused;
    private volatile Flow.Subscription subscription;
    private String name;
    private String id;
    private String data;

    private EventReader() {}

    /**
     * Opens a stream.
     *
     * @param headers names and values in turn
     */
    public static EventReader open(String url, String... headers) {
        EventReader reader = new EventReader();
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url)).header("Accept", "text/event-stream");
        if (headers.length > 0) {
            request.headers(headers);
        }
        CLIENT.sendAsync(request.build(), info -> {
                    reader.retryAfter = info.headers().firstValue("Retry-After").orElse(null);
                    reader.status = info.statusCode();
                    return BodySubscribers.fromLineSubscriber(reader);
                })
                .whenComplete((answer, failure) -> reader.closed = true);
        return reader;
    }

    /** Waits until all these came, and no others. */
    public EventReader sees(String... expected) {
        await().atMost(LIMIT).pollInterval(Duration.ofMillis(5)).untilAsserted(() -> assertThat(
                        events.stream().map(Event::toString))
                .containsExactly(expected));
        return this;
    }

    /** Waits for the answer's head. */
    public int status() {
        await().atMost(LIMIT).until(() -> status != 0);
        return status;
    }

    public String retryAfter() {
        status();
        return retryAfter;
    }

    public List<Event> events() {
        return events;
    }

    public Event last() {
        return events.get(events.size() - 1);
    }

    /** Waits for the end of the answer. */
    public EventReader ends() {
        await().atMost(LIMIT).until(() -> closed);
        return this;
    }

    public boolean isClosed() {
        return closed;
    }

    /** The data of heartbeats, which only show that the stream lives. */
    public List<String> beats() {
        return beats;
    }

    /** What was told about connecting again, in milliseconds. */
    public List<Long> retries() {
        return retries;
    }

    /** Takes nothing more out of the connection, until {@link #goOn()}. */
    public void pause() {
        paused = true;
    }

    public void goOn() {
        paused = false;
        subscription.request(1);
    }

    @Override
    public void close() {
        if (subscription != null) {
            subscription.cancel();
        }
    }

    @Override
    public void onSubscribe(Flow.Subscription opened) {
        subscription = opened;
        opened.request(1);
    }

    @Override
    public void onNext(String line) {
        if (line.startsWith("id: ")) {
            id = line.substring(4);
        } else if (line.startsWith("event: ")) {
            name = line.substring(7);
        } else if (line.startsWith("data: ")) {
            data = line.substring(6);
        } else if (line.startsWith("retry: ")) {
            retries.add(Long.parseLong(line.substring(7)));
        } else if (line.isEmpty() && data != null) {
            if (name.equals("heartbeat")) {
                beats.add(data);
            } else {
                events.add(new Event(name, id, data));
            }
            data = null;
        }
        if (!paused) {
            subscription.request(1);
        }
    }

    @Override
    public void onError(Throwable broken) {
        closed = true;
    }

    @Override
    public void onComplete() {
        closed = true;
    }
}
