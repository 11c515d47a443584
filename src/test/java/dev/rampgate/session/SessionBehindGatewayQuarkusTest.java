package dev.rampgate.session;

import static dev.rampgate.support.ProofAndDatabase.database;
import static dev.rampgate.support.ProofAndDatabase.proof;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;

import dev.rampgate.edge.BehindGatewayProfile;
import dev.rampgate.reconcile.ReconcileStream;
import dev.rampgate.sandbox.fault.Fault;
import dev.rampgate.sandbox.fault.FaultRule;
import dev.rampgate.sandbox.fault.Place;
import dev.rampgate.sandbox.http.ReceivedCall;
import dev.rampgate.sandbox.transaction.Action;
import dev.rampgate.support.ProofAndDatabase;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.path.json.JsonPath;
import io.restassured.response.ValidatableResponse;
import io.restassured.specification.RequestSpecification;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Opening sessions behind a company's gateway: who asks, what Proof refuses, and a database that does not answer. */
@QuarkusTest
@QuarkusTestResource(ProofAndDatabase.class)
@TestProfile(BehindGatewayProfile.class)
class SessionBehindGatewayQuarkusTest {
    private static final String BUY =
            "{\"network\":\"ERC20\",\"currency\":\"USDC\",\"amount\":\"42.75\",\"type\":\"buy\"}";

    @Inject
    ReconcileStream stream;

    @BeforeEach
    void forget() {
        proof().calls().clear();
    }

    /** What a test breaks is whole again before the next one: without the database, no limit counts what the ledger holds. */
    @AfterEach
    void heal() {
        proof().faults().clear();
        await().atMost(Duration.ofSeconds(30)).until(() -> !stream.isDatabaseAway());
    }

    @Test
    void aSessionIsOpenedAndItsTransactionIsThereAtOnce() {
        JsonPath session = post(BUY)
                .statusCode(201)
                .contentType("application/json")
                .header("Cache-Control", "no-store")
                .header("Set-Cookie", nullValue())
                .extract()
                .jsonPath();

        assertThat(session.getMap("")).hasSize(22);
        assertThat(session.getString("init_token")).isNotEmpty();
        assertThat(session.getList("fix_network")).containsExactly("ERC20");
        assertThat(session.<Object>get("fix_amount")).isEqualTo(true);

        user().get("/transactions/" + session.getString("merchant_transaction_id"))
                .then()
                .statusCode(200)
                .body("status", equalTo("pending"))
                .body("type", equalTo("buy"))
                .body("currency", equalTo("USDC"))
                .body("network", equalTo("ERC20"))
                .body("requested_amount", equalTo("42.75"));
    }

    @Test
    void whoAsksAndFromWhereComesFromTheDoorAndNeverFromTheBody() {
        post("{\"network\":\"ERC20\",\"currency\":\"USDC\",\"amount\":\"42.75\",\"partner_user_id\":\"evil\","
                        + "\"user_email\":\"evil@example.test\",\"client_ip\":\"203.0.113.66\",\"novelty\":1}")
                .statusCode(201);

        JsonPath asked = JsonPath.from(proofWasAsked().get(0).body());
        assertThat(asked.getMap(""))
                .containsOnlyKeys("partner_user_id", "user_email", "network", "currency", "amount", "client_ip")
                .containsEntry("partner_user_id", "cust-8841")
                .containsEntry("user_email", "jo@example.test")
                .containsEntry("client_ip", "198.51.100.23");
    }

    @Test
    void whatMayBeGivenIsPassedOn() {
        post("{\"network\":\"TRC20\",\"currency\":\"USDT\",\"amount\":\"0.000000000000000001\",\"type\":\"sell\","
                        + "\"redirect_url\":\"https://shop.example.test/done?x=1\",\"address\":\"0xAA\"}")
                .statusCode(201)
                .body("type", equalTo("sell"))
                .body("amount", equalTo("0.000000000000000001"));

        assertThat(JsonPath.from(proofWasAsked().get(0).body()).getMap(""))
                .containsEntry("redirect_url", "https://shop.example.test/done?x=1")
                .containsEntry("address", "0xAA");
    }

    @Test
    void aHandOffWhereThereIsNoneIsRefusedBeforeProofIsAsked() {
        user().contentType("application/json")
                .header("Rampgate-Hand-Off", "true")
                .body(BUY)
                .post("/session")
                .then()
                .statusCode(400)
                .body("errors.field", contains("Rampgate-Hand-Off"))
                .body("errors.detail", contains("is not offered here"));
        assertThat(proofWasAsked()).isEmpty();
        given().get("/hand-off").then().statusCode(404);
        given().contentType("application/json")
                .body("{\"code\":\"x\"}")
                .post("/hand-off")
                .then()
                .statusCode(404);
    }

    @Test
    void aUserWithTwentyUnfinishedTransactionsGetsNoMoreUntilOneOfThemEnds() {
        String user = "cust-" + UUID.randomUUID();
        String first = as(user, "key-0").statusCode(201).extract().path("merchant_transaction_id");
        for (int i = 1; i < 20; i++) {
            as(user, "key-" + i).statusCode(201);
        }
        // A session that the database took too long to store is stored a little later.
        await().atMost(Duration.ofSeconds(30)).until(() -> transactionsOf(user) == 20);
        long asked = proofWasAsked().size();

        as(user, "key-20")
                .statusCode(429)
                .header("Retry-After", equalTo("60"))
                .body("type", equalTo("urn:rampgate:problem:too-many-unfinished"));
        assertThat(proofWasAsked()).hasSize((int) asked);
        // A repeated request gets its answer all the same.
        as(user, "key-0").statusCode(201).body("merchant_transaction_id", equalTo(first));

        proof().drive(first, Action.CANCEL);
        // The key of the request that was refused is free.
        await().atMost(Duration.ofSeconds(40))
                .untilAsserted(() -> as(user, "key-20").statusCode(201));
    }

    private static int transactionsOf(String user) {
        return given().header("X-Gateway-Secret", BehindGatewayProfile.SECRET)
                .header("X-User-Id", user)
                .get("/transactions?limit=50")
                .jsonPath()
                .getList("transactions")
                .size();
    }

    private static ValidatableResponse as(String user, String key) {
        return given().header("X-Gateway-Secret", BehindGatewayProfile.SECRET)
                .header("X-User-Id", user)
                .header("X-User-Email", "jo@example.test")
                .header("Idempotency-Key", key)
                .contentType("application/json")
                .body(BUY)
                .post("/session")
                .then();
    }

    @Test
    void withoutAnIdentityNoSessionIsOpened() {
        given().contentType("application/json")
                .body(BUY)
                .post("/session")
                .then()
                .statusCode(401);
        assertThat(proofWasAsked()).isEmpty();
    }

    @Test
    void whoHasNoEmailReadsButOpensNoSessionAndLearnsWhy() {
        RequestSpecification nameless = given().header("X-Gateway-Secret", BehindGatewayProfile.SECRET)
                .header("X-User-Id", "auth0|5f7c1d")
                .contentType("application/json");

        nameless.get("/transactions").then().statusCode(200);
        nameless.body(BUY)
                .post("/session")
                .then()
                .statusCode(422)
                .contentType("application/problem+json")
                .body("type", equalTo("urn:rampgate:problem:email-required"));
        assertThat(proofWasAsked()).isEmpty();
    }

    @Test
    void withoutAnIdentityThereIsNoKycStatus() {
        given().get("/kyc-status").then().statusCode(401).contentType("application/problem+json");
    }

    @ParameterizedTest
    @CsvSource({
        "400, invalid_request, currency_not_allowed, 400, currency-not-allowed",
        "400, wallet_not_supported, WALLET_NOT_SUPPORTED, 400, wallet-not-supported",
        "400, invalid_request, validation_error, 400, invalid-request",
        "401, unauthorised, invalid_token, 502, ramp-error",
        "403, forbidden, forbidden_origin, 502, ramp-error",
        "403, offramp_disabled, , 400, sell-not-offered",
        "409, session_already_used, , 502, ramp-error",
        "422, kyc_required, , 422, kyc-required"
    })
    void aRefusalOfProofIsReportedWithoutItsWords(int status, String error, String code, int ours, String type) {
        breakSessions(new Fault.Status(status, error, code, null, null));
        post(BUY)
                .statusCode(ours)
                .contentType("application/problem+json")
                .body("type", equalTo("urn:rampgate:problem:" + type))
                .body("request_id", notNullValue())
                .body(not(containsString(error.equals("invalid_request") ? "validation_error" : error)));
        assertThat(proofWasAsked()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {429, 503, 504})
    void aRefusalThatMayPassSaysWhenToTryAgain(int status) {
        breakSessions(new Fault.Status(status, null, null, 90, Fault.Form.HTML));
        post(BUY)
                .statusCode(503)
                .header("Retry-After", "90")
                .body("type", equalTo("urn:rampgate:problem:ramp-unavailable"));
        assertThat(proofWasAsked()).hasSize(1);
    }

    @Test
    void aPassingFaultBehindProofIsNotEvenSeen() {
        proof().faults().answer(Place.SESSION_CALL, 502, 1);
        post(BUY).statusCode(201);
        List<ReceivedCall> asked = proofWasAsked();
        assertThat(asked).hasSize(2);
        assertThat(asked.get(1).body()).isEqualTo(asked.get(0).body());
    }

    @Test
    void aSessionThatCannotBeStoredReachesItsUserAndIsStoredLater() throws SQLException {
        String id;
        try (Connection blocker = DriverManager.getConnection(database().jdbcUrl())) {
            blocker.setAutoCommit(false);
            blocker.createStatement().execute("LOCK TABLE transaction IN ACCESS EXCLUSIVE MODE");

            id = post(BUY).statusCode(201).extract().path("merchant_transaction_id");

            blocker.rollback();
        }
        await().atMost(Duration.ofSeconds(30))
                .until(() -> user().get("/transactions/" + id).statusCode() == 200);
    }

    private static void breakSessions(Fault fault) {
        proof().faults().add(FaultRule.always(Place.SESSION_CALL, fault));
    }

    private static List<ReceivedCall> proofWasAsked() {
        return proof().calls().matching(ReceivedCall::isSessionCall);
    }

    private static ValidatableResponse post(String body) {
        return user().contentType("application/json")
                .body(body)
                .post("/session")
                .then();
    }

    private static RequestSpecification user() {
        return given().header("X-Gateway-Secret", BehindGatewayProfile.SECRET)
                .header("X-User-Id", "cust-8841")
                .header("X-User-Email", "jo@example.test")
                .header("X-Forwarded-For", "203.0.113.66, 198.51.100.23");
    }
}
