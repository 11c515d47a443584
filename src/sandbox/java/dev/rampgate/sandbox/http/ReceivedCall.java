package dev.rampgate.sandbox.http;

import java.time.Instant;
import java.util.Map;

/**
 * One call of the partner's backend, as it arrived, whether it was answered well or not.
 *
 * @param at time of the machine, without the simulated skew
 * @param path as it came, still encoded, without the query
 * @param query as it came, null if there was none
 * @param bearer what its {@code Authorization} was worth; the token itself is not kept
 * @param peer address it came from
 * @param headers {@code Accept}, {@code Content-Type}, {@code Origin}, {@code User-Agent}, {@code traceparent} and
 *     {@code X-Request-Id}, as far as they were there; names in lower case
 * @param body at most 64 KiB of it as text, null if there was none; may hold personal data, so it is in no
 *     {@code toString}
 */
public record ReceivedCall(
        Instant at,
        String method,
        String path,
        String query,
        ClientTokens.Standing bearer,
        String peer,
        Map<String, String> headers,
        String body) {

    public boolean isSessionCall() {
        return "POST".equals(method) && path.equals("/widget/session");
    }

    public boolean isTransactionCall() {
        return "GET".equals(method) && path.startsWith("/widget/transactions/");
    }

    public boolean isSocketUpgrade() {
        return path.equals("/ws");
    }

    @Override
    public String toString() {
        return "ReceivedCall[" + at + " " + method + " " + path + " " + bearer + "]";
    }
}
