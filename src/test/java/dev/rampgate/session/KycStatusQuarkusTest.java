package dev.rampgate.session;

import static dev.rampgate.support.ProofAndDatabase.proof;
import static io.restassured.RestAssured.given;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import dev.rampgate.edge.RawHttp;
import dev.rampgate.sandbox.fault.Place;
import dev.rampgate.sandbox.http.ReceivedCall;
import dev.rampgate.support.ProofAndDatabase;
import dev.rampgate.support.TestSession;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.response.ValidatableResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code GET /kyc-status}. Each test has a user of its own. */
@QuarkusTest
@QuarkusTestResource(ProofAndDatabase.class)
class KycStatusQuarkusTest {

    @AfterEach
    void heal() {
        proof().faults().clear();
    }

    @ParameterizedTest
    @ValueSource(strings = {"not_started", "pending", "verified", "failed"})
    void usersSeeTheirOwnStatus(String status) {
        proof().kyc().set("kyc-" + status, status);

        ask("kyc-" + status)
                .statusCode(200)
                .contentType("application/json")
                .header("Cache-Control", "no-store")
                .body("status", equalTo(status))
                .body("size()", equalTo(1));
    }

    @Test
    void whomProofDoesNotKnowHasNotStarted() {
        ask("kyc-nobody").statusCode(200).body("status", equalTo("not_started"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "o~d:d@id.-_",
                "auth0|5f7c1d",
                "https://id.example.test/users/7?x=1#y",
                "a/../../session",
                "50% off+more",
                "a\\b\"c'<d>;e,f"
            })
    void anIdWithOddCharactersReachesProofWhole(String id) {
        proof().kyc().set(id, "pending");

        ask(id).statusCode(200).body("status", equalTo("pending"));
    }

    @Test
    void anIdInUtf8ReachesProofWhole() {
        proof().kyc().set("Jürgen-😀", "pending");

        String request =
                "GET /kyc-status HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nX-User-Id: Jürgen-😀\r\n\r\n";
        assertThat(RawHttp.exchange(RestAssured.port, new String(request.getBytes(UTF_8), ISO_8859_1)))
                .startsWith("HTTP/1.1 200")
                .contains("pending");
    }

    @Test
    void whoHasNoEmailMayAskAllTheSame() {
        given().header("X-User-Id", "auth0|no-email")
                .header("X-User-Email", "")
                .get("/kyc-status")
                .then()
                .statusCode(200);
    }

    @Test
    void aPassingFaultIsNotSeen() {
        proof().kyc().set("kyc-patient", "verified");
        proof().faults().answer(Place.KYC_CALL, 502, 1);

        ask("kyc-patient").statusCode(200).body("status", equalTo("verified"));
    }

    @ParameterizedTest
    @CsvSource({
        "401, 502, ramp-error, 1",
        "403, 502, ramp-error, 1",
        "500, 502, ramp-error, 2",
        "502, 503, ramp-unavailable, 4"
    })
    void aFailureIsReportedWithoutProofsWords(int status, int ours, String type, int calls) {
        String user = "kyc-" + status;
        proof().faults().answer(Place.KYC_CALL, status, 10);

        ask(user)
                .statusCode(ours)
                .contentType("application/problem+json")
                .body("type", equalTo("urn:rampgate:problem:" + type));
        assertThat(calls(user)).isEqualTo(calls);
    }

    @Test
    void nothingDependsOnIt() {
        proof().kyc().set("kyc-unverified", "failed");
        long before = calls("kyc-unverified");

        TestSession.open("kyc-unverified", "buy");
        assertThat(calls("kyc-unverified")).isEqualTo(before);
    }

    private static long calls(String user) {
        return proof().calls().count(call -> isAbout(call, user));
    }

    private static boolean isAbout(ReceivedCall call, String user) {
        return call.path().equals("/widget/users/" + user + "/kyc-status");
    }

    private static ValidatableResponse ask(String user) {
        return given().header("X-User-Id", user).get("/kyc-status").then();
    }
}
