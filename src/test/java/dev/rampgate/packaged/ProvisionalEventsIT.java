package dev.rampgate.packaged;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;

import dev.rampgate.sandbox.transaction.Action;
import dev.rampgate.support.ReceivingServer;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What Proof's socket reports reaches the endpoints that want it before a poll confirms it. */
class ProvisionalEventsIT {

    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final String GATEWAY_SECRET = "gateway-secret-canary-0068";
    private static final String PROCESSING = "transaction.processing";

    @TempDir
    Path folder;

    private final List<JsonObject> hints = new CopyOnWriteArrayList<>();
    private final List<JsonObject> plain = new CopyOnWriteArrayList<>();

    @Test
    void onlyAnEndpointThatWantsThemGetsProvisionalEventsAndTheConfirmedOnesFollow() throws Exception {
        Vertx vertx = Vertx.vertx();
        try (Surroundings around =
                        Surroundings.start("client-token-canary-0068", "webhook-key-canary-0068", GATEWAY_SECRET);
                ReceivingServer wanting = receiver(vertx, hints);
                ReceivingServer other = receiver(vertx, plain)) {
            Path secrets = Files.writeString(
                    folder.resolve("secrets"),
                    "whsec_" + Base64.getEncoder().encodeToString("secret-canary-0068-of-events".getBytes()));
            Map<String, String> environment = around.environment();
            environment.put("RAMPGATE_OUTBOX_ENDPOINTS_HINTS_URL", wanting.url("/").toString());
            environment.put("RAMPGATE_OUTBOX_ENDPOINTS_HINTS_SECRETS_FILE", secrets.toString());
            environment.put("RAMPGATE_OUTBOX_ENDPOINTS_HINTS_PROVISIONAL", "true");
            environment.put("RAMPGATE_OUTBOX_ENDPOINTS_PLAIN_URL", other.url("/").toString());
            environment.put("RAMPGATE_OUTBOX_ENDPOINTS_PLAIN_SECRETS_FILE", secrets.toString());
            try (PackagedRampgate rampgate = PackagedRampgate.start(environment)) {
                // A poll may see a change before the socket reports it; then another session is tried.
                await("a provisional event").atMost(LIMIT).pollInterval(Duration.ofSeconds(1)).until(() -> {
                    String id = open(rampgate);
                    awaitSocket(rampgate);
                    around.proof().drive(id, Action.PAY);
                    await("the confirmed event").atMost(LIMIT).until(() -> versioned(hints, id)
                            .contains(PROCESSING));
                    return hints.stream().anyMatch(ProvisionalEventsIT::isProvisional);
                });

                JsonObject provisional =
                        hints.stream().filter(ProvisionalEventsIT::isProvisional).findFirst().orElseThrow();
                JsonObject data = provisional.getJsonObject("data");
                assertThat(provisional.getString("type")).isEqualTo(PROCESSING);
                assertThat(provisional.getString("id")).startsWith("evt_provisional_");
                assertThat(data.getBoolean("confirmed")).isFalse();
                assertThat(data.containsKey("version")).isFalse();
                assertThat(data.getString("channel")).isEqualTo("SOCKET");
                String id = data.getString("merchant_transaction_id");
                await("both know the confirmed status").atMost(LIMIT).until(() -> versioned(plain, id)
                        .equals(versioned(hints, id)));
                assertThat(plain).noneMatch(ProvisionalEventsIT::isProvisional);
                given().get(rampgate.managementUrl("/q/metrics"))
                        .then()
                        .statusCode(200)
                        .body(containsString(
                                "rampgate_outbox_provisional_total{endpoint=\"hints\",outcome=\"delivered\"}"));
            }
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().join();
        }
    }

    private static ReceivingServer receiver(Vertx vertx, List<JsonObject> received) {
        return new ReceivingServer(vertx, (request, body) -> {
            received.add(new JsonObject(body).put("id", request.getHeader("webhook-id")));
            request.response().setStatusCode(204).end();
        });
    }

    private static boolean isProvisional(JsonObject event) {
        return event.getJsonObject("data").getBoolean("provisional", false);
    }

    /** Types of the transaction's events that have a version, in their order. */
    private static List<String> versioned(List<JsonObject> events, String id) {
        return events.stream()
                .filter(event -> event.getJsonObject("data")
                        .getString("merchant_transaction_id")
                        .equals(id))
                .filter(event -> event.getJsonObject("data").containsKey("version"))
                .map(event -> event.getString("type"))
                .toList();
    }

    private static String open(PackagedRampgate rampgate) {
        return given().header("X-User-Id", "cust-1")
                .header("X-User-Email", "jo.canary@example.test")
                .header("X-Gateway-Secret", GATEWAY_SECRET)
                .contentType("application/json")
                .body("{\"network\": \"ERC20\", \"currency\": \"USDC\", \"amount\": \"42.75\", \"type\": \"buy\"}")
                .post(rampgate.url("/session"))
                .then()
                .statusCode(201)
                .extract()
                .path("merchant_transaction_id");
    }

    private static void awaitSocket(PackagedRampgate rampgate) {
        await("a socket").atMost(LIMIT).until(() -> given().get(rampgate.managementUrl("/q/metrics"))
                .asString()
                .lines()
                .anyMatch(line -> line.matches("rampgate_sockets\\{.*state=\"healthy\".*} [1-9].*")));
    }
}
