package dev.rampgate.sandbox.http;

import java.time.Instant;

/**
 * One sent webhook and its answer. The URL is not kept, since it contains the partner's key.
 *
 * @param at when it was sent, by the machine's clock
 * @param answer the partner's HTTP status, 0 if there was none in time
 */
public record SentWebhook(String transactionId, String status, Instant at, String body, int answer) {

    public boolean isAcknowledged() {
        return answer >= 200 && answer < 300;
    }
}
