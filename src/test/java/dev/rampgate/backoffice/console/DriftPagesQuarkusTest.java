package dev.rampgate.backoffice.console;

import static io.restassured.RestAssured.given;
import static io.restassured.config.EncoderConfig.encoderConfig;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.not;

import dev.rampgate.books.drift.BreakKind;
import dev.rampgate.books.drift.BreakStore;
import dev.rampgate.books.drift.Difference;
import dev.rampgate.books.drift.Here;
import dev.rampgate.books.drift.Source;
import dev.rampgate.books.drift.There;
import dev.rampgate.support.ProofAndDatabase;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.http.ContentType;
import io.restassured.specification.RequestSpecification;
import io.vertx.mutiny.sqlclient.Pool;
import jakarta.inject.Inject;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(ProofAndDatabase.class)
class DriftPagesQuarkusTest {

    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final String COOKIE = "rampgate-console";

    @TestHTTPResource(value = "/", management = true)
    URI management;

    @Inject
    Pool pool;

    @Inject
    BreakStore breaks;

    @Test
    void anOperatorStartsARunAndSeesItsProgress() {
        String cookie = signedIn("operate-token-canary-0001");

        // Nothing was created then, so that it ends by itself.
        form(cookie)
                .formParam("from", "1999-10-01")
                .formParam("to", "1999-10-31")
                .post(at("drift"))
                .then()
                .statusCode(303)
                .header("Location", endsWith("drift?notice=drift_started"));

        as(cookie)
                .get(at("drift?notice=drift_started"))
                .then()
                .statusCode(200)
                .body(
                        containsString("1 Oct 1999, 00:00 – 1 Nov 1999, 00:00"),
                        containsString("<progress"),
                        containsString("The run has started."));
    }

    @Test
    void anAuditorReadsAndChangesNothing() {
        String cookie = signedIn("books-token-canary-0001");

        as(cookie)
                .get(at("drift"))
                .then()
                .statusCode(200)
                .body(containsString("Breaks"), not(containsString("Start a run")));
        form(cookie)
                .formParam("from", "1999-10-01")
                .formParam("to", "1999-10-31")
                .post(at("drift"))
                .then()
                .statusCode(403);
    }

    @Test
    void aBreakIsExplainedAndTheTextIsShownAsText() {
        String transaction = "page-" + UUID.randomUUID();
        Instant now = Instant.now();
        pool.withTransaction(connection -> breaks.record(
                        connection,
                        Source.POLL,
                        0,
                        List.of(transaction),
                        List.of(new Difference(
                                transaction,
                                BreakKind.AMOUNT,
                                new Here("completed", "1.00", "1.00", "USDC", "EUR", true, now, now, now),
                                new There("completed", "40.15", null, "USDC", "EUR", false, now),
                                now))))
                .await()
                .atMost(LIMIT);
        String cookie = signedIn("operate-token-canary-0001");
        Matcher row = Pattern.compile("breaks/([0-9]+)\">[0-9]+</a></td>\\s*<td[^>]*><a[^>]*><code>" + transaction)
                .matcher(as(cookie).get(at("drift?state=open")).asString());
        assertThat(row.find()).isTrue();
        String path = "breaks/" + row.group(1);

        form(cookie)
                .formParam("text", "Proof's ticket <4711>")
                .post(at(path + "/explain"))
                .then()
                .statusCode(303);

        as(cookie)
                .get(at(path))
                .then()
                .statusCode(200)
                .body(
                        containsString("ticket &lt;4711&gt;"),
                        containsString("explanation by night"),
                        containsString("40.15"),
                        not(containsString("<4711>")));
    }

    @Test
    void aStatementIsImportedByAForm() {
        String cookie = signedIn("operate-token-canary-0001");
        String id = "uploaded-" + UUID.randomUUID();

        upload(cookie, csrf(cookie), "id,status\n" + id + ",completed\n")
                .multiPart("from", "1998-10-01")
                .multiPart("to", "1998-10-31")
                .post(at("drift/import"))
                .then()
                .statusCode(303)
                .header("Location", endsWith("drift?notice=statement_imported"));

        await().atMost(LIMIT)
                .until(() -> as(cookie).get(at("drift?state=open")).asString().contains("<code>" + id));
        assertThat(imports("period_from = '1998-10-01' AND period_to = '1998-11-01'"))
                .isEqualTo(1);
        awaitImported();
    }

    @Test
    void aFormWithAFileThatHasMistakesIsRefusedWithTheirLines() {
        String cookie = signedIn("operate-token-canary-0001");
        int before = imports("true");

        upload(cookie, csrf(cookie), "id,status\nt-1,completed\nt-2,<paid>\n")
                .post(at("drift/import"))
                .then()
                .statusCode(400)
                .body(
                        containsString("Nothing of the statement was imported"),
                        containsString("line 3: status"),
                        not(containsString("paid")));
        upload(cookie, csrf(cookie), "")
                .post(at("drift/import"))
                .then()
                .statusCode(400)
                .body(containsString("the file is empty"));
        upload(cookie, csrf(cookie), "id,status\nt-1,completed\n")
                .multiPart("from", "1998-10-31")
                .multiPart("to", "1998-10-01")
                .post(at("drift/import"))
                .then()
                .statusCode(400)
                .body(containsString("must not be before from"));
        assertThat(imports("true")).isEqualTo(before);
    }

    @Test
    void aFormWithAFileThatIsNotOfThisSessionImportsNothing() {
        String cookie = signedIn("operate-token-canary-0001");
        int before = imports("true");

        upload(cookie, "another", "id,status\nt-1,completed\n")
                .post(at("drift/import"))
                .then()
                .statusCode(403)
                .body(containsString("belongs to an earlier session"));
        as(cookie)
                .header("Sec-Fetch-Site", "cross-site")
                .multiPart("csrf", csrf(cookie))
                .multiPart("file", "october.csv", "id,status\nt-1,completed\n".getBytes(UTF_8))
                .post(at("drift/import"))
                .then()
                .statusCode(403);
        String auditor = signedIn("books-token-canary-0001");
        upload(auditor, csrf(auditor), "id,status\nt-1,completed\n")
                .post(at("drift/import"))
                .then()
                .statusCode(403);
        assertThat(imports("true")).isEqualTo(before);
    }

    @Test
    void aBodyThatIsNoFormWithAFileIsRefused() {
        String cookie = signedIn("operate-token-canary-0001");

        form(cookie).post(at("drift/import")).then().statusCode(415);
        as(cookie)
                .header("Sec-Fetch-Site", "same-origin")
                .multiPart("csrf", csrf(cookie))
                .post(at("drift/import"))
                .then()
                .statusCode(400)
                .body(containsString("must be given"));
        for (String type : List.of("multipart/form-data", "multipart/form-data; boundary=x")) {
            as(cookie)
                    .header("Sec-Fetch-Site", "same-origin")
                    .config(RestAssured.config()
                            .encoderConfig(
                                    encoderConfig().encodeContentTypeAs("multipart/form-data", ContentType.TEXT)))
                    .contentType(type)
                    .body("--y\r\nno form")
                    .post(at("drift/import"))
                    .then()
                    .statusCode(400);
        }
    }

    private RequestSpecification upload(String cookie, String csrf, String text) {
        return as(cookie)
                .header("Sec-Fetch-Site", "same-origin")
                .multiPart("csrf", csrf)
                .multiPart("file", "october.csv", text.getBytes(UTF_8));
    }

    private int imports(String condition) {
        return pool.query("SELECT FROM statement_import WHERE state <> 'receiving' AND " + condition)
                .execute()
                .await()
                .atMost(LIMIT)
                .rowCount();
    }

    private void awaitImported() {
        await().atMost(LIMIT).until(() -> imports("state <> 'done'") == 0);
    }

    private RequestSpecification form(String cookie) {
        return as(cookie).header("Sec-Fetch-Site", "same-origin").formParam("csrf", csrf(cookie));
    }

    private String csrf(String cookie) {
        Matcher field = Pattern.compile("name=\"csrf\" value=\"([^\"]+)\"")
                .matcher(as(cookie).get(at("")).asString());
        assertThat(field.find()).isTrue();
        return field.group(1);
    }

    private static RequestSpecification as(String cookie) {
        return given().redirects().follow(false).cookie(COOKIE, cookie);
    }

    private String signedIn(String token) {
        return given().redirects()
                .follow(false)
                .header("Sec-Fetch-Site", "same-origin")
                .formParam("token", token)
                .post(at("sign-in"))
                .then()
                .statusCode(303)
                .extract()
                .cookie(COOKIE);
    }

    private URI at(String path) {
        return management.resolve("/operate/console/" + path);
    }
}
