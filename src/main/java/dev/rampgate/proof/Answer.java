package dev.rampgate.proof;

import dev.rampgate.wire.AsciiNumber;
import dev.rampgate.wire.ByteOrderMark;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * One HTTP answer of Proof, complete.
 *
 * @param status HTTP status
 * @param requestId {@code X-Request-Id} if it looks like one; else null
 * @param retryAfter {@code Retry-After} as it came; null if there is none
 * @param body without a byte order mark; may be empty
 */
record Answer(int status, String requestId, String retryAfter, byte[] body) {
    static final String REQUEST_ID = "X-Request-Id";

    private static final Pattern PRINTABLE = Pattern.compile("[\\x21-\\x7e]{1,128}");
    private static final Pattern SECONDS = Pattern.compile("[0-9]{1,9}");

    Answer {
        requestId = requestId != null && PRINTABLE.matcher(requestId).matches() ? requestId : null;
        body = ByteOrderMark.strippedFrom(body);
    }

    static Answer of(Response response) {
        byte[] body = response.hasEntity() ? response.readEntity(byte[].class) : null;
        return new Answer(
                response.getStatus(),
                response.getHeaderString(REQUEST_ID),
                response.getHeaderString(HttpHeaders.RETRY_AFTER),
                body == null ? new byte[0] : body);
    }

    boolean isSuccess() {
        return status >= 200 && status < 300;
    }

    /**
     * The failure that this answer is. The status decides, then {@code error} and {@code code}; all spellings of both
     * editions of the contract are understood, a body that is no JSON does no harm (Proof contract, section 7).
     *
     * @param now against which a {@code Retry-After} with a date is read
     */
    ProofFailure failure(Instant now) {
        Optional<JsonFields> fields = JsonFields.of(body);
        String error = fields.flatMap(json -> json.string("error")).orElse("");
        String code = fields.flatMap(json -> json.string("code")).orElse("");
        String request = Optional.ofNullable(requestId)
                .or(() -> fields.flatMap(json -> json.string("request_id"))
                        .filter(id -> PRINTABLE.matcher(id).matches()))
                .orElse(null);
        return ProofFailure.answered(kind(error, code), status, error, code, request, wait(now));
    }

    private ProofFailure.Kind kind(String error, String code) {
        return switch (status) {
            case 400 -> badRequest(error, code);
            case 401 -> ProofFailure.Kind.UNAUTHORISED;
            case 403 ->
                names("offramp_disabled", error, code)
                        ? ProofFailure.Kind.SELL_NOT_ENABLED
                        : ProofFailure.Kind.FORBIDDEN;
            case 404 -> ProofFailure.Kind.NOT_FOUND;
            case 422 -> ProofFailure.Kind.VERIFICATION_REQUIRED;
            case 429 -> ProofFailure.Kind.RATE_LIMITED;
            case 502 ->
                names("upstream_error", error, code) || names("provider_error", error, code)
                        ? ProofFailure.Kind.UPSTREAM_ERROR
                        : ProofFailure.Kind.UPSTREAM_UNAVAILABLE;
            case 503, 504 -> ProofFailure.Kind.UNAVAILABLE;
            default -> unlisted();
        };
    }

    private static ProofFailure.Kind badRequest(String error, String code) {
        if (names("currency_not_allowed", error, code) || names("unsupported_currency", error, code)) {
            return ProofFailure.Kind.CURRENCY_NOT_ALLOWED;
        }
        return names("wallet_not_supported", error, code)
                ? ProofFailure.Kind.WALLET_NOT_SUPPORTED
                : ProofFailure.Kind.INVALID_REQUEST;
    }

    private ProofFailure.Kind unlisted() {
        if (status >= 500) {
            return ProofFailure.Kind.INTERNAL_ERROR;
        }
        return status >= 400 ? ProofFailure.Kind.REFUSED : ProofFailure.Kind.INVALID_ANSWER;
    }

    private static boolean names(String word, String error, String code) {
        return word.equalsIgnoreCase(error) || word.equalsIgnoreCase(code);
    }

    /** Null if there is no {@code Retry-After} that can be read; nothing to wait for if its date is past. */
    private Duration wait(Instant now) {
        if (retryAfter == null) {
            return null;
        }
        String text = retryAfter.strip();
        if (SECONDS.matcher(text).matches()) {
            return Duration.ofSeconds(AsciiNumber.toLong(text));
        }
        try {
            Instant date = ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME)
                    .toInstant();
            return date.isAfter(now) ? Duration.between(now, date) : Duration.ZERO;
        } catch (DateTimeParseException neitherSecondsNorDate) {
            return null;
        }
    }

    @Override
    public String toString() {
        return "Answer[" + status + ", " + body.length + " bytes, request " + requestId + "]";
    }
}
