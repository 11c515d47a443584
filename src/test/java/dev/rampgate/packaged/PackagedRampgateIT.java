package dev.rampgate.packaged;

import static dev.rampgate.packaged.PackagedRampgate.THREAD_EACH;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;

import dev.rampgate.sandbox.ProofSimulator;
import dev.rampgate.sandbox.transaction.Action;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The packaged artifact in the production profile, configured by its environment, with a Proof of another process. */
class PackagedRampgateIT {

    private static final String WEBHOOK_KEY = "webhook-key-canary-0002";
    private static final String GATEWAY_SECRET = "gateway-secret-canary-0002";
    private static final String TICKET_KEY = "ticket-key-canary-0002-ticket-key-canary";
    private static final String CLIENT_TOKEN = "client-token-canary-0002";
    private static final String EMAIL = "jo.canary@example.test";
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final String ORDER = """
            {"network": "ERC20", "currency": "USDC", "amount": "42.75", "type": "buy"}
            """;

    private static Surroundings around;
    private static ProofSimulator proof;
    private static PackagedRampgate rampgate;

    @BeforeAll
    static void start() {
        around = Surroundings.start(CLIENT_TOKEN, WEBHOOK_KEY, GATEWAY_SECRET);
        proof = around.proof();
        rampgate = PackagedRampgate.start(environment());
        proof.webhooks().url(rampgate.url("/proof-webhook/" + WEBHOOK_KEY));
    }

    @AfterAll
    static void stop() throws Exception {
        rampgate.close();
        around.close();
    }

    @Test
    void aSessionGoesToCompletedAndItsTimelineShowsHow() {
        Response session = user("cust-1").body(ORDER).post(rampgate.url("/session"));
        session.then().statusCode(201).body("fix_network", hasItem("ERC20"));
        String id = session.path("merchant_transaction_id");
        user("cust-1")
                .get(rampgate.url("/transactions/" + id))
                .then()
                .statusCode(200)
                .body("status", equalTo("pending"));

        proof.drive(id, Action.PAY);
        proof.drive(id, Action.COMPLETE);

        await().atMost(LIMIT).untilAsserted(() -> user("cust-1")
                .get(rampgate.url("/transactions/" + id))
                .then()
                .statusCode(200)
                .body("status", equalTo("completed"))
                .body("confirmed", equalTo(true))
                .body("settled", equalTo(true))
                .body("requested_amount", equalTo("42.75"))
                .body("timeline.status", hasItem("completed")));
        user("cust-2").get(rampgate.url("/transactions/" + id)).then().statusCode(404);
    }

    @Test
    void whoDoesNotComeThroughTheGatewayIsRefused() {
        given().contentType("application/json")
                .header("X-User-Id", "cust-1")
                .header("X-User-Email", EMAIL)
                .header("X-Gateway-Secret", "guessed-guessed-guessed")
                .body(ORDER)
                .post(rampgate.url("/session"))
                .then()
                .statusCode(401)
                .contentType("application/problem+json");
    }

    @Test
    void healthAndMetricsStandOnTheManagementPortAlone() {
        for (String path : List.of("/q/health/live", "/q/health/ready", "/q/health/started", "/q/metrics")) {
            given().get(rampgate.managementUrl(path)).then().statusCode(200);
            given().get(rampgate.url(path)).then().statusCode(404);
        }
        given().get(rampgate.managementUrl("/q/metrics")).then().body(containsString("rampgate_backlog"));
        for (int i = 0; i < 200; i++) {
            given().get(rampgate.managementUrl("/q/health/group/invented-" + i))
                    .then()
                    .statusCode(404);
        }
        given().get(rampgate.managementUrl("/q/health/group/database")).then().statusCode(200);
    }

    @Test
    void theModuleForBrowsersIsServed() {
        given().get(rampgate.url("/rampgate.js")).then().statusCode(200).body(containsString("EventSource"));
    }

    @Test
    void theInterfaceIsDescribedOnTheManagementPort() throws IOException {
        assertThat(given().get(rampgate.managementUrl("/q/openapi"))
                        .then()
                        .statusCode(200)
                        .extract()
                        .asString())
                .isEqualTo(Files.readString(Path.of("docs/openapi.yaml")));
    }

    @Test
    void noSecretAndNothingPersonalIsPrinted() {
        user("cust-3").body(ORDER).post(rampgate.url("/session")).then().statusCode(201);
        given().body("{")
                .post(rampgate.url("/proof-webhook/" + WEBHOOK_KEY))
                .then()
                .statusCode(400);
        given().body("{")
                .post(rampgate.url("/proof-webhook/" + WEBHOOK_KEY + "x"))
                .then()
                .statusCode(404);

        String token = user("cust-3").body(ORDER).post(rampgate.url("/session")).path("init_token");
        String metrics = given().get(rampgate.managementUrl("/q/metrics")).asString();
        for (String secret : List.of(
                WEBHOOK_KEY,
                GATEWAY_SECRET,
                CLIENT_TOKEN,
                EMAIL,
                around.database().password(),
                token,
                "v2:")) {
            assertThat(rampgate.log()).doesNotContain(secret);
            assertThat(metrics).doesNotContain(secret);
        }
    }

    /**
     * Each group of settings has unit tests of its checks. This test shows that the packaged artifact makes those checks when
     * it starts: one setting of each group.
     */
    @Test
    void aMissingOrWrongSettingStopsTheStartAndIsNamed() {
        Map<String, PackagedRampgate> launched = new LinkedHashMap<>();
        try {
            launched.put("rampgate.proof.base-url", launchedWithout("RAMPGATE_PROOF_BASE_URL"));
            launched.put("rampgate.database.host", launchedWithout("RAMPGATE_DATABASE_HOST"));
            launched.put("rampgate.identity.mode", launchedWithout("RAMPGATE_IDENTITY_MODE"));
            launched.put("rampgate.identity.header.secret", launchedWithout("RAMPGATE_IDENTITY_HEADER_SECRET"));
            launched.put("rampgate.webhook.keys", launchedWith("RAMPGATE_WEBHOOK_KEYS", "short"));
            launched.put("rampgate.webhook.trust", launchedWith("RAMPGATE_WEBHOOK_TRUST", "blind"));
            launched.put(
                    "rampgate.client-address.trusted-proxies",
                    launchedWith("RAMPGATE_CLIENT_ADDRESS_TRUSTED_PROXIES", "10.0.0.0/99"));
            launched.put("rampgate.poll.max-rate", launchedWith("RAMPGATE_POLL_MAX_RATE", "0"));
            launched.put(
                    "rampgate.hand-off.base-url",
                    launchedWith("RAMPGATE_HAND_OFF_BASE_URL", "http://ramp.example.test"));
            launched.put("rampgate.live.ticket-keys", launchedWith("RAMPGATE_LIVE_TICKET_KEYS", ""));
            launched.forEach((setting, process) -> {
                assertThat(process.exitCode()).as(setting).isNotZero();
                assertThat(process.log()).contains(setting).doesNotContain(GATEWAY_SECRET, CLIENT_TOKEN);
            });
        } finally {
            launched.values().forEach(PackagedRampgate::close);
        }
    }

    private static PackagedRampgate launchedWithout(String variable) {
        Map<String, String> environment = new HashMap<>(environment());
        environment.remove(variable);
        return PackagedRampgate.launch(environment);
    }

    private static PackagedRampgate launchedWith(String variable, String value) {
        Map<String, String> environment = new HashMap<>(environment());
        environment.put(variable, value);
        return PackagedRampgate.launch(environment);
    }

    @Test
    void aSecondReplicaStartsOnTheSameDatabaseKnowsTheSameKeysAndEndsOnSigterm() {
        try (PackagedRampgate second = PackagedRampgate.start(environment())) {
            String order = ORDER.replace("42.75", "77.01");
            CompletableFuture<Response> here =
                    CompletableFuture.supplyAsync(() -> repeated(rampgate, order), THREAD_EACH);
            CompletableFuture<Response> there =
                    CompletableFuture.supplyAsync(() -> repeated(second, order), THREAD_EACH);
            List<Integer> statuses =
                    List.of(here.join().statusCode(), there.join().statusCode());
            assertThat(statuses).contains(201).isSubsetOf(201, 409);
            assertThat(repeated(second, order).asString())
                    .isEqualTo(repeated(rampgate, order).asString())
                    .contains("init_token");
            assertThat(proof.calls()
                            .count(call -> call.isSessionCall() && call.body().contains("77.01")))
                    .isEqualTo(1);

            Response handedOff = user("cust-5")
                    .header("Rampgate-Hand-Off", "true")
                    .body(order)
                    .post(rampgate.url("/session"));
            String page = handedOff.header("Rampgate-Hand-Off");
            given().get(second.url("/hand-off")).then().statusCode(200).body(containsString("<script type=\"module\""));
            assertThat(redeem(second, page).then().statusCode(200).extract().asString())
                    .isEqualTo("{\"session\":" + handedOff.asString() + "}");
            assertThat(redeem(rampgate, page).statusCode()).isEqualTo(404);

            second.terminate();
            assertThat(second.exitCode()).isEqualTo(143);
        }
    }

    private static Response repeated(PackagedRampgate replica, String order) {
        return user("cust-4")
                .header("Idempotency-Key", "over-two-replicas")
                .body(order)
                .post(replica.url("/session"));
    }

    private static Response redeem(PackagedRampgate replica, String page) {
        return given().contentType("application/json")
                .body(Map.of("code", page.substring(page.indexOf('#') + 1)))
                .post(replica.url("/hand-off"));
    }

    private static RequestSpecification user(String userId) {
        return given().contentType("application/json")
                .header("X-User-Id", userId)
                .header("X-User-Email", EMAIL)
                .header("X-Gateway-Secret", GATEWAY_SECRET);
    }

    private static Map<String, String> environment() {
        Map<String, String> environment = around.environment();
        environment.putAll(PackagedRampgate.SHUTDOWN_DELAY);
        // Of both kinds, since the library makes them by reflection.
        environment.put("RAMPGATE_CLIENT_ADDRESS_TRUSTED_PROXIES", "10.0.0.0/8, 2001:db8::/32");
        environment.put("RAMPGATE_HAND_OFF_BASE_URL", "https://ramp.example.test");
        environment.put("RAMPGATE_LIVE_TICKET_KEYS", TICKET_KEY);
        return environment;
    }
}
