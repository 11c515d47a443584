package dev.rampgate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.rampgate.sandbox.transaction.Action;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
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
    private static final int PICTURE_LIMIT = 200 * 1024;

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
        browser.open(page());
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
        assertThat(told())
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
        assertThat(told()).contains("onStatusChange order_failed");
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
        assertThat(told()).contains("onSellTransferEnabled payout");
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

        assertThat(browser.run("return document.activeElement.id")).isEqualTo("widget-title");
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

    /**
     * Opens a session on the page and follows it with this ticket, an expression of JavaScript, until its first state was told;
     * the transaction's id.
     */
    private static String followed(String before, String ticketUsed) {
        String id = (String) browser.run("""
                window.told = [];
                %s
                return import('/rampgate.js').then(async ({openSession, follow}) => {
                  const {session, ticket} = await openSession({network: 'ERC20', currency: 'USDC', amount: '42.75'});
                  const note = (name) => (transaction) => told.push(`${name} ${transaction.status}`);
                  follow(session.merchant_transaction_id, {onState: note('state'), onTransition: note('transition'),
                    onConfirmed: note('confirmed'), onEnd: note('end')}, {ticket: %s});
                  return session.merchant_transaction_id;
                })""".formatted(before, ticketUsed));
        await().atMost(Duration.ofSeconds(30))
                .until(() -> ((List<?>) browser.run("return told")).contains("state pending"));
        return id;
    }

    private static void tellsOnce(String... expected) {
        await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> assertThat((List<?>) browser.run("return told"))
                .asInstanceOf(InstanceOfAssertFactories.list(String.class))
                .containsSubsequence(expected)
                .doesNotHaveDuplicates());
    }

    @ParameterizedTest(name = "the checkout page at {0} in {1} is drawn into docs")
    @CsvSource({"desktop, light", "desktop, dark", "phone, light", "phone, dark"})
    void theDocumentationsPicturesAreDrawn(String screen, String scheme) throws IOException {
        boolean phone = screen.equals("phone");
        browser.emulate(phone ? 390 : 1280, phone ? 844 : 800, phone, scheme);
        browser.open(page());
        order("buy");
        step("verify");
        step("pay");
        browser.sees("#status", "Completed");
        browser.sees("#standing", "settled");
        inWidget(() -> browser.sees("h1", "42.60 USDC delivered"));

        byte[] picture = browser.picture();

        assertThat(picture).hasSizeLessThan(PICTURE_LIMIT);
        assertThat((Boolean) browser.run("return document.documentElement.scrollWidth <= innerWidth"))
                .as("nothing is wider than the screen")
                .isTrue();
        Path docs = Path.of(System.getProperty("project.basedir", "."), "docs", "screenshots");
        Files.createDirectories(docs);
        Files.write(docs.resolve("checkout-" + screen + "-" + scheme + ".png"), picture);
    }

    private String page() {
        return address + "?simulator=" + AttendedSandbox.proof().baseUrl();
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

    /** What the widget told the page, one line each. */
    private static List<String> told() {
        return ((List<?>) browser.run("""
                return [...document.querySelectorAll('#callbacks li')]
                  .map(line => line.firstChild.textContent + line.childNodes[1].textContent.replace(/\\d\\d:.*/, ''))"""))
                .stream().map(Object::toString).map(String::trim).toList();
    }
}
