package dev.rampgate.edge;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.nullValue;

import dev.rampgate.support.ProofAndDatabase;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.response.Response;
import io.restassured.response.ValidatableResponse;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.hamcrest.Description;
import org.hamcrest.TypeSafeMatcher;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which web pages may call, and the CORS headers of every answer. */
@QuarkusTest
@QuarkusTestResource(ProofAndDatabase.class)
class CrossOriginQuarkusTest {

    private static final String SHOP = "https://shop.example.test";

    @ParameterizedTest
    @ValueSource(
            strings = {
                SHOP,
                "https://SHOP.example.test",
                "https://shop.example.test:443",
                "http://localhost:3000",
                "http://127.0.0.1:5173",
                "http://127.0.0.1",
                "capacitor://localhost",
                "chrome-extension://abcdefghijklmnopabcdefghijklmnop",
                "http://[::1]:8100"
            })
    void aPageOfAConfiguredOriginMayCallAndReadTheExposedHeaders(String origin) {
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
    void theDocumentationNamesTheHeadersThatItMayReadAndSend() throws IOException {
        Response read = given().header("Origin", SHOP).get("/transactions");
        Response sent = given().header("Origin", SHOP)
                .header("Access-Control-Request-Method", "GET")
                .options("/transactions");
        Matcher documented = Pattern.compile("and read (.+?); they may send\\s(.+?) and what\\s", Pattern.DOTALL)
                .matcher(Files.readString(Path.of(System.getProperty("project.basedir", "."), "docs", "edge.md")));

        assertThat(documented.find()).isTrue();
        assertThat(quoted(documented.group(1)))
                .containsExactly(read.header("Access-Control-Expose-Headers").split(", "));
        assertThat(sent.header("Access-Control-Allow-Headers").split(", "))
                .startsWith(quoted(documented.group(2)).toArray(String[]::new));
    }

    private static List<String> quoted(String text) {
        return Pattern.compile("`([^`]+)`")
                .matcher(text)
                .results()
                .map(match -> match.group(1))
                .toList();
    }

    @Test
    void itMayAlsoReadARefusal() {
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
        "/nothing-here, GET, last-event-id",
        "/session, POST, 'baggage,content-type,sentry-trace,traceparent,tracestate,x-request-id'",
    })
    void itsPreflightIsAllowed(String path, String method, String headers) {
        given().header("Origin", SHOP)
                .header("Access-Control-Request-Method", method)
                .header("Access-Control-Request-Headers", headers)
                .options(path)
                .then()
                .statusCode(204)
                .header("Access-Control-Allow-Origin", SHOP)
                .header("Access-Control-Allow-Methods", "GET, POST, OPTIONS")
                .header("Access-Control-Allow-Headers", new AllowsAll(headers))
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
                "capacitor://localhost:1",
                "http://localhost:3001",
                "https://127.0.0.1:5173",
                "http://127.0.0.2:5173",
                "http://127.0.0.1.evil.test:5173",
                "http://127.0.0.1:*",
                "ionic://localhost",
                "chrome-extension://ponmlkjihgfedcbaponmlkjihgfedcba",
                "http://[::1]",
                "file://",
                "null",
                "*",
                "",
                "://localhost",
                "https://localhost@evil.example.test"
            })
    void aPageOfAnotherOriginIsRefusedAndMayReadNothing(String origin) {
        ValidatableResponse answer = given().header("Origin", origin)
                .contentType("application/json")
                .body("{}")
                .post("/session")
                .then();

        answer.statusCode(403)
                .contentType("application/problem+json")
                .body("type", equalTo("urn:rampgate:problem:forbidden"))
                .body("detail", containsString("rampgate.cors.origins (RAMPGATE_CORS_ORIGINS)"))
                .header("Access-Control-Allow-Origin", nullValue());
        given().header("Origin", origin)
                .header("Access-Control-Request-Method", "POST")
                .options("/session")
                .then()
                .statusCode(403)
                .header("Access-Control-Allow-Methods", nullValue());
    }

    @Test
    void aRequestWithTwoOriginsIsRefused() {
        given().header("Origin", SHOP, "https://evil.example.test")
                .get("/transactions")
                .then()
                .statusCode(403);
    }

    @Test
    void aSocketOfAPageOfAnotherOriginIsRefused() {
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
    void aPageOfOurOwnHostMayCallAlsoBehindAProxyThatTerminatesTls(String host) {
        given().header("Origin", host + RestAssured.port)
                .get("/transactions")
                .then()
                .statusCode(200)
                .header("Access-Control-Allow-Origin", nullValue());
    }

    @Test
    void noWebhookIsRefusedForItsOrigin() {
        given().header("Origin", "https://evil.example.test")
                .contentType("application/json")
                .body("{\"merchant_transaction_id\":\"cors-0001\",\"status\":\"pending\"}")
                .post("/proof-webhook/" + ProofAndDatabase.WEBHOOK_KEY)
                .then()
                .statusCode(204)
                .header("Access-Control-Allow-Origin", nullValue());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/proof-webhook/../transactions",
                "/proof-webhook/%2e%2e/transactions",
                "/proof-webhook/%2E./transactions",
                "/proof-webhook/x/../../transactions",
                "/proof-webhook-not",
                "/x/../transactions"
            })
    void aPathThatOnlyBeginsLikeAWebhookIsRefusedToAPageOfAnotherOrigin(String path) {
        String answer = RawHttp.exchange(
                RestAssured.port,
                "GET " + path + " HTTP/1.1\r\nHost: localhost\r\nOrigin: https://evil.example.test\r\n"
                        + "Connection: close\r\n\r\n");

        assertThat(answer).startsWith("HTTP/1.1 403 ");
    }

    @ParameterizedTest
    @CsvSource({"GET, /transactions", "GET, /nothing-here", "DELETE, /session", "POST, /proof-webhook/guess"})
    void everyAnswerHasTheSecurityHeaders(String method, String path) {
        String answer = RawHttp.exchange(
                RestAssured.port, method + " " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");

        assertThat(answer.toLowerCase(Locale.ROOT))
                .contains("x-content-type-options: nosniff")
                .contains("x-frame-options: deny")
                .contains("content-security-policy: default-src 'none'; frame-ancestors 'none'")
                .contains("referrer-policy: no-referrer")
                .contains("cache-control: no-store")
                .doesNotContain("set-cookie")
                .doesNotContain("server:");
    }

    @Test
    void theAnswerToARefusedBodyHasTheSecurityHeaders() {
        given().body("x".repeat(70_000))
                .post("/session")
                .then()
                .statusCode(413)
                .header("X-Content-Type-Options", "nosniff")
                .header("Cache-Control", "no-store");
    }

    /** The answer as a browser reads it: header names are case-insensitive. */
    private static final class AllowsAll extends TypeSafeMatcher<String> {

        private final List<String> asked;

        AllowsAll(String asked) {
            this.asked = List.of(asked.split(","));
        }

        @Override
        protected boolean matchesSafely(String allowed) {
            return List.of(allowed.toLowerCase(Locale.ROOT).split(", ")).containsAll(asked);
        }

        @Override
        public void describeTo(Description description) {
            description.appendText("allows " + asked);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "*",
                "shop.example.com",
                "https://shop.example.com/",
                "https://shop.example.com?x",
                "https://*.example.com",
                "https://shop.example.com:*",
                "http://localhost.example.com:*",
                "http://127.0.0.2:*",
                "http://*:3000",
                "capacitor://localhost:*",
                "https://",
                "https://:8080",
                "https://jo@shop.example.com",
                "https://shop.example.com:65536",
                "https://[::1",
                "https://[1.2.3.4]",
                "capacitor:localhost",
                "capacitor://localhost/",
                "file:///",
                "file://:1",
                "://localhost"
            })
    void anInvalidOriginFailsStartup(String origin) {
        assertThatThrownBy(() -> origins(origin, "traceparent"))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("rampgate.cors.origins");
    }

    @Test
    void theOriginNullFailsStartupWithAdvice() {
        assertThatThrownBy(() -> origins("null", "traceparent"))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("rampgate.cors.origins")
                .hasMessageContaining("every page without an origin");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://Shop.Example.com",
                "capacitor://localhost",
                "ionic://localhost",
                "app://localhost",
                "tauri://localhost",
                "http://tauri.localhost",
                "chrome-extension://abcdefghijklmnopabcdefghijklmnop",
                "safari-web-extension://0B4C6D1E-1D56-4F5E-8D6D-0A1B2C3D4E5F",
                "com.example.shop://app",
                "http://localhost:3000",
                "http://localhost:*",
                "https://LOCALHOST:*",
                "http://127.0.0.1:*",
                "http://[::1]:*",
                "http://[2001:db8::7]:8080",
                "https://bücher.example",
                "https://xn--bcher-kva.example",
                "http://my_host",
                "file://"
            })
    void anOriginOfAPageOrAnAppIsAccepted(String origin) {
        assertThatCode(() -> origins(origin, "traceparent")).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @CsvSource({
        "https://shop.example.com:443, https://shop.example.com",
        "http://Shop.example.com:80, http://shop.example.com",
        "http://shop.example.com:443, http://shop.example.com:443",
        "capacitor://localhost:80, capacitor://localhost:80",
        "http://[2001:DB8:0:0::7]:8080, http://[2001:db8::7]:8080",
        "https://bücher.example:8443, https://xn--bcher-kva.example:8443"
    })
    void originsAreComparedInTheFormThatBrowsersSend(String written, String sent) {
        assertThat(Origin.written(written)).isEqualTo(Origin.normalized(sent)).contains(sent);
    }

    @ParameterizedTest
    @ValueSource(strings = {"*", "", "a b", "a:b", "ä"})
    void anInvalidHeaderNameFailsStartup(String header) {
        assertThatThrownBy(() -> origins("https://shop.example.com", header))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("rampgate.cors.headers");
    }

    private static CrossOriginFilter origins(String origin, String header) {
        return new CrossOriginFilter(null, new CorsSettings() {
            @Override
            public Optional<List<String>> origins() {
                return Optional.of(List.of(origin));
            }

            @Override
            public List<String> headers() {
                return List.of(header);
            }
        });
    }
}
