package dev.rampgate.problem;

import static io.restassured.RestAssured.given;
import static io.restassured.RestAssured.when;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItems;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.matchesPattern;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.nullValue;

import dev.rampgate.edge.RawHttp;
import dev.rampgate.support.LogListener;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.http.ContentType;
import io.restassured.response.ValidatableResponse;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.eclipse.microprofile.config.ConfigProvider;
import org.jboss.logmanager.ExtLogRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
class ProblemAnswersQuarkusTest {

    private static final String BODY = "{\"currency\":\"USDC\",\"crypto_amount\":\"42\"}";

    @Test
    void a_valid_body_is_parsed_on_the_event_loop() {
        json(BODY).statusCode(200).body("currency", equalTo("USDC")).body("event_loop", equalTo(true));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "[]", "null", "\"x\"", "{\"currency\":\"USDC\"} {}", "not json", "\u0000"})
    void a_body_that_is_not_a_json_object_is_refused(String body) {
        ValidatableResponse answer = json(body).statusCode(400);
        assertThat(answer.extract().<String>path("type"))
                .isIn("urn:rampgate:problem:malformed-body", "urn:rampgate:problem:invalid-request");
        isProblem(answer);
    }

    @ParameterizedTest
    @ValueSource(strings = {"12", "1.5", "true", "{}", "[\"USDC\"]"})
    void a_wrong_type_instead_of_a_string_names_the_field(String value) {
        isProblem(json("{\"currency\":" + value + "}").statusCode(400))
                .body("type", equalTo("urn:rampgate:problem:malformed-body"))
                .body("errors", hasSize(1))
                .body("errors[0].field", equalTo("currency"));
    }

    @Test
    void every_broken_rule_names_its_field_as_the_caller_wrote_it() {
        isProblem(json("{\"currency\":\"MUCH TOO LONG\",\"crypto_amount\":\"x\",\"items\":[{\"name\":\"a\"},{}]}")
                        .statusCode(400))
                .body("type", equalTo("urn:rampgate:problem:invalid-request"))
                .body("title", equalTo("The request is not valid"))
                .body("errors.field", hasItems("currency", "crypto_amount", "items[1].name"));
    }

    @Test
    void a_broken_parameter_is_named() {
        isProblem(when().get("/test-edge/page?limit=abcd").then().statusCode(400))
                .body("errors[0].field", equalTo("page_limit"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/nowhere", "/test-edge/nowhere", "/nowhere/%2e%2e/x", "/proof-webhook-not/abc"})
    void an_unknown_path_is_not_found(String path) {
        isProblem(given().urlEncodingEnabled(false)
                        .header("Accept", "text/html")
                        .get(path)
                        .then()
                        .statusCode(404))
                .body("type", equalTo("urn:rampgate:problem:not-found"));
    }

    @Test
    void a_post_to_an_unknown_path_is_not_found() {
        isProblem(given().body("x").post("/nowhere").then().statusCode(404));
    }

    @Test
    void a_path_that_is_not_a_uri_is_refused_before_every_route() {
        assertThat(RawHttp.exchange(
                        RestAssured.port, "GET /test-edge/%zz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 400 ");
    }

    @Test
    void a_wrong_method_gets_405() {
        isProblem(when().delete("/test-edge/order").then().statusCode(405))
                .body("type", equalTo("urn:rampgate:problem:method-not-allowed"))
                .header("Allow", "OPTIONS, POST");
        isProblem(when().delete("/test-edge/broken/x").then().statusCode(405)).header("Allow", "GET, HEAD, OPTIONS");
    }

    @Test
    void an_unacceptable_media_type_gets_406() {
        isProblem(given().contentType(ContentType.JSON)
                        .header("Accept", "image/png")
                        .body(BODY)
                        .post("/test-edge/order")
                        .then()
                        .statusCode(406))
                .body("type", equalTo("urn:rampgate:problem:not-acceptable"));
    }

    @Test
    void a_wrong_content_type_gets_415() {
        isProblem(given().contentType("text/plain")
                        .body(BODY)
                        .post("/test-edge/order")
                        .then()
                        .statusCode(415))
                .body("type", equalTo("urn:rampgate:problem:unsupported-media-type"));
    }

    @Test
    void a_refusal_may_say_when_to_try_again() {
        isProblem(when().get("/test-edge/busy").then().statusCode(429))
                .body("detail", equalTo("One at a time"))
                .header("Retry-After", "2");
    }

    @Test
    void a_fault_shows_only_its_id_and_is_logged_once_without_path_and_message() {
        List<ExtLogRecord> logged;
        try (LogListener log = LogListener.on("")) {
            isProblem(given().header("X-Request-Id", "fault-1")
                            .get("/test-edge/broken/canary-key")
                            .then()
                            .statusCode(500))
                    .body("type", equalTo("urn:rampgate:problem:internal-error"))
                    .body("request_id", equalTo("fault-1"))
                    .body("detail", nullValue())
                    .body(not(containsString("fault of ours")));
            logged = log.logged();
        }
        assertThat(logged)
                .filteredOn(entry -> entry.getThrown() != null)
                .hasSize(1)
                .allSatisfy(entry -> {
                    assertThat(entry.getFormattedMessage()).contains("fault-1").contains("EdgeTestResource.broken");
                    assertThat(entry.getMdc(RequestId.LOGGED_AS)).isEqualTo("fault-1");
                    assertThat(entry.getThrown())
                            .hasToString("java.lang.IllegalStateException")
                            .hasStackTraceContaining("EdgeTestResource.broken");
                });
        assertThat(logged)
                .extracting(entry -> entry.getFormattedMessage() + trace(entry.getThrown()))
                .noneMatch(text -> text.contains("canary"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"abc", "A.b_c-9", "0123456789012345678901234567890123456789012345678901234567890123"})
    void a_valid_request_id_is_kept(String id) {
        given().header("X-Request-Id", id).get("/test-edge/address").then().header("X-Request-Id", id);
        isProblem(given().header("X-Request-Id", id).get("/nowhere").then().header("X-Request-Id", id))
                .body("request_id", equalTo(id));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a b", "x;y", "é", "01234567890123456789012345678901234567890123456789012345678901234"})
    void any_other_request_id_is_replaced(String id) {
        given().header("X-Request-Id", id)
                .get("/test-edge/address")
                .then()
                .header("X-Request-Id", matchesPattern("[0-9a-f-]{36}"));
    }

    @Test
    void refusals_are_counted_by_type() {
        when().get("/nowhere").then().statusCode(404);
        given().port(managementPort())
                .get("/q/metrics")
                .then()
                .statusCode(200)
                .body(containsString("rampgate_edge_problems_total{type=\"not_found\"}"));
    }

    private static String trace(Throwable thrown) {
        StringWriter printed = new StringWriter();
        if (thrown != null) {
            thrown.printStackTrace(new PrintWriter(printed));
        }
        return printed.toString();
    }

    private static int managementPort() {
        return ConfigProvider.getConfig().getValue("quarkus.management.test-port", Integer.class);
    }

    private static ValidatableResponse json(String body) {
        return given().contentType(ContentType.JSON)
                .body(body)
                .post("/test-edge/order")
                .then();
    }

    private static ValidatableResponse isProblem(ValidatableResponse answer) {
        String id = answer.extract().header("X-Request-Id");
        int status = answer.extract().statusCode();
        return answer.contentType("application/problem+json")
                .body("status", equalTo(status))
                .body("request_id", equalTo(id))
                .body("title", not(nullValue()))
                .body(not(containsString("java.")))
                .body(not(containsString("dev.rampgate")))
                .body(not(containsString("Exception")));
    }
}
