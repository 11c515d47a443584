package dev.rampgate.live;

import static dev.rampgate.support.ProofAndDatabase.proof;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.rampgate.sandbox.transaction.Action;
import dev.rampgate.support.ProofAndDatabase;
import dev.rampgate.support.TestSession;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.vertx.core.Vertx;
import io.vertx.core.http.UpgradeRejectedException;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketConnectOptions;
import io.vertx.core.json.JsonObject;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The WebSocket of a transaction, through the HTTP server. */
@QuarkusTest
@QuarkusTestResource(ProofAndDatabase.class)
class SocketQuarkusTest {

    /** The first heartbeat comes within 20 s. */
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private final String user = "socket-" + UUID.randomUUID();
    private final List<String> frames = new CopyOnWriteArrayList<>();
    private final List<String> beats = new CopyOnWriteArrayList<>();
    private volatile Short closeCode;
    private WebSocketClient client;

    @TestHTTPResource("/")
    String address;

    @Inject
    Vertx vertx;

    @BeforeEach
    void openClient() {
        client = vertx.createWebSocketClient();
    }

    @AfterEach
    void closeClient() {
        client.close();
    }

    @Test
    void itSendsTheSameEventsWithTheSameIdsAndCloses() {
        String id = open();
        connect(id, "");
        await().atMost(LIMIT).until(() -> frames.size() == 1);

        proof().drive(id, Action.PAY);
        await().atMost(LIMIT).until(() -> frames.stream().anyMatch(frame -> frame.startsWith("transition 2")));
        proof().drive(id, Action.COMPLETE);

        await().atMost(LIMIT).until(() -> closeCode != null);
        assertThat(closeCode).isEqualTo((short) 1000);
        assertThat(frames)
                .startsWith("state 1.1 pending")
                .containsSubsequence(
                        "transition 2 processing",
                        "transition 3 completed",
                        "confirmed 3.1 completed",
                        "end 3.1 completed")
                .doesNotHaveDuplicates();
    }

    @Test
    void itSendsHeartbeatsWithTheirInterval() {
        connect(open(), "");

        await().atMost(LIMIT).until(() -> !beats.isEmpty());
        assertThat(beats.get(0)).isEqualTo("{\"event\":\"heartbeat\",\"data\":{\"interval_ms\":20000}}");
        assertThat(frames).containsExactly("state 1.1 pending");
    }

    @Test
    void itContinuesAtTheReadersPosition() {
        String id = open();
        proof().drive(id, Action.PAY);
        await().atMost(LIMIT).until(() -> "processing"
                .equals(given().header("X-User-Id", user)
                        .get("/transactions/" + id)
                        .path("status")));

        connect(id, "?last_event_id=1.1");

        await().atMost(LIMIT).until(() -> !frames.isEmpty());
        assertThat(frames.get(0)).isEqualTo("transition 2 processing");
    }

    @Test
    void aTicketOpensOnlyTheSocketOfItsTransaction() {
        String id = open();
        String ticket = given().header("X-User-Id", user)
                .post("/transactions/" + id + "/ticket")
                .path("ticket");

        assertThat(refusal(connection(open(), "?ticket=" + ticket))).isEqualTo(401);
        connect(from("https://shop.example.test", connection(id, "?ticket=" + ticket)));

        await().atMost(LIMIT).until(() -> frames.size() == 1);
    }

    @Test
    void aForeignPageCannotOpenItWithTheUsersIdentity() {
        String id = open();

        assertThat(refusal(from("https://evil.example", connection(id, "")))).isEqualTo(403);
        connect(from(address.replaceAll("/$", ""), connection(id, "")));
        await().atMost(LIMIT).until(() -> frames.size() == 1);
    }

    @Test
    void anotherUsersTransactionLooksLikeOneThatDoesNotExist() {
        String id = open();

        assertThat(refusal(connection(id, "").putHeader("X-User-Id", "somebody-else")))
                .isEqualTo(404);
        assertThat(refusal(connection(UUID.randomUUID().toString(), ""))).isEqualTo(404);
    }

    private String open() {
        String id = TestSession.open(user, "buy");
        await().atMost(LIMIT)
                .until(() -> Boolean.TRUE.equals(given().header("X-User-Id", user)
                        .get("/transactions/" + id)
                        .path("confirmed")));
        return id;
    }

    private void connect(String id, String query) {
        connect(connection(id, query));
    }

    private void connect(WebSocketConnectOptions options) {
        client.connect(options)
                .toCompletionStage()
                .toCompletableFuture()
                .thenAccept(socket -> {
                    socket.textMessageHandler(this::note);
                    socket.closeHandler(closed -> closeCode = socket.closeStatusCode());
                })
                .join();
    }

    private void note(String frame) {
        JsonObject event = new JsonObject(frame);
        if (event.getString("event").equals("heartbeat")) {
            beats.add(frame);
            return;
        }
        frames.add(event.getString("event") + " " + event.getString("id") + " "
                + event.getJsonObject("data").getString("status"));
    }

    private int refusal(WebSocketConnectOptions options) {
        try {
            connect(options);
            return 101;
        } catch (CompletionException refused) {
            return ((UpgradeRejectedException) refused.getCause()).getStatus();
        }
    }

    private static WebSocketConnectOptions from(String origin, WebSocketConnectOptions connection) {
        return connection.setAllowOriginHeader(true).putHeader("Origin", origin);
    }

    private WebSocketConnectOptions connection(String id, String query) {
        return new WebSocketConnectOptions()
                .setAbsoluteURI(address.replaceAll("/$", "").replaceFirst("http", "ws") + "/transactions/" + id
                        + "/socket" + query)
                .setAllowOriginHeader(false)
                .putHeader("X-User-Id", user);
    }
}
