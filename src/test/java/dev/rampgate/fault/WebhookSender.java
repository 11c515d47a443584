package dev.rampgate.fault;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.rampgate.sandbox.transaction.ProofTransaction;
import dev.rampgate.sandbox.transaction.StatusChange;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Sends webhooks as Proof does, each once, whatever comes of it, and remembers how each was answered. Each carries a mark of
 * its own in a field that Proof may have added, so that it can be found in the archive.
 */
final class WebhookSender {

    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(20);
    private static final Duration CONNECT_LIMIT = Duration.ofSeconds(2);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECT_LIMIT)
            .build();
    private static final AtomicLong MARKS = new AtomicLong();

    private final AtomicInteger begun = new AtomicInteger();
    private final Queue<Sent> sent = new ConcurrentLinkedQueue<>();

    /**
     * A webhook that is over.
     *
     * @param answer HTTP status; 0 if none came
     */
    record Sent(long mark, String transactionId, String status, Instant at, Duration took, int answer) {

        boolean isAcknowledged() {
            return answer >= 200 && answer < 300;
        }

        /** Whether this machine was too busy to bring it there: what nobody takes, or who breaks off, is known at once. */
        boolean isOverdue() {
            return answer == 0 && took.compareTo(CONNECT_LIMIT) >= 0;
        }
    }

    /** The present state of a transaction. */
    CompletableFuture<Sent> tell(String url, ProofTransaction transaction) {
        return tell(url, transaction, transaction.last());
    }

    /** Any state of a transaction. */
    CompletableFuture<Sent> tell(String url, ProofTransaction transaction, StatusChange state) {
        long mark = MARKS.incrementAndGet();
        begun.incrementAndGet();
        HttpRequest request = HttpRequest.newBuilder(URI.create(url))
                .timeout(ANSWER_LIMIT)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body(mark, transaction, state)))
                .build();
        Instant at = Instant.now();
        return client.sendAsync(request, BodyHandlers.discarding())
                .thenApply(HttpResponse::statusCode)
                .exceptionally(unanswered -> 0)
                .thenApply(answer -> {
                    Sent over = new Sent(
                            mark, transaction.id(), state.status(), at, Duration.between(at, Instant.now()), answer);
                    sent.add(over);
                    return over;
                });
    }

    /** How many were sent until now. */
    int begun() {
        return begun.get();
    }

    /** All that were sent, once each is answered or given up. */
    List<Sent> sent() {
        await("answers").atMost(ANSWER_LIMIT.multipliedBy(3)).until(() -> sent.size() == begun.get());
        return List.copyOf(sent);
    }

    List<Sent> acknowledged() {
        return sent().stream().filter(Sent::isAcknowledged).toList();
    }

    private static String body(long mark, ProofTransaction transaction, StatusChange state) {
        try {
            return JSON.writeValueAsString(Map.of(
                    "merchant_transaction_id",
                    transaction.id(),
                    "type",
                    transaction.type(),
                    "status",
                    state.status(),
                    "currency",
                    transaction.currency(),
                    "network",
                    transaction.network(),
                    "crypto_amount",
                    state.cryptoAmount(),
                    "fiat_amount",
                    state.fiatAmount(),
                    "updated_at",
                    state.at().toString(),
                    "mark",
                    mark));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
