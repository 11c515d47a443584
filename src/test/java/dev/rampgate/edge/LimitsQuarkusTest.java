package dev.rampgate.edge;

import static dev.rampgate.support.ProofAndDatabase.WEBHOOK_KEY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.matchesPattern;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;

import dev.rampgate.support.ProofAndDatabase;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.RestAssured;
import io.restassured.response.ValidatableResponse;
import io.restassured.specification.RequestSpecification;
import io.vertx.mutiny.sqlclient.Pool;
import jakarta.inject.Inject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Rate limits and allowed networks; each test uses addresses of its own. */
@QuarkusTest
@TestProfile(LimitsQuarkusTest.Narrow.class)
@QuarkusTestResource(ProofAndDatabase.class)
class LimitsQuarkusTest {

    @Inject
    MeterRegistry meters;

    @Inject
    Pool pool;

    @TestHTTPResource("/")
    URI door;

    @TestHTTPResource(value = "/", management = true)
    URI management;

    /** Low limits, and webhooks from two networks only. */
    public static final class Narrow implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.ofEntries(
                    Map.entry("rampgate.client-address.trusted-proxies", "127.0.0.1, ::1"),
                    Map.entry("rampgate.session.limits.user", "2/1h"),
                    Map.entry("rampgate.live.limits.user", "3/1h"),
                    Map.entry("rampgate.session.limits.address", "3/1h"),
                    Map.entry("rampgate.hand-off.limits.address", "2/1h"),
                    Map.entry("rampgate.webhook.open", "true"),
                    Map.entry("rampgate.webhook.limits.open", "2/1h"),
                    Map.entry("rampgate.webhook.allowlist", "203.0.113.0/24, 2001:db8::/32"),
                    Map.entry("rampgate.operate.limits.actor", "3/1h"),
                    Map.entry("rampgate.operate.limits.wrong-token", "2/1h"));
        }
    }

    @Test
    void a_user_may_open_a_limited_number_of_sessions_from_all_addresses_together() {
        session("jo", "198.51.100.1").statusCode(201);
        session("jo", "198.51.100.2").statusCode(201);
        tooMany(session("jo", "198.51.100.3"));
        session("al", "198.51.100.3").statusCode(201);
    }

    @Test
    void an_address_may_open_a_limited_number_of_sessions_for_all_users_together() {
        double before = limited("session_address");

        session("u1", "2001:db8:5:5::1").statusCode(201);
        session("u2", "2001:db8:5:5::2").statusCode(201);
        session("u3", "2001:db8:5:5:ffff::3").statusCode(201);
        tooMany(session("u4", "2001:db8:5:5::4"));
        session("u4", "2001:db8:5:6::4").statusCode(201);
        assertThat(limited("session_address")).isEqualTo(before + 1);
    }

    @Test
    void streams_sockets_and_reads_by_ticket_pass_the_read_limit() {
        ValidatableResponse opened = session("reading", "198.51.100.71").statusCode(201);
        String path = "/transactions/" + opened.extract().path("merchant_transaction_id");
        String byTicket = "?ticket=" + opened.extract().header("Rampgate-Ticket");

        RestAssured.given().header("X-User-Id", "reading").get(path).then().statusCode(200);
        once(path, "").statusCode(200);
        assertThat(socket(path, "")).isEqualTo(101);
        tooMany(once(path, ""));
        tooMany(RestAssured.given()
                .header("X-User-Id", "reading")
                .get(path + "/events")
                .then());
        assertThat(socket(path, "")).isEqualTo(429);

        once(path, byTicket).statusCode(200);
        assertThat(socket(path, byTicket)).isEqualTo(101);
        once(path, byTicket).statusCode(200);
        tooMany(once(path, byTicket));
        tooMany(RestAssured.given().get(path + "/events" + byTicket).then());
        assertThat(socket(path, byTicket)).isEqualTo(429);
        assertThat(limited("read_user")).isEqualTo(3);
        assertThat(limited("read_ticket")).isEqualTo(3);
    }

    private static ValidatableResponse once(String path, String query) {
        return RestAssured.given()
                .header("X-User-Id", "reading")
                .accept("application/json")
                .get(path + "/events" + query)
                .then();
    }

    /** The status that a socket is answered with. */
    private int socket(String path, String query) {
        URI address = URI.create("ws://localhost:" + door.getPort() + path + "/socket" + query);
        return HttpClient.newHttpClient()
                .newWebSocketBuilder()
                .header("X-User-Id", "reading")
                .buildAsync(address, new WebSocket.Listener() {})
                .handle((open, refused) -> {
                    if (open != null) {
                        open.abort();
                        return 101;
                    }
                    Throwable cause = refused instanceof CompletionException ? refused.getCause() : refused;
                    return ((WebSocketHandshakeException) cause).getResponse().statusCode();
                })
                .orTimeout(40, TimeUnit.SECONDS)
                .join();
    }

    @Test
    void a_caller_with_a_hidden_address_is_counted_by_the_peer() {
        session("h1", "unknown").statusCode(201);
        session("h2", "_hidden").statusCode(201);
        session("h3", "198.51.100.9, ?").statusCode(201);
        tooMany(session("h4", ""));

        code("unknown").statusCode(404);
        code("127.0.0.1").statusCode(404);
        tooMany(code("\""));
    }

    @Test
    void a_proxy_that_does_not_send_the_header_does_not_put_all_users_into_one_limit() {
        double before = withoutHeader();

        for (String user : List.of("m1", "m2", "m3", "m4", "m5")) {
            withoutAddress(user).statusCode(201);
        }
        withoutAddress("m5").statusCode(201);
        tooMany(withoutAddress("m5"));
        assertThat(withoutHeader()).isGreaterThan(before + 4);
    }

    @Test
    void an_ignored_header_changes_no_limit() {
        for (String user : List.of("f1", "f2", "f3")) {
            given(user, "198.51.100.61")
                    .header("Forwarded", "for=unknown")
                    .post("/session")
                    .then()
                    .statusCode(201);
        }
        tooMany(given("f4", "198.51.100.61")
                .header("Forwarded", "for=1.2.3.4")
                .post("/session")
                .then());
    }

    @Test
    void an_actor_may_make_a_limited_number_of_calls_from_all_addresses_together() {
        for (String address : List.of("198.51.100.81", "198.51.100.82", "198.51.100.83")) {
            operate("desk-token-canary-0001", address).statusCode(200);
        }
        tooMany(operate("desk-token-canary-0001", "198.51.100.84"));
        operate("operate-token-canary-0001", "198.51.100.84").statusCode(200);
        assertThat(limited("operate_actor")).isEqualTo(1);
    }

    @Test
    void after_too_many_wrong_tokens_from_an_address_no_token_from_there_is_compared() {
        double before = limited("operate_wrong_token");
        operate("wrong-token-canary-0001", "198.51.100.91").statusCode(401);
        operate("operate-token-canary-0001", "198.51.100.91").statusCode(200);
        operate("wrong-token-canary-0002", "198.51.100.91").statusCode(401);
        tooMany(operate("wrong-token-canary-0003", "198.51.100.91"));
        tooMany(operate("operate-token-canary-0001", "198.51.100.91"));
        operate("operate-token-canary-0002", "198.51.100.92").statusCode(200);
        assertThat(limited("operate_wrong_token")).isEqualTo(before + 2);
    }

    @Test
    void after_too_many_wrong_tokens_the_console_shows_when_to_try_again_and_compares_none() {
        double before = limited("operate_wrong_token");
        signIn("wrong-token-canary-0001", "198.51.100.95").statusCode(401);
        signIn("wrong-token-canary-0002", "198.51.100.95").statusCode(401);
        for (String token : List.of("wrong-token-canary-0003", "books-token-canary-0001")) {
            signIn(token, "198.51.100.95")
                    .statusCode(429)
                    .contentType("text/html")
                    .header("Retry-After", matchesPattern("[0-9]+"))
                    .header("Set-Cookie", nullValue())
                    .body(containsString("Too many wrong tokens came from your address. Try again in "))
                    .body(containsString("name=\"token\""), not(containsString(token)));
        }
        // The same limit as the service API's, and of this address alone.
        tooMany(operate("operate-token-canary-0001", "198.51.100.95"));
        signIn("books-token-canary-0001", "198.51.100.96").statusCode(303);
        assertThat(limited("operate_wrong_token")).isEqualTo(before + 3);
        await().atMost(Duration.ofSeconds(40))
                .until(() -> pool.query(
                                        "SELECT coalesce(sum(calls), 0)::bigint FROM audit_entry WHERE result = 'too_many_requests'")
                                .execute()
                                .map(rows -> rows.iterator().next().getLong(0))
                                .await()
                                .atMost(Duration.ofSeconds(40))
                        >= 3);
    }

    private ValidatableResponse signIn(String token, String address) {
        return RestAssured.given()
                .redirects()
                .follow(false)
                .header("Sec-Fetch-Site", "same-origin")
                .header("X-Forwarded-For", address)
                .formParam("token", token)
                .post(management.resolve("/operate/console/sign-in"))
                .then();
    }

    private ValidatableResponse operate(String token, String address) {
        return RestAssured.given()
                .header("Authorization", "Bearer " + token)
                .header("X-Forwarded-For", address)
                .post(management.resolve("/operate/transactions/unheard-of/poll"))
                .then();
    }

    @Test
    void an_address_may_try_a_limited_number_of_codes_right_or_wrong() {
        code("198.51.100.41").statusCode(404);
        code("198.51.100.41").statusCode(404);
        tooMany(code("198.51.100.41"));
        code("198.51.100.42").statusCode(404);
    }

    @Test
    void an_address_may_send_a_limited_number_of_webhooks_without_a_key() {
        webhook("", "203.0.113.1").statusCode(204);
        webhook("", "203.0.113.1").statusCode(204);
        tooMany(webhook("", "203.0.113.1"));
        webhook("", "203.0.113.2").statusCode(204);
        webhook("/" + WEBHOOK_KEY, "203.0.113.1").statusCode(204);
    }

    @Test
    void webhooks_from_other_networks_get_404_with_and_without_the_key() {
        double before = refused();

        webhook("/" + WEBHOOK_KEY, "198.51.100.1")
                .statusCode(404)
                .contentType("application/problem+json")
                .body("type", equalTo("urn:rampgate:problem:not-found"))
                .body("size()", equalTo(4));
        webhook("", "198.51.100.1").statusCode(404);
        assertThat(refused()).isEqualTo(before + 2);
    }

    @Test
    void webhooks_from_an_unknown_address_get_404() {
        webhook("/" + WEBHOOK_KEY, "unknown").statusCode(404);
    }

    private static void tooMany(ValidatableResponse answer) {
        answer.statusCode(429)
                .contentType("application/problem+json")
                .header("Retry-After", notNullValue())
                .body("type", equalTo("urn:rampgate:problem:too-many-requests"));
    }

    private static ValidatableResponse session(String user, String address) {
        return given(user, address).post("/session").then();
    }

    private static RequestSpecification given(String user, String address) {
        return RestAssured.given()
                .header("X-User-Id", user)
                .header("X-Forwarded-For", address)
                .contentType("application/json")
                .body("{\"network\":\"ERC20\",\"currency\":\"USDC\",\"amount\":\"42.75\"}");
    }

    /** As a proxy that writes another header. */
    private static ValidatableResponse withoutAddress(String user) {
        return RestAssured.given()
                .header("X-User-Id", user)
                .header("Forwarded", "for=198.51.100.77")
                .contentType("application/json")
                .body("{\"network\":\"ERC20\",\"currency\":\"USDC\",\"amount\":\"42.75\"}")
                .post("/session")
                .then();
    }

    private static ValidatableResponse code(String address) {
        return RestAssured.given()
                .header("X-Forwarded-For", address)
                .contentType("application/json")
                .body("{\"code\":\"guessed\"}")
                .post("/hand-off")
                .then();
    }

    private static ValidatableResponse webhook(String key, String address) {
        return RestAssured.given()
                .header("X-Forwarded-For", address)
                .contentType("application/json")
                .body("{\"merchant_transaction_id\":\"limits-0001\",\"status\":\"pending\"}")
                .post("/proof-webhook" + key)
                .then();
    }

    private double limited(String limit) {
        return meters.get("rampgate.edge.limited").tag("limit", limit).counter().count();
    }

    private double withoutHeader() {
        return meters.get("rampgate.edge.addresses.unknown")
                .tag("reason", "no_header")
                .counter()
                .count();
    }

    private double refused() {
        return meters.counter("rampgate.webhooks", "result", "refused", "detail", "source")
                .count();
    }
}
