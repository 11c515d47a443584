package dev.rampgate.edge;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import dev.rampgate.problem.ProblemType;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.RestAssured;
import jakarta.inject.Inject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@TestProfile(BehindGatewayProfile.class)
class BodyGateQuarkusTest {

    private static final int LIMIT = 64 * 1024;
    private static final String HEAD = "POST /test-edge/length HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\n";

    @Inject
    MeterRegistry registry;

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 10_240, 10_241, LIMIT})
    void a_body_up_to_the_limit_arrives_whole(int size) {
        given().contentType("text/plain")
                .body("x".repeat(size))
                .post("/test-edge/length")
                .then()
                .statusCode(200)
                .body(equalTo(Integer.toString(size)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/test-edge/length", "/nowhere", "/test-edge/order"})
    void a_body_beyond_the_limit_is_refused_on_every_route(String path) {
        given().contentType("application/json")
                .body("x".repeat(LIMIT + 1))
                .post(path)
                .then()
                .statusCode(413)
                .contentType("application/problem+json")
                .body("type", equalTo("urn:rampgate:problem:body-too-large"));
    }

    @ParameterizedTest
    @ValueSource(ints = {65 * 1024, 1024 * 1024, 10 * 1024 * 1024})
    void a_body_far_beyond_the_limit_is_answered_while_it_is_sent(int size) {
        double before = counted(ProblemType.BODY_TOO_LARGE);

        assertThat(RawHttp.exchange(RestAssured.port, HEAD + "Content-Length: " + size + "\r\n\r\n" + "x".repeat(size)))
                .startsWith("HTTP/1.1 413 ")
                .contains("urn:rampgate:problem:body-too-large");
        assertThat(counted(ProblemType.BODY_TOO_LARGE)).isEqualTo(before + 1);
    }

    @Test
    void an_announced_length_beyond_the_limit_is_refused_before_the_body_comes() {
        assertThat(RawHttp.exchange(RestAssured.port, HEAD + "Content-Length: 99999999999999\r\n\r\n"))
                .startsWith("HTTP/1.1 413 ");
    }

    @Test
    void a_chunked_body_up_to_the_limit_arrives_whole() {
        assertThat(RawHttp.exchange(
                        RestAssured.port,
                        HEAD + "Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks(16)))
                .startsWith("HTTP/1.1 200 ")
                .endsWith("\r\n\r\n" + LIMIT);
    }

    @Test
    void a_chunked_body_beyond_the_limit_is_refused() {
        assertThat(RawHttp.exchange(RestAssured.port, HEAD + "Transfer-Encoding: chunked\r\n\r\n" + chunks(17)))
                .startsWith("HTTP/1.1 413 ")
                .contains("urn:rampgate:problem:body-too-large");
    }

    @Test
    void a_caller_that_expects_100_continue_gets_it() {
        assertThat(RawHttp.exchange(
                        RestAssured.port,
                        HEAD + "Connection: close\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\nab"))
                .startsWith("HTTP/1.1 100 ")
                .contains("HTTP/1.1 200 ")
                .endsWith("\r\n\r\n2");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Content-Length: 10\r\n\r\n12345", "Transfer-Encoding: chunked\r\n\r\n5\r\n12345\r\n"})
    void a_body_that_stalls_gets_408(String rest) {
        double before = counted(ProblemType.REQUEST_TIMEOUT);

        assertThat(RawHttp.exchange(RestAssured.port, HEAD + rest))
                .startsWith("HTTP/1.1 408 ")
                .contains("urn:rampgate:problem:request-timeout");
        assertThat(counted(ProblemType.REQUEST_TIMEOUT)).isEqualTo(before + 1);
    }

    private double counted(ProblemType type) {
        return registry.get("rampgate.edge.problems")
                .tag("type", type.metricName())
                .counter()
                .count();
    }

    private static String chunks(int count) {
        return ("1000\r\n" + "x".repeat(0x1000) + "\r\n").repeat(count) + "0\r\n\r\n";
    }
}
