package dev.rampgate.backoffice;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;

import dev.rampgate.ledger.Status;
import dev.rampgate.reconcile.ReconcileStream;
import dev.rampgate.support.ProofAndDatabase;
import dev.rampgate.support.TestObservation;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import io.vertx.core.json.JsonObject;
import jakarta.inject.Inject;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Statements as actors call them. The figures themselves are tested in {@code books.StatementsTest}. */
@QuarkusTest
@QuarkusTestResource(ProofAndDatabase.class)
class StatementRoutesQuarkusTest {

    private static final Duration LIMIT = Duration.ofSeconds(40);
    private static final String OPERATOR = "operate-token-canary-0001";
    private static final String AUDITOR = "books-token-canary-0001";

    @TestHTTPResource(value = "/", management = true)
    URI management;

    @Inject
    ReconcileStream stream;

    @Test
    void anEndThatAPollConfirmsStandsInTheStatementOfItsMonth() {
        String id = "books," + UUID.randomUUID();
        Instant at = Instant.parse("2011-02-03T09:00:00Z");
        observe(id, TestObservation.session(), at.minusSeconds(60));
        observe(id, TestObservation.poll(Status.COMPLETED, at).with("42.60", "40.15"), at.plusSeconds(5));

        await().atMost(LIMIT).until(() -> csv("2011-02", "").contains(id));

        String line = csv("2011-02", "")
                .lines()
                .filter(one -> one.contains(id))
                .findFirst()
                .orElseThrow();
        assertThat(line)
                .startsWith("item,booked,2011-02,2011-02-03,completed,1,1,42.60,40.15,2011-02-03T09:00:00Z,")
                .endsWith(",buy,USDC,ERC20,EUR,\"" + id + "\"");
        statement("2011-02", "")
                .statusCode(200)
                .contentType("application/json")
                .body("period", equalTo("2011-02"))
                .body("sums.currency", hasItem("USDC"));
    }

    @Test
    void theTimeThatAnAnswerNamesGivesTheSameAnswerAgain() {
        JsonObject first = new JsonObject(
                statement("2011-03", "").statusCode(200).extract().asString());

        String again = statement("2011-03", "?as_known_at=" + first.getString("as_known_at"))
                .statusCode(200)
                .extract()
                .asString();

        assertThat(new JsonObject(again)).isEqualTo(first);
        given().header("Authorization", "Bearer " + AUDITOR)
                .get(management.resolve("/operate/statements/2011-03?format=csv"))
                .then()
                .statusCode(200)
                .contentType("text/csv")
                .header("Content-Disposition", containsString("statement-2011-03-as-known-at-"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "2011-13                                     | period      | a month such as",
                "1969-12                                     | period      | a month such as",
                "2011-03?as_known_at=yesterday               | as_known_at | must be one time",
                "2011-03?as_known_at=2011-02-01T00:00:00Z    | as_known_at | later than the beginning of the month",
                "2011-03?as_known_at=9000-01-01T00:00:00Z    | as_known_at | must not be in the future",
                "2011-03?format=pdf                          | format      | json or csv",
                "2011-03?until=now                           | until       | there are as_known_at, format"
            })
    void aQuestionThatCannotBeIsRefusedByTheNameOfItsParameter(String path, String field, String rule) {
        statement(path, "")
                .statusCode(400)
                .contentType("application/problem+json")
                .body("errors[0].field", equalTo(field))
                .body("errors[0].detail", containsString(rule));
    }

    @Test
    void anOperatorClosesAMonthOnceAndEverybodySeesWho() {
        // The first month that there is: no other test reads it, and no later one is closed by this.
        close("{\"as_known_at\": \"1970-01-15T00:00:00Z\"}")
                .statusCode(400)
                .body("errors[0].field", equalTo("as_known_at"));
        String at =
                Instant.now().truncatedTo(ChronoUnit.SECONDS).minusSeconds(5).toString();
        close("{\"as_known_at\": \"" + at + "\"}").statusCode(200).body("as_known_at", equalTo(at));

        close("{}").statusCode(409).body("detail", containsString("It is closed"));
        given().header("Authorization", "Bearer " + AUDITOR)
                .get(management.resolve("/operate/statements"))
                .then()
                .statusCode(200)
                .body("closed.period", hasItem("1970-01"));
        statement("1970-01", "").statusCode(200).body("as_known_at", equalTo(at));
    }

    private ValidatableResponse close(String body) {
        return given().header("Authorization", "Bearer " + OPERATOR)
                .contentType("application/json")
                .body(body)
                .post(management.resolve("/operate/statements/1970-01/close"))
                .then();
    }

    private void observe(String id, TestObservation one, Instant at) {
        stream.offer(one.received(id, at)).await().atMost(LIMIT);
    }

    private ValidatableResponse statement(String period, String query) {
        return given().header("Authorization", "Bearer " + AUDITOR)
                .get(management.resolve("/operate/statements/" + period + query))
                .then();
    }

    private String csv(String period, String query) {
        return statement(period, "?format=csv" + query)
                .statusCode(200)
                .extract()
                .asString();
    }
}
