package dev.rampgate.packaged;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.rampgate.sandbox.ProofSimulator;
import io.restassured.specification.RequestSpecification;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Connections that send and never read, and such that send and never end, against the packaged artifact with the options of
 * its image. Meanwhile others use it, and it stays as small as its container.
 */
@Isolated("its clients need the whole machine")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class UnreadAnswersIT {

    private static final String CLIENT_TOKEN = "client-token-canary-0014";
    private static final String GATEWAY_SECRET = "gateway-secret-canary-0014";
    private static final String WEBHOOK_KEY = "webhook-key-canary-0014";
    private static final String ORDER = """
            {"network": "ERC20", "currency": "USDC", "amount": "42.75", "type": "buy"}""";

    private static final int ATTACKERS = 16;
    private static final int BYTES_OF_EACH = 4 * 1024 * 1024;
    private static final Duration LIMIT = Duration.ofSeconds(60);
    /** What the others may wait for an answer on a machine that does other things, too; whoever the attack stops waits longer. */
    private static final Duration OTHERS_WAIT = Duration.ofSeconds(10);
    /** The limit of the native container (deploy/base). That of the JVM is 512 MiB; a third of it is left for what else may happen. */
    private static final long MOST_KILOBYTES = (PackagedRampgate.executable().isPresent() ? 256 : 352) * 1024;

    /** Attacks of this process: a test that failed is run again in a process of its own, without those before it. */
    private static final AtomicInteger ATTACKS = new AtomicInteger();

    private static Surroundings around;
    private static ProofSimulator proof;
    private static PackagedRampgate rampgate;

    private static final AtomicReference<String> USER = new AtomicReference<>("cust-1");

    private Others others;

    @BeforeAll
    static void start() throws IOException {
        ATTACKS.set(0);
        around = Surroundings.start(CLIENT_TOKEN, WEBHOOK_KEY, GATEWAY_SECRET);
        proof = around.proof();
        Map<String, String> environment = around.environment();
        environment.put("RAMPGATE_SESSION_LIMITS_USER", "off");
        environment.put("RAMPGATE_SESSION_LIMITS_ADDRESS", "off");
        environment.put("RAMPGATE_SESSION_LIMITS_UNFINISHED", "0");
        environment.put("RAMPGATE_LIVE_TICKET_KEYS", "ticket-keys-canary-0014-0123456789");
        environment.putAll(PackagedRampgate.SHUTDOWN_DELAY);
        environment.putAll(imageEnvironment());
        rampgate = PackagedRampgate.start(environment);
        // Its first calls take long for other reasons.
        try (Others first = new Others()) {
            first.callOften(100);
        }
        for (int i = 0; i < 200; i++) {
            given().get(rampgate.url("/nothing")).then().statusCode(404);
        }
    }

    /** As the image of the JVM sets it; a JVM that is older than the image's leaves out what it does not know. */
    private static Map<String, String> imageEnvironment() throws IOException {
        Map<String, String> environment = new HashMap<>();
        Matcher set = Pattern.compile("(MALLOC_ARENA_MAX|JDK_JAVA_OPTIONS)=\"([^\"]*)\"")
                .matcher(Files.readString(Path.of("src/main/docker/Dockerfile.jvm")));
        while (set.find()) {
            environment.put(set.group(1), set.group(2));
        }
        assertThat(environment).containsKeys("MALLOC_ARENA_MAX", "JDK_JAVA_OPTIONS");
        environment.merge("JDK_JAVA_OPTIONS", "-XX:+IgnoreUnrecognizedVMOptions ", (image, lenient) -> lenient + image);
        return environment;
    }

    @AfterAll
    static void stop() throws Exception {
        rampgate.close();
        around.close();
    }

    @BeforeEach
    void othersUseIt() {
        USER.set("cust-" + UUID.randomUUID());
        others = new Others();
    }

    @AfterEach
    void theyNoticeNothing() {
        others.close();
        assertThat(others.longestMillis.get())
                .as("ms of the slowest of their calls")
                .isLessThan(OTHERS_WAIT.toMillis());
        assertThat(residentKilobytes()).as("KiB of memory").isLessThan(MOST_KILOBYTES);
        assertThat(rampgate.log()
                        .lines()
                        .filter(line -> line.contains("OutOfMemoryError:") || line.contains("OutOfDirect")))
                .isEmpty();
    }

    // --- what is never read

    static Stream<Arguments> floods() {
        return Stream.of(
                Arguments.of("an unknown path", "", "GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n"),
                Arguments.of("the hosted page", "", "GET /hand-off HTTP/1.1\r\nHost: x\r\n\r\n"),
                Arguments.of("the script", "", "GET /rampgate.js HTTP/1.1\r\nHost: x\r\n\r\n"),
                Arguments.of("a list of transactions", "", "GET /transactions HTTP/1.1\r\n" + signedIn() + "\r\n"),
                Arguments.of("behind an event stream", "events", "GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n"),
                Arguments.of(
                        "bodies behind an event stream",
                        "events",
                        "POST /session HTTP/1.1\r\n" + signedIn() + "Content-Length: 60000\r\n\r\n"
                                + "x".repeat(60_000)),
                Arguments.of("pings", "socket", frame(0x89, "")),
                Arguments.of("long pings", "socket", frame(0x89, "p".repeat(125))),
                Arguments.of("pongs", "socket", frame(0x8A, "")),
                Arguments.of("texts", "socket", frame(0x81, "t".repeat(100))),
                Arguments.of("texts without end", "socket", frame(0x00, "")),
                Arguments.of("heads that are refused", "", "INVENTED / HTTP/1.1\r\nHost: x\r\n\r\n"));
    }

    @Order(1)
    @ParameterizedTest(name = "{0}")
    @MethodSource("floods")
    void whoNeverReadsIsHungUpOn(String what, String behind, String message) throws Exception {
        String path = behind.isEmpty() ? "" : "/transactions/" + transaction() + "/" + behind;
        ExecutorService threads = Executors.newFixedThreadPool(ATTACKERS);
        List<Socket> sockets = new ArrayList<>();
        try {
            List<CompletableFuture<Boolean>> attacks = IntStream.range(0, ATTACKERS)
                    .mapToObj(i -> {
                        Socket socket = connect(sockets);
                        return CompletableFuture.supplyAsync(() -> isHungUpOn(socket, path, message), threads);
                    })
                    .toList();
            await(what).atMost(LIMIT).until(() -> attacks.stream().allMatch(CompletableFuture::isDone));
            assertThat(attacks).allSatisfy(attack -> assertThat(attack.join()).isTrue());
            ATTACKS.incrementAndGet();
        } finally {
            close(sockets);
            threads.shutdownNow();
        }
    }

    @Test
    @Order(2)
    void whoAsksForMoreThanTheyReadIsHungUpOn() throws Exception {
        double before = metric("rampgate_edge_connections_closed_total{reason=\"unread\"");
        List<Socket> sockets = new ArrayList<>();
        try {
            Socket socket = connect(sockets, rampgate.managementPort());
            for (int i = 0; i < 20; i++) {
                trySend(socket, "GET /q/metrics HTTP/1.1\r\nHost: x\r\n\r\n");
            }
            await().atMost(LIMIT)
                    .until(() -> metric("rampgate_edge_connections_closed_total{reason=\"unread\"") > before);
            others.callOften(2);
            ATTACKS.incrementAndGet();
        } finally {
            close(sockets);
        }
    }

    /** Whether it is before it has sent all that it wants to. */
    private static boolean isHungUpOn(Socket socket, String path, String message) {
        byte[] block = message.repeat(Math.max(1, 16 * 1024 / message.length())).getBytes(StandardCharsets.ISO_8859_1);
        try {
            open(socket, path);
            for (int sent = 0; sent < BYTES_OF_EACH; sent += block.length) {
                socket.getOutputStream().write(block);
            }
            return endsWithin(socket);
        } catch (IOException hungUp) {
            return true;
        }
    }

    /** Reads at last, to see the end. */
    private static boolean endsWithin(Socket socket) throws IOException {
        socket.setSoTimeout((int) LIMIT.toMillis() / 2);
        InputStream answers = socket.getInputStream();
        byte[] buffer = new byte[64 * 1024];
        long end = System.nanoTime() + LIMIT.toNanos() / 2;
        while (answers.read(buffer) >= 0) {
            if (System.nanoTime() > end) {
                return false;
            }
        }
        return true;
    }

    private static void open(Socket socket, String path) throws IOException {
        if (path.endsWith("/events")) {
            send(socket, "GET " + path + " HTTP/1.1\r\n" + signedIn() + "\r\n");
            socket.getInputStream().readNBytes(100);
        } else if (path.endsWith("/socket")) {
            send(
                    socket,
                    "GET " + path + " HTTP/1.1\r\n" + signedIn() + "Connection: Upgrade\r\nUpgrade: websocket\r\n"
                            + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
            assertThat(new String(socket.getInputStream().readNBytes(12), StandardCharsets.US_ASCII))
                    .isEqualTo("HTTP/1.1 101");
        }
    }

    /** As a client masks it, by nothing. */
    private static String frame(int first, String payload) {
        return (char) first + "" + (char) (0x80 | payload.length()) + "\0\0\0\0" + payload;
    }

    // --- what never ends

    @Test
    @Order(2)
    void largeBodiesThatNeverEndRefuseOnlyEachOther() throws Exception {
        String head = "POST /session HTTP/1.1\r\n" + signedIn()
                + "Content-Type: application/json\r\nContent-Length: 65000\r\n\r\n";
        List<Socket> sockets = new ArrayList<>();
        try {
            for (int i = 0; i < 400; i++) {
                trySend(connect(sockets), head + "x".repeat(64_000));
            }
            await().atMost(LIMIT).until(() -> metric("rampgate_edge_bodies_refused_total") > 0);
            String refused = null;
            for (Socket socket : sockets) {
                socket.setSoTimeout(1);
                refused = refused == null ? answer(socket) : refused;
            }
            assertThat(refused)
                    .startsWith("HTTP/1.1 503 ")
                    .containsIgnoringCase("\r\nRetry-After: ")
                    .contains("urn:rampgate:problem:unavailable");
            others.callOften(20);
        } finally {
            close(sockets);
        }
        await().atMost(LIMIT).until(() -> metric("rampgate_edge_body_bytes") == 0);
    }

    @Test
    @Order(2)
    void largeHeadsThatNeverEndRefuseOnlyEachOther() throws Exception {
        double before = metric("rampgate_edge_connections_closed_total{reason=\"budget\"");
        List<Socket> sockets = new ArrayList<>();
        try {
            for (int i = 0; i < 1_000; i++) {
                Socket socket = connect(sockets);
                trySend(socket, "GET /transactions HTTP/1.1\r\nHost: x\r\n");
                for (int part = 0; part < 15; part++) {
                    trySend(socket, "X-Long-" + part + ": " + "x".repeat(1_000) + "\r\n");
                }
            }
            await().atMost(LIMIT)
                    .until(() -> metric("rampgate_edge_connections_closed_total{reason=\"budget\"") > before);
            others.callOften(20);
            ATTACKS.incrementAndGet();
        } finally {
            close(sockets);
        }
        await().atMost(LIMIT).until(() -> metric("rampgate_edge_unread_bytes") == 0);
    }

    @Test
    @Order(2)
    void thousandsOfConnectionsThatSayNothingKeepNoOtherClientOut() throws Exception {
        List<Socket> sockets = new ArrayList<>();
        try {
            for (int i = 0; i < 3_000; i++) {
                connect(sockets);
            }
            others.callOften(20);
            assertThat(residentKilobytes()).isLessThan(MOST_KILOBYTES);
        } finally {
            close(sockets);
        }
    }

    @Test
    @Order(3)
    void whatWasKeptIsForgottenAndWhatWasClosedIsCounted() {
        await().atMost(LIMIT).until(() -> metric("rampgate_edge_unread_bytes") == 0);
        boolean all = ATTACKS.get() == floods().count() + 2;
        for (String reason : all ? List.of("pipelined", "frames", "unread", "budget") : List.<String>of()) {
            assertThat(metric("rampgate_edge_connections_closed_total{reason=\"" + reason + "\""))
                    .as(reason)
                    .isPositive();
        }
    }

    @Test
    @Order(4)
    void itEndsInOrderWhileAnswersAreUnread() throws Exception {
        String path = "/transactions/" + transaction() + "/socket";
        List<Socket> sockets = new ArrayList<>();
        ExecutorService threads = Executors.newFixedThreadPool(ATTACKERS);
        try {
            for (int i = 0; i < ATTACKERS; i++) {
                Socket socket = connect(sockets);
                String target = i % 2 == 0 ? "" : path;
                threads.execute(() -> isHungUpOn(socket, target, "GET /hand-off HTTP/1.1\r\nHost: x\r\n\r\n"));
            }
            others.close();

            rampgate.terminate();

            // SIGTERM; 137 would be the last resort.
            assertThat(rampgate.exitCode()).isEqualTo(143);
        } finally {
            close(sockets);
            threads.shutdownNow();
            othersUseItNoMore();
        }
    }

    private void othersUseItNoMore() {
        others.longestMillis.set(0);
    }

    // --- the others

    /** Users who open sessions, and Proof, which sends webhooks: one call after the other, until the end. */
    private static final class Others implements AutoCloseable {
        private final HttpClient client =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        private final AtomicLong longestMillis = new AtomicLong();
        private final AtomicLong calls = new AtomicLong();
        private final Thread thread = new Thread(this::use, "others");
        private volatile boolean ended;
        private volatile String failure;

        Others() {
            thread.start();
        }

        /** Waits until they have called this often again. */
        void callOften(int times) {
            long enough = calls.get() + times;
            await().atMost(LIMIT).until(() -> calls.get() >= enough || failure != null);
            assertThat(failure).isNull();
        }

        private void use() {
            while (!ended) {
                call(HttpRequest.newBuilder(URI.create(rampgate.url("/session")))
                        .header("Content-Type", "application/json")
                        .header("X-Gateway-Secret", GATEWAY_SECRET)
                        .header("X-User-Id", "cust-2")
                        .header("X-User-Email", "someone@example.test")
                        .POST(BodyPublishers.ofString(ORDER))
                        .build());
                call(HttpRequest.newBuilder(URI.create(rampgate.url("/proof-webhook/" + WEBHOOK_KEY)))
                        .POST(BodyPublishers.ofString(
                                "{\"merchant_transaction_id\":\"other-" + calls.get() + "\",\"status\":\"pending\"}"))
                        .build());
            }
        }

        private void call(HttpRequest request) {
            long begun = System.nanoTime();
            try {
                int status = client.send(request, BodyHandlers.ofString()).statusCode();
                if (status / 100 != 2) {
                    failure = request.method() + " " + request.uri().getPath().substring(0, 8) + ": " + status;
                }
            } catch (IOException broken) {
                failure = broken.toString();
            } catch (InterruptedException ends) {
                ended = true;
            }
            longestMillis.accumulateAndGet((System.nanoTime() - begun) / 1_000_000, Math::max);
            calls.incrementAndGet();
        }

        @Override
        public void close() {
            ended = true;
            try {
                thread.join(LIMIT.toMillis());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            assertThat(failure).isNull();
        }
    }

    /** One user has a limit of streams, so that each flood is another one's. */
    private static String signedIn() {
        return "Host: x\r\nX-Gateway-Secret: " + GATEWAY_SECRET + "\r\nX-User-Id: " + USER.get()
                + "\r\nX-User-Email: jo@example.test\r\n";
    }

    // --- connections

    private static Socket connect(List<Socket> sockets) {
        return connect(sockets, rampgate.port());
    }

    private static Socket connect(List<Socket> sockets, int port) {
        try {
            Socket socket = new Socket();
            sockets.add(socket);
            socket.setReceiveBufferSize(4 * 1024);
            socket.setTcpNoDelay(true);
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return socket;
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static void send(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    private static void trySend(Socket socket, String text) {
        try {
            send(socket, text);
        } catch (IOException hungUp) {
            // As it may.
        }
    }

    /** What came; null if nothing did. */
    private static String answer(Socket socket) {
        ByteArrayOutputStream answer = new ByteArrayOutputStream();
        try {
            byte[] buffer = new byte[4096];
            for (int read; (read = socket.getInputStream().read(buffer)) > 0; ) {
                answer.write(buffer, 0, read);
            }
        } catch (IOException nothingMore) {
            // What came before counts.
        }
        return answer.size() == 0 ? null : answer.toString(StandardCharsets.UTF_8);
    }

    private static void close(List<Socket> sockets) throws IOException {
        for (Socket socket : sockets) {
            socket.close();
        }
    }

    private static String transaction() {
        return user().body(ORDER)
                .post(rampgate.url("/session"))
                .then()
                .statusCode(201)
                .extract()
                .path("merchant_transaction_id");
    }

    private static RequestSpecification user() {
        return given().contentType("application/json")
                .header("X-User-Id", USER.get())
                .header("X-User-Email", "jo@example.test")
                .header("X-Gateway-Secret", GATEWAY_SECRET);
    }

    private static double metric(String begins) {
        return given().get(rampgate.managementUrl("/q/metrics"))
                .asString()
                .lines()
                .filter(line -> line.startsWith(begins))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
                .sum();
    }

    /** Of the process's own; pages of mapped files, which its limit lets the kernel take back, are not counted. */
    private static long residentKilobytes() {
        try (Stream<String> status = Files.lines(Path.of("/proc/" + rampgate.pid() + "/status"))) {
            return status.filter(line -> line.startsWith("RssAnon:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
                    .findFirst()
                    .orElse(0);
        } catch (IOException ended) {
            return 0;
        }
    }
}
