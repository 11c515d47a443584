package dev.rampgate.backoffice;

import static dev.rampgate.support.CompanyPeople.PROXY_SECRET;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;

import dev.rampgate.identity.Issuer;
import dev.rampgate.support.CompanyPeople;
import dev.rampgate.support.ProofAndDatabase;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.restassured.response.ValidatableResponse;
import io.restassured.specification.RequestSpecification;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jose4j.jwt.JwtClaims;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** People who are signed in by the company's issuer, or by a proxy in front of the back office. */
@QuarkusTest
@QuarkusTestResource(ProofAndDatabase.class)
class PeopleQuarkusTest {

    @TestHTTPResource(value = "/", management = true)
    URI management;

    private URI brakes() {
        return management.resolve("/operate/brakes");
    }

    private URI brake() {
        return management.resolve("/operate/brakes/by-a-person");
    }

    private URI console() {
        return management.resolve("/operate/console/brakes");
    }

    @Test
    void aTokenOfTheIssuerNamesThePersonAndItsRole() {
        put(bearer(CompanyPeople.token("jo@example.test", "staff", "ramp-oncall")))
                .statusCode(200)
                .body("created_by", equalTo("jwt:jo@example.test"));
        bearer(CompanyPeople.token("mo@example.test", "ramp-help"))
                .get(brakes())
                .then()
                .statusCode(200)
                .body("brakes.created_by", hasItem("jwt:jo@example.test"));

        put(bearer(CompanyPeople.token("mo@example.test", "ramp-help"))).statusCode(403);
        bearer(CompanyPeople.token("jo@example.test", "ramp-oncall", "ramp-books"))
                .delete(brake())
                .then()
                .statusCode(200);
    }

    @Test
    void aPersonWithoutARoleIsSignedInAndMayDoNothing() {
        for (String token : new String[] {
            CompanyPeople.token("jo@example.test", "staff"), CompanyPeople.signed(CompanyPeople.claims())
        }) {
            bearer(token).get(brakes()).then().statusCode(403).body("detail", containsString("no role"));
        }
        proxied("jo", "staff").get(brakes()).then().statusCode(403);
    }

    @Test
    void aTokenThatIsForSomebodyElseOrForgedIsRefused() {
        JwtClaims forUsers = CompanyPeople.claims();
        forUsers.setAudience("rampgate");
        JwtClaims expired = CompanyPeople.claims();
        expired.setExpirationTimeMinutesInTheFuture(-5);
        JwtClaims endless = CompanyPeople.claims();
        endless.unsetClaim("exp");
        JwtClaims stranger = CompanyPeople.claims();
        stranger.setIssuer("https://evil.example");
        for (JwtClaims claims : List.of(forUsers, expired, endless, stranger)) {
            claims.setClaim("realm_access", Map.of("roles", List.of("ramp-oncall")));
            bearer(CompanyPeople.signed(claims)).get(brakes()).then().statusCode(401);
        }
        JwtClaims good = CompanyPeople.claims();
        good.setClaim("realm_access", Map.of("roles", List.of("ramp-oncall")));
        bearer(Issuer.token(new Issuer().ec("people"), good))
                .get(brakes())
                .then()
                .statusCode(401);
        String unsigned = CompanyPeople.signed(good);
        bearer(unsigned.substring(0, unsigned.lastIndexOf('.') + 1))
                .get(brakes())
                .then()
                .statusCode(401);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "two words", "j\u00f6", "tab\tbed"})
    void aNameThatCouldConfuseTheAuditIsRefused(String name) {
        bearer(CompanyPeople.token(name, "ramp-oncall")).get(brakes()).then().statusCode(401);
        bearer(CompanyPeople.token("x".repeat(65), "ramp-oncall"))
                .get(brakes())
                .then()
                .statusCode(401);
    }

    @Test
    void nobodyGetsTheNameOfAnActorOfTheSettings() {
        put(bearer(CompanyPeople.token("night", "ramp-oncall")))
                .statusCode(200)
                .body("changed_by", equalTo("jwt:night"));
        put(proxied("night", "ramp-oncall")).statusCode(200);
        given().header("Authorization", "Bearer operate-token-canary-0001")
                .delete(brake())
                .then()
                .statusCode(200);
    }

    @Test
    void theProxyNamesThePersonAndItsRole() {
        put(proxied("jo", "staff, ramp-oncall")).statusCode(200).body("created_by", equalTo("proxy:jo"));
        put(proxied("mo", "ramp-desk")).statusCode(403);
        // Also beside a token that the proxy passes on.
        proxied("jo", "ramp-oncall")
                .header("Authorization", "Bearer of-something-else")
                .delete(brake())
                .then()
                .statusCode(200);
    }

    @Test
    void headersWithoutTheSecretOrThatStandTwiceAreRefused() {
        given().headers("X-Forwarded-User", "jo", "X-Forwarded-Groups", "ramp-oncall")
                .get(brakes())
                .then()
                .statusCode(401);
        given().headers(
                        "X-Operate-Secret",
                        "wrong-secret-canary-0001",
                        "X-Forwarded-User",
                        "jo",
                        "X-Forwarded-Groups",
                        "ramp-oncall")
                .get(brakes())
                .then()
                .statusCode(401);
        proxied("jo", "ramp-oncall")
                .header("X-Forwarded-User", "night")
                .get(brakes())
                .then()
                .statusCode(401);
        proxied("jo", "ramp-oncall")
                .header("X-Operate-Secret", "second-secret-canary-0001")
                .get(brakes())
                .then()
                .statusCode(401);
        given().header("X-Operate-Secret", PROXY_SECRET).get(brakes()).then().statusCode(401);
    }

    @Test
    void theConsoleTakesThePersonWhomTheProxyNamesAndFormsOfItsOwnPagesAlone() {
        Response page = proxied("jo@example.test", "ramp-oncall").get(console());
        page.then().statusCode(200).body(containsString("<strong>proxy:jo@example.test</strong>"));
        String cookie = page.cookie("rampgate-console");
        String csrf = csrf(page.asString());

        form("jo@example.test", cookie, csrf).post(console()).then().statusCode(303);
        form("jo@example.test", cookie, "forged").post(console()).then().statusCode(403);
        form("mo@example.test", cookie, csrf).post(console()).then().statusCode(403);
        // Without the proxy the cookie signs nobody in.
        given().cookie("rampgate-console", cookie).get(console()).then().statusCode(401);
        given().headers("X-Operate-Secret", "wrong-secret-canary-0001", "X-Forwarded-User", "jo@example.test")
                .cookie("rampgate-console", cookie)
                .get(console())
                .then()
                .statusCode(401);
        proxied("jo", "ramp-systems").get(console()).then().statusCode(403);
        proxied("jo", "ramp-oncall").delete(brake()).then().statusCode(200);
    }

    @Test
    void behindAnEncryptedProxyTheCookieIsSecure() {
        String set = proxied("jo", "ramp-desk")
                .header("X-Forwarded-Proto", "https")
                .get(console())
                .header("Set-Cookie");

        assertThat(set).startsWith("__Host-rampgate-console=").contains("; Secure", "HTTPOnly", "SameSite=Strict");
    }

    private static RequestSpecification form(String person, String cookie, String csrf) {
        return proxied(person, "ramp-oncall")
                .redirects()
                .follow(false)
                .cookie("rampgate-console", cookie)
                .header("Sec-Fetch-Site", "same-origin")
                .formParam("csrf", csrf)
                .formParam("stops", "some")
                .formParam("currency", "NONE")
                .formParam("name", "by-a-person")
                .formParam("reason", "a test of people")
                .formParam("lasting", "1h");
    }

    private static String csrf(String page) {
        Matcher field = Pattern.compile("name=\"csrf\" value=\"([^\"]+)\"").matcher(page);
        assertThat(field.find()).isTrue();
        return field.group(1);
    }

    @Test
    void theLogHasNoNameOfAPerson() {
        assertThat(new Actor("night", Role.OPERATOR).logName()).isEqualTo("night");
        assertThat(new Actor("jwt:jo@example.test", Role.OPERATOR).logName()).matches("jwt:[0-9a-f]{8}");
    }

    private ValidatableResponse put(RequestSpecification caller) {
        // On no pair that another test asks for.
        return caller.contentType("application/json")
                .body("{\"currency\":\"NONE\",\"reason\":\"a test of people\"}")
                .put(brake())
                .then();
    }

    private static RequestSpecification bearer(String token) {
        return given().header("Authorization", "Bearer " + token);
    }

    private static RequestSpecification proxied(String name, String groups) {
        return given().headers(
                        "X-Operate-Secret", PROXY_SECRET, "X-Forwarded-User", name, "X-Forwarded-Groups", groups);
    }
}
