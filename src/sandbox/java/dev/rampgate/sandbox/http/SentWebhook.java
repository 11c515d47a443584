package dev.rampgate.sandbox.http;

import java.time.Instant;

/**
 * One webhook that left, and what became of it. The URL is not kept: it holds the partner's key.
 *
 * @param at when it was sent, time of the machine
 * @param answer the partner's HTTP status, 0 if there was none in time
 */
public record SentWebhook(String transactionId, String status, Instant at, String body, int answer) {

    public boolean isAcknowledged() {
        return answer >= 200 && answer < 300;
    }
}
