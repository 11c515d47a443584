package dev.rampgate.problem;

import java.util.Locale;

/**
 * Every problem type that Rampgate answers. Types are stable, since clients switch on {@link #urn()}: entries are added, but
 * never renamed.
 */
public enum ProblemType {
    /** The request cannot be read: a path or query that does not decode, a broken header. */
    BAD_REQUEST(400, "The request cannot be read"),
    /** The body is not JSON, or not of the expected shape; {@code errors} names the field if it is known. */
    MALFORMED_BODY(400, "The body cannot be read"),
    /** The body or a parameter breaks a rule; {@code errors} names each. */
    INVALID_REQUEST(400, "The request is not valid"),
    /** The currency or the network is not offered, by the settings or by Proof. */
    CURRENCY_NOT_ALLOWED(400, "This currency is not available"),
    /** Proof has no wallet for this currency on this network. */
    WALLET_NOT_SUPPORTED(400, "This currency is not available on this network"),
    /** Selling is not offered. */
    SELL_NOT_OFFERED(400, "Selling is not available"),
    /** The settings do not allow this redirect URL. */
    REDIRECT_NOT_ALLOWED(400, "This redirect_url is not allowed"),
    /** The caller is not signed in, or its credentials are invalid. */
    UNAUTHENTICATED(401, "Sign in first"),
    /** Signed in, but not allowed. */
    FORBIDDEN(403, "Not allowed"),
    /** It does not exist, or belongs to another user: the two look the same. */
    NOT_FOUND(404, "Not found"),
    METHOD_NOT_ALLOWED(405, "This method is not allowed here"),
    NOT_ACCEPTABLE(406, "None of the accepted media types is available"),
    /** The body did not arrive in time. */
    REQUEST_TIMEOUT(408, "The request took too long to arrive"),
    /** The request contradicts the state of things. */
    CONFLICT(409, "The request conflicts with the current state"),
    /** Another request with the same {@code Idempotency-Key} is in flight. */
    IDEMPOTENCY_IN_PROGRESS(409, "The same request is still in progress"),
    /** The events after this cursor are older than the retention. */
    CURSOR_EXPIRED(410, "The events after this cursor are no longer kept"),
    /** The database has lost the event that this cursor names: a restore or a failover has begun another history. */
    CURSOR_LOST(410, "The history that this cursor belongs to was lost"),
    BODY_TOO_LARGE(413, "The body is too large"),
    /** The request line is longer than {@code quarkus.http.limits.max-initial-line-length}. */
    URI_TOO_LONG(414, "The address is too long"),
    UNSUPPORTED_MEDIA_TYPE(415, "This media type is not supported"),
    /** The {@code Idempotency-Key} was used with another body. */
    IDEMPOTENCY_MISMATCH(422, "The Idempotency-Key was already used for a different request"),
    /** The caller's identity has no usable e-mail address, without which Proof opens no session. */
    EMAIL_REQUIRED(422, "The signed-in user has no usable e-mail address"),
    /** Proof requires that the user is verified first. */
    KYC_REQUIRED(422, "The user must be verified first"),
    /** The user has reached the limit of unfinished transactions. */
    TOO_MANY_UNFINISHED(429, "Too many unfinished transactions"),
    TOO_MANY_REQUESTS(429, "Too many requests"),
    /** All headers together are larger than {@code quarkus.http.limits.max-header-size}. */
    HEADERS_TOO_LARGE(431, "The headers are too large"),
    /** A fault in Rampgate; the request id finds it in the log. */
    INTERNAL_ERROR(500, "Internal error"),
    /** No route of any port supports this method. */
    NOT_IMPLEMENTED(501, "This method is not supported"),
    /** Proof refused or failed for a reason that the user cannot change. */
    RAMP_ERROR(502, "The ramp could not process this request"),
    /** An operator has stopped sessions, all or such ones, for now. */
    SESSIONS_PAUSED(503, "New payments are paused for now"),
    /** Proof does not answer; the caller may try again. */
    RAMP_UNAVAILABLE(503, "The ramp is temporarily unavailable"),
    /** Rampgate cannot do this now; the caller may try again. */
    UNAVAILABLE(503, "Temporarily unavailable");

    private static final String PREFIX = "urn:rampgate:problem:";

    private final int status;
    private final String title;
    private final String urn = PREFIX + name().toLowerCase(Locale.ROOT).replace('_', '-');

    ProblemType(int status, String title) {
        this.status = status;
        this.title = title;
    }

    /** The {@code type} of RFC 9457, for example {@code urn:rampgate:problem:not-found}. */
    public String urn() {
        return urn;
    }

    /** HTTP status, 400 to 599. */
    public int status() {
        return status;
    }

    /** One line for people, the same for every occurrence. */
    public String title() {
        return title;
    }

    /** The type's metric label, for example {@code not_found}. */
    public String metricName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
