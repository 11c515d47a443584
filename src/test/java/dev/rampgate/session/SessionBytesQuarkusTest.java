package dev.rampgate.session;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.nullValue;

import com.sun.net.httpserver.HttpServer;
import dev.rampgate.support.ProofAndDatabase;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(ProofAndDatabase.class)
@QuarkusTestResource(value = SessionBytesQuarkusTest.OddProof.class, restrictToAnnotatedClass = true)
class SessionBytesQuarkusTest {

    /** Everything that a parser in between would tidy up. */
    private static final String ODD = """
            {  "merchant_transaction_id":"0a1b2c3d4e5f60718","widget_id":"w","address":"a\\u00e9/\\/","signature":"v2:00",
              "init_token":"t","init_token_type":"x", "fix_network" :["ERC20"],"fix_amount":true,"limit":1.500e+02,
              "big":12345678901234567890.000, "nothing":null,"nested":{"b":1,"a":[ ]} , "currency":"USDC"}
            """;

    /** With a number, a comma, capitals and an id in another letter case. */
    private static final String COMPLETED = """
            {"merchant_transaction_id":"0A1B2C3D4E5F60718","status":"Completed","type":"BUY","currency":"usdc","network":"ERC20",
             "crypto_amount":42.60,"fiat_currency":"EUR","fiat_amount":"40,15","updated_at":"2026-05-02T08:02:10Z"}
            """;

    /** A Proof that writes JSON as nobody else does. */
    public static final class OddProof implements QuarkusTestResourceLifecycleManager {

        private HttpServer server;

        @Override
        public int order() {
            return 10;
        }

        @Override
        public Map<String, String> start() {
            try {
                server = HttpServer.create(new InetSocketAddress("localhost", 0), 0);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            server.createContext("/widget/session", exchange -> {
                // With a byte order mark, which is all that does not reach the user.
                byte[] body = ("\uFEFF" + ODD).getBytes(StandardCharsets.UTF_8);
                exchange.getResponseHeaders().add("Content-Type", "application/json");
                exchange.sendResponseHeaders(200, body.length);
                exchange.getResponseBody().write(body);
                exchange.close();
            });
            server.createContext("/widget/transactions/", exchange -> {
                byte[] body = ("\uFEFF" + COMPLETED).getBytes(StandardCharsets.UTF_8);
                exchange.sendResponseHeaders(200, body.length);
                exchange.getResponseBody().write(body);
                exchange.close();
            });
            server.start();
            return Map.of(
                    "rampgate.proof.base-url",
                    "http://localhost:" + server.getAddress().getPort());
        }

        @Override
        public void stop() {
            server.stop(0);
        }
    }

    @Inject
    MeterRegistry meters;

    @Test
    void theAnswerOfProofReachesTheUserByteForByte() {
        byte[] answer = given().contentType("application/json")
                .body(("\uFEFF{\"network\":\"ERC20\",\"currency\":\"USDC\",\"amount\":\"42.75\"}")
                        .getBytes(StandardCharsets.UTF_8))
                .post("/session")
                .then()
                .statusCode(201)
                .extract()
                .asByteArray();

        assertThat(new String(answer, StandardCharsets.UTF_8)).isEqualTo(ODD);
        assertThat(given().get("/transactions/0a1b2c3d4e5f60718").statusCode()).isEqualTo(200);
    }

    @Test
    void theAmountsOfAPollKeepTheirSpellingAndAnUnreadableOneKeepsTheTransactionUnsettled() {
        given().contentType("application/json")
                .body("{\"network\":\"ERC20\",\"currency\":\"USDC\",\"amount\":\"42.75\"}")
                .post("/session")
                .then()
                .statusCode(201);

        await().atMost(Duration.ofSeconds(40)).untilAsserted(() -> given().get("/transactions/0a1b2c3d4e5f60718")
                .then()
                .body("status", equalTo("completed"))
                .body("confirmed", equalTo(true)));
        given().get("/transactions/0a1b2c3d4e5f60718")
                .then()
                .body("crypto_amount", equalTo("42.60"))
                .body("fiat_amount", nullValue())
                .body("currency", equalTo("USDC"))
                .body("settled", equalTo(false));
        // Counted after the commit that the read above shows.
        await().atMost(Duration.ofSeconds(40)).until(() -> alarms("amount_unreadable") == 1);
        assertThat(alarms("details_contradicted")).isZero();
    }

    private double alarms(String alarm) {
        return meters.counter("rampgate.alarms", "alarm", alarm).count();
    }
}
