package dev.rampgate.support;

import static io.restassured.RestAssured.given;

import java.util.Map;

/** Sessions opened through the real door, by the demo user or another. */
public final class TestSession {

    private TestSession() {}

    /** Opens a buy for the demo user; the transaction's id. */
    public static String open() {
        return open("demo-user", "buy");
    }

    /** Opens a session; the transaction's id. */
    public static String open(String userId, String type) {
        return given().contentType("application/json")
                .header("X-User-Id", userId)
                .body(Map.of("network", "ERC20", "currency", "USDC", "amount", "42.75", "type", type))
                .post("/session")
                .then()
                .statusCode(201)
                .extract()
                .path("merchant_transaction_id");
    }
}
