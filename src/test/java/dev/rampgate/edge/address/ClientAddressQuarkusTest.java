package dev.rampgate.edge.address;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.equalTo;

import dev.rampgate.edge.BehindGatewayProfile;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@TestProfile(BehindGatewayProfile.class)
class ClientAddressQuarkusTest {

    @Test
    void the_address_that_the_proxy_wrote_is_the_users() {
        given().header("X-Forwarded-For", "1.2.3.4, 198.51.100.1")
                .get("/test-edge/address")
                .then()
                .body(equalTo("198.51.100.1"));
    }

    @Test
    void several_header_fields_are_one_list() {
        given().header("X-Forwarded-For", "1.2.3.4", "198.51.100.1")
                .get("/test-edge/address")
                .then()
                .body(equalTo("198.51.100.1"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"for=unknown", "for=1.2.3.4", "for=\"", ""})
    void a_header_that_is_not_configured_is_ignored(String forwarded) {
        given().header("X-Forwarded-For", "198.51.100.1")
                .header("Forwarded", forwarded)
                .header("X-Real-IP", "1.2.3.4")
                .get("/test-edge/address")
                .then()
                .body(equalTo("198.51.100.1"));
        given().header("Forwarded", "for=1.2.3.4")
                .get("/test-edge/address")
                .then()
                .body(equalTo("none"));
    }

    @Test
    void a_proxy_without_the_header_leaves_the_address_unknown() {
        given().get("/test-edge/address").then().body(equalTo("none"));
    }
}
