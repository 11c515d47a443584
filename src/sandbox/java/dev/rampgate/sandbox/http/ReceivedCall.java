package dev.rampgate.sandbox.http;

import java.time.Instant;
import java.util.Map;

/**
 * One received call of the partner's backend, successful or not.
 *
 * @param at time of the machine, without the simulated skew
 * @param path as received, still encoded, without the query
 * @param query as received, null if there was none
 * @param bearer the result of checking its {@code Authorization}; the token itself is not kept
 * @param peer address it came from
 * @param headers {@code Accept}, {@code Content-Type}, {@code Origin}, {@code User-Agent}, {@code traceparent} and
 *     {@code X-Request-Id}, if present; names in lower case
 * @param body at most 64 KiB of it as text, null if there was none; may contain personal data, so that
 *     {@code toString} omits it
 */
public record ReceivedCall(
        Instant at,
        String method,
        String path,
        String query,
        ClientTokens.TokenState bearer,
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
