package dev.rampgate.packaged;

import static dev.rampgate.edge.RawHttp.exchange;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;

import dev.rampgate.sandbox.ProofSimulator;
import dev.rampgate.sandbox.http.ReceivedCall;
import io.restassured.specification.RequestSpecification;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What somebody who means harm may send to the packaged artifact, and what he gets. After each, it still works. */
class AbuseIT {

    private static final String WEBHOOK_KEY = "webhook-key-canary-0004";
    private static final String GATEWAY_SECRET = "gateway-secret-canary-0004";
    private static final String CLIENT_TOKEN = "client-token-canary-0004";
    private static final String ORDER = """
            {"network": "ERC20", "currency": "USDC", "amount": "42.75", "type": "buy"}""";
    /** More with {@code -Dabuse.webhooks=100000}. */
    private static final int FORGED = Integer.getInteger("abuse.webhooks", 5_000);

    private static final int FORGED_PER_SECOND = 500;
    private static final int POLLS_PER_SECOND = 10;
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private static final Map<String, String> SHORT_LIMITS = Map.of(
            "RAMPGATE_EDGE_BODY_TIMEOUT", "3s",
            "RAMPGATE_EDGE_ANSWER_TIMEOUT", "8s",
            "QUARKUS_HTTP_IDLE_TIMEOUT", "5s");

    private static Surroundings around;
    private static ProofSimulator proof;
    private static PackagedRampgate rampgate;
    /** One with the usual time limits, for many calls at once: a busy machine answers late. */
    private static PackagedRampgate patient;

    @BeforeAll
    static void start() {
        around = Surroundings.start(CLIENT_TOKEN, WEBHOOK_KEY, GATEWAY_SECRET);
        proof = around.proof();
        rampgate = PackagedRampgate.start(environment());
        Map<String, String> usual = new HashMap<>(environment());
        usual.keySet().removeAll(SHORT_LIMITS.keySet());
        patient = PackagedRampgate.start(usual);
    }

    @AfterAll
    static void stop() throws Exception {
        rampgate.close();
        patient.close();
        around.close();
    }

    @AfterEach
    void itStillWorks() {
        user().body(ORDER).post(rampgate.url("/session")).then().statusCode(201);
    }

    @ParameterizedTest
    @CsvSource({"1000000, /session", "10000000, /session", "10000000, /proof-webhook/guess", "10000000, /nothing"})
    void aHugeBodyIsRefusedWithoutBeingRead(int size, String path) {
        String head = "POST " + path + " HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n";
        assertThat(exchange(rampgate.port(), head + "Content-Length: " + size + "\r\n\r\n{"))
                .startsWith("HTTP/1.1 413 ")
                .contains("urn:rampgate:problem:body-too-large");
        String answer = exchange(
                rampgate.port(),
                head + "Transfer-Encoding: chunked\r\n\r\n"
                        + ("1000\r\n" + "x".repeat(0x1000) + "\r\n").repeat(size / 0x1000)
                        + "0\r\n\r\n");
        // Who goes on sending for longer than we listen is hung up on.
        assertThat(answer)
                .satisfiesAnyOf(refused -> assertThat(refused).startsWith("HTTP/1.1 413 "), hungUp -> assertThat(hungUp)
                        .isEmpty());
    }

    @Test
    void aBodyThatDripsIsGivenUp() {
        assertThat(exchange(rampgate.port(), signedIn("POST /session") + "Content-Length: 100\r\n\r\n{"))
                .startsWith("HTTP/1.1 408 ")
                .contains("urn:rampgate:problem:request-timeout");
    }

    @Test
    void headersThatNeverEndKeepNoOtherClientOutAndAreHungUpOn() throws IOException {
        List<Socket> slow = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            Socket socket = new Socket(InetAddress.getLoopbackAddress(), rampgate.port());
            socket.getOutputStream()
                    .write("GET /transactions HTTP/1.1\r\nX-Slow: ".getBytes(StandardCharsets.US_ASCII));
            socket.setSoTimeout((int) LIMIT.toMillis());
            slow.add(socket);
        }
        user().get(rampgate.url("/transactions")).then().statusCode(200);
        for (Socket socket : slow) {
            assertThat(socket.getInputStream().read()).isEqualTo(-1);
            socket.close();
        }
    }

    @Test
    void headersThatDripAreHungUpOnHoweverSteadilyTheyCome() throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), rampgate.port())) {
            socket.getOutputStream()
                    .write("GET /transactions HTTP/1.1\r\nX-Slow: ".getBytes(StandardCharsets.US_ASCII));
            // More often than the idle timeout; what is sent after the end is answered by a reset.
            socket.setSoTimeout(1_000);
            await().atMost(LIMIT).until(() -> {
                try {
                    socket.getOutputStream().write('x');
                    return socket.getInputStream().read() == -1;
                } catch (SocketTimeoutException stillOpen) {
                    return false;
                } catch (IOException reset) {
                    return true;
                }
            });
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {65, 1_000, 20_000})
    void deepJsonIsRefused(int depth) {
        String deep = "[".repeat(depth) + "]".repeat(depth);
        user().body("{\"network\":" + deep + "}")
                .post(rampgate.url("/session"))
                .then()
                .statusCode(400)
                .body("type", equalTo("urn:rampgate:problem:malformed-body"));
        given().body("{\"merchant_transaction_id\":\"x\",\"status\":\"pending\",\"more\":" + deep + "}")
                .post(rampgate.url("/proof-webhook/" + WEBHOOK_KEY))
                .then()
                .statusCode(400);
    }

    @Test
    void aKeyThatStandsTwiceIsRefusedFromUsersAndTakenFromProof() {
        user().body("{\"network\":\"ERC20\",\"currency\":\"USDC\",\"amount\":\"1\",\"amount\":\"9999\"}")
                .post(rampgate.url("/session"))
                .then()
                .statusCode(400)
                .body("type", equalTo("urn:rampgate:problem:malformed-body"));
        given().body("{\"merchant_transaction_id\":\"abuse-2\",\"status\":\"pending\",\"status\":\"failed\"}")
                .post(rampgate.url("/proof-webhook/" + WEBHOOK_KEY))
                .then()
                .statusCode(204);
    }

    @Test
    void whatIsCompressedIsNeverUnpacked() throws IOException {
        ByteArrayOutputStream bomb = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(bomb)) {
            gzip.write(new byte[20_000_000]);
        }
        assertThat(bomb.size()).isLessThan(64 * 1024);
        for (String path : List.of("/session", "/proof-webhook/" + WEBHOOK_KEY)) {
            user().header("Content-Encoding", "gzip")
                    .body(bomb.toByteArray())
                    .post(rampgate.url(path))
                    .then()
                    .statusCode(400)
                    .contentType("application/problem+json");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "text/plain",
                "application/xml",
                "multipart/form-data; boundary=x",
                "application/x-www-form-urlencoded",
                "text/html"
            })
    void anotherMediaTypeIsRefused(String type) {
        assertThat(exchange(
                        rampgate.port(),
                        signedIn("POST /session").replace("application/json", type)
                                + "Connection: close\r\nContent-Length: " + ORDER.length() + "\r\n\r\n" + ORDER))
                .startsWith("HTTP/1.1 415 ");
    }

    @Test
    void aFloodOfHeadersIsRefused() {
        String flood = "X-Flood: 0123456789\r\n".repeat(1_000);
        assertThat(exchange(rampgate.port(), "GET /transactions HTTP/1.1\r\nHost: x\r\n" + flood + "\r\n"))
                .containsPattern("^HTTP/1.[01] 431 ");
        assertThat(exchange(rampgate.port(), "GET /" + "x".repeat(5_000) + " HTTP/1.1\r\nHost: x\r\n\r\n"))
                .containsPattern("^HTTP/1.[01] 414 ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Length: 4\r\nContent-Length: 44\r\n",
                "Content-Length: 4, 44\r\n",
                "Content-Length: -1\r\n",
                "Content-Length: 0x4\r\n",
                "Content-Length: +4\r\n",
                "Content-Length : 4\r\n",
                "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\nContent-Length: 4\r\n",
                "Transfer-Encoding: xchunked\r\nContent-Length: 4\r\n",
                "Transfer-Encoding:\u000bchunked\r\nContent-Length: 4\r\n"
            })
    void whatTwoServersCouldReadDifferentlyIsNeverTwoRequests(String headers) {
        proof.calls().clear();
        // Whoever takes the first four bytes for the body sees another request behind them.
        String answer = exchange(
                rampgate.port(),
                signedIn("POST /proof-webhook/guess") + headers + "\r\n" + "0\r\n\r\n" + signedIn("GET /transactions")
                        + "Connection: close\r\n\r\n");
        assertThat(answer).startsWith("HTTP/1.1 4");
        assertThat(answer.split("HTTP/1.1 ", -1)).as(answer).hasSize(2);
    }

    @Test
    void lengthAndChunksTogetherAreReadAsChunksAndNothingElse() {
        String answer = exchange(
                rampgate.port(),
                signedIn("POST /session")
                        + "Connection: close\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"
                        + Integer.toHexString(ORDER.length()) + "\r\n" + ORDER + "\r\n0\r\n\r\n");
        assertThat(answer.split("HTTP/1.1 ", -1)).hasSize(2);
        assertThat(answer).containsAnyOf("HTTP/1.1 201 ", "HTTP/1.1 400 ");
    }

    @Test
    void aFoldedHeaderIsNoHeaderOfItsOwn() {
        String answer = exchange(
                rampgate.port(),
                "GET /transactions HTTP/1.1\r\nHost: x\r\nX-Fold: a\r\n X-Gateway-Secret: " + GATEWAY_SECRET
                        + "\r\n X-User-Id: cust-1\r\n X-User-Email: jo@example.test\r\nConnection: close\r\n\r\n");
        assertThat(answer).containsPattern("^HTTP/1.1 (400|401) ");
    }

    @Test
    void bareLineFeedsEndLinesAndNothingElse() {
        String answer = exchange(rampgate.port(), "GET /transactions HTTP/1.1\nHost: x\nConnection: close\n\n");
        assertThat(answer).containsPattern("^HTTP/1.[01] (400|401) ");
        assertThat(answer.split("HTTP/1.[01] ", -1)).hasSize(2);
    }

    @Test
    void nobodyTalksUsIntoAnotherProtocol() {
        assertThat(exchange(
                        rampgate.port(),
                        "GET /transactions HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings, close\r\nUpgrade: h2c\r\n"
                                + "HTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n"))
                .startsWith("HTTP/1.1 401 ");
    }

    @Test
    void forgedWebhooksMakeUsAskNoMoreThanTheBudget() throws Exception {
        proof.calls().clear();
        long memory = residentKilobytes();
        long disk = databaseBytes();

        long begun = System.nanoTime();
        Map<String, Integer> answers = flood();
        double seconds = (System.nanoTime() - begun) / 1e9;

        assertThat(answers).isEqualTo(Map.of("204", FORGED));
        assertThat(proof.calls().count(ReceivedCall::isTransactionCall))
                .as("calls to Proof in %.1f s", seconds)
                .isLessThanOrEqualTo((long) ((seconds + 1) * POLLS_PER_SECOND * 1.1));
        assertThat(databaseBytes() - disk).as("bytes of database").isLessThan(16L * 1024 * 1024);
        assertThat(residentKilobytes() - memory).as("KiB of memory").isLessThan(256 * 1024);
        user().get(patient.url("/transactions/forged-1")).then().statusCode(404);
    }

    @Test
    void behindAProxyNoHeaderOfTheCallersHidesItsAddressFromLimitsAndFromProof() {
        Map<String, String> environment = environment();
        environment.put("RAMPGATE_CLIENT_ADDRESS_TRUSTED_PROXIES", "127.0.0.1, ::1");
        environment.put("RAMPGATE_SESSION_LIMITS_ADDRESS", "3/1h");
        environment.put("RAMPGATE_HAND_OFF_BASE_URL", "https://ramp.example.test");
        environment.put("RAMPGATE_HAND_OFF_LIMITS_ADDRESS", "3/1h");
        environment.put("RAMPGATE_LIVE_TICKET_KEYS", "ticket-key-canary-0123456789abcdef");
        try (PackagedRampgate behind = PackagedRampgate.start(environment)) {
            proof.calls().clear();
            List<String> tricks = List.of("for=unknown", "for=203.0.113.66", "for=\"_hidden");
            for (String trick : tricks) {
                // As nginx passes on what the user wrote, with what it saw itself at the end.
                assertThat(sessionFrom(behind, "unknown, 198.51.100.1", trick)).isEqualTo(201);
            }
            assertThat(sessionFrom(behind, "203.0.113.66, 198.51.100.1", "for=unknown"))
                    .isEqualTo(429);
            assertThat(proof.calls().matching(ReceivedCall::isSessionCall))
                    .hasSize(3)
                    .allSatisfy(call -> assertThat(call.body()).contains("\"client_ip\":\"198.51.100.1\""));
            // Where the proxy itself does not know, its own address is what counts.
            for (String hidden : List.of("unknown", "", "?, 10.0.0.1:x")) {
                assertThat(sessionFrom(behind, hidden, "for=198.51.100.2")).isEqualTo(201);
                assertThat(codeFrom(behind, hidden)).isEqualTo(404);
            }
            assertThat(sessionFrom(behind, "unknown", "for=198.51.100.3")).isEqualTo(429);
            assertThat(codeFrom(behind, "unknown")).isEqualTo(429);
        }
    }

    @Test
    void withoutAProxyNoHeaderSaysAnythingAboutTheAddress() {
        proof.calls().clear();
        assertThat(sessionFrom(rampgate, "198.51.100.1", "for=198.51.100.1")).isEqualTo(201);
        assertThat(proof.calls().matching(ReceivedCall::isSessionCall).get(0).body())
                .contains("\"client_ip\":\"127.0.0.1\"");
    }

    private static int sessionFrom(PackagedRampgate asked, String forwardedFor, String forwarded) {
        return status(exchange(
                asked.port(),
                signedIn("POST /session") + "X-Forwarded-For: " + forwardedFor + "\r\nForwarded: " + forwarded
                        + "\r\nConnection: close\r\nContent-Length: " + ORDER.length() + "\r\n\r\n" + ORDER));
    }

    private static int codeFrom(PackagedRampgate asked, String forwardedFor) {
        String body = "{\"code\":\"guessed\"}";
        return status(exchange(
                asked.port(),
                "POST /hand-off HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nX-Forwarded-For: "
                        + forwardedFor + "\r\nConnection: close\r\nContent-Length: " + body.length() + "\r\n\r\n"
                        + body));
    }

    private static int status(String answer) {
        return Integer.parseInt(answer.split(" ", 3)[1]);
    }

    @Test
    void theProtocolOfAProxyNamesTheAddressWhereItIsSpoken() {
        Map<String, String> environment = environment();
        environment.put("QUARKUS_HTTP_PROXY_USE_PROXY_PROTOCOL", "true");
        try (PackagedRampgate behind = PackagedRampgate.start(environment)) {
            proof.calls().clear();
            String answer = exchange(
                    behind.port(),
                    "PROXY TCP4 203.0.113.9 127.0.0.1 4711 80\r\n" + signedIn("POST /session")
                            + "Connection: close\r\nContent-Length: " + ORDER.length() + "\r\n\r\n" + ORDER);
            assertThat(answer).startsWith("HTTP/1.1 201 ");
            assertThat(proof.calls()
                            .matching(ReceivedCall::isSessionCall)
                            .get(0)
                            .body())
                    .contains("\"client_ip\":\"203.0.113.9\"");
        }
    }

    /** At a steady rate, each for another id that nobody knows; how often which answer came. */
    private static Map<String, Integer> flood() {
        Map<String, Integer> answers = new ConcurrentHashMap<>();
        HttpClient client =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        AtomicInteger sent = new AtomicInteger();
        AtomicInteger answered = new AtomicInteger();
        ScheduledExecutorService pace = Executors.newSingleThreadScheduledExecutor();
        try {
            pace.scheduleAtFixedRate(
                    () -> {
                        for (int i = 0; i < FORGED_PER_SECOND / 50 && sent.get() < FORGED; i++) {
                            HttpRequest forged = HttpRequest.newBuilder(
                                            URI.create(patient.url("/proof-webhook/" + WEBHOOK_KEY)))
                                    .POST(BodyPublishers.ofString("{\"merchant_transaction_id\":\"forged-"
                                            + sent.incrementAndGet() + "\",\"status\":\"completed\"}"))
                                    .build();
                            client.sendAsync(forged, BodyHandlers.discarding()).whenComplete((answer, failure) -> {
                                answers.merge(
                                        failure == null ? Integer.toString(answer.statusCode()) : failure.toString(),
                                        1,
                                        Integer::sum);
                                answered.incrementAndGet();
                            });
                        }
                    },
                    0,
                    20,
                    TimeUnit.MILLISECONDS);
            await().atMost(Duration.ofSeconds(30 + 4L * FORGED / FORGED_PER_SECOND))
                    .until(() -> answered.get() >= FORGED);
            return answers;
        } finally {
            pace.shutdownNow();
        }
    }

    private static long residentKilobytes() throws IOException {
        return Files.readAllLines(Path.of("/proc/" + patient.pid() + "/status")).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
                .findFirst()
                .orElse(0);
    }

    private static long databaseBytes() throws SQLException {
        try (Connection connection = DriverManager.getConnection(
                        "jdbc:postgresql://" + around.database().host() + ":"
                                + around.database().port() + "/"
                                + around.database().name(),
                        around.database().user(),
                        around.database().password());
                ResultSet size =
                        connection.createStatement().executeQuery("SELECT pg_database_size(current_database())")) {
            size.next();
            return size.getLong(1);
        }
    }

    private static String signedIn(String call) {
        return call + " HTTP/1.1\r\nHost: x\r\nX-Gateway-Secret: " + GATEWAY_SECRET
                + "\r\nX-User-Id: cust-1\r\nX-User-Email: jo@example.test\r\nContent-Type: application/json\r\n";
    }

    private static RequestSpecification user() {
        return given().contentType("application/json")
                .header("X-User-Id", "cust-1")
                .header("X-User-Email", "jo@example.test")
                .header("X-Gateway-Secret", GATEWAY_SECRET);
    }

    private static Map<String, String> environment() {
        Map<String, String> environment = around.environment();
        environment.put("RAMPGATE_SESSION_LIMITS_USER", "off");
        environment.put("RAMPGATE_SESSION_LIMITS_ADDRESS", "off");
        environment.put("RAMPGATE_SESSION_LIMITS_UNFINISHED", "0");
        environment.putAll(SHORT_LIMITS);
        return environment;
    }
}
