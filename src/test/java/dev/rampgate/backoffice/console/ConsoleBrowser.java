package dev.rampgate.backoffice.console;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.net.URI;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Somebody who is signed in, and submits forms as a browser does. */
final class ConsoleBrowser {

    private static final String ROOT = "/operate/console/";
    private static final String COOKIE = "rampgate-console";

    private final URI management;
    private final String cookie;

    private ConsoleBrowser(URI management, String cookie) {
        this.management = management;
        this.cookie = cookie;
    }

    static ConsoleBrowser signedIn(URI management, String token) {
        String cookie = given().redirects()
                .follow(false)
                .header("Sec-Fetch-Site", "same-origin")
                .formParam("token", token)
                .post(management.resolve(ROOT + "sign-in"))
                .then()
                .statusCode(303)
                .extract()
                .cookie(COOKIE);
        return new ConsoleBrowser(management, cookie);
    }

    /** A page by its path, or by the address that an answer redirects to. */
    Response get(String path) {
        return request().get(at(path));
    }

    /** Submits a form, with fields as names and values in turn. */
    Response submit(String path, String... fields) {
        RequestSpecification form =
                request().header("Sec-Fetch-Site", "same-origin").formParam("csrf", csrf());
        for (int i = 0; i < fields.length; i += 2) {
            form.formParam(fields[i], fields[i + 1]);
        }
        return form.post(at(path));
    }

    /** Submits a form, and gets the page that it redirects to. */
    Response submitAndFollow(String path, String... fields) {
        return get(submit(path, fields).then().statusCode(303).extract().header("Location"));
    }

    private RequestSpecification request() {
        return given().redirects().follow(false).urlEncodingEnabled(false).cookie(COOKIE, cookie);
    }

    private String csrf() {
        Matcher field = Pattern.compile("name=\"csrf\" value=\"([^\"]+)\"").matcher(get("").asString());
        assertThat(field.find()).isTrue();
        return field.group(1);
    }

    private URI at(String path) {
        return management.resolve(path.startsWith("/") ? path : ROOT + path);
    }
}
