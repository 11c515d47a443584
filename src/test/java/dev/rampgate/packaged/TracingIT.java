package dev.rampgate.packaged;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.rampgate.packaged.Collector.Span;
import dev.rampgate.sandbox.ProofSimulator;
import dev.rampgate.sandbox.transaction.Action;
import dev.rampgate.support.EventReader;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The packaged artifact with {@code rampgate.tracing.endpoint} set: what it tells a collector, and what it never does. */
class TracingIT {

    private static final String WEBHOOK_KEY = "webhook-key-canary-0003";
    private static final String GATEWAY_SECRET = "gateway-secret-canary-0003";
    private static final String CLIENT_TOKEN = "client-token-canary-0003";
    private static final String TICKET_KEY = "ticket-key-canary-0000000000000003";
    private static final String EMAIL = "jo.canary@example.test";
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final String CALLERS_TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
    private static final Set<String> ATTRIBUTES = Set.of(
            "http.request.method",
            "http.route",
            "http.response.status_code",
            "error.type",
            "rampgate.transaction_id",
            "rampgate.observations",
            "rampgate.channel",
            "rampgate.status",
            "rampgate.attempt",
            "rampgate.sequence",
            "rampgate.priority",
            "rampgate.event");

    private static Surroundings around;
    private static ProofSimulator proof;
    private static Collector collector;
    private static PackagedRampgate rampgate;

    @BeforeAll
    static void start() {
        collector = Collector.start();
        around = Surroundings.start(CLIENT_TOKEN, WEBHOOK_KEY, GATEWAY_SECRET);
        proof = around.proof();
        rampgate = PackagedRampgate.start(environment(collector.url()));
        proof.webhooks().url(rampgate.url("/proof-webhook/" + WEBHOOK_KEY));
    }

    @AfterAll
    static void stop() throws Exception {
        rampgate.close();
        around.close();
        collector.close();
    }

    @Test
    void aTransactionIsFollowedFromTheSessionOverWebhookBatchPollAndTransitionToTheStream() {
        Response session = user().header("traceparent", "00-" + CALLERS_TRACE + "-00f067aa0ba902b7-01")
                .body("""
                        {"network": "ERC20", "currency": "USDC", "amount": "42.75", "type": "buy"}
                        """)
                .post(rampgate.url("/session"));
        session.then().statusCode(201);
        String id = session.path("merchant_transaction_id");
        String ticket = session.header("Rampgate-Ticket");
        assertThat(ticket).isNotBlank();
        try (EventReader reader = EventReader.open(rampgate.url("/transactions/" + id + "/events?ticket=" + ticket))) {
            assertThat(reader.status()).isEqualTo(200);
            proof.drive(id, Action.PAY);
            proof.drive(id, Action.COMPLETE);
            await().atMost(LIMIT).until(() -> user().get(rampgate.url("/transactions/" + id))
                    .jsonPath()
                    .getBoolean("settled"));
        }
        given().body("{")
                .post(rampgate.url("/proof-webhook/" + WEBHOOK_KEY + "x"))
                .then()
                .statusCode(404);
        given().get(rampgate.url("/made-up/canary")).then().statusCode(404);

        await().atMost(LIMIT).untilAsserted(() -> assertThat(
                        about(id).stream().map(Span::name).collect(Collectors.toSet()))
                .contains("POST /session", "POST /proof-webhook/{key}", "batch", "poll", "transition", "stream"));
        await().atMost(LIMIT).untilAsserted(() -> assertThat(about(id))
                .anyMatch(span -> span.name().equals("transition")
                        && span.attributes().get("rampgate.status").equals("completed")));
        await().atMost(LIMIT).untilAsserted(() -> assertThat(collector.spans())
                .anyMatch(span -> span.name().equals("GET other")));

        List<Span> spans = collector.spans();
        Map<String, Span> byId = spans.stream().collect(Collectors.toMap(Span::id, span -> span));
        assertThat(about(id))
                .filteredOn(span -> span.name().equals("transition"))
                .allSatisfy(span -> assertThat(byId.get(span.parentId()).name()).isEqualTo("batch"));
        // A trace of our own, from which the caller's can be found.
        Span opened = about(id).stream()
                .filter(span -> span.name().equals("POST /session"))
                .findFirst()
                .orElseThrow();
        assertThat(opened.parentId()).isEmpty();
        assertThat(opened.traceId()).isNotEqualTo(CALLERS_TRACE);
        assertThat(opened.links()).containsExactly("00f067aa0ba902b7");
        // What the session opened stands in it: session, batch, transition.
        assertThat(about(id))
                .filteredOn(span -> span.traceId().equals(opened.traceId()))
                .extracting(Span::name)
                .contains("transition");
        assertThat(spans)
                .allSatisfy(span -> assertThat(span.attributes().keySet()).isSubsetOf(ATTRIBUTES));
        assertThat(collector.everything())
                .doesNotContain(
                        ticket,
                        WEBHOOK_KEY,
                        GATEWAY_SECRET,
                        CLIENT_TOKEN,
                        TICKET_KEY,
                        EMAIL,
                        "canary",
                        "cust-trace",
                        "made-up",
                        "42.75");
    }

    @Test
    void whoMakesUpATraceDecidesNeitherItsIdNorWhetherItIsKept() {
        given().header("traceparent", "00-11112222333344445555666677778888-00f067aa0ba902b8-00")
                .header("tracestate", "canary=canary")
                .get(rampgate.url("/transactions"))
                .then()
                .statusCode(401);

        await().atMost(LIMIT).untilAsserted(() -> assertThat(collector.spans())
                .anyMatch(span -> span.links().contains("00f067aa0ba902b8")
                        && span.parentId().isEmpty()
                        && !span.traceId().equals("11112222333344445555666677778888")));
    }

    @Test
    void anEndpointThatIsNoUrlStopsTheStartAndIsNamed() {
        try (PackagedRampgate misled = PackagedRampgate.launch(environment("collector"))) {
            assertThat(misled.exitCode()).isNotZero();
            assertThat(misled.log()).contains("rampgate.tracing.endpoint");
        }
    }

    private static List<Span> about(String id) {
        return collector.spans().stream().filter(span -> span.isAbout(id)).toList();
    }

    private static RequestSpecification user() {
        return given().contentType("application/json")
                .header("X-User-Id", "cust-trace")
                .header("X-User-Email", EMAIL)
                .header("X-Gateway-Secret", GATEWAY_SECRET);
    }

    private static Map<String, String> environment(String endpoint) {
        Map<String, String> environment = around.environment();
        environment.put("RAMPGATE_LIVE_TICKET_KEYS", TICKET_KEY);
        environment.put("RAMPGATE_TRACING_ENDPOINT", endpoint);
        return environment;
    }
}
