package dev.rampgate.packaged;

import static dev.rampgate.edge.RawHttp.exchange;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.rampgate.sandbox.ProofSimulator;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** How both ports of the packaged artifact answer malformed requests, and which traces such requests leave. */
class EdgeIT {

    private static final String CLIENT_TOKEN = "client-token-canary-0013";
    private static final String OPERATE_TOKEN = "operate-token-canary-0013";
    private static final String TICKET = "ticket-canary-0013";
    private static final int INVENTED = 1_000;
    /** Another seed with {@code -Dfuzz.seed=N}. */
    private static final long SEED = Long.getLong("fuzz.seed", 20_26L);

    private static final int MUTANTS = 400;
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private static Surroundings around;
    private static ProofSimulator proof;
    private static PackagedRampgate rampgate;

    /** The two ports. */
    enum Port {
        PUBLIC,
        MANAGEMENT;

        int number() {
            return this == PUBLIC ? rampgate.port() : rampgate.managementPort();
        }
    }

    @BeforeAll
    static void start(@TempDir Path secrets) throws IOException {
        around = Surroundings.start(CLIENT_TOKEN, "webhook-key-canary-0013", "gateway-secret-canary-0013");
        proof = around.proof();
        Map<String, String> environment = around.environment();
        environment.put("RAMPGATE_OPERATE_ACTORS_NIGHT_ROLE", "operator");
        environment.put("RAMPGATE_OPERATE_AUDIT_KEYS", "audit-key-canary-of-the-edge-of-32-characters");
        environment.put(
                "RAMPGATE_OPERATE_ACTORS_NIGHT_TOKEN_FILE",
                Files.writeString(secrets.resolve("night"), OPERATE_TOKEN).toString());
        environment.put("QUARKUS_HTTP_ACCESS_LOG_ENABLED", "true");
        rampgate = PackagedRampgate.start(environment);
    }

    @AfterAll
    static void stop() throws Exception {
        rampgate.close();
        around.close();
    }

    @Test
    void itStartsWithoutAWarning() {
        assertThat(linesAt("WARN", "ERROR", "FATAL")).isEmpty();
    }

    // --- metrics

    static List<IntFunction<String>> inventions() {
        return List.of(
                i -> "INVENTED" + i + " /transactions HTTP/1.1\r\nHost: x\r\n",
                i -> "GET /invented/" + i + " HTTP/1.1\r\nHost: x\r\n",
                i -> "GET /invented%0A" + i + "?x=" + i + " HTTP/1.1\r\nHost: x\r\n",
                i -> "GET /q/metrics/invented" + i + " HTTP/1.1\r\nHost: x\r\n",
                i -> "GET invented" + i + " HTTP/1.1\r\nHost: x\r\n",
                i -> "GET http://invented" + i + "/invented" + i + " HTTP/1.1\r\nHost: invented" + i + "\r\n",
                i -> "GET /invented HTTP/1.1\r\nHost: invented-" + i + ".test\r\nOrigin: https://invented" + i
                        + ".test\r\n",
                i ->
                        "OPTIONS /session HTTP/1.1\r\nHost: x\r\nOrigin: https://x.test\r\nAccess-Control-Request-Method: INVENTED"
                                + i + "\r\nAccess-Control-Request-Headers: invented-" + i + "\r\n",
                i -> "GET /invented HTTP/" + i + "." + i + "\r\nHost: x\r\n",
                i -> "POST /proof-webhook/invented-" + i + " HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n",
                i -> "GET /transactions/invented-" + i
                        + "/socket HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nSec-WebSocket-Version: " + i
                        + "\r\nSec-WebSocket-Protocol: invented" + i + "\r\n",
                i -> "INVENTED" + i + " /invented HTTP/1.1\r\nHost: x\r\nBroken " + i + "\r\n");
    }

    @ParameterizedTest
    @EnumSource
    void inventedRequestsAddNoTimeSeries(Port port) {
        inventions().forEach(invention -> say(port, invention.apply(-1)));
        Set<String> before = series();

        for (IntFunction<String> invention : inventions()) {
            for (int i = 1; i <= INVENTED; i++) {
                say(port, invention.apply(i));
            }
        }

        assertThat(series()).isEqualTo(before);
        assertThat(series())
                .noneMatch(line -> line.toLowerCase(java.util.Locale.ROOT).contains("invented"));
    }

    private static void say(Port port, String head) {
        assertThat(exchange(port.number(), head + "Connection: close\r\n\r\n")).startsWith("HTTP/1.1 ");
    }

    /** Without the values, and without what the JVM says of itself: of garbage collections it names each cause. */
    private static Set<String> series() {
        return given().get(rampgate.managementUrl("/q/metrics"))
                .then()
                .statusCode(200)
                .extract()
                .asString()
                .lines()
                .filter(line -> !line.startsWith("#") && !line.startsWith("jvm_"))
                .map(line -> line.substring(0, line.lastIndexOf(' ')))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    // --- requests that are none

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            400 | GET /session HTTP/1.1                         | "Host: %00"
            400 | GET /session HTTP/1.1                         | "Host: a%zz"
            400 | GET /session HTTP/1.1                         | "Host: a b"
            400 | GET /session HTTP/1.1                         | "Host: a/b"
            400 | GET /session HTTP/1.1                         | "Host: user@x"
            400 | GET /session HTTP/1.1                         | "Host: x:99999"
            400 | GET /session HTTP/1.1                         | "Host: x:80:80"
            400 | GET /session HTTP/1.1                         | "Host: "
            400 | GET /session HTTP/1.1                         | "Host: x,Host: y"
            400 | GET /session HTTP/1.1                         | "Host: x,Host: x"
            400 | GET /session HTTP/1.1                         | "Accept: */*"
            400 | GET /session HTTP/0.9                         | "Host: x"
            400 | GET /session HTTP/1.2                         | "Host: x"
            400 | GET /session HTTP/2.0                         | "Host: x"
            400 | GET /session HTTP/3                           | "Host: x"
            400 | GET /session http/1.1                         | "Host: x"
            400 | GET /session HTTPS/1.1                        | "Host: x"
            400 | GET /session                                  | "Host: x"
            400 | GET session HTTP/1.1                          | "Host: x"
            400 | POST operate/users/erase HTTP/1.1             | "Host: x,Content-Length: 0"
            400 | GET /q/%f- HTTP/1.1                           | "Host: x"
            400 | GET /100% HTTP/1.1                            | "Host: x"
            400 | GET ?x=1 HTTP/1.1                             | "Host: x"
            400 | GET * HTTP/1.1                                | "Host: x"
            400 | GET x:443 HTTP/1.1                            | "Host: x"
            400 | GET http://y/session HTTP/1.1                 | "Host: x"
            400 | GET http:///session HTTP/1.1                  | "Host: x"
            400 | GET ftp://x/session HTTP/1.1                  | "Host: x"
            501 | CONNECT x:443 HTTP/1.1                        | "Host: x"
            501 | TRACE /session HTTP/1.1                       | "Host: x"
            501 | INVENTED /session HTTP/1.1                    | "Host: x"
            501 | get /session HTTP/1.1                         | "Host: x"
            204 | OPTIONS * HTTP/1.1                            | "Host: x"
            404 | GET http://x/nothing HTTP/1.1                 | "Host: X"
            404 | GET /nothing HTTP/1.1                         | "Host: [::1]:80"
            404 | GET /nothing HTTP/1.0                         | "Accept: */*"
            """)
    void bothPortsAnswerAnUnusualRequestAlike(int status, String line, String headers) {
        for (Port port : Port.values()) {
            String answer = exchange(
                    port.number(),
                    line + "\r\n" + String.join("\r\n", headers.split(",")) + "\r\nConnection: close\r\n\r\n");
            assertThat(answer).as("%s: %s", port, line).containsPattern("^HTTP/1.[01] " + status + " ");
            if (status == 400 || status == 501) {
                assertThat(answer)
                        .contains("Content-Type: application/problem+json", "X-Request-Id: ", "\"status\":" + status);
            }
        }
        assertThat(linesAt("ERROR", "FATAL")).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void aRefusalComesAfterTheAnswersToEarlierRequests(Port port) {
        String answer = exchange(
                port.number(),
                "GET /nothing HTTP/1.1\r\nHost: x\r\n\r\nGET /nothing HTTP/1.1\r\nHost: x\r\n\r\n"
                        + "INVENTED / HTTP/1.1\r\nHost: x\r\n\r\nGET /nothing HTTP/1.1\r\nHost: x\r\n\r\n");
        assertThat(Arrays.stream(answer.split("(?=HTTP/1.1 )")).map(part -> part.substring(9, 12)))
                .containsExactly("404", "404", "501");
    }

    @ParameterizedTest
    @EnumSource
    void neitherPortSpeaksHttp2(Port port) throws IOException {
        String preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
        String settings = "\0\0\0\4\0\0\0\0\0";
        String emptyContinuations = "\0\0\0\11\0\0\0\0\1".repeat(10_000);

        assertThat(exchange(port.number(), preface + settings)).startsWith("HTTP/1.1 400 ");
        // It hangs up, and does not read on for ever.
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port.number())) {
            socket.getOutputStream().write((preface + settings).getBytes(StandardCharsets.ISO_8859_1));
            await().atMost(LIMIT).until(() -> {
                try {
                    socket.getOutputStream().write(emptyContinuations.getBytes(StandardCharsets.ISO_8859_1));
                    return false;
                } catch (IOException hungUp) {
                    return true;
                }
            });
        }
        // In pieces, and by an upgrade.
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port.number())) {
            socket.setSoTimeout((int) LIMIT.toMillis());
            for (String piece : preface.split("(?<= )")) {
                socket.getOutputStream().write(piece.getBytes(StandardCharsets.US_ASCII));
                socket.getOutputStream().flush();
            }
            assertThat(new String(socket.getInputStream().readNBytes(12), StandardCharsets.US_ASCII))
                    .isEqualTo("HTTP/1.1 400");
        }
        for (String upgrade : List.of("h2c", "H2C", "websocket, h2c")) {
            assertThat(firstWords(
                            port,
                            ("GET /nothing HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: "
                                            + upgrade + "\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n")
                                    .getBytes(StandardCharsets.US_ASCII)))
                    .isEqualTo("HTTP/1.1 404");
        }
    }

    @ParameterizedTest
    @EnumSource
    void mutatedRequestsCauseNoFault(Port port) throws IOException {
        Random random = new Random(SEED);
        List<byte[]> seeds = seeds();
        for (int i = 0; i < MUTANTS; i++) {
            byte[] mutant = mutate(seeds.get(random.nextInt(seeds.size())).clone(), random);
            String answer = firstWords(port, mutant);
            assertThat(answer)
                    .as(() -> "seed " + SEED + ": " + new String(mutant, StandardCharsets.ISO_8859_1))
                    .matches("|HTTP/1\\.[01] (100|2..|304|4..|501|503)");
        }
        assertThat(linesAt("ERROR", "FATAL")).isEmpty();
        given().get(rampgate.managementUrl("/q/health/live")).then().statusCode(200);
    }

    private static List<byte[]> seeds() {
        String body = "{\"network\":\"ERC20\"}";
        return List.of(
                        "GET /transactions?limit=2&after=x HTTP/1.1\r\nHost: x:80\r\nAccept: */*\r\n\r\n",
                        "POST /session HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: "
                                + body.length() + "\r\n\r\n" + body,
                        "POST /session HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                                + "Transfer-Encoding: chunked\r\n\r\n13\r\n" + body + "\r\n0\r\nX-End: 1\r\n\r\n",
                        "POST /proof-webhook/k HTTP/1.1\r\nHost: [::1]:8080\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n{}",
                        "GET /transactions/a%20b/events HTTP/1.1\r\nHost: x\r\nLast-Event-ID: 1\r\nAuthorization: Bearer x.y.z\r\n\r\n",
                        "GET /transactions/t/socket HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                                + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
                        "POST /operate/users/erase HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "
                                + OPERATE_TOKEN.replace("canary", "wrong") + "\r\nContent-Length: 2\r\n\r\n{}",
                        "GET /q/health/ready HTTP/1.0\r\nForwarded: for=x;host=y\r\nX-Forwarded-For: z\r\n\r\n",
                        "OPTIONS /session HTTP/1.1\r\nHost: x\r\nOrigin: https://x\r\nAccess-Control-Request-Method: POST\r\n\r\n")
                .stream()
                .map(text -> text.getBytes(StandardCharsets.ISO_8859_1))
                .toList();
    }

    private static byte[] mutate(byte[] request, Random random) {
        String odd = "\0\r\n\t %:/?#[]@\\\"{}\u007f\u0080\u0085\u00ff;,=*";
        List<Byte> bytes = new ArrayList<>();
        for (byte one : request) {
            bytes.add(one);
        }
        for (int changes = 1 + random.nextInt(4); changes > 0; changes--) {
            int at = random.nextInt(bytes.size());
            byte other = (byte) odd.charAt(random.nextInt(odd.length()));
            switch (random.nextInt(4)) {
                case 0 -> bytes.set(at, other);
                case 1 -> bytes.add(at, other);
                case 2 -> bytes.remove(at);
                default -> bytes.addAll(at, new ArrayList<>(bytes.subList(at, Math.min(bytes.size(), at + 20))));
            }
        }
        byte[] mutant = new byte[bytes.size()];
        IntStream.range(0, mutant.length).forEach(i -> mutant[i] = bytes.get(i));
        return mutant;
    }

    /** Protocol and status of the first answer; empty if it waits for more, or hangs up. */
    private static String firstWords(Port port, byte[] request) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port.number())) {
            socket.setSoTimeout(300);
            socket.getOutputStream().write(request);
            InputStream answer = socket.getInputStream();
            return new String(answer.readNBytes(12), StandardCharsets.ISO_8859_1);
        } catch (IOException waitsOrHangsUp) {
            return "";
        }
    }

    // --- logs

    @Test
    void theAccessLogContainsPathsButNoQueries() {
        for (String target : List.of(
                "/transactions/logged-1/events?ticket=" + TICKET,
                "/transactions/logged-2/socket?ticket=" + TICKET,
                "/logged-3?" + TICKET + "#" + TICKET,
                "http://x/logged-4?" + TICKET)) {
            exchange(
                    rampgate.port(),
                    "GET " + target + " HTTP/1.1\r\nHost: x\r\nReferer: https://x/?" + TICKET + "\r\nCookie: " + TICKET
                            + "\r\nConnection: close\r\n\r\n");
        }
        exchange(
                rampgate.port(),
                "POST /proof-webhook/" + TICKET
                        + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");

        await().atMost(LIMIT).untilAsserted(() -> assertThat(rampgate.log())
                .contains("/transactions/logged-1/events", "/transactions/logged-2/socket", "/logged-3", "/logged-4"));
        assertThat(rampgate.log().lines().filter(line -> line.contains(TICKET))).isEmpty();
    }

    private static List<String> linesAt(String... levels) {
        return rampgate.log()
                .lines()
                .filter(line -> Arrays.stream(levels)
                        .anyMatch(level ->
                                line.contains("\"level\":\"" + level + "\"") || line.contains(" " + level + " ")))
                .toList();
    }
}
