package dev.rampgate.edge;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.nullValue;

import dev.rampgate.ProofAndDatabase;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.response.ValidatableResponse;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which pages may call, and what every answer tells browsers. */
@QuarkusTest
@QuarkusTestResource(ProofAndDatabase.class)
class CrossOriginQuarkusTest {

    private static final String SHOP = "https://shop.example.test";

    @ParameterizedTest
    @ValueSource(strings = {SHOP, "http://localhost:3000"})
    void aPageOfANamedOriginMayCallAndReadWhatItNeeds(String origin) {
        given().header("Origin", origin)
                .get("/transactions")
                .then()
                .statusCode(200)
                .header("Access-Control-Allow-Origin", origin)
                .header(
                        "Access-Control-Expose-Headers",
                        "X-Request-Id, Retry-After, ETag, Age, Rampgate-Ticket, Rampgate-Hand-Off")
                .header("Access-Control-Allow-Credentials", nullValue())
                .header("Vary", "origin");
    }

    @Test
    void itAlsoReadsWhyItWasRefused() {
        given().header("Origin", SHOP)
                .contentType("application/json")
                .body("{}")
                .post("/session")
                .then()
                .statusCode(400)
                .header("Access-Control-Allow-Origin", SHOP);
    }

    @ParameterizedTest
    @CsvSource({
        "/session, POST, 'content-type,idempotency-key,authorization'",
        "/transactions/x, GET, if-none-match",
        "/nothing-here, GET, last-event-id"
    })
    void itMayAskBeforehand(String path, String method, String headers) {
        given().header("Origin", SHOP)
                .header("Access-Control-Request-Method", method)
                .header("Access-Control-Request-Headers", headers)
                .options(path)
                .then()
                .statusCode(204)
                .header("Access-Control-Allow-Origin", SHOP)
                .header("Access-Control-Allow-Methods", "GET, POST, OPTIONS")
                .header(
                        "Access-Control-Allow-Headers",
                        "Authorization, Content-Type, Idempotency-Key, If-None-Match, Last-Event-ID, Rampgate-Hand-Off,"
                                + " X-Request-Id")
                .header("Access-Control-Max-Age", "600")
                .header("Access-Control-Allow-Credentials", nullValue());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://evil.example.test",
                "http://shop.example.test",
                "https://shop.example.test:8443",
                "https://shop.example.test.evil.test",
                "https://shop.example.test/",
                "https://SHOP.example.test",
                "null",
                "*",
                "",
                "://localhost",
                "https://localhost@evil.example.test"
            })
    void aPageFromElsewhereIsRefusedAndToldNothing(String origin) {
        ValidatableResponse answer = given().header("Origin", origin)
                .contentType("application/json")
                .body("{}")
                .post("/session")
                .then();

        answer.statusCode(403)
                .contentType("application/problem+json")
                .body("type", equalTo("urn:rampgate:problem:forbidden"))
                .header("Access-Control-Allow-Origin", nullValue());
        given().header("Origin", origin)
                .header("Access-Control-Request-Method", "POST")
                .options("/session")
                .then()
                .statusCode(403)
                .header("Access-Control-Allow-Methods", nullValue());
    }

    @Test
    void twoOriginsAreNone() {
        given().header("Origin", SHOP, "https://evil.example.test")
                .get("/transactions")
                .then()
                .statusCode(403);
    }

    @Test
    void aSocketOfAPageFromElsewhereIsRefusedToo() {
        given().header("Origin", "https://evil.example.test")
                .header("Connection", "Upgrade")
                .header("Upgrade", "websocket")
                .header("Sec-WebSocket-Version", "13")
                .header("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==")
                .get("/transactions/x/socket")
                .then()
                .statusCode(403);
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://localhost:", "https://localhost:"})
    void aPageOfOurOwnHostMayCallWhateverTheProxyDoesWithTls(String host) {
        given().header("Origin", host + RestAssured.port)
                .get("/transactions")
                .then()
                .statusCode(200)
                .header("Access-Control-Allow-Origin", nullValue());
    }

    @Test
    void noWebhookIsLostForItsOrigin() {
        given().header("Origin", "https://evil.example.test")
                .contentType("application/json")
                .body("{\"merchant_transaction_id\":\"cors-0001\",\"status\":\"pending\"}")
                .post("/proof-webhook/" + ProofAndDatabase.WEBHOOK_KEY)
                .then()
                .statusCode(204)
                .header("Access-Control-Allow-Origin", nullValue());
    }

    @ParameterizedTest
    @CsvSource({"GET, /transactions", "GET, /nothing-here", "DELETE, /session", "POST, /proof-webhook/guess"})
    void everyAnswerKeepsBrowsersFromMistakes(String method, String path) {
        String answer = RawHttp.exchange(
                RestAssured.port, method + " " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");

        assertThat(answer.toLowerCase(java.util.Locale.ROOT))
                .contains("x-content-type-options: nosniff")
                .contains("x-frame-options: deny")
                .contains("content-security-policy: default-src 'none'; frame-ancestors 'none'")
                .contains("referrer-policy: no-referrer")
                .contains("cache-control: no-store")
                .doesNotContain("set-cookie")
                .doesNotContain("server:");
    }

    @Test
    void aRefusedBodyHasThemToo() {
        given().body("x".repeat(70_000))
                .post("/session")
                .then()
                .statusCode(413)
                .header("X-Content-Type-Options", "nosniff")
                .header("Cache-Control", "no-store");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "*",
                "shop.example.com",
                "https://shop.example.com/",
                "https://*.example.com",
                "null",
                "https://Shop.example.com"
            })
    void aWrongOriginStopsTheStart(String origin) {
        CorsSettings settings = () -> Optional.of(List.of(origin));
        assertThatThrownBy(() -> new CrossOrigins(null, settings))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("rampgate.cors.origins");
    }
}
