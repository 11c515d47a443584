package dev.rampgate.problem;

import java.util.Locale;

/**
 * Every kind of problem that a caller can be told about; this is the only list of them. A type is stable: clients switch
 * on its {@link #urn()}, so that an entry is added but never renamed.
 */
public enum ProblemType {
    /** The request cannot be read: a path or query that does not decode, a broken header. */
    BAD_REQUEST(400, "The request cannot be read"),
    /** The body is no JSON, or not of the expected shape; {@code errors} names the field where one is known. */
    MALFORMED_BODY(400, "The body cannot be read"),
    /** The body or a parameter breaks a rule; {@code errors} names each. */
    INVALID_REQUEST(400, "The request is not valid"),
    /** Currency or network are not offered, by our own settings or by Proof. */
    CURRENCY_NOT_ALLOWED(400, "This currency is not available"),
    /** No wallet takes this currency on this network. */
    WALLET_NOT_SUPPORTED(400, "This currency is not available on this network"),
    /** Selling is not offered. */
    SELL_NOT_OFFERED(400, "Selling is not available"),
    /** The user may not be sent to this address afterwards. */
    REDIRECT_NOT_ALLOWED(400, "This redirect_url is not allowed"),
    /** Nobody is signed in, or what proves it is wrong. */
    UNAUTHENTICATED(401, "Sign in first"),
    /** Signed in, but not allowed. */
    FORBIDDEN(403, "Not allowed"),
    /** No such thing, or not the caller's: the two look the same. */
    NOT_FOUND(404, "Not found"),
    METHOD_NOT_ALLOWED(405, "This method is not allowed here"),
    NOT_ACCEPTABLE(406, "No acceptable form of the answer"),
    /** The body did not arrive in time. */
    REQUEST_TIMEOUT(408, "The request took too long to arrive"),
    /** The request contradicts the state of things. */
    CONFLICT(409, "The request conflicts with the current state"),
    /** Another request with the same {@code Idempotency-Key} is under way. */
    IDEMPOTENCY_IN_PROGRESS(409, "The same request is under way"),
    BODY_TOO_LARGE(413, "The body is too large"),
    /** The request line is longer than {@code quarkus.http.limits.max-initial-line-length}. */
    URI_TOO_LONG(414, "The address is too long"),
    UNSUPPORTED_MEDIA_TYPE(415, "This media type is not supported"),
    /** The {@code Idempotency-Key} was used with another body. */
    IDEMPOTENCY_MISMATCH(422, "The Idempotency-Key was used for another request"),
    /** A session was asked for, and the caller's identity has no usable e-mail address, without which Proof opens none. */
    EMAIL_REQUIRED(422, "The signed-in user has no usable e-mail address"),
    /** Proof wants the user verified first. */
    KYC_REQUIRED(422, "The user has to be verified first"),
    /** The user has as many transactions open as one may have. */
    TOO_MANY_UNFINISHED(429, "Too many unfinished transactions"),
    TOO_MANY_REQUESTS(429, "Too many requests"),
    /** All headers together are larger than {@code quarkus.http.limits.max-header-size}. */
    HEADERS_TOO_LARGE(431, "The headers are too large"),
    /** A fault of ours; the request id leads to the log. */
    INTERNAL_ERROR(500, "Internal error"),
    /** No route of any port has this method. */
    NOT_IMPLEMENTED(501, "This method is not supported"),
    /** The ramp refused or failed for a reason that the user cannot change. */
    RAMP_ERROR(502, "The ramp could not do this"),
    /** The ramp does not answer; worth another try. */
    RAMP_UNAVAILABLE(503, "The ramp is not available at the moment"),
    /** We cannot do this at the moment; worth another try. */
    UNAVAILABLE(503, "Not available at the moment");

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

    /** As metrics call it, for example {@code not_found}. */
    public String metricName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
