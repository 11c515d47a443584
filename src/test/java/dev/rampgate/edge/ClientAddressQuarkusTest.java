package dev.rampgate.edge;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.equalTo;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import org.junit.jupiter.api.Test;

@QuarkusTest
@TestProfile(BehindGatewayProfile.class)
class ClientAddressQuarkusTest {

    @Test
    void the_address_that_the_proxy_wrote_is_the_user() {
        given().header("X-Forwarded-For", "1.2.3.4, 198.51.100.1")
                .get("/test-door/address")
                .then()
                .body(equalTo("198.51.100.1"));
    }

    @Test
    void several_header_fields_are_one_list() {
        given().header("X-Forwarded-For", "1.2.3.4", "198.51.100.1")
                .get("/test-door/address")
                .then()
                .body(equalTo("198.51.100.1"));
    }

    @Test
    void forwarded_is_read_too() {
        given().header("Forwarded", "for=\"[2001:db8::7]:4711\"")
                .get("/test-door/address")
                .then()
                .body(equalTo("2001:db8::7"));
    }

    @Test
    void a_proxy_that_tells_nothing_leads_to_nobody() {
        given().get("/test-door/address").then().body(equalTo("none"));
    }
}
