package dev.rampgate;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.rampgate.sandbox.transaction.Action;
import dev.rampgate.sandbox.transaction.LifeMode;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.openqa.selenium.Keys;

/** The checkout page with the real widget script in a real browser, from the order to what Rampgate knows in the end. */
@QuarkusTest
@QuarkusTestResource(value = AttendedSandbox.class, restrictToAnnotatedClass = true)
class CheckoutBrowserIT {

    private static final String USER = "demo-user";

    private static Chromium browser;

    @TestHTTPResource("/")
    String address;

    @BeforeAll
    static void openBrowser() {
        browser = new Chromium();
    }

    @AfterAll
    static void closeBrowser() {
        browser.close();
    }

    @BeforeEach
    void openPage() {
        AttendedSandbox.proof().scenarioPlayer().play("calm");
        AttendedSandbox.proof().kyc().set(USER, "not_started");
        browser.emulate(1280, 900, false, "light");
        browser.open(address);
    }

    @Test
    void aBuyIsPaidInTheWidgetAndCompletesConfirmed() {
        order("buy");
        step("verify");
        step("pay");

        browser.sees("#status", "Completed");
        browser.sees("#standing", "confirmed by Proof");
        assertThat(browser.textsOf("#timeline .what strong"))
                .startsWith("Completed")
                .endsWith("Pending");
        assertThat(browser.textsOf("#facts dd")).contains("42.75 USDC", "ERC20", "42.60 USDC", "40.15 EUR");
        inWidget(() -> browser.sees("h1", "42.60 USDC delivered"));
        assertThat(reported())
                .contains("onLoad", "onReady", "onStatusChange new", "onStatusChange paid")
                .contains("onPaymentFinished card");
    }

    @Test
    void aDeclinedCardIsTriedAgainWithTheSameTransaction() {
        order("buy");
        step("verify");
        step("decline");
        browser.sees("#status", "Failed");
        browser.sees("#standing", "confirmed by Proof");
        String id = browser.textOf("#facts dd");

        step("retry");

        browser.sees("#status", "Completed");
        browser.sees("#standing", "attempt 2");
        assertThat(browser.textOf("#facts dd")).isEqualTo(id);
        assertThat(browser.textsOf("#timeline .what strong")).contains("Failed");
        assertThat(reported()).contains("onStatusChange order_failed");
    }

    @Test
    void aCancelledBuyIsShownAsCancelled() {
        order("buy");
        step("cancel");

        browser.sees("#status", "Cancelled");
        browser.sees("#standing", "confirmed by Proof");
        inWidget(() -> browser.sees("h1", "Cancelled"));
    }

    @Test
    void aSellCompletesAfterItsDeposit() {
        order("sell");
        step("verify");
        inWidget(() -> browser.sees(".address", "0x"));
        step("send");

        browser.sees("#status", "Completed");
        browser.sees("#standing", "confirmed by Proof");
        assertThat(browser.textOf("#facts")).contains("Paid out to").doesNotContain("Paid by");
        inWidget(() -> browser.sees(".sum", "you got"));
        assertThat(reported()).contains("onSellTransferEnabled payout");
    }

    @Test
    void aBuyCompletesByPollsAloneInThatScenario() {
        browser.choose("#scenario", "polls-only");
        browser.sees("#scenario-summary", "polls must find everything");
        order("buy");
        step("verify");
        step("pay");

        browser.sees("#status", "Completed");
        browser.sees("#standing", "confirmed by Proof");
        assertThat(browser.textsOf("#timeline .who")).contains("Poll").doesNotContain("Webhook", "Socket");
    }

    @Test
    void anIdentityCheckThatFailsMayBeRepeated() {
        order("buy");
        step("reject");
        inWidget(() -> browser.sees("h1", "could not be verified"));
        step("verify");

        inWidget(() -> browser.sees("h1", "Pay by card"));
    }

    @Test
    void thePageCanBeUsedByKeyboardAlone() {
        browser.tabTo("[name=type]");
        browser.press(Keys.ARROW_RIGHT);
        browser.tabTo("#submit");
        browser.press(Keys.ENTER);
        browser.enterFrame("#widget iframe");
        browser.sees("h1", "Verify your identity");
        browser.leaveFrame();

        assertThat(browser.run("return document.activeElement.id")).isEqualTo("title");
        browser.sees("#facts", "Transaction");
    }

    @Test
    void everyControlHasAnAccessibleName() {
        Object nameless = browser.run("""
                return [...document.querySelectorAll('button, input, select, a, iframe, section')]
                  .filter(e => !(e.labels?.length || e.textContent.trim() || e.title || e.getAttribute('aria-labelledby')))
                  .map(e => e.outerHTML)""");

        assertThat((List<?>) nameless).isEmpty();
    }

    @Test
    void aRefusedOrderIsExplainedWhereItWasMade() {
        browser.choose("[name=network]", "BEP20");
        browser.click("#submit");

        browser.sees("#problem-title", "This currency is not available on this network");
        browser.sees("#problem-id", "Request ");
    }

    @Test
    void anAmountThatIsNoneNeverLeavesThePage() {
        browser.type("[name=amount]", "lots");
        browser.click("#submit");

        browser.sees("#problem-title", "Which amount?");
        assertThat(browser.run("return document.activeElement.name")).isEqualTo("amount");
    }

    @Test
    void aParameterLeftInSnakeCaseIsComplainedAboutInTheWidget() {
        order("buy");
        inWidget(() -> browser.sees("h1", "Verify your identity"));
        browser.run("""
                const session = JSON.parse(document.getElementById('session').textContent);
                return import('/rampgate.js').then(({widgetParameters}) => {
                  const {merchantTransactionId, ...rest} = widgetParameters(session);
                  proofWidget.run({...rest, merchant_transaction_id: merchantTransactionId,
                    amount: Number(rest.amount), host: document.getElementById('widget'), onStatusChange() {}});
                })""");

        browser.enterFrame("#widget iframe");
        browser.sees(".complaints.error", "merchant_transaction_id must be passed as merchantTransactionId.");
        browser.sees(".complaints.error", "amount was changed: the session answered \"42.75\"");
        browser.sees("h1", "This widget cannot start");
        browser.leaveFrame();
    }

    @Test
    void aWidgetWithoutAHostIsComplainedAboutOnThePage() {
        order("buy");
        inWidget(() -> browser.sees("h1", "Verify your identity"));
        browser.run("proofWidget.run({host: 'widget'})");

        browser.sees("[data-proof-complaint]", "host must be a DOM element");
    }

    @Test
    void aReloadShowsTheOrderAgainWithItsWidget() {
        order("buy");
        step("verify");
        String id = browser.textOf("#facts dd");
        assertThat(browser.address()).contains("transaction=" + id);

        browser.open(browser.address());

        inWidget(() -> browser.sees("h1", "Pay by card"));
        assertThat(browser.textOf("#facts dd")).isEqualTo(id);
        step("pay");
        browser.sees("#status", "Completed");
        browser.sees("#standing", "settled");
        assertThat(browser.textOf("h1")).isEqualTo("Crypto delivered");

        browser.open(browser.address());

        browser.sees("#standing", "settled");
        assertThat(browser.textOf("#facts dd")).isEqualTo(id);
        browser.click("#again");
        assertThat(browser.address()).doesNotContain("transaction=");
        assertThat(browser.textOf("h1")).isEqualTo("Buy or sell crypto");
    }

    @Test
    void anotherTabShowsTheOrderWithoutItsPaymentForm() {
        order("buy");
        step("verify");
        String order = browser.address();
        browser.inAnotherTab(() -> {
            browser.open(order);
            browser.sees("#notice-title", "This tab has no payment form");
            browser.sees("#status", "Pending");
        });
    }

    @Test
    void anUnknownOrderIsExplainedAboveANewOne() {
        browser.open(address + "?transaction=00000000-0000-4000-8000-000000000000");

        browser.sees("#problem-title", "This order is not found");
        assertThat(browser.textOf("h1")).isEqualTo("Buy or sell crypto");
        assertThat(browser.address()).doesNotContain("transaction=");
    }

    @Test
    void aWidgetThatCannotBeLoadedIsExplainedWhereItWouldBeAndTriedAgain() {
        browser.withoutReaching("*widget.2.0.js*", () -> {
            order("buy");
            browser.sees("#notice-title", "The payment form could not be loaded");
            assertThat(browser.textOf("#notice-detail"))
                    .contains(AttendedSandbox.proof().baseUrl() + "/widget.2.0.js");
        });
        browser.click("#notice-again");

        inWidget(() -> browser.sees("h1", "Verify your identity"));
        assertThat(browser.textOf("#notice-title")).isEmpty();
    }

    @Test
    void aPaymentThatWasReceivedCannotBeCancelled() {
        AttendedSandbox.proof().life().mode(LifeMode.MANUAL);
        order("buy");
        step("verify");
        step("pay");

        inWidget(() -> {
            browser.sees("h1", "Payment received");
            browser.sees(".sum", "you paid");
            assertThat(browser.textsOf("button")).isEmpty();
        });
    }

    @Test
    void aRetryOfTheUserIsNotCalledACorrection() {
        order("buy");
        step("verify");
        step("decline");
        confirmed("Failed");
        step("retry");
        browser.sees("#status", "Completed");

        assertThat(browser.textsOf("#timeline .tag")).contains("tried again").doesNotContain("correction");
    }

    @Test
    void rampgateJsTellsEachTransitionOnceByEvents() {
        String id = followed("", "ticket");

        AttendedSandbox.proof().drive(id, Action.CANCEL);

        tellsOnce("state pending", "transition cancelled", "confirmed cancelled");
    }

    @Test
    void rampgateJsTellsEachTransitionOnceWhereNoEventsComeThrough() {
        String id = followed("window.EventSource = undefined;", "ticket");

        AttendedSandbox.proof().drive(id, Action.CANCEL);

        tellsOnce("state pending", "transition cancelled", "confirmed cancelled");
    }

    @Test
    void rampgateJsFetchesAnotherTicketWhenItsOwnIsOver() {
        String id = followed("", "'over'");

        AttendedSandbox.proof().drive(id, Action.CANCEL);

        tellsOnce("state pending", "transition cancelled", "confirmed cancelled");
        assertThat((Boolean) browser.run("return performance.getEntriesByType('resource')"
                        + ".some(entry => entry.name.endsWith('/ticket'))"))
                .isTrue();
    }

    @Test
    void theFirstSampleOfTheDocumentationRunsToItsEnd() throws IOException {
        try (SamplePage page = new SamplePage(samples().get(0))) {
            browser.open(page.address());
            browser.sees("#status", "pending");
            inWidget(() -> {
                browser.sees("h1", "Verify your identity");
                assertThat(browser.textsOf(".complaints")).isEmpty();
            });
            step("verify");
            step("pay");

            browser.sees("#status", "Done");
            assertThat(browser.uncaught()).isEmpty();
            browser.open("about:blank");
        }
    }

    @Test
    void theFirstSampleShowsTheStatusThoughTheWidgetIsBlocked() throws IOException {
        try (SamplePage page = new SamplePage(samples().get(0))) {
            browser.withoutReaching("*/widget.2.0.js", () -> {
                browser.open(page.address());
                browser.sees("#status", "pending");
                browser.sees("#widget", "Nothing answers at");
            });
            browser.open("about:blank");
        }
    }

    @Test
    void theSampleForReloadsGoesOnAfterOne() throws IOException {
        try (SamplePage sample = new SamplePage(samples().get(1))) {
            browser.open(sample.address());
            step("verify");
            browser.sees("#status", "pending");
            String page = browser.address();
            assertThat(page).contains("?transaction=");

            browser.open(page);

            browser.sees("#status", "pending");
            inWidget(() -> assertThat(browser.textsOf(".complaints")).isEmpty());
            step("decline");
            browser.sees("#status", "failed");
            // A change that comes before Proof has confirmed the failure takes half a minute to be believed.
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> given().get("/transactions/" + page.replaceAll(".*transaction=", ""))
                            .<Boolean>path("confirmed"));
            step("retry");
            browser.sees("#status", "Done");
            assertThat(browser.address()).isEqualTo(page);
            assertThat(browser.uncaught()).isEmpty();
            assertThat((List<?>) browser.run("return performance.getEntriesByType('resource')"
                            + ".map(entry => new URL(entry.name).pathname)"))
                    .asInstanceOf(InstanceOfAssertFactories.list(String.class))
                    .as("it opens no other session")
                    .doesNotContain("/session");
            browser.open("about:blank");
        }
    }

    /** The pages of docs/live.md with this test's addresses, and nothing else changed. */
    private List<String> samples() throws IOException {
        String text = Files.readString(Path.of(System.getProperty("project.basedir", "."), "docs", "live.md"));
        List<String> samples = Pattern.compile("^```html\n(.*?)^```$", Pattern.DOTALL | Pattern.MULTILINE)
                .matcher(text)
                .results()
                .map(match -> match.group(1)
                        .replace("http://localhost:8080", address.replaceFirst("/$", ""))
                        .replace(
                                "http://localhost:8090", AttendedSandbox.proof().baseUrl()))
                .toList();
        assertThat(samples).as("each sample has a test").hasSize(2);
        return samples;
    }

    /**
     * Opens a session on the page and follows it with this ticket, an expression of JavaScript, until its first state has come;
     * the transaction's id.
     */
    private static String followed(String before, String ticketUsed) {
        String id = (String) browser.run("""
                window.reported = [];
                %s
                return import('/rampgate.js').then(async ({openSession, follow}) => {
                  const {session, ticket} = await openSession({network: 'ERC20', currency: 'USDC', amount: '42.75'});
                  const note = (name) => (transaction) => reported.push(`${name} ${transaction.status}`);
                  follow(session.merchant_transaction_id, {onState: note('state'), onTransition: note('transition'),
                    onConfirmed: note('confirmed'), onEnd: note('end')}, {ticket: %s});
                  return session.merchant_transaction_id;
                })""".formatted(before, ticketUsed));
        await().atMost(Duration.ofSeconds(30))
                .until(() -> ((List<?>) browser.run("return reported")).contains("state pending"));
        return id;
    }

    private static void tellsOnce(String... expected) {
        await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> assertThat((List<?>) browser.run("return reported"))
                .asInstanceOf(InstanceOfAssertFactories.list(String.class))
                .containsSubsequence(expected)
                .doesNotHaveDuplicates());
    }

    @ParameterizedTest(name = "the checkout page at {0} in {1} is drawn into docs")
    @CsvSource({"desktop, light", "desktop, dark", "phone, light", "phone, dark"})
    void theDocumentationsPicturesAreDrawn(String screen, String scheme) throws IOException {
        boolean phone = screen.equals("phone");
        browser.emulate(phone ? 390 : 1280, phone ? 844 : 800, phone, scheme);
        browser.open(address);
        order("buy");
        step("verify");
        step("pay");
        browser.sees("#status", "Completed");
        browser.sees("#standing", "settled");
        inWidget(() -> browser.sees("h1", "42.60 USDC delivered"));

        fits();
        Pictures.draw("checkout-" + screen + "-" + scheme + ".png", browser.picture());
    }

    @ParameterizedTest(name = "every state of the checkout page at {0} in {1} is drawn")
    @CsvSource({"desktop, light", "desktop, dark", "phone, light", "phone, dark"})
    void everyStateIsDrawn(String screen, String scheme) throws IOException {
        boolean phone = screen.equals("phone");
        browser.emulate(phone ? 390 : 1280, phone ? 844 : 800, phone, scheme);
        Pictures pictures = new Pictures("checkout-states-" + screen + "-" + scheme);
        // Nothing happens by itself, so that a state lasts until its picture is taken.
        AttendedSandbox.proof().life().mode(LifeMode.MANUAL);
        browser.open(address);
        draw(pictures, "form");
        browser.choose("[name=network]", "BEP20");
        browser.click("#submit");
        browser.sees("#problem-id", "Request ");
        draw(pictures, "refused");

        browser.open(address);
        order("buy");
        widgetSees("Verify your identity");
        draw(pictures, "identity");
        step("reject");
        widgetSees("could not be verified");
        draw(pictures, "identity failed");
        step("verify");
        widgetSees("Pay by card");
        draw(pictures, "pay");
        step("pay");
        browser.sees("#status", "Processing");
        draw(pictures, "processing");
        complete();
        draw(pictures, "completed");

        browser.click("#again");
        order("buy");
        step("decline");
        confirmed("Failed");
        draw(pictures, "failed");
        step("retry");
        browser.sees("#standing", "attempt 2");
        browser.sees("#status", "Processing");
        draw(pictures, "tried again");
        complete();
        draw(pictures, "tried again completed");

        browser.click("#again");
        order("buy");
        step("cancel");
        confirmed("Cancelled");
        draw(pictures, "cancelled");

        browser.click("#again");
        order("sell");
        widgetSees("Send 42.75 USDC");
        draw(pictures, "sell");
        step("send");
        browser.sees("#status", "Processing");
        draw(pictures, "sell processing");
        complete();
        draw(pictures, "sold");

        browser.click("#again");
        browser.withoutReaching("*widget.2.0.js*", () -> {
            browser.open(address);
            order("buy");
            browser.sees("#notice-title", "could not be loaded");
            draw(pictures, "no widget");
        });
        browser.run("sessionStorage.clear(); location.reload()");
        browser.sees("#notice-title", "has no payment form");
        confirmed("Pending");
        draw(pictures, "in another tab");

        pictures.drawSheet(phone ? 195 : 512, phone ? 8 : 4);
    }

    private static void draw(Pictures pictures, String state) {
        fits();
        assertThat(browser.textsOf("h1")).as("one title: %s", state).hasSize(1).doesNotContain("");
        pictures.add(state, browser.picture());
    }

    private static void fits() {
        assertThat((Boolean) browser.run("return document.documentElement.scrollWidth <= innerWidth"))
                .as("nothing is wider than the screen")
                .isTrue();
        assertThat((List<?>) browser.run("""
                        const pen = document.createElement('canvas').getContext('2d');
                        return [...document.querySelectorAll('select')].filter(e => e.checkVisibility()).filter(select => {
                          const style = getComputedStyle(select);
                          pen.font = style.font;
                          const space = select.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
                          return [...select.options].some(option => pen.measureText(option.text).width > space);
                        }).map(e => e.outerHTML.slice(0, 200))""")).as("selects that cut an option").isEmpty();
    }

    private static void widgetSees(String title) {
        inWidget(() -> browser.sees("h1", title));
    }

    private static void confirmed(String status) {
        browser.sees("#status", status);
        browser.sees("#standing", "confirmed by Proof");
        browser.sees(
                "#timeline > [data-status=" + status.toLowerCase(Locale.ROOT) + "]:first-child .tag.good", "confirmed");
    }

    private static void complete() {
        AttendedSandbox.proof().drive(browser.textOf("#facts dd"), Action.COMPLETE);
        browser.sees("#status", "Completed");
        browser.sees("#standing", "settled");
        inWidget(() -> browser.sees(".mark", "✓"));
    }

    private static void order(String type) {
        browser.click("[name=type][value=" + type + "] + span");
        browser.click("#submit");
    }

    /** Clicks what a user would inside the widget. */
    private static void step(String name) {
        inWidget(() -> browser.click("[data-step=" + name + "]"));
    }

    private static void inWidget(Runnable work) {
        browser.enterFrame("#widget iframe");
        try {
            work.run();
        } finally {
            browser.leaveFrame();
        }
    }

    /** What the widget reported to the page, one line each. */
    private static List<String> reported() {
        return ((List<?>) browser.run("""
                return [...document.querySelectorAll('#callbacks li')]
                  .map(line => line.firstChild.textContent + line.childNodes[1].textContent.replace(/\\d\\d:.*/, ''))"""))
                .stream().map(Object::toString).map(String::trim).toList();
    }
}
