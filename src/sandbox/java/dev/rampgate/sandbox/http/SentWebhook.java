package dev.rampgate.sandbox.http;

import java.time.Instant;

/**
 * One sent webhook and its answer. The URL is not kept, since it contains the partner's key.
 *
 * @param at when it was sent, by the machine's clock
 * @param answer the partner's HTTP status, 0 if there was none in time
 * @param reason why there was none; null if there was one
 */
public record SentWebhook(String transactionId, String status, Instant at, String body, int answer, String reason) {

    public boolean isAcknowledged() {
        return answer >= 200 && answer < 300;
    }
}
