package dev.rampgate.session;

import static dev.rampgate.support.ProofAndDatabase.proof;
import static io.restassured.RestAssured.given;
import static java.util.stream.Collectors.groupingBy;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.notNullValue;

import dev.rampgate.identity.Caller;
import dev.rampgate.reconcile.ErasedUsers;
import dev.rampgate.reconcile.ErasureKeys;
import dev.rampgate.sandbox.fault.Place;
import dev.rampgate.session.IdempotencyStore.Claim;
import dev.rampgate.session.IdempotencyStore.Claim.Answered;
import dev.rampgate.session.IdempotencyStore.Claim.Granted;
import dev.rampgate.session.IdempotencyStore.Claim.InFlight;
import dev.rampgate.support.ProofAndDatabase;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.vertx.core.buffer.Buffer;
import io.vertx.mutiny.sqlclient.Pool;
import jakarta.inject.Inject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** {@code Idempotency-Key} on {@code POST /session}. Each test has amounts and keys of its own. */
@QuarkusTest
@QuarkusTestResource(ProofAndDatabase.class)
class IdempotencyQuarkusTest {

    private static final Duration KEEP = Duration.ofMinutes(15);
    private static final Duration LONGEST_OPENING = Duration.ofSeconds(16);

    @Inject
    Pool pool;

    @Inject
    MeterRegistry meters;

    @TestHTTPResource("/session")
    URI door;

    private Instant now = Instant.now();

    @AfterEach
    void heal() {
        proof().faults().clear();
    }

    @Test
    void theSameRequestGetsTheSameAnswerByteForByteAndOneSession() {
        String key = key();

        byte[] first =
                post("jo", key, order("1.01")).then().statusCode(201).extract().asByteArray();
        Response second = post("jo", key, order("1.01"));

        second.then().statusCode(201).contentType("application/json").header("Cache-Control", "no-store");
        assertThat(second.asByteArray()).isEqualTo(first);
        assertThat(sessions("1.01")).isEqualTo(1);
    }

    @Test
    void thirtyTwoAtOnceOpenOneSession() {
        String key = key();
        HttpClient client = HttpClient.newHttpClient();
        HttpRequest request = HttpRequest.newBuilder(door)
                .header("Content-Type", "application/json")
                .header("X-User-Id", "jo")
                .header("Idempotency-Key", key)
                .POST(BodyPublishers.ofString(order("1.02")))
                .build();

        List<CompletableFuture<HttpResponse<String>>> sent = IntStream.range(0, 32)
                .mapToObj(each -> client.sendAsync(request, BodyHandlers.ofString()))
                .toList();
        Map<Integer, List<HttpResponse<String>>> answers =
                sent.stream().map(CompletableFuture::join).collect(groupingBy(HttpResponse::statusCode));

        assertThat(answers.keySet()).isSubsetOf(201, 409);
        assertThat(answers.get(201).stream().map(HttpResponse::body).distinct()).hasSize(1);
        assertThat(answers.getOrDefault(409, List.of()))
                .allSatisfy(busy ->
                        assertThat(busy.headers().firstValue("Retry-After")).hasValue("1"))
                .allSatisfy(busy -> assertThat(busy.body()).contains("idempotency-in-progress"));
        assertThat(sessions("1.02")).isEqualTo(1);
        assertThat(post("jo", key, order("1.02")).asString())
                .isEqualTo(answers.get(201).get(0).body());
    }

    @Test
    void anotherBodyUnderTheSameKeyIsRefused() {
        String key = key();
        post("jo", key, order("1.03")).then().statusCode(201);

        post("jo", key, order("1.04"))
                .then()
                .statusCode(422)
                .contentType("application/problem+json")
                .body("type", equalTo("urn:rampgate:problem:idempotency-mismatch"));
        assertThat(sessions("1.04")).isZero();
    }

    @Test
    void anotherUserHasKeysOfHisOwn() {
        String key = key();
        String jo = post("jo", key, order("1.05")).path("merchant_transaction_id");
        String al = post("al", key, order("1.05")).path("merchant_transaction_id");

        assertThat(al).isNotNull().isNotEqualTo(jo);
    }

    @Test
    void whileOneIsInFlightAnotherGetsATimeToComeBack() {
        String key = key();
        store().claim(stored("jo", key, order("1.06"))).await().indefinitely();

        post("jo", key, order("1.06"))
                .then()
                .statusCode(409)
                .header("Retry-After", "1")
                .body("type", equalTo("urn:rampgate:problem:idempotency-in-progress"));
        post("jo", key, order("1.07")).then().statusCode(422);
        assertThat(sessions("1.06")).isZero();
    }

    @Test
    void aKeyWhoseReplicaDiedIsFreeAgainAfterTheLease() {
        double before = counted("again");
        String key = key();
        now = now.minus(LONGEST_OPENING).minusSeconds(11);
        store().claim(stored("jo", key, order("1.08"))).await().indefinitely();

        post("jo", key, order("1.08")).then().statusCode(201);
        assertThat(counted("again")).isEqualTo(before + 1);
    }

    @Test
    void aRefusalOfProofLeavesTheKeyFree() {
        String key = key();
        String doge = order("1.09").replace("USDC", "DOGE");
        post("jo", key, doge).then().statusCode(400);
        post("jo", key, doge).then().statusCode(400);
        assertThat(sessions("1.09")).isEqualTo(2);

        post("jo", key, order("1.10")).then().statusCode(201);
    }

    @Test
    void afterAnUnknownOutcomeTheSameRequestIsTriedAgainAndNotSilently() {
        double before = counted("again");
        String key = key();
        proof().faults().answer(Place.SESSION_CALL, 500, 2);
        post("jo", key, order("1.11")).then().statusCode(502);

        post("jo", key, order("1.12")).then().statusCode(422);
        post("jo", key, order("1.11")).then().statusCode(201);
        assertThat(counted("again")).isEqualTo(before + 1);
    }

    static Stream<String> badKeys() {
        return Stream.of("x".repeat(129), "a b", "café", "a\tb");
    }

    @ParameterizedTest
    @MethodSource("badKeys")
    void aKeyThatCannotBeUsedIsRefused(String key) {
        post("jo", key, order("1.13"))
                .then()
                .statusCode(400)
                .body("type", equalTo("urn:rampgate:problem:invalid-request"))
                .body("errors.field", hasItem("Idempotency-Key"));
        assertThat(sessions("1.13")).isZero();
    }

    @Test
    void twoKeysAreNone() {
        given().contentType("application/json")
                .header("Idempotency-Key", "one", "two")
                .body(order("1.14"))
                .post("/session")
                .then()
                .statusCode(400)
                .body("errors.field", hasItem("Idempotency-Key"));
    }

    @Test
    void anAnswerIsGivenAgainUntilItExpiresAndThenDeleted() {
        IdempotencyStore store = store();
        IdempotencyKey key = stored("jo", key(), order("1.15"));
        Granted claim = (Granted) claim(store, key);
        assertThat(claim.again()).isFalse();
        assertThat(claim(store, key)).isInstanceOf(InFlight.class);
        store.keep(key, claim.id(), new byte[] {1, 2, 3}).await().indefinitely();

        now = now.plus(KEEP).minusMillis(1);
        assertThat(claim(store, key)).isInstanceOfSatisfying(Answered.class, answered -> assertThat(answered.answer())
                .containsExactly(1, 2, 3));
        store.sweep().await().indefinitely();
        assertThat(rows(key)).isEqualTo(1);

        now = now.plusMillis(1);
        store.sweep().await().indefinitely();
        assertThat(rows(key)).isZero();
    }

    @Test
    void anExpiredKeyIsFreeEvenBeforeItIsDeletedAndForAnyBody() {
        IdempotencyStore store = store();
        String value = key();
        IdempotencyKey one = stored("jo", value, order("1.16"));
        store.keep(one, ((Granted) claim(store, one)).id(), new byte[] {1})
                .await()
                .indefinitely();

        now = now.plus(KEEP);
        Claim next = claim(store, stored("jo", value, order("1.17")));

        assertThat(next).isInstanceOfSatisfying(Granted.class, granted -> assertThat(granted.again())
                .isFalse());
    }

    @Test
    void whoLostTheClaimKeepsNoAnswer() {
        IdempotencyStore store = store();
        IdempotencyKey key = stored("jo", key(), order("1.18"));
        Granted lost = (Granted) claim(store, key);
        now = now.plus(LONGEST_OPENING).plusSeconds(10);
        Granted next = (Granted) claim(store, key);

        store.keep(key, lost.id(), new byte[] {1}).await().indefinitely();
        store.forget(key, lost.id()).await().indefinitely();
        assertThat(claim(store, key)).isInstanceOf(InFlight.class);

        store.keep(key, next.id(), new byte[] {2}).await().indefinitely();
        assertThat(claim(store, key)).isInstanceOf(Answered.class);
    }

    @Test
    void theAnswerIsNotInTheProblemOfAMismatch() {
        String key = key();
        String token = post("jo", key, order("1.19")).path("init_token");

        assertThat(post("jo", key, order("1.20")).asString()).doesNotContain(token);
    }

    @Test
    void aRequestWithoutAKeyIsOpenedEachTime() {
        given().contentType("application/json")
                .body(order("1.21"))
                .post("/session")
                .then()
                .statusCode(201)
                .body("merchant_transaction_id", notNullValue());
        given().contentType("application/json")
                .body(order("1.21"))
                .post("/session")
                .then()
                .statusCode(201);
        assertThat(sessions("1.21")).isEqualTo(2);
    }

    private IdempotencyStore store() {
        return new IdempotencyStore(
                pool,
                new IdempotencyTimes(KEEP, LONGEST_OPENING),
                new ErasedUsers(ErasureKeys.NONE),
                () -> now,
                new java.util.Random(now.getNano()));
    }

    private static Claim claim(IdempotencyStore store, IdempotencyKey key) {
        return store.claim(key).await().indefinitely();
    }

    private static IdempotencyKey stored(String userId, String key, String body) {
        return new IdempotencyKey(userId, key, IdempotencyKey.hash(new Caller(userId, null), Buffer.buffer(body)));
    }

    private long rows(IdempotencyKey key) {
        return pool.preparedQuery("SELECT count(*) AS rows FROM idempotency_key WHERE key = $1")
                .execute(io.vertx.mutiny.sqlclient.Tuple.of(key.value()))
                .await()
                .indefinitely()
                .iterator()
                .next()
                .getLong("rows");
    }

    private double counted(String result) {
        return meters.counter("rampgate.session.idempotency", "result", result).count();
    }

    private static String key() {
        return UUID.randomUUID().toString();
    }

    private static long sessions(String amount) {
        return proof().calls().count(call -> call.isSessionCall() && call.body().contains("\"" + amount + "\""));
    }

    private static String order(String amount) {
        return "{\"network\":\"ERC20\",\"currency\":\"USDC\",\"amount\":\"" + amount + "\",\"type\":\"buy\"}";
    }

    private static Response post(String userId, String key, String body) {
        return given().contentType("application/json")
                .header("X-User-Id", userId)
                .header("Idempotency-Key", key)
                .body(body)
                .post("/session");
    }
}
