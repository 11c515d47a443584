package dev.rampgate.proof;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AnswerTest {
    private static final Instant NOW = Instant.parse("2026-05-02T08:00:00Z");

    @ParameterizedTest
    @CsvSource({
        // the matrix
        "400, invalid_request, validation_error, INVALID_REQUEST",
        "400, invalid_request, decode_error, INVALID_REQUEST",
        "400, invalid_request, missing_param, INVALID_REQUEST",
        "400, invalid_request, currency_not_allowed, CURRENCY_NOT_ALLOWED",
        "400, wallet_not_supported, WALLET_NOT_SUPPORTED, WALLET_NOT_SUPPORTED",
        "401, unauthorised, missing_token, UNAUTHORISED",
        "401, unauthorised, invalid_token, UNAUTHORISED",
        "403, forbidden, forbidden_origin, FORBIDDEN",
        "404, not_found, not_found, NOT_FOUND",
        "500, internal_error, db_error, INTERNAL_ERROR",
        "500, internal_error, token_error, INTERNAL_ERROR",
        "500, publish_failed, kafka_unavailable, INTERNAL_ERROR",
        "502, upstream_error, provider_error, UPSTREAM_ERROR",
        "502, upstream_unavailable, upstream_unavailable, UPSTREAM_UNAVAILABLE",
        "502, upstream_unavailable, upstream_invalid_response, UPSTREAM_UNAVAILABLE",
        // the older edition, without code
        "400, unsupported_currency, , CURRENCY_NOT_ALLOWED",
        "401, unauthorized, , UNAUTHORISED",
        "403, forbidden_origin, , FORBIDDEN",
        "403, offramp_disabled, , SELL_NOT_ENABLED",
        "404, transaction_not_found, , NOT_FOUND",
        "409, session_already_used, , REFUSED",
        "422, kyc_required, , VERIFICATION_REQUIRED",
        "429, rate_limit_exceeded, , RATE_LIMITED",
        // the status decides
        "400, unauthorised, invalid_token, INVALID_REQUEST",
        "401, invalid_request, currency_not_allowed, UNAUTHORISED",
        "500, upstream_error, provider_error, INTERNAL_ERROR",
        "502, internal_error, db_error, UPSTREAM_UNAVAILABLE",
        // what the contract does not list
        "503, , , UNAVAILABLE",
        "504, , , UNAVAILABLE",
        "501, , , INTERNAL_ERROR",
        "520, , , INTERNAL_ERROR",
        "418, teapot, , REFUSED",
        "302, , , INVALID_ANSWER"
    })
    void theStatusDecidesThenErrorAndCode(int status, String error, String code, ProofFailure.Kind kind) {
        String body = "{\"error\":" + quoted(error) + ",\"code\":" + quoted(code) + ",\"message\":\"for logs only\"}";
        ProofFailure failure = answer(status, body).failure(NOW);
        assertThat(failure.kind()).isEqualTo(kind);
        assertThat(failure.status()).hasValue(status);
        assertThat(failure.error()).isEqualTo(Optional.ofNullable(error));
        assertThat(failure.code()).isEqualTo(Optional.ofNullable(code));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "<html>Bad Gateway</html>", "[]", "null", "{\"error\":{\"a\":1},\"code\":7}", "{\"er"})
    void aBodyThatIsNoEnvelopeDoesNoHarm(String body) {
        assertThat(answer(502, body).failure(NOW).kind()).isEqualTo(ProofFailure.Kind.UPSTREAM_UNAVAILABLE);
        assertThat(answer(400, body).failure(NOW).kind()).isEqualTo(ProofFailure.Kind.INVALID_REQUEST);
        assertThat(answer(400, body).failure(NOW).error()).isEmpty();
    }

    @Test
    void theRequestIdComesFromTheHeaderOrElseFromTheBody() {
        byte[] body = "{\"error\":\"x\",\"request_id\":\"body-1\"}".getBytes(StandardCharsets.UTF_8);
        assertThat(new Answer(400, "head-1", null, body).failure(NOW).requestId())
                .contains("head-1");
        assertThat(new Answer(400, null, null, body).failure(NOW).requestId()).contains("body-1");
        assertThat(new Answer(400, "a b", null, new byte[0]).failure(NOW).requestId())
                .isEmpty();
        byte[] broken = "{\"request_id\":\"a\\nb\"}".getBytes(StandardCharsets.UTF_8);
        assertThat(new Answer(400, null, null, broken).failure(NOW).requestId()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "0, PT0S",
        "7, PT7S",
        "' 120 ', PT2M",
        "'Sat, 02 May 2026 08:00:30 GMT', PT30S",
        "'Sat, 02 May 2026 07:00:00 GMT', PT0S",
        "999999999, PT277777H46M39S"
    })
    void retryAfterIsSecondsOrADate(String header, Duration expected) {
        assertThat(new Answer(429, null, header, new byte[0]).failure(NOW).retryAfter())
                .contains(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-1", "1.5", "soon", "99999999999999999999", "Sat, 02 May 2026"})
    void aRetryAfterThatSaysNothingIsNone(String header) {
        assertThat(new Answer(429, null, header, new byte[0]).failure(NOW).retryAfter())
                .isEmpty();
    }

    @Test
    void nothingOfABodyButErrorAndCodeCanBeSeen() {
        String body = """
                {"error":"invalid_request","code":"validation_error","message":"jo@example.test tok_made_up_0001",
                 "init_token":"opaque","signature":"v2:0123"}""";
        ProofFailure failure = answer(400, body).failure(NOW);
        assertThat(failure.toString())
                .contains("400", "invalid_request", "validation_error")
                .doesNotContain("jo@", "tok_", "opaque", "v2:");
    }

    @Test
    void whatDoesNotLookLikeTheNameOfAnErrorIsNotRepeated() {
        ProofFailure failure = answer(400, "{\"error\":\"bad token tok_1 for jo@example.test\",\"code\":\"a\\nb\"}")
                .failure(NOW);
        assertThat(failure.error()).isEmpty();
        assertThat(failure.code()).isEmpty();
        assertThat(failure.toString()).doesNotContain("tok_1", "jo@");
    }

    private static Answer answer(int status, String body) {
        return new Answer(status, "req-1", null, body.getBytes(StandardCharsets.UTF_8));
    }

    private static String quoted(String text) {
        return text == null ? "null" : "\"" + text + "\"";
    }
}
