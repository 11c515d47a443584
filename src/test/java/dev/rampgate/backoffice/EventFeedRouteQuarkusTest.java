package dev.rampgate.backoffice;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import dev.rampgate.ledger.Channel;
import dev.rampgate.ledger.Observation;
import dev.rampgate.ledger.TransactionDetails;
import dev.rampgate.reconcile.ReconcileStream;
import dev.rampgate.support.ProofAndDatabase;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Pool;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@QuarkusTest
@QuarkusTestResource(ProofAndDatabase.class)
class EventFeedRouteQuarkusTest {

    private static final int MOST_READERS = 20;
    private static final Duration LIMIT = Duration.ofSeconds(40);
    private static final String TOKEN = "Bearer operate-token-canary-0001";

    @TestHTTPResource(value = "/", management = true)
    URI management;

    @Inject
    Pool pool;

    @Inject
    ReconcileStream stream;

    private final String id = UUID.randomUUID().toString();

    @Test
    void aReaderFollowsATransactionFromItsOpeningToItsEnd() {
        String start = end();
        offer(Channel.SESSION, "pending");
        offer(Channel.POLL, "completed");

        List<JsonObject> events = new ArrayList<>();
        String[] next = {start};
        await().atMost(LIMIT).until(() -> {
            JsonObject page = page("after=" + next[0] + "&wait=5s");
            next[0] = page.getString("next");
            mine(page, events);
            return events.size() == 3;
        });

        assertThat(events)
                .extracting(event -> event.getString("type"))
                .containsExactly("transaction.opened", "transaction.completed", "transaction.settled");
        assertThat(events)
                .extracting(event -> event.getJsonObject("data").getInteger("version"))
                .containsExactly(1, 2, 3);
        JsonObject settled = events.get(2).getJsonObject("data");
        assertThat(settled.getBoolean("final")).isTrue();
        assertThat(settled.getString("crypto_amount")).isEqualTo("42.60");
        assertThat(settled.getString("user_id")).isEqualTo("user-1");
        assertThat(events).extracting(event -> event.getString("id")).doesNotHaveDuplicates();
    }

    @Test
    void anEventHasTheFieldsThatTheOwnerReads() {
        String start = end();
        offer(Channel.SESSION, "pending");
        List<JsonObject> events = new ArrayList<>();
        await().atMost(LIMIT).until(() -> {
            mine(page("after=" + start), events);
            return !events.isEmpty();
        });
        JsonObject owners = new JsonObject(given().header("X-User-Id", "user-1")
                .get("/transactions/" + id)
                .then()
                .statusCode(200)
                .extract()
                .asString());
        owners.remove("timeline");

        Set<String> fields = new TreeSet<>(events.get(0).getJsonObject("data").fieldNames());
        assertThat(fields).containsAll(owners.fieldNames());
        owners.forEach(field -> assertThat(events.get(0).getJsonObject("data").getValue(field.getKey()))
                .as(field.getKey())
                .isEqualTo(field.getValue()));
    }

    @Test
    void theFeedIsForOperatorsOnly() {
        given().get(management.resolve("/operate/events")).then().statusCode(401);
        given().header("Authorization", TOKEN).get("/operate/events").then().statusCode(404);
    }

    @ParameterizedTest
    @CsvSource({
        "after=nonsense, after",
        "after=, after",
        "limit=0, limit",
        "limit=501, limit",
        "limit=many, limit",
        "types=transaction.paid, types",
        "types=, types",
        "wait=61s, wait",
        "wait=5, wait",
        "wait=-1s, wait",
        "limit=1&limit=2, limit"
    })
    void aParameterThatCannotBeIsRefusedByItsName(String query, String field) {
        read(query)
                .statusCode(400)
                .body("type", equalTo("urn:rampgate:problem:invalid-request"))
                .body("errors[0].field", equalTo(field));
    }

    @Test
    void aCursorThatIsTooOldIsGone() {
        offer(Channel.SESSION, "pending");
        offer(Channel.POLL, "completed");
        await().atMost(LIMIT).until(() -> page("limit=1").getJsonArray("events").size() == 1);
        String old = page("limit=1").getString("next");
        await().atMost(LIMIT)
                .until(() -> page("after=" + old).getJsonArray("events").size() >= 2);
        sql("UPDATE feed SET expired_position = expired_position + 2");
        try {
            read("after=" + old)
                    .statusCode(410)
                    .contentType(containsString("application/problem+json"))
                    .body("type", equalTo("urn:rampgate:problem:cursor-expired"));
        } finally {
            sql("UPDATE feed SET expired_position = expired_position - 2");
        }
    }

    @Test
    void aReaderWhoHangsUpStopsWaiting() throws Exception {
        waitingReader().close();
        await().atMost(LIMIT).until(() -> waiting() == 0);
    }

    /** One that waits, the only one. Events that earlier tests left to be placed answer a reader at once; then another one asks. */
    private Socket waitingReader() throws IOException {
        for (int tries = 0; tries < MOST_READERS; tries++) {
            Socket socket = new Socket(management.getHost(), management.getPort());
            socket.getOutputStream()
                    .write(("GET /operate/events?wait=60s&after=" + end() + " HTTP/1.1\r\nHost: x\r\nAuthorization: "
                                    + TOKEN + "\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            socket.getOutputStream().flush();
            await().atMost(LIMIT)
                    .until(() -> waiting() == 1 || socket.getInputStream().available() > 0);
            if (socket.getInputStream().available() == 0) {
                return socket;
            }
            socket.close();
        }
        throw new AssertionError("each of " + MOST_READERS + " readers was answered at once");
    }

    private double waiting() {
        String metrics = given().get(management.resolve("/q/metrics")).asString();
        return metrics.lines()
                .filter(line -> line.startsWith("rampgate_outbox_feed_waiting"))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    /** The cursor after all that there is. */
    private String end() {
        String next = page("limit=500").getString("next");
        while (true) {
            JsonObject page = page("limit=500&after=" + next);
            if (page.getJsonArray("events").isEmpty()) {
                return page.getString("next");
            }
            next = page.getString("next");
        }
    }

    private void mine(JsonObject page, List<JsonObject> events) {
        JsonArray all = page.getJsonArray("events");
        for (int i = 0; i < all.size(); i++) {
            JsonObject event = all.getJsonObject(i);
            if (event.getJsonObject("data").getString("merchant_transaction_id").equals(id)) {
                events.add(event);
            }
        }
    }

    private JsonObject page(String query) {
        return new JsonObject(read(query).statusCode(200).extract().asString());
    }

    private ValidatableResponse read(String query) {
        return given().header("Authorization", TOKEN)
                .urlEncodingEnabled(false)
                .get(management.resolve("/operate/events?" + query))
                .then();
    }

    private void offer(Channel channel, String status) {
        Instant now = Instant.now().truncatedTo(ChronoUnit.MICROS);
        boolean poll = channel == Channel.POLL;
        stream.offer(new Observation(
                        UUID.randomUUID(),
                        channel,
                        true,
                        id,
                        status,
                        poll ? now : null,
                        poll ? now : null,
                        now,
                        TransactionDetails.of("buy", "USDC", "ERC20")
                                .withUser("user-1")
                                .withRequestedAmount("42.75")
                                .withCryptoAmount(poll ? "42.60" : null)
                                .withFiat("EUR", null)
                                .withCreatedAt(now),
                        false,
                        null))
                .await()
                .atMost(LIMIT);
    }

    private void sql(String statement) {
        pool.query(statement).execute().await().atMost(LIMIT);
    }
}
