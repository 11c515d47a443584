package dev.rampgate;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rampgate.sandbox.transaction.Action;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.Keys;

/** Every page and action of the console in a real browser: light and dark, on a phone, by keyboard, and looked at by axe. */
@QuarkusTest
@QuarkusTestResource(
        value = AttendedSandbox.class,
        restrictToAnnotatedClass = true,
        initArgs = @ResourceArg(name = AttendedSandbox.RECEIVER, value = "true"))
class ConsoleBrowserIT {

    private static final String DESK = "desk-token-canary-0001";
    private static final String NIGHT = "operate-token-canary-0001";
    private static final String ENDPOINT = "endpoints/sandbox";

    private static Chromium browser;
    private static String axe;

    @TestHTTPResource(value = "/", management = true)
    URI management;

    @BeforeAll
    static void openBrowser() throws IOException {
        browser = new Chromium();
        try (InputStream script = Thread.currentThread().getContextClassLoader().getResourceAsStream("axe.min.js")) {
            axe = new String(script.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @AfterAll
    static void closeBrowser() {
        browser.close();
    }

    @BeforeEach
    void showDesktop() {
        browser.emulate(1280, 900, false, "light");
    }

    @Test
    void anEMailThatSaysAnOrderLeadsToAnAnswerAndToATextForProof() {
        String order = order(4711);
        signIn(DESK);
        browser.type("#find", order.replace('-', ' '));
        browser.press(Keys.ENTER);

        browser.sees("h1", "Purchase of 42.75 USDC on ERC20");
        browser.sees("#user-text", "We have not received your payment");
        browser.sees("#proof-text", "(merchant_transaction_id): ");
        browser.click("[data-copy=proof-text]");
        assertThat(browser.textOf("#said")).matches("|Copied|Selected: .*");
        browser.click(".actions button");
        browser.sees("#notice", "Proof is asked again now");
        assertThat(browser.violations()).isEmpty();
    }

    @Test
    void aSearchIsDoneByFiltersAndTheWayBackShowsItAgain() {
        String order = order(4712);
        signIn(DESK);
        browser.open(at("search"));
        browser.click("summary");
        browser.type("#reference", order);
        browser.click("form.stack button[type=submit]");
        browser.sees("#found", "1 transaction");
        browser.click("td a");
        browser.sees("h1", "Purchase of");
        browser.goBack();
        browser.sees("#found", "1 transaction");

        assertThat(browser.address()).doesNotContain(order).contains("search?s=");
        assertThat(browser.violations()).isEmpty();
    }

    @Test
    void anOperatorTestsPausesAndResumesAnEndpointAndSendsAWindowAgain() {
        AttendedSandbox.proof().drive(id(order(4713)), Action.COMPLETE);
        signIn(NIGHT);
        browser.open(at(ENDPOINT));
        browser.click("form[action$=test] button");
        browser.sees("#notice", "The test event was delivered");
        browser.click("form[action$=pause] button");
        browser.sees("#notice", "The endpoint is paused");
        browser.click("form[action$=resume] button");
        browser.sees("#notice", "gets its events again");

        LocalDate today = LocalDate.now(ZoneOffset.UTC);
        browser.open(at(ENDPOINT + "?from=" + today.minusDays(1) + "T00:00&to=" + today.plusDays(2) + "T00:00"));
        browser.sees(".confirm", "events");
        browser.click(".confirm button");
        browser.sees("#notice", "deliveries are queued");
        assertThat(browser.violations()).isEmpty();
    }

    @Test
    void aKeyboardReachesEverything() {
        signIn(DESK);
        browser.open(at(""));
        browser.press(Keys.TAB);
        assertThat(browser.run("return document.activeElement.className")).isEqualTo("skip");
        browser.press(Keys.ENTER);
        browser.tabTo("#find");
        browser.press("unheard-of", Keys.ENTER);
        browser.sees("#found", "Nothing was found");
    }

    @Test
    void everyPageIsUsableOnAPhoneInBothThemesAndAxeFindsNothingSerious() throws IOException {
        String id = id(order(4714));
        AttendedSandbox.proof().drive(id, Action.COMPLETE);
        pictures("desktop", 1280, 900, false, "light", id);
        pictures("desktop", 1280, 900, false, "dark", id);
        pictures("phone", 360, 780, true, "light", id);
        pictures("phone", 320, 700, true, "dark", id);
    }

    private void pictures(String screen, int width, int height, boolean phone, String scheme, String id)
            throws IOException {
        browser.emulate(width, height, phone, scheme);
        Pictures sheet = new Pictures("console-" + screen + "-" + scheme);
        browser.open(at("sign-in"));
        take(sheet, "sign in", "Sign in");
        signIn(NIGHT);
        take(sheet, "overview", "Overview");
        if (screen.equals("desktop") && scheme.equals("light")) {
            Pictures.draw("console-overview.png", browser.picture());
        }
        browser.open(at("search?status=pending&status=completed&within=24h"));
        take(sheet, "search", "Search");
        browser.open(at("transactions/" + id));
        browser.sees("#state + p", "completed");
        take(sheet, "case", "Purchase");
        browser.open(at("endpoints"));
        take(sheet, "deliveries", "Deliveries");
        browser.open(at(ENDPOINT));
        take(sheet, "endpoint", "Endpoint sandbox");
        browser.open(at("unheard-of"));
        take(sheet, "not found", "Not found");
        sheet.drawSheet(phone ? 240 : 480, phone ? 7 : 3);
        browser.click(".who button");
        browser.sees("h1", "Sign in");
    }

    private void take(Pictures sheet, String name, String title) {
        browser.sees("h1", title);
        assertThat((Boolean) browser.run("return document.documentElement.scrollWidth <= innerWidth"))
                .as(name + " fits without scrolling sideways")
                .isTrue();
        assertThat(browser.violations()).as(name).isEmpty();
        browser.run(axe);
        List<?> found = (List<?>) browser.run("""
                return axe.run(document, {resultTypes: ['violations']}).then(result => result.violations
                  .filter(({impact}) => impact === 'serious' || impact === 'critical')
                  .map(({id, nodes}) => `${id}: ${nodes.map(({target}) => target).join(' ; ')}`))""");
        assertThat(found).as(name).isEmpty();
        browser.violations();
        sheet.add(name, browser.picture());
    }

    // --- what is looked at

    private void signIn(String token) {
        browser.open(at("sign-in"));
        browser.type("#token", token);
        browser.press(Keys.ENTER);
        browser.sees("h1", "Overview");
    }

    private String at(String path) {
        return management.resolve("/operate/console/" + path).toString();
    }

    /** Opens an order; its reference. */
    private static String order(int number) {
        String reference = "order-" + number;
        given().contentType("application/json")
                .body(Map.of(
                        "network", "ERC20",
                        "currency", "USDC",
                        "amount", "42.75",
                        "type", "buy",
                        "reference", reference,
                        "metadata", Map.of("shop", "berlin")))
                .post("/session")
                .then()
                .statusCode(201);
        return reference;
    }

    /** Proof's id of an order. */
    private String id(String reference) {
        return given().header("Authorization", "Bearer " + DESK)
                .queryParam("reference", reference)
                .get(management.resolve("/operate/transactions"))
                .then()
                .statusCode(200)
                .extract()
                .path("transactions[0].merchant_transaction_id");
    }
}
