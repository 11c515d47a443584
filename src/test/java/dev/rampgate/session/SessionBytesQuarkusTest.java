package dev.rampgate.session;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.rampgate.ProofAndDatabase;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import io.quarkus.test.junit.QuarkusTest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
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
}
