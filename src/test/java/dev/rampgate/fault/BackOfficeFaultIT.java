package dev.rampgate.fault;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rampgate.support.CompanyPeople;
import dev.rampgate.support.TestDatabase;
import io.restassured.response.Response;
import java.net.URI;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The back office behind an nginx with its own buffers: 4 KB for the head of an answer, 8 KB for a line of a request. */
class BackOfficeFaultIT {

    private static final String ROOT = "/operate/console/";
    private static final String COOKIE = "rampgate-console";
    private static final int LONGEST_RETURN_ADDRESS = 1_200;

    private static TestDatabase database;
    private static Cluster cluster;
    private static Nginx nginx;

    @BeforeAll
    static void start() {
        database = TestDatabase.start();
        cluster = new Cluster(
                database,
                2,
                CompanyPeople.settings().entrySet().stream()
                        .collect(Collectors.toMap(
                                setting -> setting.getKey()
                                        .toUpperCase(Locale.ROOT)
                                        .replace('.', '_')
                                        .replace('-', '_'),
                                Map.Entry::getValue)));
        nginx = Nginx.before(
                URI.create(cluster.replicas().get(0).managementUrl("/")).getPort());
    }

    @AfterAll
    static void stop() throws Exception {
        nginx.close();
        cluster.close();
    }

    /** The longest that stands in the cookie, the longest that a browser would keep in one, and the longest of all. */
    @ParameterizedTest
    @ValueSource(ints = {1_490, 3_580, 7_950})
    void aPersonSignsInByATokenOfTheIssuerWhateverItsLength(int length) {
        String token = CompanyPeople.tokenOfAbout(length, "jo@example.test", "ramp-desk");
        String to = ROOT + "search?s=" + "x".repeat(LONGEST_RETURN_ADDRESS - "search?s=".length());

        Response signedIn = signIn(token, to);
        assertThat(signedIn.statusCode()).as(signedIn.asString()).isEqualTo(303);
        assertThat(signedIn.header("Location")).isEqualTo(to);
        String cookie = signedIn.cookie(COOKIE);

        Response page = given().cookie(COOKIE, cookie).get(at(""));
        assertThat(page.statusCode()).as(page.asString()).isEqualTo(200);
        assertThat(page.asString()).contains("jwt:jo@example.test");
        given().redirects()
                .follow(false)
                .cookie(COOKIE, cookie)
                .header("Sec-Fetch-Site", "same-origin")
                .formParam("csrf", csrf(page.asString()))
                .post(at("sign-out"))
                .then()
                .statusCode(303);
        given().cookie(COOKIE, cookie).get(at("")).then().statusCode(401);
    }

    private static Response signIn(String token, String to) {
        return given().redirects()
                .follow(false)
                .header("Sec-Fetch-Site", "same-origin")
                .formParam("token", token)
                .formParam("to", to)
                .post(at("sign-in"));
    }

    private static String csrf(String page) {
        Matcher field = Pattern.compile("name=\"csrf\" value=\"([^\"]+)\"").matcher(page);
        assertThat(field.find()).isTrue();
        return field.group(1);
    }

    private static String at(String path) {
        return "http://localhost:" + nginx.port() + ROOT + path;
    }
}
