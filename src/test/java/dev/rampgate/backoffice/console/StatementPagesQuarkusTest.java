package dev.rampgate.backoffice.console;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.startsWith;

import dev.rampgate.support.ProofAndDatabase;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.specification.RequestSpecification;
import io.vertx.mutiny.sqlclient.Pool;
import jakarta.inject.Inject;
import java.net.URI;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The page of a statement, its table, and the form that closes a month. */
@QuarkusTest
@QuarkusTestResource(ProofAndDatabase.class)
class StatementPagesQuarkusTest {

    private static final String ROOT = "/operate/console/";
    private static final String COOKIE = "rampgate-console";
    private static final String AUDITOR = "books-token-canary-0001";
    private static final String OPERATOR = "operate-token-canary-0001";
    private static final String DESK = "desk-token-canary-0001";
    private static final Pattern CSRF = Pattern.compile("name=\"csrf\" value=\"([^\"]+)\"");

    @TestHTTPResource(value = "/", management = true)
    URI management;

    @Inject
    Pool pool;

    @Test
    void aStatementIsShownWithItsTotalsAndADrawingWithoutScript() {
        insert("2012-02", "<b>USDC</b>");

        as(AUDITOR)
                .get(at("statements?period=2012-02"))
                .then()
                .statusCode(200)
                .body(
                        containsString("Statement 2012-02"),
                        containsString("<svg class=\"chart\""),
                        containsString("2012-02-03: 1 completed, 0 failed or cancelled"),
                        containsString("42.60"),
                        containsString("40.15 EUR"),
                        containsString("&lt;b&gt;USDC"),
                        containsString("statements?period=2012-01"),
                        not(containsString("Close the month")));
    }

    @Test
    void everyLineIsSavedAsAFileWithTheTimeThatThePageShows() {
        insert("2012-03", "USDC");

        as(AUDITOR)
                .get(at("statements/csv?period=2012-03"))
                .then()
                .statusCode(200)
                .contentType("text/csv")
                .header("Content-Disposition", containsString("statement-2012-03-as-known-at-"))
                .body(startsWith("section,entry,"), containsString("item,booked,2012-03,2012-03-03,completed,"));
    }

    @Test
    void anOperatorClosesWhatTheyHaveCheckedAndNothingElse() {
        String session = signIn(OPERATOR);
        String page = with(session)
                .get(at("statements?period=2012-04"))
                .then()
                .statusCode(200)
                .body(containsString("Close the month"))
                .extract()
                .asString();
        Matcher csrf = CSRF.matcher(page);
        csrf.find();

        with(session)
                .formParam("csrf", csrf.group(1))
                .formParam("as_known_at", "2012-05-03T00:00:00Z")
                .post(at("statements/2012-04/close"))
                .then()
                .statusCode(400);
        with(session)
                .formParam("csrf", csrf.group(1))
                .formParam("as_known_at", "2012-04-03T00:00:00Z")
                .formParam("checked", "yes")
                .post(at("statements/2012-04/close"))
                .then()
                .statusCode(400);
        as(AUDITOR)
                .formParam("csrf", csrf.group(1))
                .post(at("statements/2012-04/close"))
                .then()
                .statusCode(403);
    }

    @Test
    void supportReadsNoStatements() {
        as(DESK).get(at("statements")).then().statusCode(403);
        as(DESK).get(at("")).then().statusCode(200).body(not(containsString("Statements")));
    }

    /** Known long ago, as from before there were books. */
    private void insert(String month, String currency) {
        pool.query("""
                        INSERT INTO amount_revision (
                            transaction_id, known_at, attempt, status, type, currency, network, crypto_amount, fiat_currency, fiat_amount,
                            confirmed_at, period_at, replaces)
                        VALUES (gen_random_uuid(), '-infinity', 1, 'completed', 'buy', '%2$s', 'ERC20', 42.60, 'EUR', 40.15,
                                '%1$s-03', '%1$s-03', false)
                        """.formatted(month, currency)).execute().await().atMost(Duration.ofSeconds(40));
    }

    private RequestSpecification as(String token) {
        return with(signIn(token));
    }

    private String signIn(String token) {
        return browser()
                .formParam("token", token)
                .post(at("sign-in"))
                .then()
                .statusCode(303)
                .extract()
                .cookie(COOKIE);
    }

    private static RequestSpecification with(String session) {
        return browser().cookie(COOKIE, session);
    }

    private static RequestSpecification browser() {
        return given().redirects().follow(false).header("Sec-Fetch-Site", "same-origin");
    }

    private URI at(String path) {
        return management.resolve(ROOT + path);
    }
}
