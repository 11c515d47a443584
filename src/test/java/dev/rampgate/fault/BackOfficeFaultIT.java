package dev.rampgate.fault;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.rampgate.support.CompanyPeople;
import dev.rampgate.support.TestDatabase;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.function.ToIntFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The back office of replicas of which one is killed within an action, and the console behind an nginx with its own buffers: 4 KB for the head of an
 * answer, 8 KB for a line of a request.
 */
class BackOfficeFaultIT {

    private static final String ROOT = "/operate/console/";
    private static final String COOKIE = "rampgate-console";
    private static final int LONGEST_RETURN_ADDRESS = 1_200;

    private static final Duration LIMIT = Duration.ofSeconds(60);

    private static TestDatabase database;
    private static Cluster cluster;
    private static Nginx nginx;

    @BeforeAll
    static void start() {
        database = TestDatabase.start();
        cluster = new Cluster(
                database,
                2,
                CompanyPeople.settings().entrySet().stream()
                        .collect(Collectors.toMap(
                                setting -> setting.getKey()
                                        .toUpperCase(Locale.ROOT)
                                        .replace('.', '_')
                                        .replace('-', '_'),
                                Map.Entry::getValue)));
        nginx = Nginx.before(
                URI.create(cluster.replicas().get(0).managementUrl("/")).getPort());
    }

    @AfterAll
    static void stop() throws Exception {
        nginx.close();
        cluster.close();
    }

    /** The longest that stands in the cookie, the longest that a browser would keep in one, and the longest of all. */
    @ParameterizedTest
    @ValueSource(ints = {1_490, 3_580, 7_950})
    void aPersonSignsInByATokenOfTheIssuerWhateverItsLength(int length) {
        String token = CompanyPeople.tokenOfAbout(length, "jo@example.test", "ramp-desk");
        String to = ROOT + "search?s=" + "x".repeat(LONGEST_RETURN_ADDRESS - "search?s=".length());

        Response signedIn = signIn(token, to);
        assertThat(signedIn.statusCode()).as(signedIn.asString()).isEqualTo(303);
        assertThat(signedIn.header("Location")).isEqualTo(to);
        String cookie = signedIn.cookie(COOKIE);

        Response page = given().cookie(COOKIE, cookie).get(at(""));
        assertThat(page.statusCode()).as(page.asString()).isEqualTo(200);
        assertThat(page.asString()).contains("jwt:jo@example.test");
        given().redirects()
                .follow(false)
                .cookie(COOKIE, cookie)
                .header("Sec-Fetch-Site", "same-origin")
                .formParam("csrf", csrf(page.asString()))
                .post(at("sign-out"))
                .then()
                .statusCode(303);
        given().cookie(COOKIE, cookie).get(at("")).then().statusCode(401);
    }

    // --- a replica dies within an action

    @Test
    void anActionWhoseReplicaDiesWithinItIsDoneAndAuditedOnceByRepeatingIt() throws Exception {
        String brakes = "SELECT count(*) FROM brake WHERE name = 'at-night'";
        String entries = "SELECT count(*) FROM audit_entry WHERE action = 'put_brake'";

        killedWithin("LOCK TABLE brake IN EXCLUSIVE MODE", BackOfficeFaultIT::putBrake);
        assertThat(cluster.ledger().count(brakes)).isZero();
        assertThat(cluster.ledger().count(entries)).isZero();

        assertThat(putBrake(cluster.replicas().get(1))).isEqualTo(200);
        assertThat(putBrake(cluster.replicas().get(1))).isEqualTo(200);
        assertThat(cluster.ledger().count(brakes)).isEqualTo(1);
        assertThat(cluster.ledger().count(entries))
                .as("one of each call that was answered")
                .isEqualTo(2);
    }

    /** It takes several transactions, of which the first one makes it sure, and leaves the entry. */
    @Test
    void anErasureWhoseReplicaDiesWithinItIsAuditedAndEndedByRepeatingIt() throws Exception {
        String user = "user-to-be-erased";
        String id = order(user);
        order(user);
        String owned = "SELECT count(*) FROM transaction WHERE user_id = '" + user + "'";
        String entries = "SELECT count(*) FROM audit_entry WHERE action = 'erase_user'";
        await("both are stored").atMost(LIMIT).until(() -> cluster.ledger().count(owned) == 2);

        killedWithin("SELECT 1 FROM transaction WHERE id = '" + id + "' FOR UPDATE", replica -> erase(replica, user));
        assertThat(cluster.ledger().count(owned)).isEqualTo(2);
        assertThat(cluster.ledger().count(entries)).isEqualTo(1);

        assertThat(erase(cluster.replicas().get(1), user)).isEqualTo(200);
        assertThat(cluster.ledger().count(owned)).isZero();
        assertThat(cluster.ledger().count(entries)).isEqualTo(2);
    }

    /**
     * Kills the first replica while it waits within an action for what another client has locked, and starts it again.
     *
     * @param lock what the other client runs in its transaction
     * @param action answers the status
     */
    private static void killedWithin(String lock, ToIntFunction<ReplicaProcess> action) throws Exception {
        ReplicaProcess victim = cluster.replicas().get(0);
        CompletableFuture<Integer> answer = new CompletableFuture<>();
        try (Connection other = DriverManager.getConnection(database.jdbcUrl());
                Statement statement = other.createStatement()) {
            other.setAutoCommit(false);
            statement.execute(lock);
            new Thread(
                            () -> {
                                try {
                                    answer.complete(action.applyAsInt(victim));
                                } catch (Exception unanswered) {
                                    answer.completeExceptionally(unanswered);
                                }
                            },
                            "an operator's call")
                    .start();
            await("it waits").atMost(LIMIT).pollInterval(Duration.ofMillis(20)).until(() -> waiting() > 0);
            victim.kill();
            other.rollback();
        }
        assertThat(answer).failsWithin(LIMIT);
        await("the server gives up what it had begun").atMost(LIMIT).until(() -> open() == 0);
        victim.launch();
        victim.awaitReady();
    }

    private static int waiting() {
        return cluster.ledger().count("""
                SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
                """);
    }

    private static int open() {
        return cluster.ledger().count("""
                SELECT count(*)
                FROM pg_stat_activity
                WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start < now() - interval '1 s'
                """);
    }

    private static int putBrake(ReplicaProcess replica) {
        return operate()
                .contentType("application/json")
                .body("{\"currency\":\"NONE\",\"reason\":\"a test of the night\"}")
                .put(replica.managementUrl("/operate/brakes/at-night"))
                .statusCode();
    }

    private static int erase(ReplicaProcess replica, String user) {
        return operate()
                .contentType("application/json")
                .body("{\"user_id\":\"" + user + "\"}")
                .post(replica.managementUrl("/operate/users/erase"))
                .statusCode();
    }

    private static RequestSpecification operate() {
        return given().header("Authorization", "Bearer " + Cluster.NIGHT_TOKEN);
    }

    private static String order(String user) throws Exception {
        HttpResponse<String> answer = HttpClient.newHttpClient()
                .send(cluster.sessionCall(user, new Random(1)), HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).isEqualTo(201);
        return new JsonObject(answer.body()).getString("merchant_transaction_id");
    }

    // --- the console behind nginx

    private static Response signIn(String token, String to) {
        return given().redirects()
                .follow(false)
                .header("Sec-Fetch-Site", "same-origin")
                .formParam("token", token)
                .formParam("to", to)
                .post(at("sign-in"));
    }

    private static String csrf(String page) {
        Matcher field = Pattern.compile("name=\"csrf\" value=\"([^\"]+)\"").matcher(page);
        assertThat(field.find()).isTrue();
        return field.group(1);
    }

    private static String at(String path) {
        return "http://localhost:" + nginx.port() + ROOT + path;
    }
}
