package dev.rampgate.books.imports;

import static io.restassured.RestAssured.given;
import static io.restassured.config.EncoderConfig.encoderConfig;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import dev.rampgate.support.LogListener;
import dev.rampgate.support.ProofAndDatabase;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.http.ContentType;
import io.restassured.path.json.JsonPath;
import io.restassured.response.ValidatableResponse;
import io.restassured.specification.RequestSpecification;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@QuarkusTestResource(ProofAndDatabase.class)
class StatementImportQuarkusTest {

    private static final Duration LIMIT = Duration.ofSeconds(120);
    private static final String HEADER = "id,status,crypto_amount,fiat_amount,fiat_currency\n";

    @TestHTTPResource(value = "/", management = true)
    URI management;

    @Inject
    Pool pool;

    private final String prefix = UUID.randomUUID().toString();

    @AfterEach
    void awaitComparison() {
        await().atMost(LIMIT)
                .until(() -> rows("SELECT FROM statement_import WHERE state <> 'done' AND $1 = $1", "") == 0);
    }

    @Test
    void aStatementIsComparedWithTheRecordRowByRow() {
        insert("agreed", "2001-05-10T00:00:00Z");
        insert("other-amount", "2001-05-10T00:00:00Z");
        insert("not-listed", "2001-05-10T00:00:00Z");
        insert("of-another-month", "2001-06-10T00:00:00Z");

        String id = upload(
                        "?from=2001-05-01T00:00:00Z&to=2001-06-01T00:00:00Z",
                        HEADER + prefix + "agreed,completed,42.6,40.150,EUR\n" + prefix
                                + "other-amount,COMPLETED,42.60,40.14,EUR\n" + prefix + "unknown,completed,1,1,EUR\n")
                .statusCode(200)
                .body("rows", equalTo(3))
                .extract()
                .path("id");
        JsonPath done = done(id);

        assertThat(done.getInt("agreed")).isEqualTo(1);
        assertThat(done.getInt("differed")).isEqualTo(1);
        assertThat(done.getInt("missing_here")).isEqualTo(1);
        assertThat(done.getInt("missing_there")).isEqualTo(1);
        assertThat(breaks("import=" + id).getList("breaks.kind", String.class))
                .containsExactlyInAnyOrder("amount", "missing_here", "missing_there");

        // The next statement lists all, and as the record has it.
        String next = upload(
                        "",
                        HEADER + prefix + "other-amount,completed,42.60,40.15,EUR\n" + prefix
                                + "not-listed,completed,42.60,40.15,EUR\n")
                .statusCode(200)
                .extract()
                .path("id");
        assertThat(done(next).getInt("agreed")).isEqualTo(2);
        assertThat(breaks("transaction=" + prefix + "other-amount").getString("breaks[0].state"))
                .isEqualTo("resolved");
        assertThat(breaks("transaction=" + prefix + "not-listed").getString("breaks[0].state"))
                .isEqualTo("resolved");
        assertThat(breaks("transaction=" + prefix + "unknown").getString("breaks[0].state"))
                .isEqualTo("open");
    }

    @Test
    void nothingOfAFileWithAMistakeIsImported() {
        StringBuilder text = new StringBuilder(HEADER);
        for (int i = 0; i < 3_000; i++) {
            text.append(prefix).append(i).append(",completed,1,1,EUR\n");
        }
        text.append(prefix).append("7,completed,1,1,EUR\n");
        text.append(prefix).append("last,completed,1,\"1.234,56\",EUR\n");

        upload("", text.toString())
                .statusCode(400)
                .contentType("application/problem+json")
                .body("detail", containsString("Nothing"))
                .body("errors.field", equalTo(List.of("line 3002: id", "line 3003: fiat_amount")))
                .body("errors[0].detail", containsString("line 9"));

        assertThat(imports()).isEmpty();
        assertThat(breaks("transaction=" + prefix + "0").getList("breaks")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aClientThatHangsUpLeavesNothingAndTheNextIsServed(boolean chunked) throws IOException {
        LogListener log = LogListener.on("dev.rampgate");
        String begun = HEADER + prefix + "half,completed,1,1,EUR\n";
        try (Socket socket = new Socket(management.getHost(), management.getPort())) {
            OutputStream out = socket.getOutputStream();
            out.write(
                    ("POST /operate/imports HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer operate-token-canary-0001\r\n"
                                    + (chunked
                                            ? "Transfer-Encoding: chunked\r\n\r\n" + Integer.toHexString(begun.length())
                                                    + "\r\n" + begun + "\r\n"
                                            : "Content-Length: 1000000\r\n\r\n" + begun))
                            .getBytes(StandardCharsets.US_ASCII));
            out.flush();
            await().atMost(LIMIT)
                    .until(() -> rows("SELECT FROM statement_row WHERE transaction_id = $1", prefix + "half") == 1);
            assertThat(imports()).isEmpty();
        }

        await().atMost(LIMIT)
                .until(() -> rows("SELECT FROM statement_import WHERE state = 'receiving' AND $1 = $1", "") == 0);
        upload("", HEADER + prefix + "whole,completed,1,1,EUR\n").statusCode(200);
        log.close();
        assertThat(log.logged()).as("lines about a client that left").noneMatch(line -> line.getFormattedMessage()
                .contains("(import_statement) failed"));
        assertThat(breaks("transaction=" + prefix + "half").getList("breaks")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"multipart/form-data; boundary=x, identity, curl sends it with -T", "text/csv, gzip, unpack it first"})
    void aBodyThatIsNotTheFileItselfIsRefusedByWhatToSend(String type, String encoding, String advice) {
        as("operate")
                .header("Content-Encoding", encoding)
                .config(RestAssured.config()
                        .encoderConfig(encoderConfig().encodeContentTypeAs("multipart/form-data", ContentType.TEXT)))
                .contentType(type)
                .body("id,status\nt-1,completed\n")
                .post(management.resolve("/operate/imports"))
                .then()
                .statusCode(415)
                .contentType("application/problem+json")
                .body("detail", containsString(advice));
    }

    @Test
    void aFileThatSaysThatItIsTooLargeIsRefusedBeforeItIsSent() throws IOException {
        try (Socket socket = new Socket(management.getHost(), management.getPort())) {
            socket.setSoTimeout((int) LIMIT.toMillis());
            socket.getOutputStream()
                    .write(
                            ("POST /operate/imports HTTP/1.1\r\nHost: x\r\nContent-Length: 200000000\r\nExpect: 100-continue\r\n"
                                            + "Authorization: Bearer operate-token-canary-0001\r\n\r\n")
                                    .getBytes(StandardCharsets.US_ASCII));
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);

            assertThat(answer).contains("HTTP/1.1 413", "104857600 bytes (rampgate.books.imports.max-bytes)");
        }
    }

    @Test
    void aStrangersUploadIsAnsweredBeforeItIsRead() throws IOException {
        try (Socket socket = new Socket(management.getHost(), management.getPort())) {
            socket.setSoTimeout((int) LIMIT.toMillis());
            socket.getOutputStream()
                    .write("POST /operate/imports HTTP/1.1\r\nHost: x\r\nContent-Length: 100000000\r\n\r\nid"
                            .getBytes(StandardCharsets.US_ASCII));
            InputStream in = socket.getInputStream();

            assertThat(new String(in.readNBytes(12), StandardCharsets.US_ASCII)).isEqualTo("HTTP/1.1 401");
            // And the connection ends, whatever is still to come.
            in.readAllBytes();
        }
    }

    @Test
    void aBodyOfAnotherRouteIsStillBounded() {
        as("operate")
                .contentType("application/json")
                .body("{\"from\": \"" + "x".repeat(100_000) + "\"}")
                .post(management.resolve("/operate/drift"))
                .then()
                .statusCode(413);
    }

    @Test
    void oneHundredMegabytesAreReadWithoutBeingKept() throws Exception {
        // Most of it is a column that nobody reads, so that the test stays short.
        byte[] line = (",completed,1,1,EUR" + (",\"" + "x".repeat(4_000) + "\"").repeat(25) + "\n")
                .getBytes(StandardCharsets.US_ASCII);
        int lines = 1_040;
        InputStream body = new InputStream() {
            private byte[] current = ("id,status,crypto_amount,fiat_amount,fiat_currency" + ",note".repeat(25) + "\n")
                    .getBytes(StandardCharsets.US_ASCII);
            private int at;
            private int written;

            @Override
            public int read() {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0];
            }

            @Override
            public int read(byte[] target, int offset, int length) {
                if (at == current.length) {
                    if (written == lines) {
                        return -1;
                    }
                    byte[] id = (prefix + written++).getBytes(StandardCharsets.US_ASCII);
                    current = java.util.Arrays.copyOf(id, id.length + line.length);
                    System.arraycopy(line, 0, current, id.length, line.length);
                    at = 0;
                }
                int count = Math.min(length, current.length - at);
                System.arraycopy(current, at, target, offset, count);
                at += count;
                return count;
            }
        };

        HttpResponse<String> answer = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(management.resolve("/operate/imports"))
                                .header("Authorization", "Bearer operate-token-canary-0001")
                                .POST(HttpRequest.BodyPublishers.ofInputStream(() -> body))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        JsonPath imported = new JsonPath(answer.body());
        assertThat(imported.getInt("rows")).isEqualTo(lines);
        assertThat(imported.getLong("bytes")).isGreaterThan(100_000_000);
        assertThat(done(imported.getString("id")).getInt("missing_here")).isEqualTo(lines);
        // Each is a break for good; the other tests need no figures of them.
        rows("DELETE FROM break WHERE transaction_id LIKE $1", prefix + "%");
    }

    @Test
    void whatAWrongStatementFoundIsResolvedWithTheReasonUnlessALaterOneSawItToo() {
        insert("known", "2001-09-10T00:00:00Z");
        String wrong = upload(
                        "",
                        HEADER + prefix + "known,failed,42.60,40.15,EUR\n" + prefix + "foreign,completed,1,1,EUR\n"
                                + prefix + "explained,completed,1,1,EUR\n")
                .statusCode(200)
                .extract()
                .path("id");
        done(wrong);
        String explained = breaks("transaction=" + prefix + "explained").getString("breaks[0].id");
        post("/operate/breaks/" + explained + "/explain").statusCode(200);
        String right = upload("", HEADER + prefix + "known,failed,42.60,40.15,EUR\n")
                .statusCode(200)
                .extract()
                .path("id");
        done(right);

        post("/operate/imports/" + wrong + "/withdraw").statusCode(200).body("resolved", equalTo(2));

        assertThat(breaks("import=" + wrong + "&state=open").getList("breaks.transaction_id", String.class))
                .containsExactly(prefix + "known");
        as("books")
                .get(management.resolve("/operate/breaks/" + explained))
                .then()
                .body("state", equalTo("resolved"))
                .body("notes.kind", equalTo(List.of("explanation", "resolution")))
                .body("notes[1].actor", equalTo("night"))
                .body("notes[1].text", equalTo("a statement of another system"));
        post("/operate/imports/" + wrong + "/withdraw").statusCode(200).body("resolved", equalTo(0));
        post("/operate/imports/" + Long.MAX_VALUE / 100 + "/withdraw").statusCode(404);
    }

    private ValidatableResponse post(String path) {
        return as("operate")
                .contentType("application/json")
                .body("{\"text\": \"a statement of another system\"}")
                .post(management.resolve(path))
                .then();
    }

    private List<String> imports() {
        return as("books")
                .get(management.resolve("/operate/imports"))
                .then()
                .statusCode(200)
                .extract()
                .jsonPath()
                .getList("imports.findAll { it.state == 'receiving' }.id", String.class);
    }

    private void insert(String id, String createdAt) {
        rows("""
                INSERT INTO transaction (
                    id, created_at, status, crypto_amount, fiat_amount, fiat_currency, attempt, sequence, confirmed, since,
                    attempt_since, changed_at, settled, abandoned)
                SELECT $1, '%1$s', 'completed', '42.60', '40.15', 'EUR', 1, 1, true, '%1$s', '%1$s', '%1$s', true, false
                """.formatted(Instant.parse(createdAt)), prefix + id);
    }

    private ValidatableResponse upload(String query, String text) {
        return as("operate")
                .contentType("text/csv")
                .body(text.getBytes(StandardCharsets.UTF_8))
                .post(management.resolve("/operate/imports" + query))
                .then();
    }

    private JsonPath done(String id) {
        await().atMost(LIMIT).until(() -> read(id).getString("state").equals("done"));
        return read(id);
    }

    private JsonPath read(String id) {
        return as("books")
                .get(management.resolve("/operate/imports/" + id))
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
    }

    private JsonPath breaks(String query) {
        return as("books")
                .get(management.resolve("/operate/breaks?" + query))
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
    }

    private static RequestSpecification as(String actor) {
        return given().header("Authorization", "Bearer " + actor + "-token-canary-0001");
    }

    private int rows(String statement, String value) {
        return pool.preparedQuery(statement)
                .execute(Tuple.of(value))
                .await()
                .atMost(LIMIT)
                .rowCount();
    }
}
