package dev.rampgate.outbox.delivery;

/** How an attempt of a delivery ended; the values of {@code delivery_attempt.outcome} and of the metric's label. */
enum Outcome {
    /** 2xx. */
    DELIVERED,
    /** Any other 3xx or 4xx: it concerns this event alone. */
    REJECTED,
    /** 410: the receiver does not want events any more. */
    GONE,
    /** 429, or 503 with {@code Retry-After}: the receiver wants fewer. */
    THROTTLED,
    /** 5xx, or something that is no HTTP status. */
    FAILED,
    /** No status within the timeout. */
    TIMEOUT,
    /** No connection, or it ended before there was a status; also TLS. */
    UNREACHABLE,
    /** Nothing was sent, since the event is older than the retention. */
    EXPIRED;

    private static final int OK = 200;
    private static final int REDIRECTS = 300;
    private static final int GONE_STATUS = 410;
    private static final int TOO_MANY = 429;
    private static final int SERVER_ERRORS = 500;

    static Outcome of(int status) {
        if (status >= OK && status < REDIRECTS) {
            return DELIVERED;
        }
        if (status == GONE_STATUS) {
            return GONE;
        }
        if (status == TOO_MANY) {
            return THROTTLED;
        }
        return status >= REDIRECTS && status < SERVER_ERRORS ? REJECTED : FAILED;
    }

    /** Whether it says something about the endpoint, not about the event. */
    boolean isOutage() {
        return switch (this) {
            case THROTTLED, FAILED, TIMEOUT, UNREACHABLE -> true;
            case DELIVERED, REJECTED, GONE, EXPIRED -> false;
        };
    }
}
