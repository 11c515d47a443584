package dev.rampgate.proof;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rampgate.proof.ProofFailure.Kind;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.quarkus.test.junit.QuarkusTest;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.helpers.test.UniAssertSubscriber;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The real client against a server of our own; only time is made up. */
@QuarkusTest
class ProofClientQuarkusTest {
    private static final String SESSION = """
            {
              "merchant_transaction_id": "1b0e7c52-7d7f-4c0f-9a57-3d0b7a5f9e11",
              "widget_id": "77777777-aaaa-4bbb-8ccc-000000000001",
              "address": "0x00000000000000000000000000000000000000AA",
              "signature": "v2:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
              "init_token": "opaque-made-up-token",
              "init_token_type": "sdk_partner_authorization",
              "currency": "USDC", "currencies": ["USDC", "USDT"], "fix_currency": true,
              "network": "ERC20", "networks": ["ERC20", "TRC20"], "fix_network": ["ERC20"],
              "amount": "42.75", "fix_amount": true,
              "fiat_currency": "EUR", "fiat_currencies": ["EUR", "USD"], "fix_fiat_currency": false, "fix_fiat_amount": true,
              "type": "buy", "lang": "en", "theme": "light",
              "redirect_url": "https://shop.example.test/ramp/done"
            }
            """;

    private static final String BUY = """
            {"partner_user_id":"cust-8841","user_email":"jo@example.test","network":"ERC20","currency":"USDC",\
            "amount":"42.75","type":"buy","redirect_url":"https://shop.example.test/ramp/done","client_ip":"198.51.100.23"}""";

    private static final SessionCall CALL = new SessionCall(
            "cust-8841",
            "jo@example.test",
            "ERC20",
            "USDC",
            "42.75",
            "buy",
            "https://shop.example.test/ramp/done",
            "198.51.100.23",
            null);

    private static final String ID = "1b0e7c52-7d7f-4c0f-9a57-3d0b7a5f9e11";
    private static final String UPSTREAM_ERROR = "{\"error\":\"upstream_error\",\"code\":\"provider_error\"}";
    private static final String INVALID_TOKEN = "{\"error\":\"unauthorised\",\"code\":\"invalid_token\"}";
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final FakeProof proof = new FakeProof();
    private final ProofSettingsFixture settings =
            ProofSettingsFixture.complete().with("base-url", proof.url());
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final List<Duration> pauses = new ArrayList<>();
    private Instant now = Instant.parse("2026-05-02T08:00:00Z");
    /** How long a pause really takes; null if as long as asked for. */
    private Duration pauseTakes;

    @AfterEach
    void close() {
        proof.close();
    }

    // The session call

    @Test
    void aSessionIsOpenedAndItsAnswerStaysByteForByte() {
        String odd =
                SESSION.replace("\"fix_amount\": true", "\"fix_amount\":true , \"novelty\":[1.50, 1e3,\"\\u00fc\"]");
        proof.then(201, odd, "X-Request-Id", "req-77");

        ProofSession session = opened();

        assertThat(session.body()).isEqualTo(odd.getBytes(StandardCharsets.UTF_8));
        assertThat(session.transactionId()).isEqualTo(ID);
        assertThat(session.type()).contains("buy");
        assertThat(session.currency()).contains("USDC");
        assertThat(session.network()).contains("ERC20");
        assertThat(session.amount()).contains("42.75");
        assertThat(session.address()).contains("0x00000000000000000000000000000000000000AA");
        assertThat(session.requestId()).contains("req-77");
        assertThat(session.toString()).doesNotContain("opaque", "v2:");
    }

    @Test
    void theRequestIsWhatTheContractAsksFor() {
        proof.then(200, SESSION);

        opened();

        FakeProof.Asked asked = proof.asked().get(0);
        assertThat(asked.method()).isEqualTo("POST");
        assertThat(asked.uri()).isEqualTo("/widget/session");
        assertThat(asked.headers().getAll("Authorization")).containsExactly("Bearer tok_made_up_0001");
        assertThat(asked.headers().getAll("Content-Type")).containsExactly("application/json");
        assertThat(asked.headers().contains("Origin")).isFalse();
        assertThat(asked.body()).isEqualTo(BUY);
    }

    @Test
    void theOriginIsSentIfOneIsConfigured() {
        settings.with("origin", "https://shop.example.test");
        proof.then(200, SESSION);
        opened();
        assertThat(proof.asked().get(0).headers().getAll("Origin")).containsExactly("https://shop.example.test");
    }

    @Test
    void theBaseUrlMayHaveAPath() {
        settings.with("base-url", proof.url() + "/proof/");
        proof.then(200, SESSION);
        opened();
        assertThat(proof.asked().get(0).uri()).isEqualTo("/proof/widget/session");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"merchant_transaction_id", "widget_id", "address", "signature", "init_token", "init_token_type"})
    void aSessionWithoutOneOfTheFirstSixFieldsIsInvalidAndNeverTriedAgain(String field) {
        proof.then(200, SESSION.replace("\"" + field + "\":", "\"was_" + field + "\":"));
        assertThat(refused().kind()).isEqualTo(Kind.INVALID_ANSWER);
        assertThat(proof.asked()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "<html>hello</html>", "[]", "{\"merchant_transaction_id\":", "null"})
    void aSuccessThatCannotBeReadIsInvalidAndNeverTriedAgain(String body) {
        proof.then(200, body);
        assertThat(refused().kind()).isEqualTo(Kind.INVALID_ANSWER);
        assertThat(proof.asked()).hasSize(1);
    }

    @Test
    void aSessionWithAnIdThatCannotBeStoredIsInvalid() {
        proof.then(200, SESSION.replace(ID, "i".repeat(129)));
        assertThat(refused().kind()).isEqualTo(Kind.INVALID_ANSWER);
        proof.then(200, SESSION.replace(ID, "a\\u0000b"));
        assertThat(refused().kind()).isEqualTo(Kind.INVALID_ANSWER);
    }

    @ParameterizedTest
    @CsvSource({
        "400, invalid_request, validation_error, INVALID_REQUEST",
        "400, invalid_request, decode_error, INVALID_REQUEST",
        "400, invalid_request, missing_param, INVALID_REQUEST",
        "400, invalid_request, currency_not_allowed, CURRENCY_NOT_ALLOWED",
        "400, wallet_not_supported, WALLET_NOT_SUPPORTED, WALLET_NOT_SUPPORTED",
        "401, unauthorised, missing_token, UNAUTHORISED",
        "401, unauthorized, invalid_token, UNAUTHORISED",
        "403, forbidden, forbidden_origin, FORBIDDEN",
        "403, offramp_disabled, '', SELL_NOT_ENABLED",
        "404, not_found, not_found, NOT_FOUND",
        "409, session_already_used, '', REFUSED",
        "422, kyc_required, '', VERIFICATION_REQUIRED",
        "418, teapot, '', REFUSED"
    })
    void theseAnswersAreFinal(int status, String error, String code, Kind kind) {
        proof.then(status, "{\"error\":\"" + error + "\",\"code\":\"" + code + "\"}", "X-Request-Id", "req-1");

        ProofFailure failure = refused();

        assertThat(failure.kind()).isEqualTo(kind);
        assertThat(failure.requestId()).contains("req-1");
        assertThat(proof.asked()).hasSize(1);
        assertThat(pauses).isEmpty();
        assertThat(counted("rampgate.proof.failures", "session", kind)).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({"internal_error, db_error", "internal_error, token_error", "publish_failed, kafka_unavailable"})
    void aFaultAtProofIsTriedOnceMore(String error, String code) {
        String body = "{\"error\":\"" + error + "\",\"code\":\"" + code + "\"}";
        proof.then(500, body).then(500, body);
        assertThat(refused().kind()).isEqualTo(Kind.INTERNAL_ERROR);
        assertThat(proof.asked()).hasSize(2);
        assertThat(counted("rampgate.proof.failures", "session", Kind.INTERNAL_ERROR))
                .isEqualTo(2);
        assertThat(counted("rampgate.proof.retries", "session", Kind.INTERNAL_ERROR))
                .isEqualTo(1);
    }

    @Test
    void aFaultAtProofMayBeOverAtTheSecondTry() {
        proof.then(500, "{\"error\":\"internal_error\",\"code\":\"db_error\"}").then(200, SESSION);
        assertThat(opened().transactionId()).isEqualTo(ID);
    }

    @ParameterizedTest
    @CsvSource({
        "upstream_error, provider_error, UPSTREAM_ERROR",
        "upstream_unavailable, upstream_unavailable, UPSTREAM_UNAVAILABLE",
        "upstream_unavailable, upstream_invalid_response, UPSTREAM_UNAVAILABLE"
    })
    void anErrorBehindProofIsTriedFourTimesWithTheSameBody(String error, String code, Kind kind) {
        String body = "{\"error\":\"" + error + "\",\"code\":\"" + code + "\"}";
        proof.then(502, body).then(502, body).then(502, body).then(502, body);

        assertThat(refused().kind()).isEqualTo(kind);

        assertThat(proof.asked())
                .extracting(FakeProof.Asked::body)
                .containsOnly(BUY)
                .hasSize(4);
        assertThat(pauses).hasSize(3);
        assertThat(pauses.get(0)).isLessThanOrEqualTo(Duration.ofMillis(500));
        assertThat(pauses.get(1)).isLessThanOrEqualTo(Duration.ofMillis(1000));
        assertThat(pauses.get(2)).isLessThanOrEqualTo(Duration.ofMillis(2000));
        assertThat(counted("rampgate.proof.failures", "session", kind)).isEqualTo(4);
        assertThat(counted("rampgate.proof.retries", "session", kind)).isEqualTo(3);
    }

    @Test
    void aGatewaysPageIsAnErrorBehindProofToo() {
        proof.then(response -> response.setStatusCode(502)
                        .putHeader("Content-Type", "text/html")
                        .end("<html>Bad Gateway</html>"))
                .then(response -> response.setStatusCode(502)
                        .putHeader("Content-Type", "this is no type")
                        .end())
                .then(200, SESSION);
        assertThat(opened().transactionId()).isEqualTo(ID);
        assertThat(proof.asked()).hasSize(3);
    }

    @ParameterizedTest
    @CsvSource({"429, RATE_LIMITED", "503, UNAVAILABLE", "504, UNAVAILABLE"})
    void whoIsBusyIsAskedAgainWhenItSaysSo(int status, Kind kind) {
        proof.then(status, "{}", "Retry-After", "3")
                .then(status, "{}", "Retry-After", "Sat, 02 May 2026 08:00:07 GMT")
                .then(200, SESSION);
        opened();
        assertThat(pauses).containsExactly(Duration.ofSeconds(3), Duration.ofSeconds(4));
        assertThat(counted("rampgate.proof.retries", "session", kind)).isEqualTo(2);
    }

    @Test
    void aRetryAfterBeyondTheDeadlineMeansGivingUpAtOnce() {
        proof.then(429, "{}", "Retry-After", "15");
        ProofFailure failure = refused();
        assertThat(failure.kind()).isEqualTo(Kind.RATE_LIMITED);
        assertThat(failure.retryAfter()).contains(Duration.ofSeconds(15));
        assertThat(proof.asked()).hasSize(1);
        assertThat(pauses).isEmpty();
    }

    @Test
    void theDeadlineCountsForAllAttemptsTogether() {
        proof.then(503, "{}", "Retry-After", "8").then(503, "{}", "Retry-After", "8");
        assertThat(refused().kind()).isEqualTo(Kind.UNAVAILABLE);
        assertThat(proof.asked()).hasSize(2);
        assertThat(pauses).containsExactly(Duration.ofSeconds(8));
    }

    @Test
    void aBrokenConnectionIsTriedAgain() {
        proof.thenBreak()
                .thenRequest(request -> cut(request, SESSION))
                .thenBreak()
                .then(200, SESSION);
        assertThat(opened().transactionId()).isEqualTo(ID);
        assertThat(proof.asked())
                .extracting(FakeProof.Asked::body)
                .containsOnly(BUY)
                .hasSize(4);
        assertThat(counted("rampgate.proof.retries", "session", Kind.UNREACHABLE))
                .isEqualTo(3);
    }

    @Test
    void aServerThatIsNotThereIsTriedFourTimes() {
        settings.with("base-url", "http://localhost:1");
        assertThat(refused().kind()).isEqualTo(Kind.UNREACHABLE);
        assertThat(counted("rampgate.proof.failures", "session", Kind.UNREACHABLE))
                .isEqualTo(4);
    }

    @Test
    void aSilentServerIsTriedAgain() {
        settings.with("attempt-timeout", "250ms");
        proof.thenSilence().then(200, SESSION);
        assertThat(opened().transactionId()).isEqualTo(ID);
        assertThat(counted("rampgate.proof.retries", "session", Kind.TIMEOUT)).isEqualTo(1);
    }

    @Test
    void anAnswerThatDripsIsGivenUpInTime() {
        settings.with("attempt-timeout", "250ms");
        proof.then(response -> drip(response.setChunked(true))).then(200, SESSION);
        assertThat(opened().transactionId()).isEqualTo(ID);
        assertThat(counted("rampgate.proof.retries", "session", Kind.TIMEOUT)).isEqualTo(1);
    }

    @Test
    void connectionsOfAttemptsThatTimedOutAreNotLost() {
        settings.with("attempt-timeout", "200ms").with("max-connections", "1");
        ProofClient client = client();
        IntStream.range(0, 4).forEach(i -> proof.thenSilence());
        assertThat(refused(client.openSession(CALL)).kind()).isEqualTo(Kind.TIMEOUT);
        proof.then(200, SESSION);
        assertThat(opened(client.openSession(CALL)).transactionId()).isEqualTo(ID);
    }

    @Test
    void noRedirectIsFollowed() {
        proof.then(307, "{}", "Location", proof.url() + "/elsewhere").then(302, "{}", "Location", "/elsewhere");
        ProofClient client = client();
        assertThat(refused(client.openSession(CALL)).kind()).isEqualTo(Kind.INVALID_ANSWER);
        assertThat(refused(client.transaction(ID)).kind()).isEqualTo(Kind.INVALID_ANSWER);
        assertThat(proof.asked()).hasSize(2);
    }

    @ParameterizedTest
    @ValueSource(ints = {200, 400, 502})
    void anAnswerWithoutEndIsInvalidAndNeverTriedAgain(int status) {
        proof.then(FakeProof.chunked(status, 4 * ProofApiConnector.MAX_ANSWER_BYTES));
        assertThat(refused().kind()).isEqualTo(Kind.INVALID_ANSWER);
        assertThat(proof.asked()).hasSize(1);
    }

    @Test
    void aMultipartAnswerIsInvalid() {
        proof.then(response -> response.putHeader("Content-Type", "multipart/form-data; boundary=x")
                .end("--x\r\n\r\nhello\r\n--x--"));
        assertThat(refused().kind()).isEqualTo(Kind.INVALID_ANSWER);
    }

    @Test
    void aCompressedAnswerIsNotUnpacked() {
        proof.then(200, SESSION, "Content-Encoding", "gzip");
        opened();
        assertThat(proof.asked().get(0).headers().contains("Accept-Encoding")).isFalse();
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 999_999, 1_000_000})
    void aPauseEndsHoweverShortItIs(long nanos) {
        ProofClient.pause(Duration.ofNanos(nanos))
                .subscribe()
                .withSubscriber(UniAssertSubscriber.create())
                .awaitItem(PATIENCE);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 999_999})
    void anAttemptMayHaveNextToNoTimeLeft(long nanosLeft) {
        proof.then(502, UPSTREAM_ERROR).thenSilence();
        pauseTakes = Duration.ofSeconds(15).minusNanos(nanosLeft);

        assertThat(refused().kind()).isEqualTo(Kind.TIMEOUT);
    }

    @Test
    void aPauseThatOutlastsTheDeadlineEndsTheCall() {
        proof.then(502, UPSTREAM_ERROR).then(200, SESSION);
        pauseTakes = Duration.ofSeconds(15);

        assertThat(refused().kind()).isEqualTo(Kind.UPSTREAM_ERROR);
        assertThat(proof.asked()).hasSize(1);
    }

    // The client token

    @Test
    void theOtherTokenIsTriedOnceAndRemembered() {
        settings.with("client-token-next", "tok_made_up_0002");
        proof.then(401, INVALID_TOKEN).then(200, SESSION).then(200, transaction(ID, "pending"));
        ProofClient client = client();

        opened(client.openSession(CALL));
        client.transaction(ID)
                .subscribe()
                .withSubscriber(UniAssertSubscriber.create())
                .awaitItem(PATIENCE);

        assertThat(proof.asked())
                .extracting(asked -> asked.headers().get("Authorization"))
                .containsExactly("Bearer tok_made_up_0001", "Bearer tok_made_up_0002", "Bearer tok_made_up_0002");
        assertThat(pauses).containsExactly(Duration.ZERO);
    }

    @Test
    void theOtherTokenIsTriedWithoutAnyPause() {
        settings.with("client-token-next", "tok_made_up_0002");
        proof.then(401, INVALID_TOKEN).then(200, SESSION);

        assertThat(opened(client(ProofClient::pause).openSession(CALL)).transactionId())
                .isEqualTo(ID);
    }

    @Test
    void twoRefusedTokensAreEnough() {
        settings.with("client-token-next", "tok_made_up_0002");
        proof.then(401, INVALID_TOKEN).then(401, INVALID_TOKEN);
        assertThat(refused().kind()).isEqualTo(Kind.UNAUTHORISED);
        assertThat(proof.asked()).hasSize(2);
    }

    // The transaction call

    @Test
    void aTransactionIsAskedForOnce() {
        proof.then(200, transaction(ID, "processing"));

        StatusReport report = report(client().transaction(ID));

        assertThat(report.status()).isEqualTo("processing");
        FakeProof.Asked asked = proof.asked().get(0);
        assertThat(asked.method()).isEqualTo("GET");
        assertThat(asked.uri()).isEqualTo("/widget/transactions/" + ID);
        assertThat(asked.headers().getAll("Authorization")).containsExactly("Bearer tok_made_up_0001");
    }

    @ParameterizedTest
    @CsvSource({
        "a/b, a%2Fb",
        "a&b=c, a%26b%3Dc",
        "a?b, a%3Fb",
        "50%, 50%25",
        "%2F, %252F",
        "'a b', a%20b",
        "a+b, a%2Bb",
        "..., ...",
        "../session, ..%2Fsession",
        "a..b, a..b",
        "{id}, %7Bid%7D",
        "#, %23",
        "ü😀, %C3%BC%F0%9F%98%80",
        "0a1b2c3d4e5f60718, 0a1b2c3d4e5f60718"
    })
    void anIdNeverChangesWhatThePathMeans(String id, String encoded) {
        proof.then(200, transaction(id, "pending"));
        assertThat(report(client().transaction(id)).transactionId()).isEqualTo(id);
        assertThat(proof.asked().get(0).uri()).isEqualTo("/widget/transactions/" + encoded);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "..", "a\nb"})
    void anIdThatNoTransactionCanHaveIsNeverAskedFor(String id) {
        assertThat(refused(client().transaction(id)).kind()).isEqualTo(Kind.NOT_FOUND);
        assertThat(proof.asked()).isEmpty();
    }

    @Test
    void anIdInAnotherLetterCaseIsTheSameAndCounted() {
        proof.then(200, transaction(ID.toUpperCase(Locale.ROOT), "completed"));

        assertThat(report(client().transaction(ID)).transactionId()).isEqualTo(ID.toUpperCase(Locale.ROOT));
        assertThat(meters.get("rampgate.proof.ids.respelled")
                        .tag("call", "transaction")
                        .counter()
                        .count())
                .isEqualTo(1);
    }

    @Test
    void aByteOrderMarkBeforeAnyAnswerIsIgnored() {
        String mark = "\uFEFF";
        proof.then(201, mark + SESSION);
        assertThat(opened().body()).isEqualTo(SESSION.getBytes(StandardCharsets.UTF_8));
        proof.then(200, mark + transaction(ID, "completed"));
        assertThat(report(client().transaction(ID)).status()).isEqualTo("completed");
        proof.then(200, mark + "{\"status\":\"verified\"}");
        assertThat(client().kycStatus("cust-1").await().atMost(PATIENCE).value())
                .isEqualTo("verified");
        proof.then(400, mark + "{\"error\":\"invalid_request\",\"code\":\"currency_not_allowed\"}");
        assertThat(refused().kind()).isEqualTo(Kind.CURRENCY_NOT_ALLOWED);
    }

    @Test
    void anAnswerAboutAnotherTransactionIsInvalid() {
        proof.then(200, transaction("another", "completed"));
        assertThat(refused(client().transaction(ID)).kind()).isEqualTo(Kind.INVALID_ANSWER);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "[]", "{}", "{\"merchant_transaction_id\":7}", "<html>"})
    void aTransactionThatCannotBeReadIsInvalid(String body) {
        proof.then(200, body);
        assertThat(refused(client().transaction(ID)).kind()).isEqualTo(Kind.INVALID_ANSWER);
    }

    @ParameterizedTest
    @CsvSource({
        "401, UNAUTHORISED",
        "403, FORBIDDEN",
        "404, NOT_FOUND",
        "429, RATE_LIMITED",
        "500, INTERNAL_ERROR",
        "502, UPSTREAM_UNAVAILABLE",
        "503, UNAVAILABLE"
    })
    void aTransactionCallIsNeverTriedAgain(int status, Kind kind) {
        settings.with("client-token-next", "tok_made_up_0002");
        proof.then(status, "{}", "Retry-After", "0");
        ProofFailure failure = refused(client().transaction(ID));
        assertThat(failure.kind()).isEqualTo(kind);
        assertThat(failure.retryAfter()).contains(Duration.ZERO);
        assertThat(proof.asked()).hasSize(1);
        assertThat(counted("rampgate.proof.failures", "transaction", kind)).isEqualTo(1);
    }

    @Test
    void aSilentServerEndsATransactionCallInTime() {
        settings.with("attempt-timeout", "200ms");
        proof.thenSilence();
        assertThat(refused(client().transaction(ID)).kind()).isEqualTo(Kind.TIMEOUT);
        assertThat(proof.asked()).hasSize(1);
    }

    @Test
    void callsGoThroughTheProxy() {
        settings.with("base-url", "http://ramp.example.test").with("proxy", proof.url());
        proof.then(200, transaction(ID, "pending"));
        assertThat(report(client().transaction(ID)).status()).isEqualTo("pending");
        assertThat(proof.asked().get(0).uri()).isEqualTo("http://ramp.example.test/widget/transactions/" + ID);
    }

    private ProofClient client() {
        return client(this::pause);
    }

    private ProofClient client(Function<Duration, Uni<Void>> pause) {
        ProofAccess access = settings.access();
        return new ProofClient(
                access,
                new FailureNotices(meters, access, InstantSource.system()),
                new SessionRetry(SessionRetry.backoff(new SplittableRandom(7))),
                () -> now,
                pause);
    }

    private Uni<Void> pause(Duration delay) {
        pauses.add(delay);
        now = pauseTakes == null ? now.plus(delay) : now.plus(pauseTakes);
        return Uni.createFrom().voidItem();
    }

    private ProofSession opened() {
        return opened(client().openSession(CALL));
    }

    private ProofFailure refused() {
        return refused(client().openSession(CALL));
    }

    private static ProofSession opened(Uni<ProofSession> call) {
        return call.subscribe()
                .withSubscriber(UniAssertSubscriber.create())
                .awaitItem(PATIENCE)
                .getItem();
    }

    private static StatusReport report(Uni<StatusReport> call) {
        return call.subscribe()
                .withSubscriber(UniAssertSubscriber.create())
                .awaitItem(PATIENCE)
                .getItem();
    }

    private static ProofFailure refused(Uni<?> call) {
        Throwable failure = call.subscribe()
                .withSubscriber(UniAssertSubscriber.create())
                .awaitFailure(PATIENCE)
                .getFailure();
        assertThat(failure).isInstanceOf(ProofFailure.class);
        assertThat(failure.toString()).doesNotContain("tok_", "jo@");
        return (ProofFailure) failure;
    }

    private double counted(String meter, String call, Kind kind) {
        return meters.get(meter)
                .tag("call", call)
                .tag("kind", kind.wireName())
                .counter()
                .count();
    }

    private static void cut(HttpServerRequest request, String body) {
        request.response()
                .putHeader("Content-Length", Integer.toString(body.length() + 100))
                .write(body)
                .onComplete(written -> request.connection().close());
    }

    private static void drip(HttpServerResponse response) {
        response.write(" ").onSuccess(written -> Vertx.currentContext().owner().setTimer(20, later -> drip(response)));
    }

    private static String transaction(String id, String status) {
        return "{\"merchant_transaction_id\":\"" + id + "\",\"status\":\"" + status + "\"}";
    }
}
