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
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What Proof's socket reports reaches the endpoints that want it before a poll confirms it. */
class ProvisionalEventsIT {

    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final String GATEWAY_SECRET = "gateway-secret-canary-0068";
    private static final String PROCESSING = "transaction.processing";
    private static final String COMPLETED = "transaction.completed";

    /** A poll may see a change before the socket reports it; then another session is tried. */
    private static final int MOST_SESSIONS = 10;

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
            Map<String, String> environment = around.environment();
            endpoint(environment, "HINTS", wanting);
            environment.put("RAMPGATE_OUTBOX_ENDPOINTS_HINTS_PROVISIONAL", "true");
            endpoint(environment, "PLAIN", other);
            try (PackagedRampgate rampgate = PackagedRampgate.start(environment)) {
                JsonObject provisional = provisional(rampgate, around);
                JsonObject data = provisional.getJsonObject("data");
                String id = data.getString("merchant_transaction_id");
                assertThat(provisional.getString("type")).isEqualTo(PROCESSING);
                assertThat(provisional.getString("id")).startsWith("evt_provisional_");
                assertThat(data.getBoolean("confirmed")).isFalse();
                assertThat(data.containsKey("version")).isFalse();
                assertThat(data.getString("channel")).isEqualTo("SOCKET");

                // The next poll would confirm this status in a minute. One that is terminal is polled at once.
                around.proof().drive(id, Action.COMPLETE);
                await("both know the confirmed status").atMost(LIMIT).until(() -> Stream.of(hints, plain)
                        .allMatch(events -> versioned(events, id).contains(COMPLETED)));
                assertThat(plain).noneMatch(ProvisionalEventsIT::isProvisional);
                assertThat(hints)
                        .allMatch(event ->
                                isProvisional(event) == event.getString("id").startsWith("evt_provisional_"));
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

    /** Opens sessions and has them paid, until the socket is the first to report it. */
    private JsonObject provisional(PackagedRampgate rampgate, Surroundings around) {
        for (int session = 1; session <= MOST_SESSIONS; session++) {
            String id = open(rampgate);
            awaitSockets(rampgate, session);
            around.proof().drive(id, Action.PAY);
            await("the status of " + id).atMost(LIMIT).until(() -> of(hints, id)
                    .anyMatch(event -> event.getString("type").equals(PROCESSING)));
            List<JsonObject> found =
                    of(hints, id).filter(ProvisionalEventsIT::isProvisional).toList();
            if (!found.isEmpty()) {
                return found.get(0);
            }
        }
        throw new AssertionError("polls were first in " + MOST_SESSIONS + " sessions");
    }

    private void endpoint(Map<String, String> environment, String name, ReceivingServer receiver) throws Exception {
        Path secrets = Files.writeString(
                folder.resolve(name),
                "whsec_" + Base64.getEncoder().encodeToString("secret-canary-0068-of-events".getBytes()));
        environment.put(
                "RAMPGATE_OUTBOX_ENDPOINTS_" + name + "_URL", receiver.url("/").toString());
        environment.put("RAMPGATE_OUTBOX_ENDPOINTS_" + name + "_SECRETS_FILE", secrets.toString());
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

    private static Stream<JsonObject> of(List<JsonObject> events, String id) {
        return events.stream().filter(event -> event.getJsonObject("data")
                .getString("merchant_transaction_id")
                .equals(id));
    }

    /** Types of the transaction's events that have a version, in their order. */
    private static List<String> versioned(List<JsonObject> events, String id) {
        return of(events, id)
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

    /** Each session's transaction has one, since none of them has come to an end. */
    private static void awaitSockets(PackagedRampgate rampgate, int number) {
        await("the sockets of " + number).atMost(LIMIT).until(() -> healthy(rampgate) >= number);
    }

    private static double healthy(PackagedRampgate rampgate) {
        return given().get(rampgate.managementUrl("/q/metrics"))
                .asString()
                .lines()
                .filter(line -> line.startsWith("rampgate_sockets{") && line.contains("state=\"healthy\""))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }
}
