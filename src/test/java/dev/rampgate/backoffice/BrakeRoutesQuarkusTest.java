package dev.rampgate.backoffice;

import static dev.rampgate.support.ProofAndDatabase.database;
import static dev.rampgate.support.ProofAndDatabase.proof;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.both;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.greaterThanOrEqualTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.lessThanOrEqualTo;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.notNullValue;

import dev.rampgate.sandbox.transaction.Action;
import dev.rampgate.support.ProofAndDatabase;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import io.restassured.specification.RequestSpecification;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Pool;
import jakarta.inject.Inject;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@QuarkusTestResource(ProofAndDatabase.class)
class BrakeRoutesQuarkusTest {

    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final String NIGHT = "operate-token-canary-0001";
    private static final JsonObject ALL =
            new JsonObject().put("all", true).put("reason", "Proof answers 401, canary-reason");

    @TestHTTPResource(value = "/", management = true)
    URI management;

    @Inject
    Pool pool;

    @Inject
    MeterRegistry meters;

    /** Also what a test left that failed: sessions of later tests must be opened. */
    @AfterEach
    void releaseAll() {
        database().restart();
        await().atMost(LIMIT).untilAsserted(() -> given().header("Authorization", "Bearer " + NIGHT)
                .get(management.resolve("/operate/brakes"))
                .then()
                .statusCode(200));
        pool.query("DELETE FROM brake").execute().await().atMost(LIMIT);
        await().atMost(LIMIT).until(() -> gauge("rampgate.session.brakes") == 0);
    }

    @Test
    void sessionsAreStoppedAtOnceWithWordsOfOurOwnAndGoOnAfterTheRelease() {
        double stopped = paused("all");
        put("incident", ALL)
                .statusCode(200)
                .body("name", equalTo("incident"))
                .body("active", equalTo(true))
                .body("all", equalTo(true))
                .body("created_by", equalTo("night"))
                .body("reason", equalTo("Proof answers 401, canary-reason"));

        session("USDC", "buy")
                .statusCode(503)
                .contentType("application/problem+json")
                .body("type", equalTo("urn:rampgate:problem:sessions-paused"))
                .body("title", equalTo("New payments are paused for now"))
                .body("detail", not(containsString("canary-reason")))
                .header(
                        "Retry-After",
                        Integer::parseInt,
                        both(greaterThanOrEqualTo(1)).and(lessThanOrEqualTo(300)));
        assertThat(paused("all")).isEqualTo(stopped + 1);
        assertThat(gauge("rampgate.session.brakes")).isOne();
        release("incident").statusCode(200).body("active", equalTo(false));

        session("USDC", "buy").statusCode(201);
        release("incident").statusCode(404);
    }

    @Test
    void onlySessionsThatAgreeWithTheBrakeAreStopped() {
        put(
                        "congested",
                        new JsonObject()
                                .put("currency", "usdc")
                                .put("network", "ERC20")
                                .put("reason", "fees"))
                .statusCode(200);
        put("no-sales", new JsonObject().put("type", "sell").put("reason", "payouts"))
                .statusCode(200);

        session("USDC", "buy").statusCode(503);
        session("USDT", "buy").statusCode(201);
        session("USDT", "sell").statusCode(503).body("detail", containsString("Another currency"));
        release("no-sales").statusCode(200);
        session("USDT", "sell").statusCode(201);
    }

    @Test
    void anAnswerThatWasKeptIsGivenAgainAndANewKeyIsFreeAfterTheRelease() {
        String opened = "key-" + UUID.randomUUID();
        String refused = "key-" + UUID.randomUUID();
        String id = keyed(opened).statusCode(201).extract().path("merchant_transaction_id");
        put("incident", ALL).statusCode(200);

        keyed(opened).statusCode(201).body("merchant_transaction_id", equalTo(id));
        keyed(refused).statusCode(503).body("type", equalTo("urn:rampgate:problem:sessions-paused"));
        keyed(refused).statusCode(503).body("type", equalTo("urn:rampgate:problem:sessions-paused"));
        release("incident").statusCode(200);

        keyed(refused).statusCode(201).body("merchant_transaction_id", not(equalTo(id)));
    }

    @Test
    void whatHasBegunGoesOn() {
        String id = session("USDC", "buy").statusCode(201).extract().path("merchant_transaction_id");
        put("incident", ALL).statusCode(200);

        proof().drive(id, Action.PAY);
        proof().drive(id, Action.COMPLETE);

        await().atMost(LIMIT).untilAsserted(() -> given().get("/transactions/" + id)
                .then()
                .statusCode(200)
                .body("status", equalTo("completed"))
                .body("confirmed", equalTo(true)));
    }

    @Test
    void theSameCallOnceMoreChangesNothingAndAnotherOneKeepsWhoPutItOn() {
        String first = put("incident", ALL).statusCode(200).extract().asString();

        assertThat(put("incident", ALL).statusCode(200).extract().asString()).isEqualTo(first);
        Instant later = Instant.now().plus(Duration.ofDays(2)).truncatedTo(ChronoUnit.SECONDS);
        JsonObject changed = new JsonObject(put("incident", ALL.copy().put("expires_at", later.toString()))
                .statusCode(200)
                .extract()
                .asString());
        assertThat(changed.getInstant("expires_at")).isEqualTo(later);
        assertThat(changed.getString("created_at")).isEqualTo(new JsonObject(first).getString("created_at"));
        assertThat(changed.getInstant("changed_at")).isAfter(changed.getInstant("created_at"));
    }

    @Test
    void aBrakeEndsWhenItExpiresAndIsStillShown() {
        put("short", ALL.copy().put("expires_at", Instant.now().plusSeconds(600).toString()))
                .statusCode(200);
        session("USDC", "buy").statusCode(503);
        // The time passes.
        pool.query("UPDATE brake SET expires_at = now() WHERE name = 'short'")
                .execute()
                .await()
                .atMost(LIMIT);

        await().atMost(LIMIT).untilAsserted(() -> session("USDC", "buy").statusCode(201));
        list().body("brakes.find { it.name == 'short' }.active", equalTo(false));
        release("short").statusCode(404);
        // It may be put on anew.
        put("short", ALL).statusCode(200).body("active", equalTo(true));
    }

    @Test
    void aChangeThatNoNotificationTellsOfIsFound() {
        pool.query("""
                        INSERT INTO brake (name, reason, created_at, created_by, changed_at, changed_by, expires_at)
                        VALUES ('other', 'put on elsewhere', now(), 'night', now(), 'night', now() + interval '1 h')
                        """).execute().await().atMost(LIMIT);

        await().atMost(LIMIT).untilAsserted(() -> session("USDC", "buy").statusCode(503));
    }

    @Test
    void thereAreAtMostFiftyBrakes() {
        for (int i = 0; i < 50; i++) {
            put("n" + i, new JsonObject().put("currency", "COIN" + i).put("reason", "many"))
                    .statusCode(200);
        }

        put("one-more", ALL).statusCode(409).body("detail", containsString("50 brakes"));
        put("n0", ALL).statusCode(200);
        release("n1").statusCode(200);
        put("one-more", ALL).statusCode(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"reason\":\"no scope\"}",
                "{\"all\":true}",
                "{\"all\":false,\"reason\":\"r\"}",
                "{\"all\":\"true\",\"reason\":\"r\"}",
                "{\"all\":true,\"type\":\"buy\",\"reason\":\"r\"}",
                "{\"type\":\"swap\",\"reason\":\"r\"}",
                "{\"curency\":\"USDC\",\"all\":true,\"reason\":\"misspelt\"}",
                "{\"currency\":\"US DC\",\"reason\":\"r\"}",
                "{\"all\":true,\"reason\":\"two\\nlines\"}",
                "{\"all\":true,\"reason\":\"r\",\"expires_at\":\"2020-01-01T00:00:00Z\"}",
                "{\"all\":true,\"reason\":\"r\",\"expires_at\":\"2999-01-01T00:00:00Z\"}",
                "{\"all\":true,\"reason\":\"r\",\"expires_at\":\"tomorrow\"}",
                "[]",
            })
    void aWrongBrakeIsRefusedAndStopsNothing(String body) {
        request(NIGHT, body)
                .put(management.resolve("/operate/brakes/wrong"))
                .then()
                .statusCode(400)
                .contentType("application/problem+json");
        request(NIGHT, ALL.encode())
                .put(management.resolve("/operate/brakes/Wrong_Name"))
                .then()
                .statusCode(400)
                .body("errors.field", hasItem("name"));
        list().body("brakes.size()", equalTo(0));
    }

    @Test
    void supportAndAuditorsSeeBrakesAndMayNotChangeThem() {
        put("incident", ALL).statusCode(200);

        for (String token : new String[] {"desk-token-canary-0001", "books-token-canary-0001"}) {
            request(token, null)
                    .get(management.resolve("/operate/brakes"))
                    .then()
                    .statusCode(200)
                    .body("brakes.name", hasItem("incident"))
                    .body("brakes[0].expires_at", notNullValue());
            request(token, null)
                    .delete(management.resolve("/operate/brakes/incident"))
                    .then()
                    .statusCode(403);
        }
        session("USDC", "buy").statusCode(503);
    }

    @Test
    void whileTheDatabaseIsAwayTheLastStateStaysInForceEvenPastAnExpiry() {
        put("short", ALL.copy().put("expires_at", Instant.now().plusSeconds(8).toString()))
                .statusCode(200);
        Instant expired = Instant.now().plusSeconds(9);
        database().stop();

        await().atMost(LIMIT).until(() -> Instant.now().isAfter(expired));
        session("USDC", "buy")
                .statusCode(503)
                .body("type", equalTo("urn:rampgate:problem:sessions-paused"))
                .header("Retry-After", "10");
        given().get(management.resolve("/q/health/ready"))
                .then()
                .statusCode(200)
                .body("checks.find { it.name == 'brakes' }.data.on", equalTo(1));
        request(NIGHT, ALL.encode())
                .put(management.resolve("/operate/brakes/other"))
                .then()
                .statusCode(503);
        database().restart();

        await().atMost(LIMIT).untilAsserted(() -> session("USDC", "buy").statusCode(201));
    }

    @Test
    void theConsoleShowsPutsOnAndReleasesBrakes() {
        String cookie = signedIn(NIGHT);
        String page = page(cookie);
        assertThat(page).contains("No brake is on");
        String csrf = csrf(page);

        form(cookie, csrf)
                .formParam("stops", "some")
                .formParam("currency", "USDC")
                .formParam("name", "incident-7")
                .formParam("reason", "<script>alert(1)</script>")
                .formParam("lasting", "4h")
                .post(management.resolve("/operate/console/brakes"))
                .then()
                .statusCode(303)
                .header("Location", containsString("/operate/console/brakes?notice=brake_on"));
        session("USDC", "buy").statusCode(503);
        assertThat(page(cookie))
                .contains("incident-7", "&lt;script&gt;", "by night")
                .doesNotContain("<script>alert");
        assertThat(page(signedIn("desk-token-canary-0001")))
                .contains("incident-7")
                .doesNotContain("/release", "Stop these sessions");
        form(cookie, csrf)
                .post(management.resolve("/operate/console/brakes/incident-7/release"))
                .then()
                .statusCode(303);

        session("USDC", "buy").statusCode(201);
        form(cookie, csrf)
                .formParam("stops", "all")
                .formParam("currency", "USDC")
                .formParam("name", "unclear")
                .formParam("reason", "which?")
                .formParam("lasting", "4h")
                .post(management.resolve("/operate/console/brakes"))
                .then()
                .statusCode(400);
    }

    private String signedIn(String token) {
        return given().redirects()
                .follow(false)
                .header("Sec-Fetch-Site", "same-origin")
                .formParam("token", token)
                .post(management.resolve("/operate/console/sign-in"))
                .then()
                .statusCode(303)
                .extract()
                .cookie("rampgate-console");
    }

    private String page(String cookie) {
        return given().cookie("rampgate-console", cookie)
                .get(management.resolve("/operate/console/brakes"))
                .then()
                .statusCode(200)
                .extract()
                .asString();
    }

    private static String csrf(String page) {
        Matcher field = Pattern.compile("name=\"csrf\" value=\"([^\"]+)\"").matcher(page);
        assertThat(field.find()).isTrue();
        return field.group(1);
    }

    private static RequestSpecification form(String cookie, String csrf) {
        return given().redirects()
                .follow(false)
                .cookie("rampgate-console", cookie)
                .header("Sec-Fetch-Site", "same-origin")
                .formParam("csrf", csrf);
    }

    private ValidatableResponse put(String name, JsonObject body) {
        return request(NIGHT, body.encode())
                .put(management.resolve("/operate/brakes/" + name))
                .then();
    }

    private ValidatableResponse release(String name) {
        return request(NIGHT, null)
                .delete(management.resolve("/operate/brakes/" + name))
                .then();
    }

    private ValidatableResponse list() {
        return request(NIGHT, null)
                .get(management.resolve("/operate/brakes"))
                .then()
                .statusCode(200);
    }

    private static RequestSpecification request(String token, String body) {
        RequestSpecification request = given().header("Authorization", "Bearer " + token);
        return body == null ? request : request.contentType("application/json").body(body);
    }

    private static ValidatableResponse session(String currency, String type) {
        return given().contentType("application/json")
                .body(new JsonObject()
                        .put("network", "ERC20")
                        .put("currency", currency)
                        .put("amount", "42.75")
                        .put("type", type)
                        .encode())
                .post("/session")
                .then();
    }

    private static ValidatableResponse keyed(String key) {
        return given().contentType("application/json")
                .header("Idempotency-Key", key)
                .body("{\"network\":\"ERC20\",\"currency\":\"USDC\",\"amount\":\"42.75\",\"type\":\"buy\"}")
                .post("/session")
                .then();
    }

    private double paused(String by) {
        return meters.get("rampgate.session.paused").tag("by", by).counter().count();
    }

    private double gauge(String name) {
        return meters.get(name).gauge().value();
    }
}
