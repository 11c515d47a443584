package dev.rampgate;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.rampgate.edge.BehindGatewayProfile;
import dev.rampgate.sandbox.transaction.Action;
import dev.rampgate.sandbox.transaction.LifeMode;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The hosted page as an app shows it: in a browser of a telephone without a signed-in user, behind a gateway that only
 * the app comes through. Tickets and streams are over after seconds, as after a long identity check.
 */
@QuarkusTest
@QuarkusTestResource(value = AttendedSandbox.class, restrictToAnnotatedClass = true)
@TestProfile(HandOffBrowserIT.ShortTickets.class)
class HandOffBrowserIT {

    private static final Duration LIMIT = Duration.ofSeconds(60);

    private static Chromium browser;

    @TestHTTPResource("/")
    String address;

    /** Signed in by a gateway. */
    public static final class ShortTickets implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of(
                    "rampgate.identity.mode", "header",
                    "rampgate.identity.header.secret", BehindGatewayProfile.SECRET,
                    "rampgate.live.ticket-lifetime", "4s",
                    "rampgate.live.max-age", "3s",
                    "rampgate.live.retry", "1s");
        }
    }

    @BeforeAll
    static void openBrowser() {
        browser = new Chromium();
    }

    @AfterAll
    static void closeBrowser() {
        browser.close();
    }

    @BeforeEach
    void holdTheTelephone() {
        AttendedSandbox.proof().scenarioPlayer().play("calm");
        AttendedSandbox.proof().kyc().set("cust-8841", "verified");
        browser.emulate(390, 844, true, "light");
        browser.open("about:blank");
        browser.violations();
    }

    @Test
    void aBuyIsPaidAndTheUserIsSentBackToWhereTheAppSaid() {
        Response session = session(address + "index.html?order=%207#done");
        browser.open(page(session));
        browser.sees("#status", "Waiting for your payment");
        assertThat(browser.address()).isEqualTo(address + "hand-off");
        step("pay");

        browser.arrivesAt("index.html");
        assertThat(browser.address())
                .isEqualTo(address + "index.html?order=%207&merchant_transaction_id="
                        + session.path("merchant_transaction_id") + "&status=completed#done");
        assertThat(browser.violations()).isEmpty();
    }

    @Test
    void thePageFollowsThoughItsTicketIsOver() {
        browser.open(page(session(null)));
        await().atMost(LIMIT).until(() -> fetched("/hand-off/ticket") > 0);
        step("pay");

        browser.sees("#status", "Completed");
        assertThat(fetched("/session")).isZero();
    }

    @Test
    void aPageThatNoEventReachesFollowsByPollsThoughItsTicketIsOver() {
        try (UnreliableProxy proxy = proxy()) {
            proxy.keepEventsBack();
            browser.open(page(session(null)).replace(address, proxy.address()));
            // A ticket lasts for four seconds.
            await().atMost(LIMIT)
                    .until(() -> proxy.requests("POST /hand-off/ticket").size() > 1);
            step("pay");

            browser.sees("#status", "Completed");
        }
    }

    @Test
    void aPageWhoseNetworkIsAnotherReadsAtOnce() {
        try (UnreliableProxy proxy = proxy()) {
            Response session = session(null);
            browser.open(page(session).replace(address, proxy.address()));
            browser.sees("#status", "Waiting for your payment");
            await().atMost(LIMIT).until(() -> proxy.requests("GET .*/events.*").size() == 1);

            proxy.loseOpenConnections();
            AttendedSandbox.proof().drive(session.path("merchant_transaction_id"), Action.PAY);
            browser.goOffline(() -> {});

            // Long before two heartbeats of 20 s.
            browser.sees("#status", "Completed");
        }
    }

    @Test
    void aPageWhoseUserIsSignedInNoMoreAsksEverMoreSlowly() {
        try (UnreliableProxy proxy = proxy()) {
            browser.open(proxy.address() + "rampgate.js");
            browser.run("""
                    window.problems = [];
                    import('/rampgate.js').then(({follow}) => follow('1b0e7c52-7d7f-4c0f-9a57-3d0b7a5f9e11', {
                      onProblem: ({status}) => problems.push(status),
                    }, {ticket: 'over', headers: () => ({'X-User-Id': 'cust-8841'})}));""");
            await().atMost(LIMIT).until(() -> !proxy.requests("GET .*").isEmpty());

            await().during(Duration.ofSeconds(20))
                    .atMost(LIMIT)
                    .until(() -> proxy.requests("(GET|POST) /transactions/.*").size() <= 10);
            assertThat((List<?>) browser.run("return problems"))
                    .hasSizeBetween(3, 6)
                    .allMatch(status -> status.equals(401L));
        }
    }

    @Test
    void aPageThatSignsInByHeadersFollowsWithoutATicketAfterAReload() {
        Response session = session(null);
        try (UnreliableProxy proxy = proxy()) {
            browser.open(proxy.address() + "rampgate.js");
            follow(
                    session,
                    "Promise.resolve({'X-Gateway-Secret': '%s', 'X-User-Id': 'cust-8841'})"
                            .formatted(BehindGatewayProfile.SECRET));
            await().atMost(LIMIT).until(() -> reported().contains("State pending"));
            await().atMost(LIMIT)
                    .until(() -> proxy.requests("GET .*/events.ticket=.*").size() > 1);

            // Streams and tickets end after seconds, and each stream gets another ticket.
            AttendedSandbox.proof().drive(session.path("merchant_transaction_id"), Action.PAY);

            await().atMost(LIMIT).untilAsserted(() -> assertThat(reported()).endsWith("End completed"));
            assertThat(reported())
                    .containsSubsequence("State pending", "Transition completed", "End completed")
                    .doesNotHaveDuplicates();
            assertThat(proxy.requests("GET .*/events.*"))
                    .as("a stream is opened with a ticket only")
                    .allMatch(request -> request.contains("ticket="));
        }
    }

    @Test
    void aPageWhoseHeadersAreRefusedOpensNoStreamAndAsksEverMoreSlowly() {
        Response session = session(null);
        try (UnreliableProxy proxy = proxy()) {
            browser.open(proxy.address() + "rampgate.js");
            follow(session, "{'X-User-Id': 'cust-8841'}");

            await().during(Duration.ofSeconds(20))
                    .atMost(LIMIT)
                    .until(() -> proxy.requests("(GET|POST) /transactions/.*").size() <= 6);
            assertThat(proxy.requests("GET .*/events.*")).isEmpty();
            assertThat((List<?>) browser.run("return problems"))
                    .hasSizeBetween(3, 6)
                    .allMatch(status -> status.equals(401L));
        }
    }

    @Test
    void aPageWhoseStreamsAreRefusedReadsAndTriesThemEverMoreSeldom() {
        Response session = session(null);
        try (UnreliableProxy proxy = proxy()) {
            proxy.refuse("/transactions/.*/events.*", "401 Unauthorized");
            browser.open(proxy.address() + "rampgate.js");
            follow(
                    session,
                    "{'X-Gateway-Secret': '%s', 'X-User-Id': 'cust-8841'}".formatted(BehindGatewayProfile.SECRET));
            await().atMost(LIMIT).until(() -> reported().contains("State pending"));

            await().during(Duration.ofSeconds(24))
                    .atMost(LIMIT)
                    .until(() -> proxy.requests("GET .*/events.*").size() <= 5
                            && proxy.requests("POST .*/ticket").size() <= 5);
            AttendedSandbox.proof().drive(session.path("merchant_transaction_id"), Action.PAY);
            await().atMost(LIMIT).untilAsserted(() -> assertThat(reported()).endsWith("End completed"));
            assertThat(reported()).doesNotHaveDuplicates();
        }
    }

    /** Follows as a page does after a reload: with the id and headers alone. @param headers an expression of JavaScript */
    private static void follow(Response session, String headers) {
        browser.run("""
                window.reported = [];
                window.problems = [];
                const on = {onProblem: ({status}) => problems.push(status)};
                for (const name of ['State', 'Transition', 'Confirmed', 'End']) {
                  on['on' + name] = ({status}) => reported.push(`${name} ${status}`);
                }
                import('/rampgate.js').then(({follow}) => follow(arguments[0], on, {headers: () => (%s)}));""".formatted(headers), session.<String>path("merchant_transaction_id"));
    }

    private static List<String> reported() {
        return ((List<?>) browser.run("return reported"))
                .stream().map(Object::toString).toList();
    }

    @Test
    void aPageThatIsRefusedAnotherTicketWaitsAsLongAsItIsTold() {
        try (UnreliableProxy proxy = proxy()) {
            browser.open(page(session(null)).replace(address, proxy.address()));
            browser.sees("#status", "Waiting for your payment");
            proxy.refuse("/hand-off/ticket|/transactions/.*", "429 Too Many Requests", "Retry-After: 8");
            proxy.loseOpenConnections();
            browser.goOffline(() -> {});
            await().atMost(LIMIT).until(() -> !proxy.requests("(GET|POST) .*/(ticket|events.*)")
                    .isEmpty());
            long asked = proxy.requests("GET .*/events.*").size();

            await().during(Duration.ofSeconds(6))
                    .atMost(LIMIT)
                    .until(() -> proxy.requests("POST /hand-off/ticket|GET .*/events.*")
                                    .size()
                            <= asked + 2);
        }
    }

    @Test
    void anAppIsReachedByALinkThatTellsHowItWent() throws IOException {
        Response session = session("shop-app://done?order=7");
        browser.open(page(session));
        browser.sees("#status", "Waiting for your payment");
        inWidget(() -> {
            browser.sees("h1", "Pay by card");
            assertThat(browser.textsOf(".complaints")).isEmpty();
        });
        String start = "shop-app://done?order=7&merchant_transaction_id=" + session.path("merchant_transaction_id");
        assertThat(link("#leave")).isEqualTo(start + "&status=pending");
        Pictures.draw("hand-off-phone.png", browser.picture());
        step("decline");

        browser.sees("#status", "This did not work");
        assertThat(browser.textOf("#finish")).isEqualTo("Return to the app");
        assertThat(link("#finish")).isEqualTo(start + "&status=failed");
        assertThat(browser.violations()).isEmpty();
    }

    @Test
    void aDeclinedCardIsTriedAgainOnTheSamePage() {
        Response session = session(null);
        browser.open(page(session));
        step("decline");
        browser.sees("#status", "This did not work");
        // A change that comes before Proof has confirmed the failure takes half a minute to be believed.
        await().atMost(LIMIT).until(() -> isConfirmed(session));
        step("retry");

        browser.sees("#status", "Completed");
    }

    @Test
    void theSameAddressTellsTheSecondTimeThatItIsOver() {
        String page = page(session(null));
        browser.open(page);
        browser.sees("#status", "Waiting for your payment");

        browser.open(page);

        browser.sees("#message-title", "This link no longer works");
        assertThat((Boolean) browser.run("return document.getElementById('finish').hidden"))
                .as("there is nowhere to return to but where Proof's own default leads, which is not allowed")
                .isTrue();
        assertThat(browser.run("return document.activeElement.id")).isEqualTo("message");
        assertThat(browser.run("return document.querySelectorAll('#widget iframe').length"))
                .isEqualTo(0L);
    }

    @Test
    void aPageThatWasLoadedAgainStillLeadsBack() {
        Response session = session("shop-app://done");
        browser.open(page(session));
        browser.sees("#status", "Waiting for your payment");

        browser.open(address + "hand-off");

        browser.sees("#message-title", "This link no longer works");
        assertThat(link("#finish"))
                .isEqualTo("shop-app://done?merchant_transaction_id=" + session.path("merchant_transaction_id")
                        + "&status=pending");
    }

    @Test
    void nextLinksInTheSameViewAreOpenedToo() {
        browser.open(page(session(null)));
        browser.sees("#status", "Waiting for your payment");
        browser.run("document.getElementById('status').textContent = 'the page before'");

        browser.open(page(session(null)));

        browser.sees("#status", "Waiting for your payment");
        inWidget(() -> browser.sees("h1", "Pay by card"));
    }

    @Test
    void aWidgetThatCannotBeLoadedCanBeTriedAgain() {
        browser.open(address + "hand-off");
        browser.sees("#message-title", "This link no longer works");
        String code = page(session(null));

        browser.withoutReaching("*widget.2.0.js*", () -> {
            browser.open(code);
            browser.sees("#message-title", "The payment form could not be loaded");
        });
        browser.click("#again");

        inWidget(() -> browser.sees("h1", "Pay by card"));
    }

    @Test
    void whatThePageDoesNotNeedIsForbidden() {
        browser.open(page(session(null)));
        browser.sees("#status", "Waiting for your payment");
        browser.run("""
                const script = document.createElement('script');
                script.src = '/checkout.js';
                document.head.append(script);
                const frame = document.createElement('iframe');
                frame.src = 'https://evil.example.test/';
                document.body.append(frame);""");

        List<String> said = new ArrayList<>();
        await().atMost(LIMIT).untilAsserted(() -> {
            said.addAll(browser.violations());
            assertThat(said)
                    .anyMatch(text -> text.contains("checkout.js"))
                    .anyMatch(text -> text.contains("evil.example.test"));
        });
    }

    @Test
    void theCameraReachesTheWidgetAndTheMicrophoneDoesNot() {
        browser.open(page(session(null)));
        browser.sees("#status", "Waiting for your payment");

        assertThat(browser.run("""
                const policy = document.featurePolicy;
                return ['camera', 'payment', 'microphone', 'geolocation']
                  .map((feature) => policy.getAllowlistForFeature(feature).includes(arguments[0]))""", AttendedSandbox.proof().baseUrl())).isEqualTo(List.of(true, true, false, false));
    }

    @Test
    void everythingHasANameAndFitsTheScreen() {
        browser.open(page(session("shop-app://done")));
        inWidget(() -> browser.sees("h1", "Pay by card"));

        assertThat((List<?>) browser.run("""
                        return [...document.querySelectorAll('button, a, iframe, section')].filter(e => e.checkVisibility())
                          .filter(e => !(e.textContent.trim() || e.title || e.ariaLabel || e.getAttribute('aria-labelledby')))
                          .map(e => e.outerHTML)""")).isEmpty();
        assertThat((Boolean) browser.run("return document.documentElement.scrollWidth <= innerWidth"))
                .isTrue();
        assertThat(browser.run("return document.documentElement.lang")).isEqualTo("en");
    }

    @ParameterizedTest(name = "every state of the page at {0} in {1} is drawn")
    @CsvSource({"desktop, light", "desktop, dark", "phone, light", "phone, dark"})
    void everyStateIsDrawn(String screen, String scheme) throws IOException {
        boolean phone = screen.equals("phone");
        browser.emulate(phone ? 390 : 1024, phone ? 844 : 640, phone, scheme);
        Pictures pictures = new Pictures("hand-off-states-" + screen + "-" + scheme);
        AttendedSandbox.proof().life().mode(LifeMode.MANUAL);
        String page = page(session(null));
        browser.withoutReaching("*widget.2.0.js*", () -> {
            browser.open(page);
            browser.sees("#message-title", "The payment form could not be loaded");
            draw(pictures, "no widget");
        });
        browser.open(page);
        browser.sees("#message-title", "This link no longer works");
        draw(pictures, "over");

        Response buy = session("shop-app://done");
        browser.open(page(buy));
        inWidget(() -> browser.sees("h1", "Pay by card"));
        draw(pictures, "pay");
        step("decline");
        browser.sees("#status", "This did not work");
        inWidget(() -> browser.sees("h1", "The payment failed"));
        draw(pictures, "failed");
        await().atMost(LIMIT).until(() -> isConfirmed(buy));
        step("retry");
        browser.sees("#status", "Payment received");
        inWidget(() -> browser.sees("h1", "Payment received"));
        draw(pictures, "processing");
        AttendedSandbox.proof().drive(buy.path("merchant_transaction_id"), Action.COMPLETE);
        inWidget(() -> browser.sees("h1", "42.60 USDC delivered"));
        browser.sees("#status", "Completed");
        draw(pictures, "completed");

        browser.open(page(session(null)));
        step("cancel");
        browser.sees("#status", "Cancelled");
        inWidget(() -> browser.sees("h1", "Cancelled"));
        draw(pictures, "cancelled");

        Response sell = session("shop-app://done", "sell");
        browser.open(page(sell));
        browser.sees("#status", "Waiting for your deposit");
        inWidget(() -> browser.sees(".address", "0x"));
        draw(pictures, "sell");
        step("send");
        browser.sees("#status", "Deposit received");
        inWidget(() -> browser.sees("h1", "Deposit received"));
        draw(pictures, "sell processing");
        AttendedSandbox.proof().drive(sell.path("merchant_transaction_id"), Action.COMPLETE);
        inWidget(() -> browser.sees("h1", "40.15 EUR paid out"));
        browser.sees("#status", "Completed");
        draw(pictures, "sold");

        pictures.drawSheet(phone ? 260 : 512, phone ? 5 : 4);
    }

    private static void draw(Pictures pictures, String state) {
        assertThat((Boolean) browser.run("return document.documentElement.scrollWidth <= innerWidth"))
                .as("nothing is wider than the screen: %s", state)
                .isTrue();
        pictures.add(state, browser.picture());
    }

    private static boolean isConfirmed(Response session) {
        return user().get("/transactions/" + session.path("merchant_transaction_id"))
                .<Boolean>path("confirmed");
    }

    /** As an app's own backend or gateway asks for it. */
    private static Response session(String redirectUrl) {
        return session(redirectUrl, "buy");
    }

    private static Response session(String redirectUrl, String type) {
        Map<String, String> order =
                new HashMap<>(Map.of("network", "ERC20", "currency", "USDC", "amount", "42.75", "type", type));
        if (redirectUrl != null) {
            order.put("redirect_url", redirectUrl);
        }
        Response answer = user().contentType("application/json")
                .header("Rampgate-Hand-Off", "true")
                .body(order)
                .post("/session");
        answer.then().statusCode(201);
        return answer;
    }

    private static RequestSpecification user() {
        return given().header("X-Gateway-Secret", BehindGatewayProfile.SECRET)
                .header("X-User-Id", "cust-8841")
                .header("X-User-Email", "jo@example.test");
    }

    private UnreliableProxy proxy() {
        return new UnreliableProxy(URI.create(address).getPort());
    }

    private static String page(Response session) {
        return session.header("Rampgate-Hand-Off");
    }

    private static String link(String css) {
        return (String) browser.run("return document.querySelector(arguments[0]).getAttribute('href')", css);
    }

    private static long fetched(String path) {
        return (long) browser.run(
                "return performance.getEntriesByType('resource').filter(e => e.name.endsWith(arguments[0])).length",
                path);
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
}
