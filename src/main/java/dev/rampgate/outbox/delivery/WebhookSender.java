package dev.rampgate.outbox.delivery;

import dev.rampgate.wire.AsciiNumber;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/**
 * Posts events to one endpoint as the Standard Webhooks specification says. No redirect is followed, and of an answer only the status and
 * {@code Retry-After} count: its body is read to a bound, so that the connection can be used again, and dropped.
 */
final class WebhookSender implements AutoCloseable {

    /** A longer body ends the connection. */
    static final int MOST_ANSWER_BYTES = 16 * 1024;

    /** A body that takes longer after the status ends the connection. */
    static final Duration LONGEST_ANSWER = Duration.ofSeconds(1);

    /** A receiver may ask for this much and no more. */
    static final Duration LONGEST_DELAY = Duration.ofHours(1);

    /** Shorter than receivers keep a connection that is idle (Node: 5 s), so that we rarely write into one they just closed. */
    private static final int KEEP_ALIVE_SECONDS = 4;

    private static final int HTTP_PORT = 80;
    private static final int HTTPS_PORT = 443;
    private static final int TOO_MANY = 429;
    private static final int BUSY = 503;
    private static final Pattern SECONDS = Pattern.compile("[0-9]+");

    /** More seconds than this many digits can say are as many as the longest delay. */
    private static final int MOST_DIGITS = 9;

    private final Endpoint endpoint;
    private final SecretsFiles secrets;
    private final Vertx vertx;
    private final InstantSource clock;
    private final HttpClient client;
    private final RequestOptions target;

    WebhookSender(Endpoint endpoint, SecretsFiles secrets, Vertx vertx, InstantSource clock) {
        this.endpoint = endpoint;
        this.secrets = secrets;
        this.vertx = vertx;
        this.clock = clock;
        int connections = endpoint.concurrency() + endpoint.replayConcurrency() + endpoint.provisionalConcurrency() + 1;
        boolean tls = endpoint.url().getScheme().equalsIgnoreCase("https");
        this.client = vertx.httpClientBuilder()
                .with(new HttpClientOptions()
                        .setSsl(tls)
                        .setVerifyHost(true)
                        .setMaxWaitQueueSize(connections)
                        .setKeepAliveTimeout(KEEP_ALIVE_SECONDS)
                        .setConnectTimeout((int) endpoint.timeout().toMillis())
                        .setDecompressionSupported(false))
                .with(new PoolOptions().setHttp1MaxSize(connections))
                // What a receiver sends that is no HTTP ends its exchange; the client would log it as an error, too.
                .withConnectHandler(connection -> connection.exceptionHandler(known -> {}))
                .build();
        this.target = target(endpoint.url(), tls);
    }

    private static RequestOptions target(URI url, boolean tls) {
        String path = url.getRawPath() == null || url.getRawPath().isEmpty() ? "/" : url.getRawPath();
        int usual = tls ? HTTPS_PORT : HTTP_PORT;
        return new RequestOptions()
                .setMethod(HttpMethod.POST)
                .setSsl(tls)
                .setHost(url.getHost())
                .setPort(url.getPort() < 0 ? usual : url.getPort())
                .setURI(url.getRawQuery() == null ? path : path + "?" + url.getRawQuery())
                .setFollowRedirects(false);
    }

    /**
     * What a receiver answered, or why it did not.
     *
     * @param status 0 if there is none
     */
    record Answer(Outcome outcome, int status, Optional<Duration> retryAfter, Duration took) {}

    /**
     * Posts once; never fails. Call it on an event loop.
     *
     * @param id the event's, which is the same at every attempt
     * @param text the event's body
     */
    Uni<Answer> post(String id, String text) {
        return Uni.createFrom().emitter(emitter -> new Exchange(emitter::complete).begin(id, text));
    }

    /**
     * One request and its answer. All of it runs on one event loop. It ends when its connection is free again, so that no more are in use than attempts
     * are in flight: a later attempt would wait for a connection, and its time would end.
     */
    private final class Exchange {
        private final Consumer<Answer> listener;
        private final AtomicBoolean ended = new AtomicBoolean();
        private final long begun = System.nanoTime();
        private long timer;
        private long bodyTimer = -1;
        private HttpClientRequest request;
        private Answer answer;

        Exchange(Consumer<Answer> listener) {
            this.listener = listener;
        }

        void begin(String id, String text) {
            Buffer body = Buffer.buffer(text.getBytes(StandardCharsets.UTF_8));
            timer = vertx.setTimer(endpoint.timeout().toMillis(), late -> cut());
            client.request(new RequestOptions(target))
                    .onSuccess(open -> send(open, id, body))
                    .onFailure(this::failed);
        }

        private void send(HttpClientRequest open, String id, Buffer body) {
            request = open;
            if (ended.get()) {
                reset();
                return;
            }
            long timestamp = clock.instant().getEpochSecond();
            open.putHeader("Content-Type", "application/json")
                    .putHeader("User-Agent", "rampgate")
                    .putHeader("webhook-id", id)
                    .putHeader("webhook-timestamp", Long.toString(timestamp))
                    .putHeader("webhook-signature", secrets.of(endpoint).sign(id, timestamp, body.getBytes()));
            open.send(body).onSuccess(this::received).onFailure(this::failed);
        }

        private void received(HttpClientResponse response) {
            int status = response.statusCode();
            Optional<Duration> retryAfter = status == TOO_MANY || status == BUSY
                    ? retryAfter(response.getHeader("Retry-After"), clock.instant())
                    : Optional.empty();
            answer = answer(retryAfter.isPresent() ? Outcome.THROTTLED : Outcome.of(status), status, retryAfter);
            bodyTimer = vertx.setTimer(LONGEST_ANSWER.toMillis(), late -> cut());
            int[] read = new int[1];
            response.exceptionHandler(lost -> {});
            response.handler(chunk -> {
                read[0] += chunk.length();
                if (read[0] > MOST_ANSWER_BYTES) {
                    cut();
                }
            });
            response.end().onComplete(whole -> end());
        }

        private void failed(Throwable failure) {
            if (answer == null) {
                answer = answer(Outcome.UNREACHABLE, 0, Optional.empty());
            }
            end();
        }

        /** Ends it with what is known; the connection is of no more use. */
        private void cut() {
            if (answer == null) {
                answer = answer(Outcome.TIMEOUT, 0, Optional.empty());
            }
            reset();
            end();
        }

        private void reset() {
            if (request != null) {
                request.reset();
            }
        }

        private Answer answer(Outcome outcome, int status, Optional<Duration> retryAfter) {
            long took = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun);
            return new Answer(outcome, status, retryAfter, Duration.ofMillis(took));
        }

        private void end() {
            if (ended.compareAndSet(false, true)) {
                vertx.cancelTimer(timer);
                vertx.cancelTimer(bodyTimer);
                listener.accept(answer);
            }
        }
    }

    /** Seconds or a date (RFC 9110, section 10.2.3), up to {@link #LONGEST_DELAY}; empty for anything else. */
    static Optional<Duration> retryAfter(String header, Instant now) {
        if (header == null) {
            return Optional.empty();
        }
        String text = header.strip();
        boolean inSeconds = SECONDS.matcher(text).matches();
        if (inSeconds && text.length() > MOST_DIGITS) {
            return Optional.of(LONGEST_DELAY);
        }
        Duration asked;
        try {
            asked = inSeconds
                    ? Duration.ofSeconds(AsciiNumber.toLong(text))
                    : Duration.between(
                            now,
                            ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME)
                                    .toInstant());
        } catch (DateTimeParseException unreadable) {
            return Optional.empty();
        }
        if (asked.isNegative() || asked.isZero()) {
            return Optional.of(Duration.ofSeconds(1));
        }
        return Optional.of(asked.compareTo(LONGEST_DELAY) > 0 ? LONGEST_DELAY : asked);
    }

    @Override
    public void close() {
        client.close();
    }
}
