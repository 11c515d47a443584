package dev.rampgate.live;

import static dev.rampgate.support.ProofAndDatabase.database;
import static dev.rampgate.support.ProofAndDatabase.proof;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.notNullValue;

import dev.rampgate.sandbox.transaction.Action;
import dev.rampgate.support.DatabaseOutage;
import dev.rampgate.support.EventReader;
import dev.rampgate.support.ProofAndDatabase;
import dev.rampgate.support.TestSession;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The stream of a transaction, through the HTTP server, on a real database. */
@QuarkusTest
@QuarkusTestResource(ProofAndDatabase.class)
class EventsQuarkusTest {

    /** The first heartbeat comes within 20 s. */
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private final String user = "follower-" + UUID.randomUUID();
    private final List<EventReader> readers = new ArrayList<>();

    @TestHTTPResource("/")
    String address;

    @Inject
    MeterRegistry meters;

    @Inject
    SeenStreams seen;

    @AfterEach
    void closeAll() {
        readers.forEach(EventReader::close);
        proof().faults().clear();
    }

    @Test
    void theStateComesFirstThenEachTransitionAndConfirmationThenTheEnd() {
        String id = open();
        EventReader reader = follow(id).sees("state 1.1 pending+");

        proof().drive(id, Action.PAY);
        await().atMost(LIMIT).until(() -> reader.last().id().startsWith("2"));
        proof().drive(id, Action.COMPLETE);
        reader.ends();

        assertThat(reader.events().stream().map(event -> event.name() + " " + event.id()))
                .startsWith("state 1.1", "transition 2")
                .containsSubsequence("transition 2", "transition 3", "confirmed 3.1", "end 3.1")
                .doesNotHaveDuplicates();
        assertThat(reader.last().<String>get("status")).isEqualTo("completed");
        assertThat(reader.last().<Boolean>get("settled")).isTrue();
        assertThat(reader.last().<Object>get("timeline")).isNull();
        assertThat(reader.retries()).hasSize(1);
    }

    /** Remembers the requests of streams. */
    @Singleton
    static class SeenStreams {

        private final Map<String, HttpServerRequest> requests = new ConcurrentHashMap<>();

        void onRouter(@Observes Router router) {
            router.get("/transactions/:id/events").order(-1).handler(routing -> {
                requests.put(routing.pathParam("id"), routing.request());
                routing.next();
            });
        }
    }

    @Test
    void aStreamDoesNotHoldTheHeadOfItsRequest() {
        String id = open();
        EventReader reader =
                follow(id, "Cookie", "session=" + "x".repeat(4_000)).sees("state 1.1 pending+");

        assertThat(seen.requests.get(id).headers()).isEmpty();

        finish(id);
        reader.ends();
    }

    @Test
    void itSendsHeartbeatsWithTheirIntervalAndWithoutAnId() {
        EventReader reader = follow(open()).sees("state 1.1 pending+");

        await().atMost(LIMIT).until(() -> !reader.beats().isEmpty());
        assertThat(reader.beats().get(0)).isEqualTo("{\"interval_ms\":20000}");
        assertThat(reader.events()).hasSize(1);
    }

    @Test
    void aClientWithoutStreamsReadsAtTheSameAddressWithTheSameTicket() {
        String id = open();
        String ticket = given().header("X-User-Id", user)
                .post("/transactions/" + id + "/ticket")
                .path("ticket");
        String path = "/transactions/" + id + "/events";

        String tag = given().accept("application/json")
                .get(path + "?ticket=" + ticket)
                .then()
                .statusCode(200)
                .contentType("application/json")
                .header("Cache-Control", "no-store")
                .header("Age", notNullValue())
                .body("merchant_transaction_id", equalTo(id))
                .body("timeline.status", equalTo(List.of("pending")))
                .extract()
                .header("ETag");
        given().accept("application/json")
                .header("If-None-Match", tag)
                .get(path + "?ticket=" + ticket)
                .then()
                .statusCode(304);
        given().accept("application/json")
                .get("/transactions/" + open() + "/events?ticket=" + ticket)
                .then()
                .statusCode(401);
        given().accept("application/json")
                .header("X-User-Id", "somebody-else")
                .get(path)
                .then()
                .statusCode(404);
        given().accept("application/json")
                .header("X-User-Id", user)
                .get(path)
                .then()
                .statusCode(200)
                .header("ETag", tag);
    }

    @Test
    void aReaderThatReconnectsGetsExactlyTheMissedEvents() {
        String id = open();
        EventReader first = follow(id).sees("state 1.1 pending+");
        first.close();
        finish(id);

        EventReader again = follow(id, "Last-Event-ID", "1.1");

        again.ends();
        assertThat(again.events().stream().map(EventReader.Event::name)).doesNotContain("state");
        assertThat(again.events().get(0).id()).isEqualTo("2");
        assertThat(again.last().name()).isEqualTo("end");
    }

    @Test
    void aReaderThatReconnectsAfterTheEndGets204() {
        String id = open();
        finish(id);
        EventReader first = follow(id).ends();
        assertThat(first.events().stream().map(EventReader.Event::name)).containsExactly("state", "end");

        assertThat(follow(id, "Last-Event-ID", first.last().id()).status()).isEqualTo(204);
    }

    @Test
    void anIdInTheQueryWorksLikeTheHeaderAndTheHeaderTakesPrecedence() {
        String id = open();
        finish(id);

        EventReader byQuery = reader("/transactions/" + id + "/events?last_event_id=2.1", "X-User-Id", user);
        assertThat(byQuery.ends().events().get(0).id()).isEqualTo("3");
        assertThat(reader("/transactions/" + id + "/events?last_event_id=1", "X-User-Id", user, "Last-Event-ID", "3.1")
                        .status())
                .isEqualTo(204);
    }

    @Test
    void anUnknownIdStartsAtTheBeginning() {
        String id = open();

        for (String unknown : List.of("99", "nonsense", "2")) {
            follow(id, "Last-Event-ID", unknown).sees("state 1.1 pending+");
        }
    }

    @Test
    void anotherUsersTransactionLooksLikeOneThatDoesNotExist() {
        String id = open();

        assertThat(reader("/transactions/" + id + "/events", "X-User-Id", "somebody-else")
                        .status())
                .isEqualTo(404);
        for (String strange : List.of(UUID.randomUUID().toString(), "x".repeat(200), "a%00b", "%ED%A0%80")) {
            assertThat(follow(strange).status()).isEqualTo(404);
        }
    }

    @Test
    void aTicketOpensOnlyTheStreamOfItsTransaction() {
        String id = open();
        String other = open();
        String ticket = given().header("X-User-Id", user)
                .post("/transactions/" + id + "/ticket")
                .then()
                .statusCode(200)
                .header("Cache-Control", "no-store")
                .body("expires_at", notNullValue())
                .extract()
                .path("ticket");

        reader("/transactions/" + id + "/events?ticket=" + ticket, "X-User-Id", "a-gateway-default")
                .sees("state 1.1 pending+");
        assertThat(reader("/transactions/" + other + "/events?ticket=" + ticket).status())
                .isEqualTo(401);
        assertThat(reader("/transactions/" + id + "/events?ticket=").status()).isEqualTo(401);
        given().header("X-User-Id", "somebody-else")
                .get("/transactions/" + id + "?ticket=" + ticket)
                .then()
                .statusCode(404);
    }

    @Test
    void aUserGetsNoTicketForAnotherUsersTransaction() {
        given().header("X-User-Id", "somebody-else")
                .post("/transactions/" + open() + "/ticket")
                .then()
                .statusCode(404);
    }

    @Test
    void theSessionsAnswerHasATicketInAHeader() {
        Response session = given().contentType("application/json")
                .header("X-User-Id", user)
                .body(Map.of("network", "ERC20", "currency", "USDC", "amount", "42.75"))
                .post("/session");
        String id = session.path("merchant_transaction_id");

        reader("/transactions/" + id + "/events?ticket=" + session.header("Rampgate-Ticket"));
        assertThat(readers.get(0).status()).isEqualTo(200);
    }

    @Test
    void manyReadersOfOneTransactionSeeTheSame() {
        String id = open();
        List<EventReader> many = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            many.add(follow(id).sees("state 1.1 pending+"));
        }

        finish(id);

        many.forEach(EventReader::ends);
        assertThat(many).allSatisfy(reader -> assertThat(reader.events())
                .isEqualTo(many.get(0).events()));
    }

    @Test
    void aUserWithTooManyStreamsIsRefusedUntilOneIsClosed() {
        String id = open();
        List<EventReader> twenty = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            twenty.add(follow(id).sees("state 1.1 pending+"));
        }

        EventReader refused = follow(id);

        assertThat(refused.status()).isEqualTo(429);
        assertThat(refused.retryAfter()).isEqualTo("2");
        twenty.get(0).close();
        await().atMost(LIMIT).until(() -> follow(id).status() == 200);
    }

    @Test
    void aStreamWhoseReaderVanishesEnds() {
        String id = open();
        await().atMost(LIMIT).until(() -> streams() == 0);
        EventReader reader = follow(id).sees("state 1.1 pending+");
        assertThat(streams()).isEqualTo(1);

        reader.close();

        await().atMost(LIMIT).until(() -> streams() == 0);
    }

    @Test
    void aReaderThatPausesMissesNothing() {
        String id = open();
        EventReader reader = follow(id).sees("state 1.1 pending+");
        reader.pause();
        finish(id);
        assertThat(reader.events()).hasSize(1);

        reader.goOn();

        reader.ends();
        assertThat(reader.events().stream().map(EventReader.Event::id)).containsSubsequence("1.1", "2", "3", "3.1");
    }

    @Test
    void aChangeAtAnotherReplicaReachesTheReader() throws SQLException {
        String id = open();
        EventReader reader = follow(id).sees("state 1.1 pending+");
        await().atMost(LIMIT).until(this::isListening);

        changeElsewhere(id, true);

        reader.sees("state 1.1 pending+", "transition 2 processing");
    }

    @Test
    void aListeningConnectionThatIsCutIsReopenedAndMissedChangesAreRead() throws SQLException {
        String id = open();
        EventReader reader = follow(id).sees("state 1.1 pending+");
        await().atMost(LIMIT).until(this::isListening);

        changeElsewhere(id, false);
        sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'rampgate-listen'");

        reader.sees("state 1.1 pending+", "transition 2 processing");
        await().atMost(LIMIT).until(this::isListening);
    }

    @Test
    void aRestartOfTheDatabaseLosesNoEvent() throws SQLException {
        String id = open();
        EventReader reader = follow(id).sees("state 1.1 pending+");
        await().atMost(LIMIT).until(this::isListening);

        database().stop();
        try {
            await().atMost(LIMIT).until(() -> !isListening());
            assertThat(follow(id).status()).isEqualTo(503);
            database().restart();
            // By notification or by reading: the listener may reconnect before or after this change.
            changeElsewhere(id, true);
        } finally {
            DatabaseOutage.end(meters);
        }

        reader.sees("state 1.1 pending+", "transition 2 processing");
        assertThat(reader.isClosed()).isFalse();
    }

    @Test
    void anInvalidNotificationIsIgnored() throws SQLException {
        String id = open();
        EventReader reader = follow(id).sees("state 1.1 pending+");

        sql("SELECT pg_notify('rampgate_live', 'nonsense')");
        changeElsewhere(id, true);

        reader.sees("state 1.1 pending+", "transition 2 processing");
    }

    @Test
    void aCurrentETagIsAnsweredWithoutTheTransaction() {
        String id = open();
        String tag = given().header("X-User-Id", user)
                .get("/transactions/" + id)
                .then()
                .statusCode(200)
                .header("Age", equalTo("0"))
                .extract()
                .header("ETag");

        given().header("X-User-Id", user)
                .header("If-None-Match", tag)
                .get("/transactions/" + id)
                .then()
                .statusCode(304)
                .header("ETag", tag);
        finish(id);
        given().header("X-User-Id", user)
                .header("If-None-Match", "\"other\", " + tag)
                .get("/transactions/" + id)
                .then()
                .statusCode(200);
    }

    @Test
    void readingAnOldObservationMakesAPollDue() throws SQLException {
        proof().faults().loseWebhooks().refuseSockets(503);
        String id = open();
        sql("""
                UPDATE transaction SET changed_at = now() - interval '1 min' WHERE id = '%s';
                UPDATE poll SET asked_at = now() - interval '1 min', due_at = now() + interval '1 h', failures = 0
                WHERE transaction_id = '%s'""".formatted(id, id));
        proof().drive(id, Action.PAY);

        String age = given().header("X-User-Id", user)
                .get("/transactions/" + id)
                .then()
                .statusCode(200)
                .body("status", equalTo("pending"))
                .extract()
                .header("Age");

        assertThat(Integer.parseInt(age)).isGreaterThanOrEqualTo(59);
        await().atMost(LIMIT).untilAsserted(() -> given().header("X-User-Id", user)
                .get("/transactions/" + id)
                .then()
                .body("status", equalTo("processing")));
    }

    /** A session that the first poll has confirmed, so that nothing more happens by itself. */
    private String open() {
        String id = TestSession.open(user, "buy");
        await().atMost(LIMIT).until(() -> is(id, "confirmed"));
        return id;
    }

    private void finish(String id) {
        proof().drive(id, Action.PAY);
        await().atMost(LIMIT).until(() -> "processing".equals(status(id)));
        proof().drive(id, Action.COMPLETE);
        await().atMost(LIMIT).until(() -> is(id, "settled"));
    }

    /** Also false while it cannot be read. */
    private boolean is(String id, String field) {
        return Boolean.TRUE.equals(
                given().header("X-User-Id", user).get("/transactions/" + id).path(field));
    }

    private String status(String id) {
        return given().header("X-User-Id", user).get("/transactions/" + id).path("status");
    }

    private EventReader follow(String id, String... headers) {
        List<String> all = new ArrayList<>(List.of("X-User-Id", user));
        all.addAll(List.of(headers));
        return reader("/transactions/" + id + "/events", all.toArray(String[]::new));
    }

    private EventReader reader(String path, String... headers) {
        EventReader reader = EventReader.open(address.replaceAll("/$", "") + path, headers);
        readers.add(reader);
        return reader;
    }

    private double streams() {
        return meters.get("rampgate.live.streams").gauge().value();
    }

    private boolean isListening() {
        return meters.get("rampgate.live.listening").gauge().value() == 1;
    }

    /** Commits a transition as another replica does, with or without a notification. */
    private static void changeElsewhere(String id, boolean tell) throws SQLException {
        sql("""
                BEGIN;
                INSERT INTO transition (transaction_id, sequence, attempt, status, channel, observed_at, correction)
                VALUES ('%s', 2, 1, 'processing', 'SOCKET', now(), false);
                UPDATE transaction SET status = 'processing', sequence = 2, confirmed = false, changed_at = now(), since = now()
                WHERE id = '%s';
                COMMIT""".formatted(id, id));
        if (tell) {
            sql("SELECT pg_notify('rampgate_live', '%s [\"%s\"]')".formatted(UUID.randomUUID(), id));
        }
    }

    private static void sql(String statement) throws SQLException {
        try (Connection connection = DriverManager.getConnection(database().jdbcUrl());
                Statement run = connection.createStatement()) {
            run.execute(statement);
        }
    }
}
