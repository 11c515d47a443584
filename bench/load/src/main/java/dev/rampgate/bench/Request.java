package dev.rampgate.bench;

import java.nio.charset.StandardCharsets;

/**
 * One HTTP request as it goes over the wire.
 *
 * @param key what the database must hold once it was answered well; null for nothing
 */
record Request(byte[] bytes, String key) {

    static final String WEBHOOK_KEY = "webhook-key-canary-of-the-benchmark";
    static final String GATEWAY_SECRET = "gateway-secret-canary-of-the-benchmark";
    static final String SESSION = "{\"network\":\"ERC20\",\"currency\":\"USDC\",\"amount\":\"42.75\",\"type\":\"buy\"}";

    /** The same text as the scripts of wrk have. */
    static Request webhook(String path, String transactionId, String status) {
        String body = "{\"merchant_transaction_id\":\"" + transactionId + "\",\"type\":\"buy\",\"status\":\"" + status
                + "\",\"currency\":\"USDC\",\"network\":\"ERC20\",\"crypto_amount\":\"42.60\",\"fiat_currency\":\"EUR\","
                + "\"fiat_amount\":\"40.15\",\"created_at\":\"2026-05-02T08:00:00Z\",\"updated_at\":\"2026-05-02T08:02:10Z\"}";
        return post(path, body, "", transactionId + " " + status);
    }

    /** The first of two webhooks of a transaction says processing, the second completed. */
    static Request webhook(String path, long number) {
        return webhook(path, "bench-" + number / 2, number % 2 == 0 ? "processing" : "completed");
    }

    static Request session(long number) {
        return post("/session", SESSION, signedIn("cust-" + number), null);
    }

    static Request get(String path, String user) {
        return new Request(ascii("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n" + signedIn(user) + "\r\n"), null);
    }

    static Request post(String path, String body, String headers, String key) {
        return new Request(
                ascii("POST " + path + " HTTP/1.1\r\nHost: localhost\r\n" + headers
                        + "Content-Type: application/json\r\nContent-Length: " + body.length() + "\r\n\r\n" + body),
                key);
    }

    /** Headers by which the company's gateway signs a user in. */
    private static String signedIn(String user) {
        return "X-User-Id: " + user + "\r\nX-User-Email: " + user + "@example.test\r\nX-Gateway-Secret: "
                + GATEWAY_SECRET + "\r\n";
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
