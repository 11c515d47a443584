package dev.rampgate.proof;

import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Pattern;

/**
 * A call to Proof that failed (Proof contract, section 7). Neither its message nor its
 * {@code toString} holds anything of a body but the two short words by which Proof names an error, and those only if
 * they look like such words; never a token, an e-mail address or a signature.
 */
public final class ProofFailure extends RuntimeException {

    /** What went wrong, as far as a caller has to distinguish it. */
    public enum Kind {
        /** 400: the currency is not enabled for the company; Proof has to enable it. */
        CURRENCY_NOT_ALLOWED,
        /** 400: there is no active wallet for the pair of currency and network; Proof has to provide it. */
        WALLET_NOT_SUPPORTED,
        /** 400 of any other sort: the request must be mended. */
        INVALID_REQUEST,
        /** 401: the client token is missing, unknown or inactive. */
        UNAUTHORISED,
        /** 403: our address or {@code Origin} is not registered with Proof. A bug of configuration. */
        FORBIDDEN,
        /** 403 of an earlier edition: selling is not enabled for the company. */
        SELL_NOT_ENABLED,
        /** 404: unknown, or another partner's, which Proof does not distinguish. */
        NOT_FOUND,
        /** 422 of an earlier edition: the user has to be verified first. */
        VERIFICATION_REQUIRED,
        /** 429: too many calls. */
        RATE_LIMITED,
        /** 500, or another 5xx that the contract does not know: a fault at Proof. */
        INTERNAL_ERROR,
        /** 502: a service behind Proof answered with an error. */
        UPSTREAM_ERROR,
        /** 502 of any other sort, a gateway's page included: a service behind Proof could not be reached. */
        UPSTREAM_UNAVAILABLE,
        /** 503 or 504: Proof, or something before it, is temporarily away. */
        UNAVAILABLE,
        /** No answer: no connection, or it broke before the answer was complete. */
        UNREACHABLE,
        /** No answer in time. */
        TIMEOUT,
        /** An answer that is none: a redirect, too long, unparseable, without a required field, about something else. */
        INVALID_ANSWER,
        /** Any other 4xx: final. */
        REFUSED;

        private final String wireName = name().toLowerCase(Locale.ROOT);

        /** Whether Proof certainly did nothing: it said no. After any other failure it may have done what was asked. */
        public boolean didNothing() {
            return switch (this) {
                case CURRENCY_NOT_ALLOWED,
                        WALLET_NOT_SUPPORTED,
                        INVALID_REQUEST,
                        UNAUTHORISED,
                        FORBIDDEN,
                        SELL_NOT_ENABLED,
                        NOT_FOUND,
                        VERIFICATION_REQUIRED,
                        RATE_LIMITED,
                        REFUSED -> true;
                case INTERNAL_ERROR,
                        UPSTREAM_ERROR,
                        UPSTREAM_UNAVAILABLE,
                        UNAVAILABLE,
                        UNREACHABLE,
                        TIMEOUT,
                        INVALID_ANSWER -> false;
            };
        }

        /** For metrics and logs, for example {@code currency_not_allowed}. */
        public String wireName() {
            return wireName;
        }

        /** Whether Proof is away for all callers; the other kinds concern one call or one setting. */
        boolean isOutage() {
            return switch (this) {
                case UNREACHABLE, TIMEOUT, UNAVAILABLE, UPSTREAM_UNAVAILABLE -> true;
                case CURRENCY_NOT_ALLOWED,
                        WALLET_NOT_SUPPORTED,
                        INVALID_REQUEST,
                        UNAUTHORISED,
                        FORBIDDEN,
                        SELL_NOT_ENABLED,
                        NOT_FOUND,
                        VERIFICATION_REQUIRED,
                        RATE_LIMITED,
                        INTERNAL_ERROR,
                        UPSTREAM_ERROR,
                        INVALID_ANSWER,
                        REFUSED -> false;
            };
        }

        /** Whether it is our client token or address that Proof does not take: a matter of configuration. */
        public boolean isRefusal() {
            return this == UNAUTHORISED || this == FORBIDDEN;
        }
    }

    private static final Pattern WORD = Pattern.compile("[A-Za-z0-9_.-]{1,64}");

    private final Kind kind;
    private final Integer status;
    private final String error;
    private final String code;
    private final String requestId;
    private final Duration retryAfter;

    private ProofFailure(
            String message,
            Throwable cause,
            Kind kind,
            Integer status,
            String error,
            String code,
            String requestId,
            Duration retryAfter) {
        super(message, cause, false, cause != null);
        this.kind = kind;
        this.status = status;
        this.error = error;
        this.code = code;
        this.requestId = requestId;
        this.retryAfter = retryAfter;
    }

    /**
     * Proof answered, but not what was wanted.
     *
     * @param error the body's {@code error}; null if there is none
     * @param code the body's {@code code}; null if there is none
     * @param requestId {@code X-Request-Id}; null if there is none
     * @param retryAfter how long Proof asks to wait; null if it does not say
     */
    public static ProofFailure answered(
            Kind kind, int status, String error, String code, String requestId, Duration retryAfter) {
        String safeError = word(error);
        String safeCode = word(code);
        String message = "Proof answered " + status + " " + kind.wireName() + " (error " + safeError + ", code "
                + safeCode + ", request " + requestId + ")";
        return new ProofFailure(message, null, kind, status, safeError, safeCode, requestId, retryAfter);
    }

    /** Proof answered with a status of success, but with something that cannot be used: {@link Kind#INVALID_ANSWER}. */
    public static ProofFailure invalidAnswer(int status, String problem, String requestId) {
        return new ProofFailure(
                "Proof's answer " + status + " " + problem + " (request " + requestId + ")",
                null,
                Kind.INVALID_ANSWER,
                status,
                null,
                null,
                requestId,
                null);
    }

    /** Proof did not answer. */
    public static ProofFailure unanswered(Kind kind, Throwable cause) {
        return new ProofFailure(
                "Proof did not answer: " + kind.wireName() + " ("
                        + cause.getClass().getSimpleName() + ")",
                cause,
                kind,
                null,
                null,
                null,
                null,
                null);
    }

    /** Proof was not asked, since the last calls found it down: {@link Kind#UNAVAILABLE}. */
    static ProofFailure notAsked(Duration retryAfter) {
        return new ProofFailure(
                "Proof was not asked: it was down for the last calls",
                null,
                Kind.UNAVAILABLE,
                null,
                null,
                null,
                null,
                retryAfter);
    }

    /** Proof was not asked, since no transaction can have such an id: {@link Kind#NOT_FOUND}. */
    static ProofFailure impossibleId() {
        return new ProofFailure(
                "Proof was not asked: no transaction can have this id",
                null,
                Kind.NOT_FOUND,
                null,
                null,
                null,
                null,
                null);
    }

    public Kind kind() {
        return kind;
    }

    /** The HTTP status; none if nothing was answered. */
    public OptionalInt status() {
        return status == null ? OptionalInt.empty() : OptionalInt.of(status);
    }

    /** Proof's {@code error}. */
    public Optional<String> error() {
        return Optional.ofNullable(error);
    }

    /** Proof's {@code code}. */
    public Optional<String> code() {
        return Optional.ofNullable(code);
    }

    /** Proof's {@code X-Request-Id}, to be quoted to its support. */
    public Optional<String> requestId() {
        return Optional.ofNullable(requestId);
    }

    /** How long Proof asks to wait before the next call; not capped. */
    public Optional<Duration> retryAfter() {
        return Optional.ofNullable(retryAfter);
    }

    /** What Proof's body says is only repeated where it looks like the name of an error. */
    private static String word(String text) {
        return text != null && WORD.matcher(text).matches() ? text : null;
    }
}
