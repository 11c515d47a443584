package dev.rampgate.session.handoff;

import static dev.rampgate.support.ProofAndDatabase.proof;
import static io.restassured.RestAssured.given;
import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;

import dev.rampgate.reconcile.ErasedUsers;
import dev.rampgate.reconcile.ErasureKeys;
import dev.rampgate.support.ProofAndDatabase;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.Headers;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sessions that are handed to the hosted page; the page itself is tested in a browser. */
@QuarkusTest
@QuarkusTestResource(ProofAndDatabase.class)
class HandOffQuarkusTest {

    private static final String PAGE = "https://ramp.example.test/hand-off#";
    private static final byte[] CONTENT = "{\"session\":\"canary\"}".getBytes(StandardCharsets.UTF_8);
    private static final Duration LIMIT = Duration.ofSeconds(30);

    @Inject
    Pool pool;

    @Inject
    MeterRegistry meters;

    @TestHTTPResource("/hand-off")
    URI door;

    private Instant now = Instant.now();

    // --- asking for it

    @Test
    void theAnswerStaysProofsAndTheAddressStandsBesideIt() {
        Response asked = order("2.01").header("Rampgate-Hand-Off", "true").post("/session");
        asked.then().statusCode(201).header("Cache-Control", "no-store").header("Rampgate-Ticket", notNullValue());

        assertThat(asked.header("Rampgate-Hand-Off")).startsWith(PAGE).hasSize(PAGE.length() + 43);
        assertThat(asked.jsonPath().getMap("")).hasSize(22);
        assertThat(redeem(codeOf(asked)).then().statusCode(200).extract().asString())
                .isEqualTo(
                        "{\"session\":" + asked.asString() + ",\"return_to\":\"https://shop.example.test/ramp/done\"}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "false"})
    void whoDoesNotAskGetsNone(String value) {
        RequestSpecification order = order("2.02");
        (value.isEmpty() ? order : order.header("Rampgate-Hand-Off", value))
                .post("/session")
                .then()
                .statusCode(201)
                .header("Rampgate-Hand-Off", nullValue());
    }

    @ParameterizedTest
    @ValueSource(strings = {"yes", "TRUE", "true, true", "1"})
    void anotherSpellingIsRefusedWithTheRightOneBeforeProofIsAsked(String value) {
        order("2.03")
                .header("Rampgate-Hand-Off", value)
                .post("/session")
                .then()
                .statusCode(400)
                .body("type", equalTo("urn:rampgate:problem:invalid-request"))
                .body("errors.field", hasItem("Rampgate-Hand-Off"));
        assertThat(sessions("2.03")).isZero();
    }

    @Test
    void aRepeatedRequestGetsTheSameSessionUnderACodeOfItsOwn() {
        RequestSpecification order =
                order("2.04").header("Rampgate-Hand-Off", "true").header("Idempotency-Key", "hand-off-2.04");
        Response first = order.post("/session");
        Response second = order.post("/session");

        assertThat(second.asString()).isEqualTo(first.asString());
        assertThat(codeOf(second)).isNotEqualTo(codeOf(first));
        assertThat(sessions("2.04")).isEqualTo(1);
        assertThat(redeem(codeOf(second)).asString())
                .isEqualTo(redeem(codeOf(first)).asString())
                .contains("init_token");
    }

    @Test
    void theAddressOfTheReturnIsTheOneThatWasCheckedWithTheRequest() {
        Response asked = given().contentType("application/json")
                .header("Rampgate-Hand-Off", "true")
                .body(Map.of(
                        "network", "ERC20",
                        "currency", "USDC",
                        "amount", "2.05",
                        "redirect_url", "https://shop.example.test/done?order=%22"))
                .post("/session");

        redeem(codeOf(asked))
                .then()
                .statusCode(200)
                .body("return_to", equalTo("https://shop.example.test/done?order=%22"))
                .body("session.redirect_url", equalTo("https://shop.example.test/done?order=%22"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"status=x", "order=7&%6Derchant_transaction_id=x"})
    void anAddressThatHasWhatThePageAddsIsRefusedBeforeProofIsAsked(String query) {
        RequestSpecification asked = given().contentType("application/json")
                .body(Map.of(
                        "network", "ERC20",
                        "currency", "USDC",
                        "amount", "2.051",
                        "redirect_url", "https://shop.example.test/done?" + query));

        asked.header("Rampgate-Hand-Off", "true")
                .post("/session")
                .then()
                .statusCode(400)
                .body("type", equalTo("urn:rampgate:problem:invalid-request"))
                .body("errors.field", hasItem("redirect_url"));
        assertThat(sessions("2.051")).isZero();
    }

    // --- handing it over

    @Test
    void aCodeIsGoodOnceAndAllOthersLookTheSame() {
        double redeemed = counted("redeemed");
        double refused = counted("refused");
        String code = codeOf(order("2.06").header("Rampgate-Hand-Off", "true").post("/session"));

        redeem(code)
                .then()
                .statusCode(200)
                .contentType("application/json")
                .header("Cache-Control", "no-store")
                .header("Set-Cookie", nullValue())
                .body("session.init_token", notNullValue())
                .body("return_to", equalTo("https://shop.example.test/ramp/done"));

        for (String wrong : List.of(code, code.substring(1) + "A", "guessed", "", "\u0000", "x".repeat(128))) {
            redeem(wrong)
                    .then()
                    .statusCode(404)
                    .contentType("application/problem+json")
                    .body("type", equalTo("urn:rampgate:problem:not-found"))
                    .body("size()", equalTo(4));
        }
        assertThat(counted("redeemed")).isEqualTo(redeemed + 1);
        assertThat(counted("refused")).isEqualTo(refused + 6);
    }

    @Test
    void thirtyTwoAtOnceGetItOnce() {
        String code = codeOf(order("2.07").header("Rampgate-Hand-Off", "true").post("/session"));
        HttpClient client = HttpClient.newHttpClient();
        HttpRequest request = HttpRequest.newBuilder(door)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(new JsonObject().put("code", code).encode()))
                .build();

        List<CompletableFuture<HttpResponse<String>>> sent = IntStream.range(0, 32)
                .mapToObj(each -> client.sendAsync(request, BodyHandlers.ofString()))
                .toList();
        Map<Integer, Long> answers =
                sent.stream().map(CompletableFuture::join).collect(groupingBy(HttpResponse::statusCode, counting()));

        assertThat(answers).isEqualTo(Map.of(200, 1L, 404, 31L));
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "{\"code\":null}", "[]", "{", "{\"code\":\"a\",\"code\":\"b\"}"})
    void aRequestWithoutACodeIsRefused(String body) {
        given().contentType("application/json")
                .body(body)
                .post("/hand-off")
                .then()
                .statusCode(400)
                .contentType("application/problem+json");
    }

    @Test
    void thePagesTicketFollowsItsTransactionAndItsPassFetchesAnother() throws Exception {
        Response asked = order("2.08").header("Rampgate-Hand-Off", "true").post("/session");
        String id = asked.path("merchant_transaction_id");
        Response page = redeem(codeOf(asked));
        String pass = page.header("Rampgate-Pass");

        assertThat(follows(id, page.header("Rampgate-Ticket"))).isEqualTo(200);
        assertThat(follows(id, pass)).isEqualTo(401);
        Response renewed = renew(id, pass);
        renewed.then().statusCode(204).header("Cache-Control", "no-store");
        assertThat(follows(id, renewed.header("Rampgate-Ticket"))).isEqualTo(200);
        renew("another", pass).then().statusCode(404).header("Rampgate-Ticket", nullValue());
        renew(id, page.header("Rampgate-Ticket")).then().statusCode(404);
        renew(id, "guessed").then().statusCode(404).body("type", equalTo("urn:rampgate:problem:not-found"));
    }

    // --- what is stored

    @Test
    void anotherReplicaHandsOverUntilTheCodeExpires() {
        HandOffCode early = kept();
        HandOffCode late = kept();

        now = now.plusSeconds(60).minusMillis(1);
        assertThat(await(store().take(early)))
                .hasValueSatisfying(taken -> assertThat(taken.content()).isEqualTo(CONTENT));
        now = now.plusMillis(1);
        assertThat(await(store().take(late))).isEmpty();
        assertThat(rows(late)).isZero();
    }

    @Test
    void aPageMayAskAgainForHalfAMinuteAndNoOtherPage() {
        await(new HandOffStore(pool, new ErasedUsers(ErasureKeys.NONE), () -> now.plus(Duration.ofDays(1)))
                .sweep()); // What other tests left.
        HandOffCode code = kept();
        now = now.plusSeconds(60).minusMillis(1);
        Instant again = now.plusSeconds(30);
        assertThat(await(store().take(code, "a-page", again))).isPresent();

        now = again.minusMillis(1);
        assertThat(await(store().take(code, "a-page", now.plusSeconds(30)))).isPresent();
        assertThat(await(store().take(code, "another-page", now.plusSeconds(30))))
                .isEmpty();
        assertThat(await(store().take(code))).isEmpty();

        now = again;
        assertThat(await(store().take(code, "a-page", now.plusSeconds(30)))).isEmpty();
        assertThat(await(store().sweep()).unused()).isZero();
        assertThat(rows(code)).isZero();
    }

    @Test
    void whatWasNotFetchedIsDeleted() {
        HandOffCode code = kept();

        now = now.plusSeconds(60).minusMillis(1);
        await(store().sweep());
        assertThat(rows(code)).isEqualTo(1);

        now = now.plusMillis(1);
        await(store().sweep());
        assertThat(rows(code)).isZero();
    }

    @Test
    void theDatabaseHoldsNeitherTheCodeNorTheSession() {
        Response asked = order("2.09").header("Rampgate-Hand-Off", "true").post("/session");
        HandOffCode code = HandOffCode.of(codeOf(asked));

        Row row = row(code);
        String stored = new String(row.getBuffer("sealed").getBytes(), StandardCharsets.ISO_8859_1);
        assertThat(stored).doesNotContain("init_token", code.text(), asked.path("init_token"));
        assertThat(row.getString("user_id")).isEqualTo("demo-user");
        redeem(code.text()).then().statusCode(200);
        assertThat(rows(code)).isZero();
    }

    @Test
    void whatWasChangedInTheDatabaseIsNotHandedOver() {
        HandOffCode code = kept();
        await(pool.preparedQuery("UPDATE hand_off SET sealed = sealed || 'x' WHERE code_hash = $1")
                .execute(Tuple.of(io.vertx.core.buffer.Buffer.buffer(code.hash()))));

        assertThat(await(store().take(code))).isEmpty();
    }

    // --- the page

    @Test
    void thePageIsTheSameForAllAndMakesBrowsersStrict() {
        Response page =
                given().accept("text/html,application/xhtml+xml,*/*;q=0.8").get("/hand-off");

        page.then().statusCode(200).contentType("text/html;charset=UTF-8");
        Headers headers = page.headers();
        String policy = headers.getValue("Content-Security-Policy");
        assertThat(headers.getValues("Content-Security-Policy")).hasSize(1);
        assertThat(policy)
                .matches("default-src 'none'; script-src 'nonce-[A-Za-z0-9_-]{22}' https://widget.proof.community;"
                        + " style-src 'nonce-[A-Za-z0-9_-]{22}'; img-src data:; connect-src 'self';"
                        + " frame-src https://widget.proof.community; frame-ancestors 'none'; base-uri 'none';"
                        + " form-action 'none'");
        assertThat(headers.getValues("Cache-Control")).containsExactly("no-store");
        assertThat(headers.getValues("Referrer-Policy")).containsExactly("no-referrer");
        assertThat(headers.getValues("X-Frame-Options")).containsExactly("DENY");
        assertThat(headers.getValues("X-Content-Type-Options")).containsExactly("nosniff");
        assertThat(headers.getValue("Permissions-Policy"))
                .startsWith("camera=(self \"https://widget.proof.community\"), ");
        assertThat(headers.hasHeaderWithName("Set-Cookie")).isFalse();
    }

    @Test
    void lookingAtThePageUsesNoCodeUp() {
        String code = codeOf(order("2.10").header("Rampgate-Hand-Off", "true").post("/session"));
        for (int each = 0; each < 3; each++) {
            given().get("/hand-off").then().statusCode(200);
        }

        redeem(code).then().statusCode(200);
    }

    /** What the events of a transaction answer to this ticket. */
    private int follows(String id, String ticket) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(door.resolve("/transactions/" + id + "/events?ticket=" + ticket))
                .timeout(LIMIT)
                .build();
        HttpResponse<InputStream> answer = HttpClient.newHttpClient().send(request, BodyHandlers.ofInputStream());
        answer.body().close();
        return answer.statusCode();
    }

    private HandOffCode kept() {
        HandOffCode code = HandOffCode.draw(new SecureRandom());
        await(store().keep(code, "jo", CONTENT, now, now.plusSeconds(60)));
        return code;
    }

    /** As another replica has it, at the test's own time. */
    private HandOffStore store() {
        return new HandOffStore(pool, new ErasedUsers(ErasureKeys.NONE), () -> now);
    }

    private long rows(HandOffCode code) {
        return Optional.ofNullable(row(code)).map(row -> 1L).orElse(0L);
    }

    private Row row(HandOffCode code) {
        return await(pool.preparedQuery("SELECT * FROM hand_off WHERE code_hash = $1")
                .execute(Tuple.of(io.vertx.core.buffer.Buffer.buffer(code.hash())))
                .map(rows -> rows.size() == 0 ? null : rows.iterator().next()));
    }

    private double counted(String result) {
        return meters.counter("rampgate.session.hand.off", "result", result).count();
    }

    private static <T> T await(Uni<T> asked) {
        return asked.await().atMost(LIMIT);
    }

    private static long sessions(String amount) {
        return proof().calls().count(call -> call.isSessionCall() && call.body().contains("\"" + amount + "\""));
    }

    private static RequestSpecification order(String amount) {
        return given().contentType("application/json")
                .body("{\"network\":\"ERC20\",\"currency\":\"USDC\",\"amount\":\"" + amount + "\",\"type\":\"buy\"}");
    }

    private static String codeOf(Response answer) {
        String page = answer.header("Rampgate-Hand-Off");
        return page.substring(page.indexOf('#') + 1);
    }

    private static Response redeem(String code) {
        return post("/hand-off", new JsonObject().put("code", code));
    }

    private static Response renew(String id, String pass) {
        return post(
                "/hand-off/ticket",
                new JsonObject().put("merchant_transaction_id", id).put("pass", pass));
    }

    private static Response post(String path, JsonObject body) {
        return given().contentType("application/json").body(body.encode()).post(path);
    }
}
