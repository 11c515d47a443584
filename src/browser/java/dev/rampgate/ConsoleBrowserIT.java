package dev.rampgate;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;

import dev.rampgate.sandbox.transaction.Action;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import io.restassured.specification.RequestSpecification;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.LocalDate;
import java.time.YearMonth;
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
    private static final String BOOKS = "books-token-canary-0001";
    private static final Duration LIMIT = Duration.ofSeconds(60);
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
        browser.sees("#notice", "gets events again");

        LocalDate today = LocalDate.now(ZoneOffset.UTC);
        browser.open(at(ENDPOINT + "?from=" + today.minusDays(1) + "T00:00&to=" + today.plusDays(2) + "T00:00"));
        browser.sees(".confirm", "events");
        browser.click(".confirm button");
        browser.sees("#notice", "deliveries are queued");
        assertThat(browser.violations()).isEmpty();
    }

    @Test
    void anOperatorStopsSessionsReleasesThemAndReadsItInTheAudit() {
        signIn(NIGHT);
        browser.open(at("brakes"));
        browser.click("input[name=stops][value=some]");
        browser.type("#currency", "USDT");
        browser.type("#reason", "Proof refuses our token");
        browser.type("#name", "at-night");
        browser.click("form[action$=brakes] button[type=submit]");
        browser.sees("#notice", "The brake is on");
        browser.sees("table", "at-night");
        open("USDT", "order-4720").statusCode(503).body("type", equalTo("urn:rampgate:problem:sessions-paused"));
        open("USDC", "order-4721").statusCode(201);

        browser.click("form[action$=release] button");
        browser.sees("#notice", "The brake is released");
        open("USDT", "order-4722").statusCode(201);

        browser.open(at("audit"));
        browser.sees("#chain + .state", "linked");
        browser.type("#about", "at-night");
        browser.click("form[action$=audit] button[type=submit]");
        // This search, too, is an entry about what it looks for.
        browser.sees("#found", "3 entries");
        assertThat(browser.textsOf("td[data-label=Did]"))
                .containsExactly("read audit", "release brake done", "put brake done");
        assertThat(browser.textsOf("td[data-label=Who]")).allMatch("night operator"::equals);
        assertThat(browser.address()).doesNotContain("at-night");
        assertThat(browser.violations()).isEmpty();
    }

    @Test
    void anAuditorSeesWhoLookedAtACaseAndSavesTheAudit() {
        String id = id(order(4723));
        signIn(DESK);
        browser.open(at("transactions/" + id));
        browser.sees("h1", "Purchase of 42.75 USDC");
        assertThat(browser.textOf(".actions")).doesNotContain("Who looked at it");
        browser.click(".who button");
        browser.sees("h1", "Sign in");
        signIn(BOOKS);
        browser.open(at("transactions/" + id));
        browser.click("a[href*='audit?transaction=']");
        browser.sees("#found", "entries");
        assertThat(browser.textsOf("td[data-label=Who]")).contains("desk support", "books auditor");
        Object saved =
                browser.run("return fetch(document.querySelector('a[href*=\"format=csv\"]').href).then(a => a.text())");
        assertThat((String) saved).startsWith("position,at,actor").contains(id, "\"desk\"");
        browser.click("td a");
        browser.sees("h1", "Purchase of 42.75 USDC");
        assertThat(browser.violations()).isEmpty();
    }

    @Test
    void anOperatorComparesADayWithProofAndExplainsWhatAStatementLacks() {
        String id = settled(4724);
        signIn(NIGHT);
        browser.open(at("drift"));
        for (String field : List.of("from", "to")) {
            browser.run("document.getElementById(arguments[0]).valueAsDate = new Date()", field);
        }
        browser.click("form[action$=drift] button[type=submit]");
        browser.sees("#notice", "The run has started");
        // Shown by the page itself, without a reload.
        browser.sees("#runs .state", "done");
        browser.sees("#runs progress + p", " of ");

        importByForm("id,status,crypto_amount\n" + id + ",paid,99\n");
        browser.sees("main li", "line 2: status");
        browser.open(at("drift"));
        importByForm("id,status,crypto_amount\n" + id + ",completed,99\n");
        browser.sees("#notice", "The statement is received");
        await().atMost(LIMIT).until(() -> {
            browser.open(at("drift?state=open"));
            return browser.textsOf("td[data-label=Transaction]").contains(id);
        });
        browser.click("td[data-label=Break] a");
        browser.sees("h1", "Break");
        browser.type("#text", "Proof sent the statement of another month");
        browser.click("form[action$=explain] button");
        browser.sees("#notice", "The explanation is added");
        browser.sees(".bar .state", "explained");
        assertThat(browser.violations()).isEmpty();
    }

    @Test
    void anAuditorReadsTheStatementOfAMonth() {
        settled(4725);
        signIn(BOOKS);
        browser.open(at("statements"));
        browser.sees("h1", "Statement " + YearMonth.now(ZoneOffset.UTC));
        browser.sees("td[data-label=Pair]", "USDC");
        Object saved = browser.run("return fetch(document.querySelector('a[download]').href).then(a => a.text())");
        assertThat((String) saved).startsWith("section,entry").contains("completed");
        browser.click(".bar .actions a");
        browser.sees("h1", "Statement " + YearMonth.now(ZoneOffset.UTC).minusMonths(1));
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
        String id = settled(4714);
        importStatement("id,status,crypto_amount\n" + id + ",completed,42\n");
        putBrake("busy-network", Map.of("network", "TRC20", "reason", "The network is congested"), 200);
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
        browser.open(at("brakes"));
        take(sheet, "brakes", "Brakes");
        browser.open(at("statements"));
        take(sheet, "statement", "Statement");
        browser.open(at("drift"));
        take(sheet, "drift", "Drift");
        browser.click("td[data-label=Break] a");
        take(sheet, "break", "Break");
        browser.open(at("audit?transaction=" + id));
        take(sheet, "audit", "Audit");
        browser.open(at("unheard-of"));
        take(sheet, "not found", "Not found");
        sheet.drawSheet(phone ? 240 : 400, phone ? 12 : 4);
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
        open("USDC", reference).statusCode(201);
        return reference;
    }

    private static ValidatableResponse open(String currency, String reference) {
        return given().contentType("application/json")
                .body(Map.of(
                        "network",
                        "ERC20",
                        "currency",
                        currency,
                        "amount",
                        "42.75",
                        "type",
                        "buy",
                        "reference",
                        reference,
                        "metadata",
                        Map.of("shop", "berlin")))
                .post("/session")
                .then();
    }

    /** An order that is completed and settled; Proof's id of it. */
    private String settled(int number) {
        String id = id(order(number));
        AttendedSandbox.proof().drive(id, Action.COMPLETE);
        await().atMost(LIMIT).until(() -> as(NIGHT)
                .queryParam("id", id)
                .get(management.resolve("/operate/transactions"))
                .path("transactions[0].settled"));
        return id;
    }

    private void importByForm(String csv) {
        browser.run("""
                const chosen = new DataTransfer();
                chosen.items.add(new File([arguments[0]], 'october.csv', {type: 'text/csv'}));
                document.getElementById('file').files = chosen.files;""", csv);
        browser.click("form[action$=import] button");
    }

    private void importStatement(String csv) {
        as(NIGHT)
                .contentType("text/csv")
                .body(csv)
                .post(management.resolve("/operate/imports"))
                .then()
                .statusCode(200);
        await().atMost(LIMIT).until(() -> as(NIGHT)
                .get(management.resolve("/operate/imports"))
                .path("imports[0].state")
                .equals("done"));
    }

    private void putBrake(String name, Map<String, String> body, int status) {
        as(NIGHT)
                .contentType("application/json")
                .body(body)
                .put(management.resolve("/operate/brakes/" + name))
                .then()
                .statusCode(status);
    }

    private static RequestSpecification as(String token) {
        return given().header("Authorization", "Bearer " + token);
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
