package dev.rampgate.identity;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import dev.rampgate.edge.BehindGatewayProfile;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.specification.RequestSpecification;
import jakarta.inject.Inject;
import org.junit.jupiter.api.Test;

@QuarkusTest
@TestProfile(BehindGatewayProfile.class)
class CallerQuarkusTest {

    @Inject
    MeterRegistry registry;

    @Test
    void who_the_gateway_names_is_the_caller() {
        gateway()
                .get("/test-edge/me")
                .then()
                .statusCode(200)
                .body("user_id", equalTo("cust-8841"))
                .body("email", equalTo("jo@example.test"));
    }

    @Test
    void without_any_claim_nobody_is_signed_in() {
        refused(given());
    }

    @Test
    void a_wrong_secret_is_refused_like_no_claim_at_all_and_counted() {
        double before = refusals("wrong_secret");

        refused(given().header("X-Gateway-Secret", "canary-gateway-secreT")
                .header("X-User-Id", "cust-8841")
                .header("X-User-Email", "jo@example.test"));
        assertThat(refusals("wrong_secret")).isEqualTo(before + 1);
    }

    @Test
    void a_second_user_id_is_refused() {
        refused(gateway().header("X-User-Id", "somebody-else"));
    }

    @Test
    void an_open_route_does_not_ask() {
        given().header("X-Gateway-Secret", "wrong")
                .get("/test-edge/address")
                .then()
                .statusCode(200);
    }

    private static void refused(RequestSpecification call) {
        call.get("/test-edge/me")
                .then()
                .statusCode(401)
                .header("WWW-Authenticate", "Gateway realm=\"rampgate\"")
                .contentType("application/problem+json")
                .body("type", equalTo("urn:rampgate:problem:unauthenticated"))
                .body("size()", equalTo(4));
    }

    private static RequestSpecification gateway() {
        return given().header("X-Gateway-Secret", BehindGatewayProfile.SECRET)
                .header("X-User-Id", "cust-8841")
                .header("X-User-Email", "jo@example.test");
    }

    private double refusals(String reason) {
        return registry.get("rampgate.identity.refusals")
                .tag("reason", reason)
                .counter()
                .count();
    }
}
