package dev.rampgate.backoffice.console;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.nullValue;

import dev.rampgate.backoffice.Actor;
import dev.rampgate.backoffice.Role;
import dev.rampgate.database.ConnectionShares;
import dev.rampgate.support.CompanyPeople;
import dev.rampgate.support.ProofAndDatabase;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.restassured.response.ValidatableResponse;
import io.restassured.specification.RequestSpecification;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Inject;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jose4j.jwt.JwtClaims;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Signing in to the console, and what protects its sessions, forms and pages. */
@QuarkusTest
@QuarkusTestResource(ProofAndDatabase.class)
class ConsoleQuarkusTest {

    private static final Duration LIMIT = Duration.ofSeconds(40);

    /** So many statements of the back office are not in flight at once; what is more waits for a second. */
    private static final int MORE_THAN_THE_SHARE = 100;

    private static final String ROOT = "/operate/console/";
    private static final String COOKIE = "rampgate-console";
    private static final String SECURE_COOKIE = "__Host-rampgate-console";
    private static final String DESK = "desk-token-canary-0001";
    private static final String NIGHT = "operate-token-canary-0001";

    @TestHTTPResource(value = "/", management = true)
    URI management;

    @Inject
    ConsoleSessions sessions;

    @Inject
    EndedSessions endedSessions;

    @Inject
    KeptTokens keptTokens;

    @Inject
    ConnectionShares shares;

    @Inject
    Pool pool;

    // --- signing in

    @Test
    void theTokenOfAnActorOpensASessionWhoseCookieNoScriptAndNoOtherSiteCanUse() {
        Response signedIn = signIn(DESK).then().statusCode(303).extract().response();

        assertThat(signedIn.header("Location")).isEqualTo(ROOT);
        assertThat(signedIn.header("Set-Cookie"))
                .startsWith(COOKIE + "=desk.")
                .contains("HTTPOnly", "SameSite=Strict", "Path=" + ROOT)
                .doesNotContain("Secure", "Domain", DESK);
        as(signedIn.cookie(COOKIE))
                .get(at(""))
                .then()
                .statusCode(200)
                .contentType("text/html")
                .body(containsString("Overview"), containsString("<strong>desk</strong>"), not(containsString(DESK)));
    }

    @Test
    void onAnEncryptedConnectionTheCookieIsSecureAndBoundToTheHost() {
        String set = given().redirects()
                .follow(false)
                .header("Sec-Fetch-Site", "same-origin")
                .header("Origin", "https://ops.example.test")
                .formParam("token", DESK)
                .post(at("sign-in"))
                .then()
                .statusCode(303)
                .extract()
                .header("Set-Cookie");

        assertThat(set).startsWith(SECURE_COOKIE + "=").contains("; Secure", "HTTPOnly", "SameSite=Strict", "Path=/;");
        String value = set.substring(SECURE_COOKIE.length() + 1, set.indexOf(';'));
        given().cookie(SECURE_COOKIE, value).get(at("")).then().statusCode(200);
    }

    @Test
    void aTokenIsNotTakenOverAnUnencryptedNetwork() {
        given().header("Sec-Fetch-Site", "same-origin")
                .header("Origin", "http://ops.example.test:9000")
                .formParam("token", DESK)
                .post(at("sign-in"))
                .then()
                .statusCode(403)
                .header("Set-Cookie", nullValue())
                .body(containsString("open the console by https"));
    }

    @Test
    void aWrongTokenIsRefusedAndNotShownAgain() {
        signIn("wrong-token-canary-0001\"><b>")
                .then()
                .statusCode(401)
                .header("Set-Cookie", nullValue())
                .body(containsString("This token is unknown"), not(containsString("wrong-token-canary")));
    }

    @Test
    void aRoleForSystemsMayNotSignInEvenWithASessionThatItsTokenSigned() {
        signIn("shop-token-canary-0001").then().statusCode(403).header("Set-Cookie", nullValue());

        String forged = sessions.open(new Actor("shop", Role.SERVICE), "shop-token-canary-0001")
                .encode();
        as(forged).get(at("")).then().statusCode(403);
    }

    @Test
    void afterSigningInThePageThatWasAskedForIsShownAndNeverAnotherSite() {
        given().get(at("search?status=failed"))
                .then()
                .statusCode(401)
                .body(containsString("name=\"to\" value=\"/operate/console/search?status=failed\""));
        for (String to : List.of(
                "https://evil.example",
                "//evil.example",
                "/operate/console/\\evil",
                "/q/health",
                "/operate/console/\r\nX: y")) {
            signingIn(DESK).formParam("to", to).post(at("sign-in")).then().header("Location", equalTo(ROOT));
        }
        signingIn(DESK)
                .formParam("to", "/operate/console/search?status=failed")
                .post(at("sign-in"))
                .then()
                .header("Location", equalTo("/operate/console/search?status=failed"));
    }

    // --- sessions

    @Test
    void everySignInHasANewSessionAndEndsTheOneThatTheBrowserHad() {
        String before = signedIn(DESK);
        String after =
                signingIn(DESK).cookie(COOKIE, before).post(at("sign-in")).cookie(COOKIE);

        assertThat(after).isNotEqualTo(before);
        as(before).get(at("")).then().statusCode(401);
        as(after).get(at("")).then().statusCode(200);
    }

    @Test
    void aSessionThatWasSignedOutIsNotAcceptedAgain() {
        String cookie = signedIn(DESK);
        form(cookie)
                .post(at("sign-out"))
                .then()
                .statusCode(303)
                .header("Location", ROOT + "sign-in")
                .header("Set-Cookie", containsString("Max-Age=0"));

        as(cookie).get(at("")).then().statusCode(401).body(containsString("Your session has ended"));
    }

    @Test
    void everyReplicaRefusesASessionThatWasSignedOutAtAnother() {
        String here = signedIn(DESK);
        form(here).post(at("sign-out")).then().statusCode(303);
        assertThat(ended(here)).isTrue();
        assertThat(endedUntil(here))
                .as("the lifetime may be set to as much as this while the row exists")
                .isAfterOrEqualTo(openedAt(here).plus(Duration.ofHours(24)));

        // As another replica writes it.
        String there = signedIn(DESK);
        as(there).get(at("")).then().statusCode(200);
        pool.preparedQuery("INSERT INTO ended_console_session (id, until) VALUES ($1, now() + interval '1 h')")
                .execute(Tuple.of(there.split("\\.")[3]))
                .await()
                .atMost(LIMIT);
        as(there).get(at("")).then().statusCode(401).body(containsString("Your session has ended"));
        as(there).get(at("search")).then().statusCode(401);
    }

    private Instant endedUntil(String cookie) {
        return pool.preparedQuery("SELECT until FROM ended_console_session WHERE id = $1")
                .execute(Tuple.of(cookie.split("\\.")[3]))
                .map(rows -> rows.iterator().next().getOffsetDateTime("until").toInstant())
                .await()
                .atMost(LIMIT);
    }

    private static Instant openedAt(String cookie) {
        return Instant.ofEpochSecond(Long.parseLong(cookie.split("\\.")[1]));
    }

    @Test
    void whileTooManyStatementsOfTheBackOfficeWaitNoPageIsShownAndSigningOutCountsAtEveryReplica() {
        String open = signedIn(DESK);
        String leaving = signedIn(DESK);
        String csrfOfLeaving = csrf(leaving);
        // As another replica writes it, so that this one must ask.
        String ended = signedIn(DESK);
        pool.preparedQuery("INSERT INTO ended_console_session (id, until) VALUES ($1, now() + interval '1 h')")
                .execute(Tuple.of(ended.split("\\.")[3]))
                .await()
                .atMost(LIMIT);
        CompletableFuture<Void> busy = new CompletableFuture<>();
        for (int i = 0; i < MORE_THAN_THE_SHARE; i++) {
            shares.backOffice()
                    .within(() -> Uni.createFrom().completionStage(busy))
                    .subscribe()
                    .with(done -> {}, full -> {});
        }
        try {
            as(ended).get(at("")).then().statusCode(503).header("Retry-After", "2");
            as(ended).get(at("search")).then().statusCode(503);
            as(leaving)
                    .header("Sec-Fetch-Site", "same-origin")
                    .formParam("csrf", csrfOfLeaving)
                    .post(at("sign-out"))
                    .then()
                    .statusCode(303);
            assertThat(ended(leaving)).isTrue();
        } finally {
            busy.complete(null);
        }
        await().atMost(LIMIT).untilAsserted(() -> as(open).get(at("")).then().statusCode(200));
        as(ended).get(at("")).then().statusCode(401);
    }

    private boolean ended(String cookie) {
        return pool.preparedQuery("SELECT count(*) = 1 FROM ended_console_session WHERE id = $1 AND until > now()")
                .execute(Tuple.of(cookie.split("\\.")[3]))
                .map(rows -> rows.iterator().next().getBoolean(0))
                .await()
                .atMost(LIMIT);
    }

    @Test
    void sessionsThatWouldHaveEndedByThemselvesAreForgotten() {
        String old = "old-" + System.nanoTime();
        pool.preparedQuery("INSERT INTO ended_console_session (id, until) VALUES ($1, now() - interval '1 min')")
                .execute(Tuple.of(old))
                .await()
                .atMost(LIMIT);
        String cookie = signedIn(DESK);
        form(cookie).post(at("sign-out")).then().statusCode(303);

        endedSessions.deleteSome().await().atMost(LIMIT);

        assertThat(ended("a.b.c." + old)).isFalse();
        assertThat(ended(cookie)).isTrue();
    }

    // --- people by a token of the issuer

    @Test
    void aTokenOfTheIssuerWithARoleOpensTheConsoleAsLongAsItIsValid() {
        String token = CompanyPeople.token("jo@example.test", "ramp-desk");
        String cookie = signedIn(token);

        assertThat(cookie).startsWith("~").doesNotContain("jo@example.test");
        as(cookie)
                .get(at(""))
                .then()
                .statusCode(200)
                .body(containsString("<strong>jwt:jo@example.test</strong>"), containsString("support"));
        form(cookie).formParam("find", "unheard-of").post(at("find")).then().statusCode(303);
        form(cookie).post(at("sign-out")).then().statusCode(303);
        as(cookie).get(at("")).then().statusCode(401);

        signIn(CompanyPeople.token("jo@example.test", "staff")).then().statusCode(403);
        signIn(CompanyPeople.token("jo@example.test", "ramp-systems")).then().statusCode(403);
        signIn(token.substring(0, token.length() - 8) + "AAAAAAAA").then().statusCode(401);
        signIn("x".repeat(8_001)).then().statusCode(400).body(containsString("too long"));
    }

    @Test
    void aLongTokenOfTheIssuerIsStoredEncryptedAndItsCookieIsShort() {
        for (int length : List.of(1_600, 3_550, 7_900)) {
            String token = CompanyPeople.tokenOfAbout(length, "jo@example.test", "ramp-desk");
            String cookie = signedIn(token);

            assertThat(cookie).hasSizeLessThan(250);
            as(cookie)
                    .get(at(""))
                    .then()
                    .statusCode(200)
                    .body(containsString("<strong>jwt:jo@example.test</strong>"), containsString("support"));
            String key = cookie.substring(cookie.lastIndexOf('.') + 1);
            assertThat(storedTokens()).isNotEmpty().allSatisfy(row -> assertThat(row)
                    .doesNotContain(key, token, token.split("\\.")[1].substring(0, 60)));
            as(cookie.substring(0, cookie.length() - 43) + "A".repeat(43))
                    .get(at(""))
                    .then()
                    .statusCode(401);
            as(cookie.substring(0, cookie.length() - 44)).get(at("")).then().statusCode(401);
            form(cookie).post(at("sign-out")).then().statusCode(303);
            as(cookie).get(at("")).then().statusCode(401);
        }
        String shorter = CompanyPeople.tokenOfAbout(1_400, "jo@example.test", "ramp-desk");
        assertThat(signedIn(shorter)).endsWith(shorter);
    }

    @Test
    void theSameLongTokenIsStoredOnceAndForgottenWhenItsSessionsHaveEnded() {
        String token = CompanyPeople.tokenOfAbout(3_000, "mo@example.test", "ramp-desk");
        String one = signedIn(token);
        int rows = storedTokens().size();
        String other = signedIn(token);

        assertThat(storedTokens()).hasSize(rows);
        form(one).post(at("sign-out")).then().statusCode(303);
        as(other).get(at("")).then().statusCode(200);
        keptTokens.deleteSome().await().atMost(LIMIT);
        assertThat(storedTokens()).hasSize(rows);
        execute("UPDATE console_token SET until = now() - interval '1 min'");
        keptTokens.deleteSome().await().atMost(LIMIT);
        assertThat(storedTokens()).isEmpty();
        as(other).get(at("")).then().statusCode(401).body(containsString("Your session has ended"));
    }

    @Test
    void aLongTokenThatCannotBeStoredStaysInTheCookieAsFarAsBrowsersTakeIt() {
        String token = CompanyPeople.tokenOfAbout(3_000, "jo@example.test", "ramp-desk");
        String tooLong = CompanyPeople.tokenOfAbout(3_900, "jo@example.test", "ramp-desk");
        String stored = signedIn(token);
        execute("ALTER TABLE console_token RENAME TO console_token_away");
        try {
            String cookie = signedIn(token);
            assertThat(cookie).endsWith(token);
            as(cookie).get(at("")).then().statusCode(200);
            signIn(tooLong).then().statusCode(503).body(containsString("the database, which does not answer"));
            as(stored).get(at("")).then().statusCode(503).body(containsString("If you sign in again"));
        } finally {
            execute("ALTER TABLE console_token_away RENAME TO console_token");
        }
        as(stored).get(at("")).then().statusCode(200);
    }

    private List<String> storedTokens() {
        return pool.query("SELECT id || ' ' || sealed AS stored FROM console_token")
                .execute()
                .map(rows -> {
                    List<String> stored = new ArrayList<>();
                    rows.forEach(row -> stored.add(row.getString("stored")));
                    return stored;
                })
                .await()
                .atMost(LIMIT);
    }

    private void execute(String statement) {
        pool.query(statement).execute().await().atMost(LIMIT);
    }

    @Test
    void aTokenInTheHeaderOfAPageIsRefusedWithWhatToDo() {
        for (String token : List.of(DESK, NIGHT, CompanyPeople.token("jo@example.test", "ramp-desk"), "wrong")) {
            given().header("Authorization", "Bearer " + token)
                    .get(at("search"))
                    .then()
                    .statusCode(401)
                    .contentType("text/html")
                    .body(
                            containsString("does not accept a token in the Authorization header"),
                            containsString("rampgate.operate.proxy"),
                            containsString("name=\"to\" value=\"/operate/console/search\""),
                            not(containsString(token + "<")));
        }
        as(signedIn(DESK))
                .header("Authorization", "Basic of-a-proxy")
                .get(at(""))
                .then()
                .statusCode(200);
    }

    @Test
    void aSessionEndsWithItsTokenAndHasTheRoleOfNow() {
        JwtClaims claims = CompanyPeople.claims();
        claims.setStringClaim("email", "jo@example.test");
        claims.setClaim("realm_access", Map.of("roles", List.of("ramp-desk")));
        claims.setExpirationTimeMinutesInTheFuture(-5);
        Actor jo = new Actor("jwt:jo@example.test", Role.SUPPORT);

        as(sessions.open(jo, CompanyPeople.signed(claims)).encode())
                .get(at(""))
                .then()
                .statusCode(401);
        as(sessions.open(jo, CompanyPeople.token("mo@example.test", "ramp-desk"))
                        .encode())
                .get(at(""))
                .then()
                .statusCode(401);
        as(sessions.open(jo, CompanyPeople.token("jo@example.test", "staff")).encode())
                .get(at(""))
                .then()
                .statusCode(403);
        String good = sessions.open(jo, CompanyPeople.token("jo@example.test", "ramp-oncall"))
                .encode();
        as(good).get(at("")).then().statusCode(200).body(containsString("operator"));
        String other = sessions.open(jo, CompanyPeople.token("jo@example.test", "ramp-books"))
                .encode();
        String[] parts = good.split("\\.");
        as(String.join(".", List.of(parts).subList(0, 5)) + "."
                        + String.join(".", List.of(other.split("\\.")).subList(5, 8)))
                .get(at(""))
                .then()
                .statusCode(401);
        as(String.join(".", List.of(parts).subList(0, 5))).get(at("")).then().statusCode(401);
    }

    @Test
    void aChangedSessionIsNone() {
        String cookie = signedIn(DESK);
        String[] parts = cookie.split("\\.");

        for (String forged : List.of(
                cookie.replaceFirst("desk", "night"),
                cookie.replace("." + parts[2] + ".", "." + (Long.parseLong(parts[2]) + 5) + "."),
                cookie.replace(parts[3], "AAAAAAAAAAAAAAAAAAAAAA"),
                cookie.substring(0, cookie.lastIndexOf('.') + 1) + "A".repeat(43),
                "x",
                "desk.1.1.." + parts[4],
                cookie + "x")) {
            as(forged).get(at("")).then().statusCode(401);
        }
    }

    @Test
    void aSessionEndsWhenItsUserIsIdleAndAtTheLatestAfterItsLifetime() {
        ConsoleSession now = sessions.open(new Actor("desk", Role.SUPPORT), DESK);

        as(aged(now, Duration.ofMinutes(29), Duration.ofMinutes(29)))
                .get(at(""))
                .then()
                .statusCode(200);
        as(aged(now, Duration.ofMinutes(31), Duration.ofMinutes(31)))
                .get(at(""))
                .then()
                .statusCode(401);
        as(aged(now, Duration.ofHours(11), Duration.ZERO)).get(at("")).then().statusCode(200);
        as(aged(now, Duration.ofHours(13), Duration.ZERO)).get(at("")).then().statusCode(401);
        as(aged(now, Duration.ZERO, Duration.ofHours(-2))).get(at("")).then().statusCode(401);
    }

    @Test
    void aCallKeepsASessionAliveAndAPageThatRefreshesItselfDoesNot() {
        String cookie = aged(
                sessions.open(new Actor("desk", Role.SUPPORT), DESK), Duration.ofMinutes(9), Duration.ofMinutes(9));

        as(cookie).get(at("")).then().statusCode(200).header("Set-Cookie", containsString(COOKIE + "=desk."));
        as(cookie)
                .header("Rampgate-Refresh", "1")
                .get(at(""))
                .then()
                .statusCode(200)
                .header("Set-Cookie", nullValue());
    }

    // --- forms

    @ParameterizedTest
    @ValueSource(strings = {"cross-site", "same-site", "none"})
    void aFormOfAnotherSiteDoesNothing(String site) {
        String cookie = signedIn(DESK);
        String csrf = csrf(cookie);

        as(cookie)
                .header("Sec-Fetch-Site", site)
                .formParam("csrf", csrf)
                .post(at("sign-out"))
                .then()
                .statusCode(403);
        given().header("Sec-Fetch-Site", site)
                .formParam("token", DESK)
                .post(at("sign-in"))
                .then()
                .statusCode(403)
                .header("Set-Cookie", nullValue());
        as(cookie).get(at("")).then().statusCode(200);
    }

    @Test
    void aBrowserThatSendsNoSiteIsKnownByItsOriginAndOneThatSendsNeitherIsRefused() {
        String cookie = signedIn(DESK);
        String csrf = csrf(cookie);

        as(cookie).formParam("csrf", csrf).post(at("sign-out")).then().statusCode(403);
        as(cookie)
                .header("Origin", "https://evil.example")
                .formParam("csrf", csrf)
                .post(at("sign-out"))
                .then()
                .statusCode(403);
        as(cookie)
                .header("Origin", "null")
                .formParam("csrf", csrf)
                .post(at("sign-out"))
                .then()
                .statusCode(403);
        as(cookie)
                .header("Origin", "http://" + management.getAuthority())
                .formParam("csrf", csrf)
                .post(at("sign-out"))
                .then()
                .statusCode(303);
    }

    @Test
    void aFormNeedsTheSecretOfItsOwnSession() {
        String cookie = signedIn(DESK);
        String other = csrf(signedIn(DESK));

        for (String csrf : List.of("", "wrong", other)) {
            as(cookie)
                    .header("Sec-Fetch-Site", "same-origin")
                    .formParam("csrf", csrf)
                    .post(at("sign-out"))
                    .then()
                    .statusCode(403)
                    .body(containsString("belongs to an earlier session"));
        }
        as(cookie)
                .header("Sec-Fetch-Site", "same-origin")
                .contentType("text/plain")
                .body("csrf=" + csrf(cookie))
                .post(at("sign-out"))
                .then()
                .statusCode(415);
        as(cookie).get(at("")).then().statusCode(200);
    }

    @ParameterizedTest
    @ValueSource(ints = {16_500, 30_000, 65_000, 70_000})
    void aFormThatIsTooLargeIsRefusedAsSuch(int characters) {
        form(signedIn(DESK))
                .formParam("more", "x".repeat(characters))
                .post(at("search"))
                .then()
                .statusCode(413)
                .contentType("text/html")
                .body(containsString("too large"));
    }

    @Test
    void aFieldOfAThousandCharactersIsTakenThoughItsBytesAreMany() {
        form(signedIn(DESK))
                .contentType("application/x-www-form-urlencoded; charset=UTF-8")
                .formParam("reference", "\u043f".repeat(128) + "\n" + "\u043f".repeat(100))
                .formParam("more", "\u043f".repeat(1_000))
                .post(at("search"))
                .then()
                .statusCode(303);
    }

    // --- pages

    @Test
    void everyAnswerForbidsFramesInlineScriptsAndKeepingIt() {
        String cookie = signedIn(NIGHT);
        for (ValidatableResponse answer : List.of(
                as(cookie).get(at("")).then().statusCode(200),
                as(cookie).get(at("unheard-of")).then().statusCode(404),
                given().get(at("")).then().statusCode(401),
                given().get(at("sign-in")).then().statusCode(200),
                signIn("wrong-token-canary-0001").then().statusCode(401),
                signIn(DESK).then().statusCode(303))) {
            answer.header("Content-Security-Policy", containsString("default-src 'none'"))
                    .header("Content-Security-Policy", containsString("frame-ancestors 'none'"))
                    .header("Content-Security-Policy", not(containsString("unsafe")))
                    .header("X-Frame-Options", "DENY")
                    .header("X-Content-Type-Options", "nosniff")
                    .header("Referrer-Policy", "same-origin")
                    .header("Cache-Control", "no-store");
        }
    }

    @Test
    void theAddressWithoutASlashLeadsToTheConsole() {
        given().redirects()
                .follow(false)
                .get(management.resolve("/operate/console"))
                .then()
                .statusCode(303)
                .header("Location", ROOT);
    }

    @Test
    void problemsArePagesOfTheConsole() {
        String cookie = signedIn(DESK);

        as(cookie)
                .get(at("unheard-of"))
                .then()
                .statusCode(404)
                .contentType("text/html")
                .body(
                        containsString("Not found"),
                        containsString("<strong>desk</strong>"),
                        containsString("Request <code>"));
        as(cookie)
                .header("X-Request-Id", "night-4711")
                .get(at("unheard-of"))
                .then()
                .header("X-Request-Id", is("night-4711"))
                .body(containsString("<code>night-4711</code>"));
    }

    @Test
    void aLinkFromAnotherSiteLoadsThePageOnceMoreSinceTheBrowserKeptTheCookieBack() {
        given().header("Sec-Fetch-Site", "cross-site")
                .header("Sec-Fetch-Mode", "navigate")
                .get(at(""))
                .then()
                .statusCode(401)
                .header("Refresh", "0")
                .body(containsString("Opening the console"));
        given().header("Sec-Fetch-Site", "same-origin")
                .header("Sec-Fetch-Mode", "navigate")
                .get(at(""))
                .then()
                .header("Refresh", nullValue())
                .body(containsString("Your token"));
    }

    @Test
    void aPartOfAPageThatNeedsASessionHasTheWholePageLoadedAgain() {
        given().header("HX-Request", "true").get(at("")).then().statusCode(401).header("HX-Refresh", "true");
    }

    @Test
    void styleAndScriptsAreKeptUntilTheyChange() {
        String page = given().get(at("sign-in")).asString();
        List<String> assets = Pattern.compile("(?:src|href)=\"(/operate/console/assets/[^\"]+)\"")
                .matcher(page)
                .results()
                .map(found -> found.group(1))
                .toList();

        assertThat(assets).hasSize(4).allSatisfy(asset -> given().get(management.resolve(asset))
                .then()
                .statusCode(200)
                .header("Cache-Control", containsString("immutable"))
                .header("X-Content-Type-Options", "nosniff"));
    }

    @Test
    void thePublicPortServesNothingOfTheConsole() {
        given().get("/operate/console/").then().statusCode(404);
        given().get("/operate/console/sign-in").then().statusCode(404);
        given().get("/webjars/htmx.org/2.0.4/dist/htmx.min.js").then().statusCode(404);
        given().get("/dev/rampgate/backoffice/console/htmx.min.js").then().statusCode(404);
    }

    // --- a browser

    private URI at(String path) {
        return management.resolve(ROOT + path);
    }

    private static RequestSpecification as(String cookie) {
        return given().redirects().follow(false).cookie(COOKIE, cookie);
    }

    private RequestSpecification form(String cookie) {
        return as(cookie).header("Sec-Fetch-Site", "same-origin").formParam("csrf", csrf(cookie));
    }

    private static RequestSpecification signingIn(String token) {
        return given().redirects()
                .follow(false)
                .header("Sec-Fetch-Site", "same-origin")
                .formParam("token", token);
    }

    private Response signIn(String token) {
        return signingIn(token).post(at("sign-in"));
    }

    private String signedIn(String token) {
        return signIn(token).then().statusCode(303).extract().cookie(COOKIE);
    }

    private String csrf(String cookie) {
        Matcher field = Pattern.compile("name=\"csrf\" value=\"([^\"]+)\"")
                .matcher(as(cookie).get(at("")).asString());
        assertThat(field.find()).isTrue();
        return field.group(1);
    }

    private static String aged(ConsoleSession session, Duration sinceOpened, Duration sinceSeen) {
        return new ConsoleSession(
                        session.actor(),
                        session.id(),
                        session.openedAt().minus(sinceOpened),
                        session.seenAt().minus(sinceSeen),
                        session.key(),
                        session.token(),
                        session.tokenKey())
                .encode();
    }
}
